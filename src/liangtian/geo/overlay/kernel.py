"""Areas shared by plots and figures, by integration along their borders; no geometry is built.

With every border as segments that run east or west, the area of P ∩ Q is the signed sum, over pairs of a
segment e of P and a segment f of Q, of the integral of max(f(x) − e(x), 0) over the x both have, which has a
closed form. It changes continuously with the input: shared borders, slivers, touching corners and holes are no
special cases. docs/algorithms/overlay.md derives it.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inner, vectorised
from liangtian.geo.overlay.chains import Chains, Floats, Ints, select
from liangtian.geo.overlay.cutting import PIECE_VERTICES, Pieces, cut
from liangtian.geo.overlay.index import (
    Tree,
    box_into,
    boxes_of,
    hilbert_order,
    meeting,
    room_for,
    tree_over,
)

GRID_M2 = 2.0**-20
"""Areas are rounded to this, about 1e-6 m². Sums of such numbers are exact up to 8 billion m², so that they do
not depend on the order in which they are added."""

_FINE = 2.0**30
"""Pieces are rounded to 2⁻³⁰ m² before they are added: with what `_add` keeps apart, sums of such numbers are exact,
so that it does not matter in which order the tree finds the pieces."""

_LANES = 8
_FAR = 1e9
_TINY = 1e-300
_AT_ONCE = 64
"""Plots that one thread takes at a time, at the least."""


class Indexed(NamedTuple):
    """Figures cut into pieces, the pieces in Hilbert order under a tree; `number` figures."""

    pieces: Chains
    source: Ints
    tree: Tree
    number: int


class Pairs(NamedTuple):
    """m² that figure `source` has of plot `plot`, sorted by plot, then source; `whole` is each plot's own area.

    Areas are multiples of GRID_M2; pairs that share less than half of it are left out.
    """

    plot: Ints
    source: Ints
    m2: Floats
    whole: Floats


class _Plots(NamedTuple):
    """Plots cut into pieces; those of plot p are `begin[p]` to `begin[p + 1]`. `order` is the order of work."""

    pieces: Chains
    begin: Ints
    order: Ints


class _Edges(NamedTuple):
    """Segments of one plot piece, by x from `left` to `right`: height at the left, slope, and +1 for those that
    run west, which bound the inside from above. Padded to whole lanes with segments beyond all others."""

    left: Floats
    right: Floats
    height: Floats
    slope: Floats
    sign: Floats


class _Frame(NamedTuple):
    """Centre and half sides of the box of a plot piece, and its area; edges are relative to the centre."""

    x: float
    y: float
    wide: float
    high: float
    area: float


def indexed(chains: Chains, most: int = PIECE_VERTICES) -> Indexed:
    """Figures made ready to be measured against, in the plane of their coordinates."""
    pieces, source = cut(chains, most)
    boxes = boxes_of(pieces)
    order = hilbert_order(boxes)
    return Indexed(select(pieces, order), source[order], tree_over(boxes[order]), chains.number)


def shared_areas(
    plots: Chains, figures: Indexed, *, threads: int | None = None, most: int = PIECE_VERTICES
) -> Pairs:
    """The area of every plot inside every figure, m²; both in one equal-area plane.

    Plots are measured on `threads` threads (as many as there are processors, at most four), each plot by one
    of them, so that their number changes nothing.
    """
    ready = _ready(cut(plots, most), plots.number)
    threads = threads or min(4, os.cpu_count() or 1)
    number = max(1, min(plots.number // _AT_ONCE, threads * 8))
    bounds = np.linspace(0, plots.number, number + 1).astype(np.int64)

    def work(k: int) -> tuple[Ints, Floats]:
        return _measured(ready, figures, int(bounds[k]), int(bounds[k + 1]))

    if number == 1 or threads == 1:
        parts = [work(k) for k in range(number)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(work, range(number)))
    plot, source = np.concatenate([pairs for pairs, _ in parts]).T
    m2 = on_grid(np.concatenate([sums for _, sums in parts]))
    keep = np.flatnonzero(m2 != 0)
    keep = keep[np.lexsort((source[keep], plot[keep]))]
    return Pairs(plot[keep], source[keep], m2[keep], on_grid(areas_of(plots)))


def on_grid(m2: Floats) -> Floats:
    """Areas rounded to GRID_M2."""
    return np.rint(m2 / GRID_M2) * GRID_M2


@compiled
def areas_of(chains: Chains) -> Floats:
    """m² of each figure."""
    out = np.zeros(len(chains.figure) - 1)
    for f in range(len(out)):
        for r in range(chains.figure[f], chains.figure[f + 1]):
            first, last = chains.ring[r], chains.ring[r + 1]
            x0, y0 = chains.x[first], chains.y[first]
            twice = 0.0
            for i in range(first, last - 1):
                east, north = chains.x[i] - x0, chains.y[i] - y0
                twice += east * (chains.y[i + 1] - y0) - (chains.x[i + 1] - x0) * north
            out[f] += twice / 2
    return out


def _ready(cuts: Pieces, count: int) -> _Plots:
    """Pieces by plot; plots are worked through along a Hilbert curve, so that threads share what they read."""
    begin = np.searchsorted(cuts.source, np.arange(count + 1))
    first = begin[:-1][np.diff(begin) > 0]
    there = np.flatnonzero(np.diff(begin) > 0)
    order = there[hilbert_order(boxes_of(select(cuts.chains, first)))]
    gone = np.flatnonzero(np.diff(begin) == 0)
    return _Plots(cuts.chains, begin, np.concatenate([order, gone]))


def _measured(plots: _Plots, figures: Indexed, first: int, last: int) -> tuple[Ints, Floats]:
    """(plot, source) and m² of all pairs of some plots."""
    room = _LANES + int(plots.pieces.sizes().max(initial=0))
    edges = _Edges(*np.empty((5, room)))
    found, waiting = np.empty(256, np.int64), room_for(figures.tree)
    slot = np.full(figures.number, -1)
    some = 16 * (last - first) + 256
    pairs, sums = np.empty((some, 2), np.int64), np.empty((some, 2))
    pairs, sums, number = _measure(
        plots, figures, first, last, edges, found, waiting, slot, pairs, sums
    )
    return pairs[:number], sums[:number].sum(axis=1)


@compiled
def _measure(
    plots: _Plots, figures: Indexed, first: int, last: int, edges: _Edges,
    found: Ints, waiting: Ints, slot: Ints, pairs: Ints, sums: Floats,
) -> tuple[Ints, Floats, int]:  # fmt: skip
    """Fills `pairs` and `sums` (the sum, and what its rounding lost); `slot` is -1 for every source."""
    box, total = np.empty(4), 0
    for k in range(first, last):
        p, start = plots.order[k], total
        for piece in range(plots.begin[p], plots.begin[p + 1]):
            frame, number = _loaded(plots.pieces, piece, box, edges)
            found, hits = meeting(figures.tree, box, waiting, found)
            for hit in range(hits):
                exact = _shared(figures.pieces, found[hit], frame, edges, number)
                m2 = np.rint(exact * _FINE) / _FINE
                s = figures.source[found[hit]]
                if slot[s] < 0:
                    if total == len(pairs):
                        pairs, sums = _longer(pairs, sums)
                    slot[s] = total
                    pairs[total, 0], pairs[total, 1] = p, s
                    sums[total, 0], sums[total, 1] = 0.0, 0.0
                    total += 1
                _add(sums, slot[s], m2)
        for at in range(start, total):
            slot[pairs[at, 1]] = -1
    return pairs, sums, total


@inner
def _longer(pairs: Ints, sums: Floats) -> tuple[Ints, Floats]:
    more_pairs, more_sums = np.empty((2 * len(pairs), 2), np.int64), np.empty((2 * len(sums), 2))
    for i in range(len(pairs)):
        for k in range(2):
            more_pairs[i, k], more_sums[i, k] = pairs[i, k], sums[i, k]
    return more_pairs, more_sums


@inner
def _add(sums: Floats, at: int, value: float) -> None:
    """Add, and keep apart what the rounding loses (Neumaier)."""
    total = sums[at, 0]
    new = total + value
    if abs(total) >= abs(value):
        sums[at, 1] += (total - new) + value
    else:
        sums[at, 1] += (value - new) + total
    sums[at, 0] = new


@inner
def _loaded(pieces: Chains, f: int, box: Floats, edges: _Edges) -> tuple[_Frame, int]:
    """The segments of a piece, relative to the centre of its box."""
    box_into(box, pieces, f)
    cx, cy, n, area = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, 0, 0.0
    for r in range(pieces.figure[f], pieces.figure[f + 1]):
        for i in range(pieces.ring[r], pieces.ring[r + 1] - 1):
            x0, y0 = pieces.x[i] - cx, pieces.y[i] - cy
            x1, y1 = pieces.x[i + 1] - cx, pieces.y[i + 1] - cy
            if x0 == x1:
                continue
            sign = 1.0 if x0 > x1 else -1.0
            if x0 > x1:
                x0, y0, x1, y1 = x1, y1, x0, y0
            edges.left[n], edges.right[n], edges.height[n] = x0, x1, y0
            edges.slope[n], edges.sign[n] = (y1 - y0) / (x1 - x0), sign
            area += sign * (x1 - x0) * (y0 + y1) / 2
            n += 1
    while n % _LANES:
        edges.left[n], edges.right[n], edges.height[n] = _FAR, -_FAR, 0.0
        edges.slope[n], edges.sign[n] = 0.0, 0.0
        n += 1
    return _Frame(cx, cy, (box[2] - box[0]) / 2, (box[3] - box[1]) / 2, area), n


@inner
def _shared(pieces: Chains, q: int, frame: _Frame, edges: _Edges, n: int) -> float:
    """Area of a piece of a figure inside the loaded plot piece."""
    total = 0.0
    for r in range(pieces.figure[q], pieces.figure[q + 1]):
        above = False
        first, last = pieces.ring[r], pieces.ring[r + 1]
        x1, y1 = pieces.x[first] - frame.x, pieces.y[first] - frame.y
        for i in range(first + 1, last):
            x0, y0 = x1, y1
            x1, y1 = pieces.x[i] - frame.x, pieces.y[i] - frame.y
            if y0 >= frame.high and y1 >= frame.high:
                # A run above the plot counts by its ends alone.
                if not above:
                    total += _left_of(x0, frame, edges, n)
                above = True
                continue
            if above:
                total -= _left_of(x0, frame, edges, n)
                above = False
            if (y0 <= -frame.high and y1 <= -frame.high) or x0 == x1:
                continue
            if max(x0, x1) <= -frame.wide or min(x0, x1) >= frame.wide:
                continue
            if x0 < x1:
                total += _under(x0, y0, x1, (y1 - y0) / (x1 - x0), edges, n)
            else:
                total -= _under(x1, y1, x0, (y0 - y1) / (x0 - x1), edges, n)
        if above:
            total -= _left_of(x1, frame, edges, n)
    return total


@vectorised
def _under(left: float, height: float, right: float, slope: float, edges: _Edges, n: int) -> float:
    """Signed area between a segment and those segments of the plot that lie below it."""
    total = 0.0
    for j in range(n):
        a = max(edges.left[j], left)
        wide = max(min(edges.right[j], right) - a, 0.0)
        start = (height + slope * (a - left)) - (
            edges.height[j] + edges.slope[j] * (a - edges.left[j])
        )
        end = start + (slope - edges.slope[j]) * wide
        top = max(start, 0.0) + max(end, 0.0)
        total += edges.sign[j] * wide * top * top / (abs(start) + abs(end) + _TINY)
    return total / 2


@inner
def _left_of(x: float, frame: _Frame, edges: _Edges, n: int) -> float:
    """Area of the plot piece left of x."""
    if x <= -frame.wide:
        return 0.0
    return frame.area if x >= frame.wide else _strip(x, edges, n)


@vectorised
def _strip(x: float, edges: _Edges, n: int) -> float:
    total = 0.0
    for j in range(n):
        wide = max(min(edges.right[j], x) - edges.left[j], 0.0)
        total += edges.sign[j] * wide * (edges.height[j] + edges.slope[j] * wide / 2)
    return total
