"""Patches as vector tiles, each user's own."""

from __future__ import annotations

import numpy as np
import shapely
from django.db.models import Value
from django.db.models.functions import Coalesce, NullIf
from numpy.typing import NDArray

from liangtian.geo.tiles import BUFFER, SCREEN_PIXELS, TileLayer, mvt, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement.models import Patch

DEEPEST = 20
LAYER = "patches"
MARK_PIXELS = 7


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
    outcome = Coalesce(NullIf("judgement_outcome", Value("")), "proposal_outcome")
    rows = list(
        Patch.objects.visible_to(user)
        .filter(geom__bbox=(west, south, east, north))
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
    return mvt({LAYER: TileLayer(_visible(geoms, z), ids, columns)}, z, x, y)


def _visible(geoms: NDArray[np.object_], z: int) -> NDArray[np.object_]:
    """Patches too small to be seen or clicked at this zoom become squares around their middle.

    Unlike a land parcel, a patch of a few square metres must be found on the map of the whole county.
    """
    step = 360.0 / 2**z / SCREEN_PIXELS  # degrees of longitude in a pixel
    west, south, east, north = shapely.bounds(geoms).T
    x, y = (west + east) / 2, (south + north) / 2
    rise = step * np.cos(np.radians(y))
    small = (east - west < MARK_PIXELS * step) & (north - south < MARK_PIXELS * rise)
    half = MARK_PIXELS / 2
    out = geoms.copy()
    marks = shapely.box(x - half * step, y - half * rise, x + half * step, y + half * rise)
    out[small] = marks[small]
    return out
