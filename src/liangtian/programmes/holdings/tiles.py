"""Parcels as vector tiles, each user's own, as of a day."""

from __future__ import annotations

from datetime import date

import numpy as np
from django.db.models import F

from liangtian.geo.tiles import BUFFER, TileLayer, mvt, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.models import ParcelVersion

DEEPEST = 20
LAYER = "parcels"
MOST = 20_000  # parcels in a tile; a wider view shows the largest


def parcel_tile(user: User, z: int, x: int, y: int, as_of: date | None = None) -> bytes:
    """One tile with layer "parcels": id, code, way, ownership, corps.

    Empty bytes when the user sees no parcel there; NotFound for a tile off the grid.
    """
    require(user, "holdings.view")
    try:
        bounds = tile_bounds(z, x, y, BUFFER)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    found = ParcelVersion.objects.visible_to(user).at(as_of).filter(geom__bbox=bounds)
    rows = list(
        found.order_by(F("area_m2").desc(), "pk").values_list(
            "parcel_id", "code", "way", "ownership", "corps", "geom"
        )[:MOST]
    )
    if not rows:
        return b""
    ids, codes, ways, ownerships, corps, shapes = zip(*rows, strict=True)
    geoms = np.empty(len(shapes), dtype=object)
    geoms[:] = shapes
    columns = {"id": ids, "code": codes, "way": ways, "ownership": ownerships, "corps": corps}
    return mvt({LAYER: TileLayer(geoms, ids, columns)}, z, x, y)
