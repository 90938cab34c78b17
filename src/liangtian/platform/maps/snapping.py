"""Exact figures near what is being drawn, so that a new border can run along an old one."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.platform.errors import Refused
from liangtian.platform.layers.models import Feature
from liangtian.platform.layers.queries import SHOWN_TO_IMPORTERS, cut, versions_for
from liangtian.platform.maps.sheets import array_of
from liangtian.platform.maps.sources import sources
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require, scope_geometry
from liangtian.platform.shapes import Bounds

MOST = 600  # figures; more cannot be aimed at
WIDEST_DEGREES = 0.2


def figures_to_snap(
    user: User, bounds: Bounds, version_ids: Sequence[int], codes: Sequence[str]
) -> tuple[list[BaseGeometry], bool]:
    """Figures (EPSG:4490) of versions and programme sources inside bounds, and whether some were left out.

    Layers are cut at the user's boundary. Raises Refused for bounds too wide to aim in.
    """
    require(user, "sketches.draw", "layers.view")
    west, south, east, north = bounds
    if not (0 < east - west <= WIDEST_DEGREES and 0 < north - south <= WIDEST_DEGREES):
        raise Refused("捕捉范围太大，请放大地图后再绘制。", fields={"bounds": "范围太大"})
    scope = scope_geometry(user)
    versions = versions_for(user).filter(pk__in=version_ids, status__in=SHOWN_TO_IMPORTERS)
    rows = Feature.objects.filter(version__in=list(versions), geom__bbox=bounds)
    found = list(rows.order_by("pk").values_list("geom", flat=True)[: MOST + 1])
    geoms = [g for g in cut(array_of(found[:MOST]), scope).tolist() if g is not None]
    for code in codes:
        if code in sources:
            geoms += [g for one in sources[code](user, bounds) for g in one.geoms.tolist()]
    window = shapely.box(*bounds)
    return [g for g in geoms if shapely.intersects(g, window)], len(found) > MOST
