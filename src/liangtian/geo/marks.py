"""Points and lines as layers of a vector tile (MVT 2.1), beside the polygons of `tiles`.

The bytes of both may be put one after the other: a tile is the sum of its layers.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.tiles import (
    BUFFER,
    EXTENT,
    Ints,
    Shapes,
    TileLayer,
    _Frame,
    _project,
    _sized,
    _Values,
    _varint,
    tile_bounds,
)

POINT, LINE = 1, 2  # as the format names them
_KINDS = {0: POINT, 1: LINE, 5: LINE}
_MOVE, _LINE_TO = 1, 2


def marks(layers: Mapping[str, TileLayer], z: int, x: int, y: int) -> bytes:
    """Layers of points, lines and many-part lines in degrees; empty bytes when nothing is to be seen.

    Raises ValueError for another geometry type or a tile that does not exist.
    """
    tile_bounds(z, x, y)
    frame = _Frame(z, x, y, EXTENT, BUFFER, 4490)
    out = bytearray()
    for name, layer in layers.items():
        if body := _features(layer, frame):
            whole = b"\x0a" + _sized(name.encode()) + body
            out += b"\x1a" + _sized(whole + b"\x28" + _varint(EXTENT) + b"\x78\x02")
    return bytes(out)


def _features(layer: TileLayer, frame: _Frame) -> bytes:
    table, out = _Values(layer.properties), bytearray()
    for row, kind, parts in _seen(layer.geometry, frame):
        message = b"\x08" + _varint(int(layer.ids[row])) + b"\x12" + _sized(table.tags(row))
        message += b"\x18" + _varint(kind) + b"\x22" + _sized(_drawn(kind, parts))
        out += b"\x12" + _sized(message)
    return bytes(out) + table.tail() if out else b""


def _seen(geometry: Shapes, frame: _Frame) -> list[tuple[int, int, list[Ints]]]:
    """Of each geometry that meets the tile its row, its type and its parts in whole tile units."""
    low, high = -frame.buffer, frame.extent + frame.buffer
    found = []
    for row in np.flatnonzero(
        ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    ).tolist():
        kind = _KINDS.get(int(shapely.get_type_id(geometry[row])))
        if kind is None:
            raise ValueError("点线瓦片只接受点和线。")
        shape: Any = shapely.transform(geometry[row], lambda xy: _project(xy, frame))
        clipped = shapely.clip_by_rect(shape, low, low, high, high)
        if parts := [p for p in map(_whole, shapely.get_parts(clipped)) if len(p) >= kind]:
            found.append((row, kind, parts))
    return found


def _whole(part: Any) -> Ints:
    """The vertices in whole units, repeated ones once."""
    points: NDArray[np.int64] = np.rint(shapely.get_coordinates(part)).astype(np.int64)
    if len(points) < 2:
        return points
    return points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]


def _drawn(kind: int, parts: list[Ints]) -> bytes:
    """The drawing commands of one feature."""
    points = np.concatenate([p[:1] if kind == POINT else p for p in parts])
    delta = np.diff(points, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps = ((delta << 1) ^ (delta >> 63)).tolist()
    out = bytearray()
    if kind == POINT:
        out += _varint(len(points) << 3 | _MOVE)
        return bytes(out) + _numbers(steps)
    ends = np.cumsum([0, *(len(p) for p in parts)]).tolist()
    for first, last in pairwise(ends):
        out += _varint(1 << 3 | _MOVE) + _numbers(steps[first : first + 1])
        out += _varint((last - first - 1) << 3 | _LINE_TO) + _numbers(steps[first + 1 : last])
    return bytes(out)


def _numbers(steps: list[list[int]]) -> bytes:
    return b"".join(_varint(n) for step in steps for n in step)
