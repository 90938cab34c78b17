"""Wells and canals as vector tiles, each user's own.

Where a tile holds more wells than anybody can tell apart one of each small square stands for all, with their
number as `count`; of too many canals the main and branch ones (干渠、支渠) are shown, with `general`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from django.conf import settings

from liangtian.geo.marks import marks
from liangtian.geo.tiles import BUFFER, TileLayer, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import AsWkb
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.models import WaterSource

WELLS, CANALS = "wells", "canals"
DEEPEST = 20
SQUARES = 64  # of a tile's side, in which crowded wells are counted
_GREAT = (WaterSource.Level.MAIN, WaterSource.Level.BRANCH)


def water_tile(user: User, z: int, x: int, y: int) -> bytes:
    """One tile with the layers "wells" and "canals": id, code, name, closed, level.

    Empty bytes when the user sees nothing there. Raises Forbidden, NotFound for a tile off the grid.
    """
    require(user, "holdings.view")
    try:
        bounds = tile_bounds(z, x, y, BUFFER)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    rows = WaterSource.objects.visible_to(user).filter(geom__bbox=bounds)
    wells = _wells(rows.filter(kind=WaterSource.Kind.WELL), tile_bounds(z, x, y))
    canals = _canals(rows.filter(kind=WaterSource.Kind.CANAL))
    return marks({CANALS: canals, WELLS: wells}, z, x, y)


def _wells(rows: Any, tile: tuple[float, float, float, float]) -> TileLayer:
    found = list(rows.order_by("pk").values_list("pk", "code", "name", "closed_on", AsWkb("geom")))
    ids = [row[0] for row in found]
    geoms = _shapes(found)
    columns: dict[str, list[Any]] = {
        "id": list(ids), "code": [row[1] for row in found], "name": [row[2] for row in found],
        "closed": [row[3] is not None for row in found],
    }  # fmt: skip
    if len(found) <= settings.TILE_FEATURES:
        return TileLayer(geoms, ids, columns)
    west, south, east, north = tile
    column = np.floor((shapely.get_x(geoms) - west) / (east - west) * SQUARES)
    line = np.floor((shapely.get_y(geoms) - south) / (north - south) * SQUARES)
    _, first, number = np.unique(column + line * SQUARES * 4, return_index=True, return_counts=True)
    kept = first.tolist()
    columns = {name: [values[i] for i in kept] for name, values in columns.items()}
    return TileLayer(geoms[first], [ids[i] for i in kept], columns | {"count": number.tolist()})


def _canals(rows: Any) -> TileLayer:
    columns = ("pk", "code", "name", "level", AsWkb("geom"))
    most = settings.TILE_FEATURES
    found = list(rows.order_by("pk").values_list(*columns)[: most + 1])
    general = len(found) > most
    if general:
        found = list(rows.filter(level__in=_GREAT).order_by("pk").values_list(*columns)[:most])
    return TileLayer(
        _shapes(found), [row[0] for row in found],
        {
            "id": [row[0] for row in found], "code": [row[1] for row in found],
            "name": [row[2] for row in found], "level": [row[3] for row in found],
            "general": [general] * len(found),
        },
    )  # fmt: skip


def _shapes(found: list[Any]) -> Any:
    geoms = np.empty(len(found), dtype=object)
    geoms[:] = [shapely.from_wkb(bytes(row[-1])) for row in found]
    return geoms
