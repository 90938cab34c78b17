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
    box_into,
    boxes_of,
    hilbert_order,
    meeting,
    rough_hilbert_order,
    tree_over,
)
from liangtian.geo.overlay.lanes import STEEP, Frame, left_of, loaded, room_for_lanes, under
from liangtian.geo.overlay.stretches import Singles, Stretches, round_out, stretches_of

GRID_M2 = 2.0**-20
"""Areas are rounded to this, about 1e-6 m². Sums of such numbers are exact up to 8 billion m², so that they do
not depend on the order in which they are added."""

_FINE = 2.0**30
"""Pieces are rounded to 2⁻³⁰ m² before they are added: with what `_add` keeps apart, sums of such numbers are exact,
so that it does not matter in which order the tree finds the pieces."""

_AT_ONCE = 64
"""Plots that one thread takes at a time, at the least."""
_NEARBY = 500_000
"""Vertices that stay in the processor's cache, in whatever order plots are measured."""
_NEXT = np.uint64(1)
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
    """Plots in pieces: plot `number[k]` of `whole` has the pieces `begin[k, 0]` to `begin[k, 1]`."""

    pieces: Chains
    begin: Ints
    number: Ints
    whole: Chains


class _Part(NamedTuple):
    """What one call found: of each of its plots the area `whole` and `number` pairs, one plot after another."""

    plot: Ints
    whole: Floats
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


def shared_areas(
    plots: Chains, figures: Indexed, *, threads: int | None = None, most: int = PIECE_VERTICES
) -> Pairs:
    """The area of every plot inside every figure, m²; both in one equal-area plane.

    Plots are measured on `threads` threads (as many as there are processors, at most four), each plot by one
    of them, so that their number changes nothing.
    """
    threads = threads or min(4, os.cpu_count() or 1)
    sizes = plots.sizes()
    small, large = np.flatnonzero((sizes > 0) & (sizes <= most)), np.flatnonzero(sizes > most)
    if len(figures.pieces.x) > _NEARBY:
        small = _along_a_curve(plots, small)
    work = _in_turns(_Plots(plots, np.stack([small, small + 1], axis=1), small, plots), threads)
    if len(large):
        work += _in_turns(_cut(plots, large, most), threads)

    def measured(task: tuple[_Plots, int, int]) -> _Part:
        return _Part(*_measure(task[0], figures, task[1], task[2]))

    if threads == 1 or len(work) == 1:
        parts = [measured(task) for task in work]
    else:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(measured, work))
    return _together(parts, plots.number)


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


def _along_a_curve(plots: Chains, which: Ints) -> Ints:
    """Plots in the order in which one finds in the processor's cache what the last one read."""
    first = plots.ring[plots.figure[which]]
    return which[rough_hilbert_order(np.stack([plots.x[first], plots.y[first]], axis=1))]


def _cut(plots: Chains, which: Ints, most: int) -> _Plots:
    """Large plots cut into pieces."""
    pieces, source = cut(select(plots, which), most)
    begin = np.searchsorted(source, np.arange(len(which) + 1))
    return _Plots(pieces, np.stack([begin[:-1], begin[1:]], axis=1), which, plots)


def _in_turns(plots: _Plots, threads: int) -> list[tuple[_Plots, int, int]]:
    """Work for threads to take as they come."""
    number = len(plots.number)
    tasks = 1 if threads == 1 else max(1, min(number // _AT_ONCE, threads * 8))
    bounds = np.linspace(0, number, tasks + 1).astype(int).tolist()
    return [(plots, first, last) for first, last in itertools.pairwise(bounds)]


def _together(parts: list[_Part], plots: int) -> Pairs:
    """All pairs by plot, then source."""
    begin, whole = np.zeros(plots + 1, np.int64), np.zeros(plots)
    for part in parts:
        begin[part.plot + 1] = part.number
        whole[part.plot] = part.whole
    np.cumsum(begin, out=begin)
    total = int(begin[-1])
    plot = np.repeat(np.arange(plots), np.diff(begin))
    source, m2 = np.empty(total, np.int64), np.empty(total)
    for part in parts:
        _put(part, begin, source, m2)
    return Pairs(plot, source, m2, on_grid(whole))


@compiled
def _put(part: _Part, begin: Ints, source: Ints, m2: Floats) -> None:
    at = 0
    for k in range(len(part.plot)):
        to = begin[part.plot[k]]
        for i in range(part.number[k]):
            source[to + i], m2[to + i] = part.source[at], part.m2[at]
            at += 1


@compiled
def _measure(
    plots: _Plots, figures: Indexed, first: int, last: int
) -> tuple[Ints, Floats, Ints, Ints, Floats]:
    """The pairs of some plots, as in `_Part`."""
    lanes = room_for_lanes(_longest(plots, first, last))
    found, waiting = np.empty(256, np.int64), np.empty(256, np.int64)
    number, whole = np.zeros(last - first, np.int64), np.empty(last - first)
    total, some, box, outer = 0, 16 * (last - first) + 256, np.empty(4), np.empty(4, np.float32)
    source, m2 = np.empty(some, np.int64), np.empty(some)
    segment, end = np.empty(figures.largest + 1, np.int64), np.empty(figures.largest + 1, np.int64)
    # Taking arrays out of tuples counts references; inside the loops that would take longer than the sums.
    pieces, stretches = figures.pieces, figures.stretches
    boxes, level = figures.tree.boxes, figures.tree.level
    x, y, of, sources = pieces.x, pieces.y, stretches.figure, figures.source
    span, edge = stretches.span, stretches.box
    row, begin, reach = lanes.row, lanes.first, lanes.last
    for k in range(first, last):
        start = total
        for piece in range(plots.begin[k, 0], plots.begin[k, 1]):
            box_into(box, plots.pieces, piece)
            hits, found, waiting = meeting(boxes, level, box, found, waiting)
            if hits == 0:
                continue
            frame = loaded(plots.pieces, piece, box, lanes)
            round_out(box, outer)
            if total + hits > len(m2):
                source, m2 = _longer(source, m2, total, total + hits)
            for q in found[:hits]:
                segments, ends = _near(x, y, span, edge, of[q], of[q + 1], box, outer, segment, end)
                exact = _over(x, end[:ends], frame, row, reach)
                exact += _within(x, y, segment[:segments], frame, row, begin, reach)
                source[total], m2[total] = sources[q], np.rint(exact * _FINE) / _FINE
                total += m2[total] != 0.0
        total = _summed(source, m2, start, total)
        number[k - first] = total - start
        whole[k - first] = _area(plots.whole, plots.number[k])
    return plots.number[first:last], whole, number, source[:total], m2[:total]


@inlined
def _over(x: Floats, end: Ints, frame: Frame, row: Floats, reach: Ints) -> float:
    """What the runs above the plot with these ends count."""
    total, sign = 0.0, 1.0
    for i in end:
        total += sign * left_of(x[i] - frame.x, frame, row, reach)
        sign = -sign
    return total


@inlined
def _within(
    x: Floats, y: Floats, segment: Ints, frame: Frame, row: Floats, begin: Ints, reach: Ints
) -> float:
    """What the segments that end at these vertices count."""
    total = 0.0
    for i in segment:
        x0, y0 = x[i - 1] - frame.x, y[i - 1] - frame.y
        x1, y1 = x[i] - frame.x, y[i] - frame.y
        total += under(x0, y0, x1, y1, frame, row, begin, reach)
    return total


@inner
def _longest(plots: _Plots, first: int, last: int) -> int:
    """Vertices of the largest piece of some plots."""
    most, pieces = 0, plots.pieces
    for k in range(first, last):
        for f in range(plots.begin[k, 0], plots.begin[k, 1]):
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


@inlined
def _near(
    x: Floats, y: Floats, span: Ints, edge: Singles, first: int, last: int,
    box: Floats, outer: Singles, segment: Ints, end: Ints,
) -> tuple[int, int]:  # fmt: skip
    """Where the stretches `first` to `last` of a figure come near a plot: fills `segment` and `end`, says how many.

    A run of stretches above the plot counts by its ends alone, those below or beside it do not count.
    """
    segments, ends, above, stop = 0, 0, False, -1
    for k in range(first, last):
        start = span[k, 0]
        new, over = start != stop, edge[k, 1] >= outer[3]
        if above and (new or not over):
            end[ends] = stop
            ends += 1
        if over and (new or not above):
            end[ends] = start
            ends += 1
        above, stop = over, span[k, 1]
        if over or edge[k, 3] <= outer[1] or edge[k, 2] <= outer[0] or edge[k, 0] >= outer[2]:
            continue
        for i in range(np.uint64(start), np.uint64(stop)):
            # Numbers without a sign cannot count from the end of an array, which saves a question.
            x0, y0, x1, y1 = x[i], y[i], x[i + _NEXT], y[i + _NEXT]
            beside = (max(x0, x1) <= box[0]) | (min(x0, x1) >= box[2])
            segment[segments] = i + _NEXT
            segments += not (beside | (max(y0, y1) <= box[1]) | (abs(x1 - x0) <= STEEP))
    if above:
        end[ends] = stop
        ends += 1
    return segments, ends
