"""Polygons as signed chains: vertices one after another in flat arrays, shells counter-clockwise, holes clockwise.

Read straight from WKB, so that no geometry object stands between the database and the arithmetic.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.compiled import compiled, inner

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

_POLYGON, _MULTIPOLYGON = 3, 6
_BROKEN = -1
_LEAST = 9
"""Bytes of the smallest polygon in WKB: byte order, kind, number of rings."""


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
    _turn(x, y, ring, shell)
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


def chains_of_wkb(wkb: Sequence[bytes | None]) -> Chains:
    """Chains of little-endian WKB or EWKB; Z and M are passed over.

    Raises:
        ValueError: not little-endian, neither Polygon nor MultiPolygon, or not whole.
    """
    blobs = [one or b"" for one in wkb]
    start = np.zeros(len(blobs) + 1, np.int64)
    np.cumsum([len(one) for one in blobs], out=start[1:])
    data = np.frombuffer(bytearray(b"").join(blobs), np.uint8)
    rings, vertices = _count(data, start)
    if (rings == _BROKEN).any():
        number = int(np.flatnonzero(rings == _BROKEN)[0]) + 1
        raise ValueError(f"第{number}个图形不是面，或不是完整的小端 WKB，不能套合。")
    figure = np.concatenate([[0], np.cumsum(rings)]).astype(np.int64)
    x, y = np.empty(int(vertices.sum())), np.empty(int(vertices.sum()))
    ring = np.zeros(int(figure[-1]) + 1, np.int64)
    shell = np.zeros(int(figure[-1]), np.bool_)
    _fill(data, start, x, y, ring, shell)
    _turn(x, y, ring, shell)
    return Chains(x, y, ring, figure)


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


@inner
def _u32(data: Bytes, at: int) -> int:
    return int(
        np.int64(data[at])
        | np.int64(data[at + 1]) << 8
        | np.int64(data[at + 2]) << 16
        | np.int64(data[at + 3]) << 24
    )


@inner
def _head(data: Bytes, at: int) -> tuple[int, int, int]:
    """Kind of geometry (0 for a foreign byte order), numbers per vertex, where what follows begins."""
    word = _u32(data, at + 1)
    kind = word & 0x0FFFFFFF
    more = (word >> 31 & 1) + (word >> 30 & 1)
    if kind >= 1000:
        more = 2 if kind >= 3000 else 1
    follows = at + 9 if word >> 29 & 1 else at + 5
    if data[at] != 1:
        return 0, 2, follows
    return kind % 1000, 2 + more, follows


@compiled
def _count(data: Bytes, start: Ints) -> tuple[Ints, Ints]:
    """Rings and vertices of each figure; rings are -1 where it is not polygonal, or not whole."""
    rings = np.zeros(len(start) - 1, np.int64)
    vertices = np.zeros(len(start) - 1, np.int64)
    for f in range(len(rings)):
        if start[f] < start[f + 1]:
            rings[f], vertices[f] = _counted(data, start[f], start[f + 1])
    return rings, vertices


@inner
def _number(data: Bytes, at: int, end: int) -> int:
    """A count, or one that leads beyond the end where there is no room for a count."""
    return _u32(data, at) if at + 4 <= end else end


@inner
def _counted(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """One figure, never looking beyond its end, whatever its counts pretend."""
    if at + _LEAST > end:
        return _BROKEN, 0
    kind, dims, follows = _head(data, at)
    if kind == _POLYGON:
        rings, vertices, at = _counted_rings(data, follows, end, dims)
        return (rings, vertices) if at <= end else (_BROKEN, 0)
    if kind != _MULTIPOLYGON:
        return _BROKEN, 0
    rings, vertices, at = 0, 0, follows + 4
    for _ in range(_number(data, follows, end)):
        if at + _LEAST > end:
            return _BROKEN, 0
        kind, dims, at = _head(data, at)
        if kind != _POLYGON:
            return _BROKEN, 0
        more, longer, at = _counted_rings(data, at, end, dims)
        rings, vertices = rings + more, vertices + longer
    return (rings, vertices) if at <= end else (_BROKEN, 0)


@inner
def _counted_rings(data: Bytes, at: int, end: int, dims: int) -> tuple[int, int, int]:
    """Rings and vertices of one polygon, and where it ends: beyond `end` when it is not whole."""
    rings, vertices, number = 0, 0, _number(data, at, end)
    at += 4
    for _ in range(number):
        length = _number(data, at, end)
        at += 4 + 8 * dims * length
        if at > end:
            break
        if length > 3:
            rings += 1
            vertices += length
    return rings, vertices, at


@compiled
def _fill(data: Bytes, start: Ints, x: Floats, y: Floats, ring: Ints, shell: Flags) -> None:
    to, k = 0, 0
    for f in range(len(start) - 1):
        if start[f] == start[f + 1]:
            continue
        kind, dims, at = _head(data, start[f])
        parts = 1
        if kind == _MULTIPOLYGON:
            parts = _u32(data, at)
            at += 4
        for _ in range(parts):
            if kind == _MULTIPOLYGON:
                _, dims, at = _head(data, at)
            number = _u32(data, at)
            at += 4
            for r in range(number):
                length = _u32(data, at)
                at += 4
                values = data[at : at + 8 * dims * length].view(np.float64)
                at += 8 * dims * length
                if length > 3:
                    _copy(values, dims, x[to : to + length], y[to : to + length])
                    to += length
                    shell[k] = r == 0
                    k += 1
                    ring[k] = to


@inner
def _copy(values: Floats, dims: int, x: Floats, y: Floats) -> None:
    for i in range(len(x)):
        x[i] = values[i * dims]
        y[i] = values[i * dims + 1]


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
def _turn(x: Floats, y: Floats, ring: Ints, shell: Flags) -> None:
    """Run shells counter-clockwise and holes clockwise, in place."""
    for r in range(len(ring) - 1):
        first, last = ring[r], ring[r + 1] - 1
        twice = 0.0
        for i in range(first, last):
            x0, y0 = x[i] - x[first], y[i] - y[first]
            twice += x0 * (y[i + 1] - y[first]) - (x[i + 1] - x[first]) * y0
        if (twice > 0) == shell[r]:
            continue
        while first < last:
            x[first], x[last] = x[last], x[first]
            y[first], y[last] = y[last], y[first]
            first += 1
            last -= 1
