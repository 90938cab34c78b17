"""Tiles of a layer version, cut to the user's region, kept on disk once made.

The features of a version no longer change once it is checked, so a tile is good for as long as the
version is; a changed boundary of the region gives another name to the file.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from liangtian.geo.tiles import BUFFER, TileLayer, least_area, mvt, tile_bounds
from liangtian.platform.errors import NotFound
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import SHOWN_TO_IMPORTERS, cut

STYLE = 1  # goes up when tiles of the same data come out differently
DEEPEST = 20


def tile_key(version: LayerVersion, scope: BaseGeometry | None) -> str:
    """Names the content: version, when it was made, and the boundary it is cut at."""
    edge = "all" if scope is None else hashlib.sha256(shapely.to_wkb(scope)).hexdigest()[:16]
    made = int(version.created_at.timestamp() * 1_000_000)
    return f"{version.pk}-{made:x}-{STYLE}/{edge}"


def layer_tile(version: LayerVersion, scope: BaseGeometry | None, z: int, x: int, y: int) -> bytes:
    """One tile (layer "features": id, category, title); empty bytes when there is nothing in it.

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
    path = Path(settings.DATA) / "tiles" / tile_key(version, scope) / f"{z}-{x}-{y}.mvt"
    try:
        return path.read_bytes()
    except FileNotFoundError:
        data = _draw(version, scope, z, x, y)
        _keep(path, data)
        return data


def _draw(version: LayerVersion, scope: BaseGeometry | None, z: int, x: int, y: int) -> bytes:
    bounds = tile_bounds(z, x, y, BUFFER)
    if scope is not None and not shapely.box(*bounds).intersects(scope):
        return b""
    smallest = least_area(z, (bounds[1] + bounds[3]) / 2)
    rows = list(
        Feature.objects.filter(version=version, geom__bbox=bounds, area_m2__gte=round(smallest, 2))
        .order_by("pk")
        .values_list("pk", "category", "title", "geom")
    )
    if not rows:
        return b""
    ids, categories, titles, shapes = zip(*rows, strict=True)
    geoms = np.empty(len(shapes), dtype=object)
    geoms[:] = shapes
    columns = {"id": ids, "category": categories, "title": titles}
    return mvt({"features": TileLayer(cut(geoms, scope), ids, columns)}, z, x, y)


def _keep(path: Path, data: bytes) -> None:
    """Write beside and rename, so that nobody ever reads half a tile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(handle, "wb") as out:
        out.write(data)
    os.replace(temporary, path)
