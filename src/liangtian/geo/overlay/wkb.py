"""Polygons read straight from WKB, so that no geometry object stands between the database and the arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.compiled import compiled, inlined, inner
from liangtian.geo.overlay.chains import Chains, Flags, Floats, Ints, turn

Bytes = NDArray[np.uint8]

POLYGON, MULTIPOLYGON = 3, 6
BROKEN = -1
_LEAST = 9
"""Bytes of the smallest polygon in WKB: byte order, kind, number of rings."""


def together(wkb: Sequence[bytes | None]) -> tuple[Bytes, Ints]:
    """All of it in one array, and where each begins (and the last ends); None is nothing."""
    blobs = [one or b"" for one in wkb]
    start = np.zeros(len(blobs) + 1, np.int64)
    np.cumsum(np.fromiter(map(len, blobs), np.int64, len(blobs)), out=start[1:])
    return np.frombuffer(b"".join(blobs), np.uint8), start


def refuse(number: int) -> ValueError:
    """The error for a figure that cannot be read; figures are counted from 0."""
    return ValueError(f"第{number + 1}个图形不是面，或不是完整的小端 WKB，不能套合。")


def chains_of_wkb(wkb: Sequence[bytes | None]) -> Chains:
    """Chains of little-endian WKB or EWKB; Z and M are passed over.

    Raises:
        ValueError: not little-endian, neither Polygon nor MultiPolygon, or not whole.
    """
    data, start = together(wkb)
    rings, vertices = _count(data, start)
    if (rings == BROKEN).any():
        raise refuse(int(np.flatnonzero(rings == BROKEN)[0]))
    figure = np.concatenate([[0], np.cumsum(rings)]).astype(np.int64)
    x, y = np.empty(int(vertices.sum())), np.empty(int(vertices.sum()))
    ring = np.zeros(int(figure[-1]) + 1, np.int64)
    shell = np.zeros(int(figure[-1]), np.bool_)
    _fill(data, start, x, y, ring, shell)
    turn(x, y, ring, shell)
    return Chains(x, y, ring, figure)


@inlined
def u32(data: Bytes, at: int) -> int:
    """A count."""
    return int(
        np.int64(data[at])
        | np.int64(data[at + 1]) << 8
        | np.int64(data[at + 2]) << 16
        | np.int64(data[at + 3]) << 24
    )


@inlined
def head(data: Bytes, at: int) -> tuple[int, int, int]:
    """Kind of geometry (0 for a foreign byte order), numbers per vertex, where what follows begins."""
    word = u32(data, at + 1)
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
            rings[f], vertices[f] = counted(data, start[f], start[f + 1])
    return rings, vertices


@inner
def _number(data: Bytes, at: int, end: int) -> int:
    """A count, or one that leads beyond the end where there is no room for a count."""
    return u32(data, at) if at + 4 <= end else end


@inner
def counted(data: Bytes, at: int, end: int) -> tuple[int, int]:
    """One figure, never looking beyond its end, whatever its counts pretend."""
    if at + _LEAST > end:
        return BROKEN, 0
    kind, dims, follows = head(data, at)
    if kind == POLYGON:
        rings, vertices, at = _counted_rings(data, follows, end, dims)
        return (rings, vertices) if at <= end else (BROKEN, 0)
    if kind != MULTIPOLYGON:
        return BROKEN, 0
    rings, vertices, at = 0, 0, follows + 4
    for _ in range(_number(data, follows, end)):
        if at + _LEAST > end:
            return BROKEN, 0
        kind, dims, at = head(data, at)
        if kind != POLYGON:
            return BROKEN, 0
        more, longer, at = _counted_rings(data, at, end, dims)
        rings, vertices = rings + more, vertices + longer
    return (rings, vertices) if at <= end else (BROKEN, 0)


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
        kind, dims, at = head(data, start[f])
        parts = 1
        if kind == MULTIPOLYGON:
            parts = u32(data, at)
            at += 4
        for _ in range(parts):
            if kind == MULTIPOLYGON:
                _, dims, at = head(data, at)
            number = u32(data, at)
            at += 4
            for r in range(number):
                length = u32(data, at)
                at += 4
                values = data[at : at + 8 * dims * length].view(np.float64)
                at += 8 * dims * length
                if length > 3:
                    apart(values, dims, x[to : to + length], y[to : to + length])
                    to += length
                    shell[k] = r == 0
                    k += 1
                    ring[k] = to


@inner
def apart(values: Floats, dims: int, x: Floats, y: Floats) -> None:
    """Both coordinates of vertices that have `dims`."""
    if dims == 2:
        for i in range(len(x)):
            x[i] = values[i * 2]
            y[i] = values[i * 2 + 1]
        return
    for i in range(len(x)):
        x[i] = values[i * dims]
        y[i] = values[i * dims + 1]
