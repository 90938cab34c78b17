"""Vector tiles: polygons to Mapbox Vector Tile 2.1 bytes, for the Web Mercator XYZ grid.

Everything per vertex runs over whole arrays. Vertices are snapped to a grid, each on its own, instead of
being simplified ring by ring: two plots that share a border keep sharing it, so no slivers appear between
neighbours. Up to zoom 14 the grid is half a screen pixel (a tile is drawn 512 pixels wide); from zoom 15
it is the tile's full resolution.

At every zoom a polygon that covers less than `MIN_PIXELS` square pixels after snapping is left out:
nobody sees it, and a county's survey has tens of thousands of them in one tile at low zoom. Tiles are for
looking; no area is ever computed from them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

EXTENT = 4096  # tile units across one tile
BUFFER = 64  # tile units kept around it, so that outlines do not show at the seams
SCREEN_PIXELS = 512  # width at which the browser draws a tile
MIN_PIXELS = 0.3  # square screen pixels below which a polygon is left out
FULL_DETAIL_ZOOM = 15
MAX_ZOOM = 24
MAX_LATITUDE = 85.0511287798  # edge of the Web Mercator square, degrees
HALF_WORLD = math.pi * 6378137.0  # m, EPSG:3857

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Shapes = NDArray[np.object_]
Bounds = tuple[float, float, float, float]


class TileLayer(NamedTuple):
    """One layer of a tile: (n,) polygons or None, (n,) non-negative ids, columns of n values each.

    `groups`: neighbours in the array with the same number are written as one feature, with the id and
    the properties of the first of them that is seen.
    """

    geometry: Shapes
    ids: Sequence[int] | Ints
    properties: Mapping[str, Sequence[Any]]
    groups: Ints | None = None


class _Frame(NamedTuple):
    """Which tile, how fine, and what the geometries come in."""

    z: int
    x: int
    y: int
    extent: int
    buffer: int
    crs: int


class _Rings(NamedTuple):
    """Closed rings without their closing vertex; (v, 2) coordinates, and per ring what it belongs to."""

    xy: Ints
    start: Ints  # first vertex of each ring
    size: Ints  # vertices of each ring
    feature: Ints  # index of the feature of each ring
    exterior: Ints  # index, among the rings, of the exterior of each ring's polygon


def tile_bounds(z: int, x: int, y: int, buffer: int = 0) -> Bounds:
    """West, south, east, north of a tile in degrees, grown by `buffer` tile units.

    Raises ValueError when there is no such tile.
    """
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise ValueError(f"没有编号为 {z}/{x}/{y} 的瓦片。")
    grow = buffer / EXTENT

    def longitude(column: float) -> float:
        return math.ldexp(column, -z) * 360.0 - 180.0

    def latitude(row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - math.ldexp(2 * row, -z)))))

    return longitude(x - grow), latitude(y + 1 + grow), longitude(x + 1 + grow), latitude(y - grow)


def least_area(z: int, latitude: float) -> float:
    """Ground area in m² that `MIN_PIXELS` square pixels cover at zoom `z` and that latitude."""
    pixel = math.ldexp(2 * HALF_WORLD / SCREEN_PIXELS, -z) * math.cos(math.radians(latitude))
    return MIN_PIXELS * pixel * pixel


def mvt(
    layers: Mapping[str, TileLayer],
    z: int,
    x: int,
    y: int,
    *,
    extent: int = EXTENT,
    buffer: int = BUFFER,
    crs: Literal[4490, 3857] = 4490,
) -> bytes:
    """One tile, MVT 2.1; empty bytes when nothing is to be seen in it.

    Geometries are polygons or multipolygons in `crs` (4490: degrees, x longitude; 3857: m). Values are
    text, whole or real numbers or truth values; None is left out. Raises ValueError for another geometry
    type, another type of value or a tile that does not exist.
    """
    tile_bounds(z, x, y)
    frame = _Frame(z, x, y, extent, buffer, crs)
    out = bytearray()
    for name, content in layers.items():
        body = _layer(name, content, frame)
        if body:
            out += b"\x1a" + _varint(len(body)) + body
    return bytes(out)


def _layer(name: str, layer: TileLayer, frame: _Frame) -> bytes:
    source, shapes = _in_tile_units(layer.geometry, frame)
    step = 1 if frame.z >= FULL_DETAIL_ZOOM else max(1, frame.extent // SCREEN_PIXELS // 2)
    least = MIN_PIXELS * (frame.extent / SCREEN_PIXELS) ** 2
    raw = _rings(shapes)
    if not len(raw[0]):
        return b""
    rings = _visible(_snap(raw, step), least)
    if not len(rings.size):
        return b""
    if layer.groups is not None:
        source, rings = _joined(source, rings, layer.groups)
    features, commands = _commands(rings)
    table = _Values(layer.properties)
    body = bytearray(b"\x0a" + _sized(name.encode()))
    for feature, geometry in zip(features.tolist(), commands, strict=True):
        row = int(source[feature])
        message = b"\x08" + _varint(int(layer.ids[row]))
        message += b"\x12" + _sized(table.tags(row)) + b"\x18\x03\x22" + _sized(geometry)
        body += b"\x12" + _sized(message)
    body += table.tail() + b"\x28" + _varint(frame.extent) + b"\x78\x02"
    return bytes(body)


def _joined(source: Ints, rings: _Rings, groups: Ints) -> tuple[Ints, _Rings]:
    """The rings of one group counted to the first feature of the group that has any."""
    feature = rings.feature
    group = np.asarray(groups)[source[feature]]
    first = np.flatnonzero(np.diff(group, prepend=group[0] - 1))
    owner = np.repeat(feature[first], np.diff(np.r_[first, len(group)]))
    return source, rings._replace(feature=owner)


def _in_tile_units(geometry: Shapes, frame: _Frame) -> tuple[Ints, Shapes]:
    """What of the geometries meets the buffered tile, clipped, in tile units (y downwards)."""
    source = np.flatnonzero(~(shapely.is_missing(geometry) | shapely.is_empty(geometry)))
    shapes = geometry[source]
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        raise ValueError("瓦片只接受面状图形。")
    box = shapely.bounds(shapes)
    low, high = _project(box[:, [0, 3]], frame), _project(box[:, [2, 1]], frame)
    near = ((high >= -frame.buffer) & (low <= frame.extent + frame.buffer)).all(axis=1)
    source, shapes, low, high = source[near], shapes[near], low[near], high[near]
    shapes = shapely.transform(shapes, lambda xy: _project(xy, frame))
    across = ((low < -frame.buffer) | (high > frame.extent + frame.buffer)).any(axis=1)
    shapes[across] = _clip(shapes[across], -frame.buffer, frame.extent + frame.buffer)
    return source, shapes


def _project(xy: Floats, frame: _Frame) -> Floats:
    out = np.empty_like(xy, dtype=np.float64)
    if frame.crs == 4490:
        out[:, 0] = (xy[:, 0] + 180.0) / 360.0
        latitude = np.radians(np.clip(xy[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
        out[:, 1] = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    else:
        out[:, 0] = 0.5 + xy[:, 0] / (2 * HALF_WORLD)
        out[:, 1] = 0.5 - xy[:, 1] / (2 * HALF_WORLD)
    return np.asarray((out * 2**frame.z - (frame.x, frame.y)) * frame.extent, dtype=np.float64)


def _clip(shapes: Shapes, low: float, high: float) -> Shapes:
    try:
        return np.asarray(shapely.clip_by_rect(shapes, low, low, high, high), dtype=object)
    except shapely.errors.GEOSException:  # a shape too broken for the quick way
        return np.asarray(
            shapely.intersection(shapely.make_valid(shapes), shapely.box(low, low, high, high)),
            dtype=object,
        )


def _rings(shapes: Shapes) -> tuple[Floats, Ints, Ints, Ints]:
    """Vertices, the ring of each vertex, and per ring its feature and its polygon's exterior ring."""
    parts, feature = shapely.get_parts(shapes, return_index=True)
    inner, outer = shapely.get_parts(parts, return_index=True)  # clipping may nest collections
    feature, parts = feature[outer], inner
    polygons = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    feature, parts = feature[polygons], parts[polygons]
    rings, polygon = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    first = np.flatnonzero(np.diff(polygon, prepend=-1))
    return xy, ring, feature[polygon], np.repeat(first, np.diff(np.r_[first, len(polygon)]))


def _snap(raw: tuple[Floats, Ints, Ints, Ints], step: int) -> _Rings:
    """Whole coordinates, without repeated vertices and without those on a straight line."""
    xy, ring, feature, exterior = raw
    points = (np.rint(xy / step) * step).astype(np.int64)
    same = (ring[1:] == ring[:-1]) & (points[1:] == points[:-1]).all(axis=1)
    points, ring = points[np.r_[True, ~same]], ring[np.r_[True, ~same]]
    last = np.flatnonzero(np.diff(ring, append=-1))  # the closing vertex repeats the first
    points, ring = np.delete(points, last, axis=0), np.delete(ring, last)
    straight = _straight(points, ring)
    points, ring = points[~straight], ring[~straight]
    count = np.bincount(ring, minlength=len(feature)).astype(np.int64)
    return _Rings(points, np.cumsum(count) - count, count, feature, exterior)


def _straight(points: Ints, ring: Ints) -> NDArray[np.bool_]:
    """Vertices between two others of their ring on one line and not turning back."""
    inside = np.zeros(len(points), dtype=bool)
    if len(points) < 3:
        return inside
    ahead, behind = points[2:] - points[1:-1], points[1:-1] - points[:-2]
    cross = ahead[:, 0] * behind[:, 1] - ahead[:, 1] * behind[:, 0]
    onward = (ahead * behind).sum(axis=1) > 0
    inside[1:-1] = (cross == 0) & onward & (ring[2:] == ring[:-2])
    return inside


def _doubled_areas(rings: _Rings) -> Ints:
    """Twice the signed area of each ring; positive is clockwise on screen, as exteriors must be."""
    after = np.arange(1, len(rings.xy) + 1)
    full = rings.size > 0
    after[(rings.start + rings.size - 1)[full]] = rings.start[full]
    turned = rings.xy[after]
    cross = rings.xy[:, 0] * turned[:, 1] - rings.xy[:, 1] * turned[:, 0]
    total = np.r_[0, np.cumsum(cross)]
    return np.asarray(total[rings.start + rings.size] - total[rings.start], dtype=np.int64)


def _visible(rings: _Rings, least: float) -> _Rings:
    """Rings worth drawing, wound as the format wants: exteriors clockwise, holes the other way."""
    area = _doubled_areas(rings)
    own = np.arange(len(rings.size))
    outer = rings.exterior == own
    keep = (rings.size >= 3) & (area != 0) & (np.abs(area[rings.exterior]) >= 2 * least)
    keep &= rings.size[rings.exterior] >= 3
    turn = (area > 0) != outer
    ring = np.repeat(own, rings.size)
    place = np.arange(len(rings.xy))
    mirrored = np.where(turn[ring], 2 * rings.start[ring] + rings.size[ring] - 1 - place, place)
    points = rings.xy[mirrored][keep[ring]]
    count = rings.size[keep]
    moved = np.cumsum(keep) - 1
    return _Rings(
        points, np.cumsum(count) - count, count, rings.feature[keep], moved[rings.exterior[keep]]
    )


def _commands(rings: _Rings) -> tuple[Ints, list[bytes]]:
    """The features that have rings, and for each the packed commands of its geometry."""
    change = np.flatnonzero(np.diff(rings.feature, prepend=-1))
    features = rings.feature[change]
    opening = rings.start[change]  # the pen starts each feature at the origin
    delta = np.diff(rings.xy, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    delta[opening] = rings.xy[opening]
    zigzag = ((delta << 1) ^ (delta >> 63)).astype(np.uint64)
    length = 2 * rings.size + 3
    begin = np.cumsum(length) - length
    numbers = np.empty(int(length.sum()), dtype=np.uint64)
    numbers[begin] = 1 << 3 | 1  # MoveTo, once
    numbers[begin + 3] = ((rings.size - 1) << 3 | 2).astype(np.uint64)  # LineTo
    numbers[begin + length - 1] = 1 << 3 | 7  # ClosePath
    ring = np.repeat(np.arange(len(rings.size)), rings.size)
    place = np.arange(len(rings.xy)) - rings.start[ring]
    at = begin[ring] + np.where(place == 0, 1, 2 + 2 * place)
    numbers[at], numbers[at + 1] = zigzag[:, 0], zigzag[:, 1]
    packed, ends = _varints(numbers)
    first = begin[change]
    cuts = np.r_[0, ends][np.r_[first, len(numbers)]].tolist()
    return features, [packed[a:b] for a, b in pairwise(cuts)]


def _varints(numbers: NDArray[np.uint64]) -> tuple[bytes, Ints]:
    """Protobuf varints of numbers below 2**35 one after another, and where each one ends."""
    size = np.ones(len(numbers), dtype=np.int64)
    for bits in (7, 14, 21, 28):
        size += numbers >= np.uint64(1 << bits)
    ends = np.cumsum(size)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for k in range(5):
        has = size > k
        piece = (numbers[has] >> np.uint64(7 * k)) & np.uint64(0x7F)
        more = (size[has] > k + 1).astype(np.uint64) << np.uint64(7)
        out[(ends - size)[has] + k] = (piece | more).astype(np.uint8)
    return out.tobytes(), ends


def _varint(number: int) -> bytes:
    if number < 0:
        raise ValueError(f"编号不能为负数：{number}")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _sized(body: bytes) -> bytes:
    return _varint(len(body)) + body


class _Values:
    """The keys and the distinct values of a layer, numbered as they come up."""

    def __init__(self, properties: Mapping[str, Sequence[Any]]) -> None:
        self.columns = list(properties.items())
        self.numbers: dict[bytes, int] = {}

    def tags(self, row: int) -> bytes:
        """Packed key and value numbers of one feature."""
        out = bytearray()
        for key, (_, column) in enumerate(self.columns):
            if column[row] is not None:
                number = self.numbers.setdefault(_value(column[row]), len(self.numbers))
                out += _varint(key) + _varint(number)
        return bytes(out)

    def tail(self) -> bytes:
        """The key and value tables."""
        keys = b"".join(b"\x1a" + _sized(name.encode()) for name, _ in self.columns)
        return keys + b"".join(b"\x22" + _sized(value) for value in self.numbers)


def _value(value: Any) -> bytes:
    if isinstance(value, str):
        return b"\x0a" + _sized(value.encode())
    if isinstance(value, (bool, np.bool_)):
        return b"\x38" + (b"\x01" if value else b"\x00")
    if isinstance(value, (int, np.integer)):
        number = int(value)
        return b"\x30" + _varint(number << 1 if number >= 0 else (-number << 1) - 1)
    if isinstance(value, (float, np.floating)):
        return b"\x19" + np.float64(value).tobytes()
    raise ValueError(f"瓦片属性不支持的取值类型：{type(value).__name__}")
