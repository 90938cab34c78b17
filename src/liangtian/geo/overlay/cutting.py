"""Large figures cut into small ones (k-d split by half-planes), so that one red line of a million vertices
costs no more per plot than many small figures."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inner
from liangtian.geo.overlay.chains import Chains, Flags, Floats, Ints, joined, select
from liangtian.geo.overlay.index import boxes_of

PIECE_VERTICES = 256

_MIN_SIDE_M = 1e-3
"""A cell smaller than this is not halved again, however many vertices crowd in it."""
_STUCK, _ADDS = 4096, 0.8
"""A piece below this size of which both halves keep so much is left whole: a fan, where cutting only adds."""
_SAME = 1e-9
"""Relative; areas this close are the area of the cell, or nothing."""
_PARTLY, _WHOLLY, _NOTHING = 0, 1, 2


class Pieces(NamedTuple):
    """Small figures that tile larger ones, and the number of the figure each comes from."""

    chains: Chains
    source: Ints


def cut(chains: Chains, most: int = PIECE_VERTICES) -> Pieces:
    """Pieces of at most `most` vertices (but see _STUCK), in the order of their sources; in metres.

    Rings may run back and forth along a cut: what they enclose there cancels in the sum that measures them.
    """
    source = np.flatnonzero(np.diff(chains.figure) > 0)
    left = chains if len(source) == chains.number else select(chains, source)
    cells = boxes_of(left)
    done, owners = [], []
    while left.number:
        sizes, sides = left.sizes(), (cells[:, 2:] - cells[:, :2]).max(axis=1)
        large = np.flatnonzero((sizes > most) & (sides >= _MIN_SIDE_M))
        halves, half_cells = _halved(select(left, large), cells[large])
        smaller = halves.sizes().reshape(-1, 2).min(axis=1)
        stuck = (sizes[large] < _STUCK) & (smaller > _ADDS * sizes[large])
        final = np.setdiff1d(np.arange(left.number), large[~stuck])
        done.append(select(left, final))
        owners.append(source[final])
        keep = np.flatnonzero((np.diff(halves.figure) > 0) & ~np.repeat(stuck, 2))
        source = source[np.repeat(large, 2)[keep]]
        left, cells = select(halves, keep), half_cells[keep]
    owner = np.concatenate(owners or [np.empty(0, np.int64)])
    order = np.argsort(owner, kind="stable")
    return Pieces(select(joined(done), order), owner[order])


def _halved(chains: Chains, cells: Floats) -> tuple[Chains, Floats]:
    """Both halves of each figure, one after the other (either may be empty), and their cells."""
    wide = cells[:, 2] - cells[:, 0] >= cells[:, 3] - cells[:, 1]
    middle = np.where(wide, cells[:, 0] + cells[:, 2], cells[:, 1] + cells[:, 3]) / 2
    half_cells = np.repeat(cells, 2, axis=0)
    half_cells[0::2, 2] = np.where(wide, middle, cells[:, 2])
    half_cells[0::2, 3] = np.where(wide, cells[:, 3], middle)
    half_cells[1::2, 0] = np.where(wide, middle, cells[:, 0])
    half_cells[1::2, 1] = np.where(wide, cells[:, 1], middle)
    rings = 2 * (len(chains.ring) - 1) + 2 * chains.number
    # Every edge gives a half at most two vertices; a ring needs one more to be closed, a cell has five.
    room = 4 * len(chains.x) + rings + 10 * chains.number
    x, y, ring = np.empty(room), np.empty(room), np.zeros(rings + 1, np.int64)
    figure = np.zeros(2 * chains.number + 1, np.int64)
    _halve(chains, wide, middle, half_cells, Chains(x, y, ring, figure))
    used = int(figure[-1])
    length = int(ring[used])
    return Chains(x[:length].copy(), y[:length].copy(), ring[: used + 1].copy(), figure), half_cells


@compiled
def _halve(chains: Chains, wide: Flags, middle: Floats, cells: Floats, out: Chains) -> None:
    to, k = 0, 0
    for half in range(len(out.figure) - 1):
        f = half // 2
        first, start = k, to
        for r in range(chains.figure[f], chains.figure[f + 1]):
            end = _clipped(chains, r, wide[f], middle[f], half % 2 == 0, out, to)
            if end > to:
                k += 1
                to = end
                out.ring[k] = to
        state = _fills(out, first, k, cells[half])
        if state != _PARTLY:
            k, to = first, start
            if state == _WHOLLY:
                k += 1
                to = _boxed(out, to, cells[half])
                out.ring[k] = to
        out.figure[half + 1] = k


@inner
def _clipped(
    chains: Chains, r: int, wide: bool, middle: float, low: bool, out: Chains, to: int
) -> int:
    """The part of a ring on one side of a line, closed; where it ends. Nothing when it lies on the line."""
    along = chains.x if wide else chains.y
    start, off = to, False
    for i in range(chains.ring[r], chains.ring[r + 1] - 1):
        d0, d1 = along[i] - middle, along[i + 1] - middle
        if low:
            d0, d1 = -d0, -d1
        if d0 >= 0:
            to = _put(out, start, to, chains.x[i], chains.y[i], wide, middle)
            off = off or d0 > 0
        if (d0 > 0 and d1 < 0) or (d0 < 0 and d1 > 0):
            px, py = _crossing(chains, i, wide, middle)
            to = _put(out, start, to, px, py, wide, middle)
    if not off or to - start < 3:
        return start
    out.x[to], out.y[to] = out.x[start], out.y[start]
    return to + 1


@inner
def _crossing(chains: Chains, i: int, wide: bool, middle: float) -> tuple[float, float]:
    """Where an edge crosses a line, computed from its lower end whichever way the edge is run."""
    x0, y0, x1, y1 = chains.x[i], chains.y[i], chains.x[i + 1], chains.y[i + 1]
    if (x1 < x0) if wide else (y1 < y0):
        x0, y0, x1, y1 = x1, y1, x0, y0
    if wide:
        return middle, y0 + (y1 - y0) * ((middle - x0) / (x1 - x0))
    return x0 + (x1 - x0) * ((middle - y0) / (y1 - y0)), middle


@inner
def _put(out: Chains, start: int, to: int, px: float, py: float, wide: bool, middle: float) -> int:
    """Add a vertex; of three in a row on the line the middle one is dropped."""
    along, value = (out.x, px) if wide else (out.y, py)
    if to - start >= 2 and value == middle and along[to - 1] == middle and along[to - 2] == middle:
        to -= 1
    out.x[to], out.y[to] = px, py
    return to + 1


@inner
def _fills(out: Chains, first: int, last: int, cell: Floats) -> int:
    """Whether rings that only follow the border of a cell enclose all of it, or nothing."""
    twice = 0.0
    west, south, east, north = cell[0], cell[1], cell[2], cell[3]
    for r in range(first, last):
        for i in range(out.ring[r], out.ring[r + 1] - 1):
            x0, y0, x1, y1 = out.x[i], out.y[i], out.x[i + 1], out.y[i + 1]
            on_side = x0 == x1 and (x0 == west or x0 == east)
            on_side = on_side or (y0 == y1 and (y0 == south or y0 == north))
            if not on_side:
                return _PARTLY
            twice += (x0 - west) * (y1 - south) - (x1 - west) * (y0 - south)
    whole = 2 * (east - west) * (north - south)
    if abs(twice) <= _SAME * whole:
        return _NOTHING
    return _WHOLLY if abs(twice - whole) <= _SAME * whole else _PARTLY


@inner
def _boxed(out: Chains, to: int, cell: Floats) -> int:
    for i in range(5):
        out.x[to + i] = cell[2] if i == 1 or i == 2 else cell[0]
        out.y[to + i] = cell[3] if i == 2 or i == 3 else cell[1]
    return to + 5
