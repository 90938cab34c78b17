"""Polygons as signed chains: vertices one after another in flat arrays, shells counter-clockwise, holes clockwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.compiled import compiled, inner

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_POLYGON, _MULTIPOLYGON = 3, 6


class Chains(NamedTuple):
    """Figures made of closed rings (the last vertex repeats the first).

    Ring k has the vertices `ring[k]` to `ring[k + 1]` of `x` and `y`; figure f has the rings `figure[f]` to
    `figure[f + 1]`, all parts of a multipolygon together. A figure without an area has no rings.
    """

    x: Floats
    y: Floats
    ring: Ints
    figure: Ints

    @property
    def number(self) -> int:
        """Figures."""
        return len(self.figure) - 1

    def sizes(self) -> Ints:
        """Vertices of each figure."""
        return np.diff(self.ring[self.figure])


def chains_of(geoms: NDArray[np.object_]) -> Chains:
    """Chains of shapely polygons and multipolygons; None and empty figures have no rings.

    Orientation is set right; validity is not looked at (see `geo.clean`).

    Raises:
        ValueError: a geometry that is not polygonal.
    """
    kind = shapely.get_type_id(geoms)
    if not np.isin(kind, (-1, _POLYGON, _MULTIPOLYGON)).all():
        number = int(np.flatnonzero(~np.isin(kind, (-1, _POLYGON, _MULTIPOLYGON)))[0]) + 1
        raise ValueError(f"第{number}个图形不是面，不能套合。")
    vertices = shapely.get_coordinates(geoms)
    x, y = np.empty(len(vertices)), np.empty(len(vertices))
    _apart(vertices, x, y)
    lengths = shapely.get_num_coordinates(geoms).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    several = np.flatnonzero(_returns(x, y, start))
    ring, figure, shell = _rings(geoms, lengths, several)
    turn(x, y, ring, shell)
    return Chains(x, y, ring, figure)


def _rings(geoms: NDArray[np.object_], lengths: Ints, several: Ints) -> tuple[Ints, Ints, Flags]:
    """Where rings and figures begin, and which rings are shells; only the `several` have more than one ring."""
    parts, part_of = shapely.get_parts(geoms[several], return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    number = (lengths > 0).astype(np.int64)
    number[several] = np.bincount(part_of[ring_of], minlength=len(several))
    figure = np.concatenate([[0], np.cumsum(number)]).astype(np.int64)
    size, shell = np.empty(int(figure[-1]), np.int64), np.ones(int(figure[-1]), np.bool_)
    single = np.setdiff1d(np.flatnonzero(number), several, assume_unique=True)
    size[figure[single]] = lengths[single]
    theirs = np.repeat(figure[several], number[several]) + _rank(number[several])
    size[theirs] = shapely.get_num_coordinates(rings)
    shell[theirs] = np.r_[True, ring_of[1:] != ring_of[:-1]][: len(ring_of)]
    return np.concatenate([[0], np.cumsum(size)]).astype(np.int64), figure, shell


def _rank(numbers: Ints) -> Ints:
    """0, 1, … within each run of the lengths given."""
    ends = np.cumsum(numbers)
    return np.arange(int(numbers.sum())) - np.repeat(ends - numbers, numbers)


def select(chains: Chains, which: Ints) -> Chains:
    """The figures `which`, in that order."""
    figure = np.concatenate([[0], np.cumsum(np.diff(chains.figure)[which])]).astype(np.int64)
    length = int(chains.sizes()[which].sum())
    x, y, ring = np.empty(length), np.empty(length), np.zeros(int(figure[-1]) + 1, np.int64)
    _gather(chains, which, x, y, ring)
    return Chains(x, y, ring, figure)


def joined(several: Sequence[Chains]) -> Chains:
    """All figures of several chains, one after another."""
    rings, figures, vertex, ring = [np.zeros(1, np.int64)], [np.zeros(1, np.int64)], 0, 0
    for one in several:
        rings.append(one.ring[1:] + vertex)
        figures.append(one.figure[1:] + ring)
        vertex, ring = vertex + len(one.x), ring + len(one.ring) - 1
    return Chains(
        np.concatenate([one.x for one in several] or [np.empty(0)]),
        np.concatenate([one.y for one in several] or [np.empty(0)]),
        np.concatenate(rings),
        np.concatenate(figures),
    )


@compiled
def _gather(chains: Chains, which: Ints, x: Floats, y: Floats, ring: Ints) -> None:
    to, k = 0, 0
    for f in which:
        for r in range(chains.figure[f], chains.figure[f + 1]):
            for i in range(chains.ring[r], chains.ring[r + 1]):
                x[to] = chains.x[i]
                y[to] = chains.y[i]
                to += 1
            k += 1
            ring[k] = to


@compiled
def _returns(x: Floats, y: Floats, start: Ints) -> Flags:
    """Whether figures come back to their first vertex before their last: else they are one ring."""
    out = np.zeros(len(start) - 1, np.bool_)
    for f in range(len(out)):
        first, last = start[f], start[f + 1] - 1
        for i in range(first + 1, last):
            if x[i] == x[first] and y[i] == y[first]:
                out[f] = True
                break
    return out


@compiled
def _apart(vertices: Floats, x: Floats, y: Floats) -> None:
    for i in range(len(x)):
        x[i] = vertices[i, 0]
        y[i] = vertices[i, 1]


@compiled
def turn(x: Floats, y: Floats, ring: Ints, shell: Flags) -> None:
    """Run shells counter-clockwise and holes clockwise, in place."""
    for r in range(len(ring) - 1):
        run_round(x, y, ring[r], ring[r + 1], shell[r])


@inner
def run_round(x: Floats, y: Floats, first: int, end: int, shell: bool) -> None:
    """Run one ring the right way: its vertices from `first` up to `end`."""
    last, twice = end - 1, 0.0
    for i in range(first, last):
        x0, y0 = x[i] - x[first], y[i] - y[first]
        twice += x0 * (y[i + 1] - y[first]) - (x[i + 1] - x[first]) * y0
    if (twice > 0) == shell:
        return
    while first < last:
        x[first], x[last] = x[last], x[first]
        y[first], y[last] = y[last], y[first]
        first += 1
        last -= 1
