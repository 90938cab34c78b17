"""Patches as vector tiles, each user's own."""

from __future__ import annotations

import numpy as np
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf

from liangtian.geo.tiles import BUFFER, TileLayer, least_area, mvt, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.models import Patch

DEEPEST = 20
LAYER = "patches"


def patch_tile(user: User, z: int, x: int, y: int) -> bytes:
    """One tile with layer "patches": id, number, outcome (judged, else proposed), stage.

    Empty bytes when the user sees no patch there; NotFound for a tile off the grid.
    """
    require(user, "enforcement.view")
    try:
        west, south, east, north = tile_bounds(z, x, y, BUFFER)
    except ValueError as error:
        raise NotFound(str(error)) from error
    if z > DEEPEST:
        raise NotFound(f"瓦片级别最大为 {DEEPEST}。")
    smallest = round(least_area(z, (south + north) / 2), 2)
    outcome = Coalesce(NullIf("judgement_outcome", Value("")), "proposal_outcome")
    rows = list(
        Patch.objects.visible_to(user)
        .filter(geom__bbox=(west, south, east, north), area_m2__gte=smallest)
        .annotate(outcome=outcome)
        .order_by("pk")
        .values_list("pk", "number", "outcome", "case__stage", "geom")
    )
    if not rows:
        return b""
    ids, numbers, outcomes, stages, shapes = zip(*rows, strict=True)
    geoms = np.empty(len(shapes), dtype=object)
    geoms[:] = shapes
    columns = {"id": ids, "number": numbers, "outcome": outcomes, "stage": stages}
    return mvt({LAYER: TileLayer(geoms, ids, columns)}, z, x, y)
