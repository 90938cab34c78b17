"""Buildings at the field edge as vector tiles, each user's own."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from liangtian.geo.tiles import BUFFER, TileLayer, least_area, mvt, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.geofield import AsWkb
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.models import Building
from liangtian.programmes.holdings.tiles import DEEPEST

LAYER = "buildings"


def building_tile(user: User, z: int, x: int, y: int) -> bytes:
    """One tile with layer "buildings": id, code, kind. From far away footprints are too small to be in it.

    Empty bytes when there is none. Raises Forbidden, NotFound for a tile off the grid.
    """
    require(user, "holdings.view")
    try:
        bounds = tile_bounds(z, x, y, BUFFER)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    smallest = round(least_area(z, (bounds[1] + bounds[3]) / 2), 2)
    rows = Building.objects.visible_to(user).filter(valid_to=None, geom__bbox=bounds)
    found = list(
        rows.filter(area_m2__gte=smallest)
        .order_by("pk")
        .values_list("pk", "code", "kind", AsWkb("geom"))
    )
    if not found:
        return b""
    ids, codes, kinds, wkb = zip(*found, strict=True)
    geoms: Any = np.empty(len(wkb), dtype=object)
    geoms[:] = [shapely.from_wkb(bytes(one)) for one in wkb]
    layer = TileLayer(geoms, ids, {"id": ids, "code": codes, "kind": kinds})
    return mvt({LAYER: layer}, z, x, y)
