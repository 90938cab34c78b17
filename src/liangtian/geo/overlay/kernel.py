"""Areas shared by plots and figures, by integration along their borders; no geometry is built.

With every border as segments that run east or west, the area of P ∩ Q is the signed sum, over pairs of a
segment e of P and a segment f of Q, of the integral of max(f(x) − e(x), 0) over the x both have, which has a
closed form. It changes continuously with the input: shared borders, slivers, touching corners and holes are no
special cases. docs/algorithms/overlay.md derives it.
"""

from __future__ import annotations

import itertools
import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inlined, inner
from liangtian.geo.overlay.chains import Chains, Floats, Ints, select
from liangtian.geo.overlay.cutting import PIECE_VERTICES, cut
from liangtian.geo.overlay.index import (
    Tree,
    boxes_of,
    hilbert_order,
    meeting,
    rough_hilbert_order,
    tree_over,
)
from liangtian.geo.overlay.lanes import (
    Frame,
    Narrow,
    described,
    left_of,
    loaded,
    room_for_lanes,
    under,
)
from liangtian.geo.overlay.near import Marks, ask_for, near_segments, opened_of
from liangtian.geo.overlay.stretches import STRETCH, Singles, Stretches, round_out, stretches_of

GRID_M2 = 2.0**-20
"""Areas are rounded to this, about 1e-6 m². Sums of such numbers are exact up to 8 billion m², so that they do
not depend on the order in which they are added."""

_FINE = 2.0**30
"""Pieces are rounded to 2⁻³⁰ m² before they are added: with what `_add` keeps apart, sums of such numbers are exact,
so that it does not matter in which order the tree finds the pieces."""

_AT_ONCE = 256
"""Plots that one thread takes at a time, at the least."""
_FEW = 48
"""Numbers up to which sorting by insertion is the fastest."""


class Indexed(NamedTuple):
    """Figures cut into pieces, the pieces in Hilbert order under a tree, their borders in stretches; `number` figures.

    No piece has more than `largest` vertices.
    """

    pieces: Chains
    source: Ints
    tree: Tree
    stretches: Stretches
    number: int
    largest: int


class Pairs(NamedTuple):
    """m² that figure `source` has of plot `plot`, sorted by plot, then source; `whole` is each plot's own area.

    Areas are multiples of GRID_M2; pairs that share less than half of it are left out.
    """

    plot: Ints
    source: Ints
    m2: Floats
    whole: Floats


class _Plots(NamedTuple):
    """Plots in pieces, each with its box: plot `number[k]` has the pieces `begin[k]` to `begin[k + 1]`."""

    pieces: Chains
    boxes: Floats
    begin: Ints
    number: Ints


class Looked(NamedTuple):
    """Plots looked at once for any number of layers: how many, the area of each (m², on the grid), and those that
    have vertices, small ones along a curve, large ones in pieces."""

    plots: int
    whole: Floats
    small: _Plots
    large: _Plots


class _Room(NamedTuple):
    """Room for what one piece of a plot is compared with: see `near` and `lanes.described`."""

    opened: Ints
    end: Ints
    bounds: Ints
    segment: Ints
    mark: Marks
    line: Floats
    reach: Narrow


class _Part(NamedTuple):
    """What one call found: of each of its plots `number` pairs, one plot after another."""

    plot: Ints
    number: Ints
    source: Ints
    m2: Floats


def indexed(chains: Chains, most: int = PIECE_VERTICES) -> Indexed:
    """Figures made ready to be measured against, in the plane of their coordinates."""
    pieces, source = cut(chains, most)
    order = hilbert_order(boxes_of(pieces))
    return over(select(pieces, order), source[order], chains.number)


def over(pieces: Chains, source: Ints, number: int) -> Indexed:
    """Pieces of `number` figures, in the order given, under a tree."""
    largest = int(pieces.sizes().max(initial=0))
    tree, stretches = tree_over(boxes_of(pieces)), stretches_of(pieces)
    return Indexed(pieces, source, tree, stretches, number, largest)


def looked_at(plots: Chains, most: int = PIECE_VERTICES) -> Looked:
    """Plots made ready to be measured, in the plane of the layers; those of more than `most` vertices are cut."""
    sizes, every = plots.sizes(), np.arange(plots.number)
    small, large = every[(sizes > 0) & (sizes <= most)], every[sizes > most]
    first = plots.ring[plots.figure[small]]
    # In the order in which one finds in the processor's cache what the last one read.
    small = small[rough_hilbert_order(plots.x[first], plots.y[first])]
    pieces, source = cut(select(plots, large), most)
    begin = np.searchsorted(source, np.arange(len(large) + 1))
    return Looked(
        plots.number,
        on_grid(areas_of(plots)),
        _boxed(select(plots, small), np.arange(len(small) + 1), small),
        _boxed(pieces, begin, large),
    )


def _boxed(pieces: Chains, begin: Ints, number: Ints) -> _Plots:
    return _Plots(pieces, boxes_of(pieces), begin, number)


def shared_areas(plots: Chains | Looked, figures: Indexed, *, threads: int | None = None) -> Pairs:
    """The area of every plot inside every figure, m²; both in one equal-area plane.

    Plots are measured on `threads` threads (as many as there are processors, at most four), each plot by one
    of them, so that their number changes nothing.
    """
    threads = threads or min(4, os.cpu_count() or 1)
    looked = plots if isinstance(plots, Looked) else looked_at(plots)
    work = _in_turns(looked.small, threads) + _in_turns(looked.large, threads)

    def measured(task: tuple[_Plots, int, int]) -> _Part:
        return _Part(*_measure(task[0], figures, task[1], task[2]))

    if threads == 1 or len(work) == 1:
        parts = [measured(task) for task in work]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(measured, work))
    return _together(parts, looked)


def on_grid(m2: Floats) -> Floats:
    """Areas rounded to GRID_M2."""
    return np.rint(m2 / GRID_M2) * GRID_M2


@compiled
def areas_of(chains: Chains) -> Floats:
    """m² of each figure."""
    out = np.zeros(len(chains.figure) - 1)
    for f in range(len(out)):
        out[f] = _area(chains, f)
    return out


@inner
def _area(chains: Chains, f: int) -> float:
    total = 0.0
    for r in range(chains.figure[f], chains.figure[f + 1]):
        first, last = chains.ring[r], chains.ring[r + 1]
        x0, y0 = chains.x[first], chains.y[first]
        twice = 0.0
        for i in range(first, last - 1):
            east, north = chains.x[i] - x0, chains.y[i] - y0
            twice += east * (chains.y[i + 1] - y0) - (chains.x[i + 1] - x0) * north
        total += twice / 2
    return total


def _in_turns(plots: _Plots, threads: int) -> list[tuple[_Plots, int, int]]:
    """Work for threads to take as they come, less each time: beginning costs, and at the end others wait."""
    number, bounds = len(plots.number), [0]
    while bounds[-1] < number:
        left = number - bounds[-1]
        bounds.append(
            bounds[-1] + (left if threads == 1 else min(left, max(_AT_ONCE, left // (2 * threads))))
        )
    return [(plots, first, last) for first, last in itertools.pairwise(bounds)]


def _together(parts: list[_Part], looked: Looked) -> Pairs:
    """All pairs by plot, then source."""
    none = np.empty(0, np.int64)
    parts = parts or [_Part(none, none, none, np.empty(0))]
    every = _Part(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    begin = np.zeros(looked.plots + 1, np.int64)
    begin[every.plot + 1] = every.number
    np.cumsum(begin, out=begin)
    total = int(begin[-1])
    plot, source, m2 = np.empty(total, np.int64), np.empty(total, np.int64), np.empty(total)
    _put(every, begin, plot, source, m2)
    return Pairs(plot, source, m2, looked.whole)


@compiled
def _put(part: _Part, begin: Ints, plot: Ints, source: Ints, m2: Floats) -> None:
    plots, numbers, sources, areas, at = part.plot, part.number, part.source, part.m2, 0
    for k in range(len(plots)):
        to = begin[plots[k]]
        for i in range(numbers[k]):
            plot[to + i], source[to + i], m2[to + i] = plots[k], sources[at], areas[at]
            at += 1


@compiled
def _measure(
    plots: _Plots, figures: Indexed, first: int, last: int
) -> tuple[Ints, Ints, Ints, Floats]:
    """The pairs of some plots, as in `_Part`."""
    room, lanes = _room(figures.largest), room_for_lanes(_longest(plots, first, last))
    found, waiting = np.empty(256, np.int64), np.empty(256, np.int64)
    number = np.zeros(last - first, np.int64)
    total, some, box, outer = 0, 16 * (last - first) + 256, np.empty(4), np.empty(4, np.float32)
    source, m2 = np.empty(some, np.int64), np.empty(some)
    # Taking arrays out of tuples counts references; inside the loops that would take longer than the sums, and
    # threads that count the same ones wait for each other.
    px, py, ring, parts = plots.pieces.x, plots.pieces.y, plots.pieces.ring, plots.pieces.figure
    x, y, of, sources = figures.pieces.x, figures.pieces.y, figures.stretches.figure, figures.source
    boxes, level = figures.tree.boxes, figures.tree.level
    span, edge, pieces, around = (
        figures.stretches.span,
        figures.stretches.box,
        plots.begin,
        plots.boxes,
    )
    opened, end, bounds, segment, mark, line, buckets = room
    row, begin, reach = lanes.row, lanes.first, lanes.last
    for k in range(first, last):
        start = total
        for piece in range(pieces[k], pieces[k + 1]):
            for side in range(4):
                box[side] = around[piece, side]
            hits, found, waiting = meeting(boxes, level, box, found, waiting)
            if hits == 0:
                continue
            opened, end, bounds = _longer_room(found[:hits], of, opened, end, bounds)
            round_out(box, outer)
            if not _opened(found[:hits], of, span, edge, outer, opened, end, bounds):
                continue
            ask_for(x, y, span, opened, bounds[hits, 0])
            frame = loaded(px, py, ring, parts[piece], parts[piece + 1], box, lanes)
            if total + hits > len(m2):
                source, m2 = _longer(source, m2, total, total + hits)
            for h in range(hits):
                exact = _over(x, end, bounds[h, 1], bounds[h + 1, 1], frame, row, reach)
                near = 0
                for o in range(bounds[h, 0], bounds[h + 1, 0]):
                    i = opened[o]
                    near = near_segments(x, y, span[i, 0], span[i, 1], box, mark, segment, near)
                described(x, y, segment, near, frame, line, buckets)
                exact += under(line, buckets, near, row, begin, reach)
                source[total], m2[total] = sources[found[h]], np.rint(exact * _FINE) / _FINE
                total += m2[total] != 0.0
        total = _summed(source, m2, start, total)
        number[k - first] = total - start
    return plots.number[first:last], number, source[:total], m2[:total]


@inlined
def _opened(
    found: Ints, of: Ints, span: Ints, edge: Singles, outer: Singles,
    opened: Ints, end: Ints, bounds: Ints,
) -> bool:  # fmt: skip
    """Fill `opened` and `end` for all pieces found, `bounds` with where each ends there; whether there is anything."""
    number = ends = bounds[0, 0] = bounds[0, 1] = 0
    for h in range(len(found)):
        q = found[h]
        number, ends = opened_of(span, edge, of[q], of[q + 1], outer, opened, number, end, ends)
        bounds[h + 1, 0], bounds[h + 1, 1] = number, ends
    return number + ends > 0


@inlined
def _over(
    x: Floats, end: Ints, first: int, last: int, frame: Frame, row: Floats, reach: Ints
) -> float:
    """What the runs above the plot with the ends `first` to `last` count."""
    total, sign = 0.0, 1.0
    for k in range(first, last):
        total += sign * left_of(x[end[k]] - frame.x, frame, row, reach)
        sign = -sign
    return total


@inner
def _room(largest: int) -> _Room:
    """Room for figures of so many vertices."""
    return _Room(
        np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 2), np.int64),
        np.empty(largest + 1, np.int64), np.empty(STRETCH, np.uint8),
        np.empty((5, largest)), np.empty((2, largest), np.int32),
    )  # fmt: skip


@inlined
def _longer_room(
    found: Ints, of: Ints, opened: Ints, end: Ints, bounds: Ints
) -> tuple[Ints, Ints, Ints]:
    """Room for all stretches of the pieces found."""
    stretches = 0
    for q in found:
        stretches += of[q + 1] - of[q]
    if len(opened) <= stretches or len(bounds) <= len(found):
        opened, end = (
            np.empty(2 * stretches + 256, np.int64),
            np.empty(6 * stretches + 256, np.int64),
        )
        bounds = np.empty((2 * len(found) + 256, 2), np.int64)
    return opened, end, bounds


@inner
def _longest(plots: _Plots, first: int, last: int) -> int:
    """Vertices of the largest piece of some plots."""
    most, pieces = 0, plots.pieces
    for k in range(first, last):
        for f in range(plots.begin[k], plots.begin[k + 1]):
            most = max(most, pieces.ring[pieces.figure[f + 1]] - pieces.ring[pieces.figure[f]])
    return most


@inner
def _longer(source: Ints, m2: Floats, used: int, needed: int) -> tuple[Ints, Floats]:
    more_source, more_m2 = np.empty(2 * needed, np.int64), np.empty(2 * needed)
    more_source[:used], more_m2[:used] = source[:used], m2[:used]
    return more_source, more_m2


@inner
def _summed(source: Ints, m2: Floats, start: int, end: int) -> int:
    """Sort what one plot found from `start` to `end` by source and add up each; where it ends then."""
    if end - start > _FEW:
        order = np.argsort(source[start:end])
        source[start:end], m2[start:end] = source[start:end][order], m2[start:end][order]
    for i in range(start + 1, end):
        key, value, to = source[i], m2[i], i
        while to > start and source[to - 1] > key:
            source[to], m2[to] = source[to - 1], m2[to - 1]
            to -= 1
        source[to], m2[to] = key, value
    to = at = start
    while at < end:
        key, total, lost = source[at], 0.0, 0.0
        while at < end and source[at] == key:
            total, lost = _added(total, lost, m2[at])
            at += 1
        source[to], m2[to] = key, np.rint((total + lost) / GRID_M2) * GRID_M2
        to += m2[to] != 0.0
    return to


@inner
def _added(total: float, lost: float, value: float) -> tuple[float, float]:
    """Add, and keep apart what the rounding loses (Neumaier)."""
    new = total + value
    if abs(total) >= abs(value):
        return new, lost + ((total - new) + value)
    return new, lost + ((value - new) + total)
