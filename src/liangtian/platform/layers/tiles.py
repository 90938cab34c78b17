"""Tiles of a layer version, cut to the user's region, kept on disk once made.

The features of a version no longer change once it is checked, so a tile is good for as long as the
version is; a changed boundary of the region gives another name to the file. Where a tile would hold too
many features it shows classes on a grid (`geo.tilegrid`); grids of low zooms are made from deeper ones.
"""

from __future__ import annotations

import hashlib
import json
import threading
import zlib
from collections.abc import Iterator

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.tilegrid import (
    CELLS,
    EMPTY,
    ClassGrid,
    boxes,
    class_grid,
    coarser,
    crowded_zoom,
    from_children,
    masked,
)
from liangtian.geo.tiles import BUFFER, TileLayer, least_area, mvt, tile_bounds
from liangtian.platform import tilecache
from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import AsWkb
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import SHOWN_TO_IMPORTERS, cut

STYLE = 2  # goes up when tiles of the same data come out differently
DEEPEST = 20
NAMED_FROM = 13  # zoom from which a tile tells features apart; before it, only their categories
LARGEST_TILE = 500 * 1024  # bytes, before compression
HIGHEST_KEPT = 6  # a county is a few pixels wide above this zoom

_one_at_a_time = threading.Lock()  # ten tiles asked for at once would each read the whole layer


def tile_key(version: LayerVersion, scope: BaseGeometry | None) -> str:
    """Names the content: version, when it was made, and the boundary it is cut at."""
    edge = "all" if scope is None else hashlib.sha256(shapely.to_wkb(scope)).hexdigest()[:16]
    return f"{_version_key(version)}/{edge}"


def _version_key(version: LayerVersion) -> str:
    made = int(version.created_at.timestamp() * 1_000_000)
    flat = "f" if version.flattened else ""  # flattening is the one change before publication
    return f"{version.pk}-{made:x}{flat}-{STYLE}"


def grid_zoom(version: LayerVersion) -> int | None:
    """The deepest zoom at which this version is shown as classes on a grid; None: at none."""
    if not version.bounds:
        return None
    deepest = crowded_zoom(version.feature_count, version.bounds, settings.TILE_FEATURES)
    return None if deepest is None else min(deepest, NAMED_FROM - 1)


def layer_tile(version: LayerVersion, scope: BaseGeometry | None, z: int, x: int, y: int) -> bytes:
    """One tile (layer "features": category, from zoom 13 also id and title); empty when nothing is there.

    Raises NotFound for a tile off the grid or a version that is still being filled.
    """
    if version.status not in SHOWN_TO_IMPORTERS:
        raise NotFound(f"“{version}”{version.get_status_display()}，还不能显示。")
    try:
        tile_bounds(z, x, y)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    name = f"{tile_key(version, scope)}/{z}-{x}-{y}.mvt"
    return tilecache.kept(name, lambda: _draw(version, scope, z, x, y))


def low_tiles(version: LayerVersion) -> Iterator[tuple[int, int, int]]:
    """The tiles (z, x, y) on which this version is crowded, and those one zoom deeper; deepest first."""
    deepest, bounds = grid_zoom(version), version.bounds
    if deepest is None or bounds is None:
        return
    for z in range(deepest + 1, HIGHEST_KEPT - 1, -1):
        yield from _covering(tuple(bounds), z)


def _covering(bounds: tuple[float, ...], z: int) -> Iterator[tuple[int, int, int]]:
    west, south, east, north = bounds
    count = 2**z

    def row(latitude: float) -> int:
        down = 0.5 - np.arcsinh(np.tan(np.radians(latitude))) / (2 * np.pi)
        return int(min(max(down * count, 0), count - 1))

    for x in range(int((west + 180) / 360 * count), int((east + 180) / 360 * count) + 1):
        for y in range(row(north), row(south) + 1):
            yield z, x, y


def _draw(version: LayerVersion, scope: BaseGeometry | None, z: int, x: int, y: int) -> bytes:
    bounds = tile_bounds(z, x, y, BUFFER)
    if scope is not None and not shapely.box(*bounds).intersects(scope):
        return b""
    deepest = grid_zoom(version)
    if deepest is not None and z <= deepest:
        with _one_at_a_time:
            grid = _grid(version, z, x, y, deepest)
        return _grid_tile(grid if scope is None else masked(grid, scope, z, x, y), z, x, y)
    return _feature_tile(version, scope, z, x, y)


def _feature_tile(
    version: LayerVersion, scope: BaseGeometry | None, z: int, x: int, y: int
) -> bytes:
    bounds = tile_bounds(z, x, y, BUFFER)
    smallest = least_area(z, (bounds[1] + bounds[3]) / 2)
    rows = Feature.objects.filter(
        version=version, geom__bbox=bounds, area_m2__gte=round(smallest, 2)
    )
    named = z >= NAMED_FROM
    order = ("pk",) if named else ("category", "pk")
    found = list(rows.order_by(*order).values_list("pk", "category", "title", AsWkb("geom")))
    if not found:
        return b""
    ids, categories, titles, wkb = zip(*found, strict=True)
    geoms = cut(_from_wkb(wkb), scope)
    if named:
        columns = {"id": ids, "category": categories, "title": titles}
        return mvt({"features": TileLayer(geoms, ids, columns)}, z, x, y)
    _, codes = np.unique(np.array(categories), return_inverse=True)
    layer = TileLayer(geoms, codes, {"category": categories}, codes)
    return mvt({"features": layer}, z, x, y)


def _grid_tile(grid: ClassGrid, z: int, x: int, y: int) -> bytes:
    """Rectangles of each class; from cells twice as large where classes change with every cell."""
    if grid.empty:
        return b""
    shapes, codes = boxes(grid, z, x, y)
    names = [grid.names[code - 1] for code in codes.tolist()]
    layer = TileLayer(shapes, codes, {"category": names}, codes)
    data = mvt({"features": layer}, z, x, y, crs=3857)
    return data if len(data) <= LARGEST_TILE else _grid_tile(coarser(grid), z, x, y)


def _grid(version: LayerVersion, z: int, x: int, y: int, deepest: int) -> ClassGrid:
    """The grid of a tile; read from the features at the deepest crowded zoom, else from its children."""
    west, south, east, north = tile_bounds(z, x, y)
    edge = version.bounds or [0.0, 0.0, 0.0, 0.0]
    if edge[0] > east or edge[2] < west or edge[1] > north or edge[3] < south:
        return EMPTY
    path = tilecache.folder() / _version_key(version) / "grids" / f"{z}-{x}-{y}.grid"
    stored = tilecache.look(path)
    if stored is not None:
        return _unpacked(stored)
    if z == deepest:
        grid = _read_grid(version, z, x, y)
    else:
        grid = from_children({
            (i, j): _grid(version, z + 1, 2 * x + i, 2 * y + j, deepest)
            for i in (0, 1) for j in (0, 1)
        })  # fmt: skip
    tilecache.keep(path, _packed(grid))
    return grid


def _read_grid(version: LayerVersion, z: int, x: int, y: int) -> ClassGrid:
    rows = Feature.objects.filter(version=version, geom__bbox=tile_bounds(z, x, y))
    found = list(rows.order_by("pk").values_list("category", AsWkb("geom")))
    if not found:
        return EMPTY
    categories, wkb = zip(*found, strict=True)
    names = np.empty(len(categories), dtype=object)
    names[:] = categories
    return class_grid(_from_wkb(wkb), names, z, x, y)


def _from_wkb(column: tuple[bytes, ...]) -> NDArray[np.object_]:
    """All at once: a county's layer one by one would take most of a tile's time."""
    array = np.empty(len(column), dtype=object)
    array[:] = [bytes(value) for value in column]
    return np.asarray(shapely.from_wkb(array), dtype=object)


def _packed(grid: ClassGrid) -> bytes:
    return json.dumps(grid.names).encode() + b"\n" + zlib.compress(grid.cells.tobytes(), 6)


def _unpacked(data: bytes) -> ClassGrid:
    head, body = data.split(b"\n", 1)
    cells = np.frombuffer(zlib.decompress(body), dtype=np.uint16).reshape(CELLS, CELLS)
    return ClassGrid(tuple(json.loads(head)), cells)
