"""Parcels as vector tiles, each user's own, as of a day.

Where a tile would hold more parcels than anybody can tell apart it shows their classes on a grid instead
(`geo.tilegrid`) and says so with the property `general`: nothing is left out silently.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from numpy.typing import NDArray

from liangtian.geo.tilegrid import CELLS, EMPTY, ClassGrid, boxes, class_grid, from_children
from liangtian.geo.tiles import BUFFER, TileLayer, least_area, mvt, tile_bounds
from liangtian.platform import tilecache
from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import AsWkb
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.colouring import CORPS, WAY, coloured
from liangtian.programmes.holdings.models import ParcelVersion
from liangtian.programmes.holdings.states import GROUP_DIGITS, SERIAL_DIGITS

DEEPEST = 20
LAYER = "parcels"
LABELLED_FROM = 15
GRID_SECONDS = 600  # an overview of ten thousands of parcels may be that old


def parcel_tile(
    user: User, z: int, x: int, y: int, as_of: date | None = None, *, by: str = WAY
) -> bytes:
    """One tile with layer "parcels": id, code, class, corps; from zoom 15 a label, in one tile only.

    `class` is what the parcel is coloured by (`colouring`); judgement and arrears are those of today. A
    crowded tile has `class`, `corps` and `general` only. Empty bytes when the user sees no parcel there;
    Forbidden for a class that isn't the user's to see, NotFound for a tile off the grid.
    """
    require(user, "holdings.view")
    try:
        bounds = tile_bounds(z, x, y, BUFFER)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    rows = ParcelVersion.objects.visible_to(user).at(as_of)
    classed = coloured(user, rows, by)
    if _crowded(rows, bounds):
        whose = f"{user.region_id}/{as_of or 'now'}/{by}"
        return _grid_tile(_grid(classed, whose, z, x, y), z, x, y)
    return _parcels(classed, z, x, y)


def _crowded(rows: Any, bounds: tuple[float, float, float, float]) -> bool:
    most = settings.TILE_FEATURES
    found = rows.order_by().filter(geom__bbox=bounds).values_list("pk")[: most + 1]
    return len(found) > most


def _parcels(rows: Any, z: int, x: int, y: int) -> bytes:
    bounds = tile_bounds(z, x, y, BUFFER)
    smallest = least_area(z, (bounds[1] + bounds[3]) / 2)
    found = list(
        rows.filter(geom__bbox=bounds, area_m2__gte=round(smallest, 2))
        .order_by("pk")
        .values_list("parcel_id", "code", "colour", "corps", AsWkb("geom"))
    )
    if not found:
        return b""
    ids, codes, classes, corps, wkb = zip(*found, strict=True)
    geoms = _from_wkb(wkb)
    columns: dict[str, Sequence[Any]] = {
        "id": ids, "code": codes, "class": classes, "corps": corps,
    }  # fmt: skip
    if z >= LABELLED_FROM:
        columns["label"] = _labels(geoms, codes, tile_bounds(z, x, y))
    return mvt({LAYER: TileLayer(geoms, ids, columns)}, z, x, y)


def _labels(
    geoms: NDArray[np.object_], codes: Sequence[str], tile: tuple[float, float, float, float]
) -> list[str | None]:
    """What is written on a parcel, in the one tile that holds its inner point; None in the others."""
    inner = shapely.point_on_surface(geoms)
    x, y = shapely.get_x(inner), shapely.get_y(inner)
    west, south, east, north = tile
    inside = (x >= west) & (x < east) & (y >= south) & (y < north)
    return [shown_code(code) if here else None for code, here in zip(codes, inside, strict=True)]


def shown_code(code: str) -> str:
    """What of a code is written on a map: of one of 19 digits the serial within the village."""
    whole = len(code) == GROUP_DIGITS + SERIAL_DIGITS and code.isdecimal()
    return code[GROUP_DIGITS:].lstrip("0") if whole else code


def _grid_tile(grid: ClassGrid, z: int, x: int, y: int) -> bytes:
    if grid.empty:
        return b""
    shapes, codes = boxes(grid, z, x, y)
    names = [grid.names[code - 1] for code in codes.tolist()]
    columns = {"class": names, "corps": [n == CORPS for n in names], "general": [True] * len(names)}
    return mvt({LAYER: TileLayer(shapes, codes, columns, codes)}, z, x, y, crs=3857)


def _grid(rows: Any, whose: str, z: int, x: int, y: int) -> ClassGrid:
    """The grid of a crowded tile from its children, that of any other from its parcels; kept for a while."""
    turn = int(time.time() // GRID_SECONDS)
    path = tilecache.folder() / "holdings" / whose / str(turn) / f"{z}-{x}-{y}.grid"
    stored = tilecache.look(path)
    if stored is not None:
        return _unpacked(stored)
    bounds = tile_bounds(z, x, y)
    if z < DEEPEST and _crowded(rows, bounds):
        grid = from_children({
            (i, j): _grid(rows, whose, z + 1, 2 * x + i, 2 * y + j) for i in (0, 1) for j in (0, 1)
        })  # fmt: skip
    else:
        grid = _read_grid(rows, z, x, y)
    tilecache.keep(path, _packed(grid))
    return grid


def _read_grid(rows: Any, z: int, x: int, y: int) -> ClassGrid:
    found = list(
        rows.filter(geom__bbox=tile_bounds(z, x, y))
        .order_by("pk")
        .values_list("colour", AsWkb("geom"))
    )
    if not found:
        return EMPTY
    classes, wkb = zip(*found, strict=True)
    names = np.empty(len(classes), dtype=object)
    names[:] = classes
    return class_grid(_from_wkb(wkb), names, z, x, y)


def _from_wkb(column: Sequence[bytes]) -> NDArray[np.object_]:
    array = np.empty(len(column), dtype=object)
    array[:] = [bytes(value) for value in column]
    return np.asarray(shapely.from_wkb(array), dtype=object)


def _packed(grid: ClassGrid) -> bytes:
    return json.dumps(grid.names).encode() + b"\n" + zlib.compress(grid.cells.tobytes(), 6)


def _unpacked(data: bytes) -> ClassGrid:
    head, body = data.split(b"\n", 1)
    cells = np.frombuffer(zlib.decompress(body), dtype=np.uint16).reshape(CELLS, CELLS)
    return ClassGrid(tuple(json.loads(head)), cells)
