"""Polygons read straight from WKB, so that no geometry object stands between the database and the arithmetic."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from numba import carray  # type: ignore[attr-defined]
from numpy.typing import NDArray

from liangtian.geo.compiled import asked_for, bytes_at, compiled, in_threads, inlined, inner
from liangtian.geo.overlay.chains import Chains, Floats, Ints, run_round

Bytes = NDArray[np.uint8]

POLYGON, MULTIPOLYGON = 3, 6
BROKEN = -1
_HEAD = 32
"""Bytes of a bytes object before its content: how often it is held, its kind, its length, its hash."""
_ITEMS = 24
"""Bytes of a tuple before its references; there a list says where it keeps them."""
_PLAIN = (
    sys.implementation.name == "cpython"
    and bytes.__basicsize__ == _HEAD + 1
    and tuple.__basicsize__ == _ITEMS
    and list.__basicsize__ == _ITEMS + 16
)
_AHEAD = 8
"""Objects looked up until the first of them has come from memory."""
_LINE, _BEGINNING = 64, 1024
"""Bytes that memory sends at once; bytes of a figure worth asking for ahead."""
_LEAST = 9
"""Bytes of the smallest polygon in WKB: byte order, kind, number of rings."""


class Blobs(NamedTuple):
    """WKB where it lies in memory: `size[k]` bytes from `address[k]`, none for None. `held` keeps it there."""

    address: Ints
    size: Ints
    held: object

    @property
    def bytes(self) -> int:
        """All of it."""
        return int(self.size.sum())


def blobs_of(wkb: Sequence[bytes | None]) -> Blobs:
    """Where bytes objects keep their bytes. They are not copied, which would take as long as measuring them.

    A list must stay as it is until `Blobs` is done with.
    """
    # Whatever makes its items when asked is asked once.
    held = wkb if type(wkb) in (list, tuple) else tuple(wkb)
    if _PLAIN:
        address, size = _references(held), np.empty(len(held), np.int64)
        in_threads(partial(_look_up, address, size, id(bytes), id(None)), len(held), 10 * len(held))
        if not (size == BROKEN).any():
            return Blobs(address, size, held)
    blobs = [bytes(one or b"") for one in held]
    joined = np.frombuffer(b"".join(blobs), np.uint8)
    size = np.fromiter(map(len, blobs), np.int64, len(blobs))
    return Blobs(joined.ctypes.data + np.cumsum(size) - size, size, joined)


def _references(held: Sequence[bytes | None]) -> Ints:
    """Where the items of a list or tuple lie. Going through them would count each, and wait for it to come from memory."""
    place = id(held) + _ITEMS
    if type(held) is list:
        place = ctypes.c_int64.from_address(place).value
    return np.array((ctypes.c_int64 * len(held)).from_address(place), np.int64)


@compiled
def _look_up(address: Ints, size: Ints, plain: int, none: int, first: int, last: int) -> None:
    """Turn ids of objects into where their bytes begin and how many; -1 where one is neither bytes nor None."""
    for k in range(first, last):
        if k + _AHEAD < last:
            asked_for(carray(bytes_at(address[k + _AHEAD]), (_HEAD,)), 0)
        size[k] = 0
        if address[k] != none:
            head = carray(bytes_at(address[k]), (_HEAD,)).view(np.int64)
            size[k] = head[2] if head[1] == plain else BROKEN
            address[k] += _HEAD


@inlined
def ask_ahead(address: Ints, size: Ints, k: int, last: int) -> None:
    """Ask memory for the beginning of one that comes soon; of what follows the processor thinks itself."""
    if k + 1 < last:
        soon = carray(bytes_at(address[k + 1]), (size[k + 1],))
        for at in range(0, min(size[k + 1], _BEGINNING), _LINE):
            asked_for(soon, at)


@inlined
def blob(address: Ints, size: Ints, k: int) -> Bytes:
    """One of them."""
    return carray(bytes_at(address[k]), (size[k],))


def refuse(number: int) -> ValueError:
    """The error for a figure that cannot be read; figures are counted from 0."""
    return ValueError(f"第{number + 1}个图形不是面，或不是完整的小端 WKB，不能套合。")


def chains_of_wkb(wkb: Sequence[bytes | None]) -> Chains:
    """Chains of little-endian WKB or EWKB; Z and M are passed over.

    Raises:
        ValueError: not little-endian, neither Polygon nor MultiPolygon, or not whole.
    """
    blobs = blobs_of(wkb)
    rings, vertices = np.zeros(len(wkb), np.int64), np.zeros(len(wkb), np.int64)
    in_threads(partial(_count, *blobs[:2], rings, vertices), len(wkb), blobs.bytes // 16)
    if (rings == BROKEN).any():
        raise refuse(int(np.flatnonzero(rings == BROKEN)[0]))
    figure, first = _before(rings), _before(vertices)
    x, y = np.empty(int(first[-1])), np.empty(int(first[-1]))
    ring = np.zeros(int(figure[-1]) + 1, np.int64)
    fill = partial(_fill, *blobs[:2], figure, first, x, y, ring)
    in_threads(fill, len(wkb), len(x))
    return Chains(x, y, ring, figure)


def _before(numbers: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(numbers)]).astype(np.int64)


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
def _count(address: Ints, size: Ints, rings: Ints, vertices: Ints, first: int, last: int) -> None:
    """Rings and vertices of some figures; rings are -1 where one is not polygonal, or not whole."""
    for f in range(first, last):
        ask_ahead(address, size, f, last)
        if size[f]:
            rings[f], vertices[f] = counted(blob(address, size, f), 0, size[f])


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
def _fill(
    address: Ints, size: Ints, figure: Ints, begin: Ints,
    x: Floats, y: Floats, ring: Ints, first: int, last: int,
) -> None:  # fmt: skip
    """Write some figures to where each begins, their rings run the right way."""
    for f in range(first, last):
        if size[f]:
            _filled(blob(address, size, f), begin[f], figure[f], x, y, ring)


@inner
def _filled(data: Bytes, to: int, k: int, x: Floats, y: Floats, ring: Ints) -> None:
    kind, dims, at = head(data, 0)
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
                run_round(x, y, to, to + length, r == 0)
                to += length
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
