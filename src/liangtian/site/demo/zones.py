"""Zones of other departments in the sample county, drawn about the registered parcels so that every ledger has rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.files.services import read_chunks, store
from liangtian.platform.layers.models import Feature, Layer, LayerVersion
from liangtian.platform.layers.services import publish, start_import
from liangtian.platform.maps.sheets import array_of
from liangtian.platform.people.models import User
from liangtian.programmes.holdings.models import ParcelVersion
from liangtian.site import runtime
from liangtian.site.demo.files import write_vector

SINCE, LABEL = date(2024, 1, 1), "2024年"
SHORE_M, SOURCE_M, SITE_M, EDGE_M = 25.0, 180.0, 60.0, 4.0  # metres: bank, radius, radius, set back
RIVER = "1101"  # 河流水面
Plots = Sequence[BaseGeometry]


def load_zones(clerk: User) -> None:
    """Import and publish the layers that no survey of the sample county holds, each once."""
    rows = ParcelVersion.objects.filter(valid_to=None, corps=False).order_by("region_id", "code")
    degrees = array_of([row.geom for row in rows])
    if not len(degrees):
        return
    zone = zone_at(float(shapely.total_bounds(degrees)[0]), prefixed=True)
    plots = list(to_plane(degrees, zone))
    contracted = [p for p, row in zip(plots, rows, strict=True) if row.way == "承包"]
    _load(clerk, "shoreline", "青禾河管理范围", _shore(plots, zone))
    for code, name, draw in ZONES:
        _load(clerk, code, name, draw(contracted if code == "second_round" else plots))


def _shore(plots: Plots, zone: Zone) -> list[BaseGeometry]:
    """The river of the land survey with its banks, as wide as the nearest parcel asks for."""
    survey = LayerVersion.objects.filter(layer__code="dltb", status="published")
    rows = Feature.objects.filter(version=survey.latest("valid_from"), category=RIVER)
    water = array_of([row.geom for row in rows])
    if not len(water):
        return []
    river = shapely.union_all(to_plane(water, zone))
    bank = max(SHORE_M, float(shapely.distance(river, np.array(plots)).min()) + SHORE_M)
    return [river.buffer(bank)]


def _source(plots: Plots) -> list[BaseGeometry]:
    """Round a well of drinking water."""
    return [plots[len(plots) // 3].centroid.buffer(SOURCE_M)]


def _site(plots: Plots) -> list[BaseGeometry]:
    """Round an old mound at the edge of a parcel."""
    west, south, _, _ = plots[2 * len(plots) // 3].bounds
    return [shapely.Point(west, south).buffer(SITE_M)]


def _reforested(plots: Plots) -> list[BaseGeometry]:
    """The western half of some parcels."""
    found = []
    for one in plots[5::25]:
        west, south, east, north = one.bounds
        found.append(shapely.intersection(one, shapely.box(west, south, (west + east) / 2, north)))
    return found


def _standard(plots: Plots) -> list[BaseGeometry]:
    """One project area about the first parcels of either township."""
    half = len(plots) // 2
    first, second = (
        shapely.union_all(some).convex_hull for some in (plots[:12], plots[half : half + 12])
    )
    return [first, shapely.difference(second, first)]


def _contracted(plots: Plots) -> list[BaseGeometry]:
    """The contracted parcels as they were measured then, a little smaller; a few are missing."""
    return [one.buffer(-EDGE_M) for n, one in enumerate(plots) if n % 9 != 8]


ZONES: tuple[tuple[str, str, Callable[[Plots], list[BaseGeometry]]], ...] = (
    ("water_source", "柳塘水厂水源地", _source),
    ("heritage", "古渡土墩遗址", _site),
    ("reforested", "退耕还林地块", _reforested),
    ("standard_farmland", "高标准农田项目", _standard),
    ("second_round", "二轮承包地块", _contracted),
)


def _load(clerk: User, code: str, name: str, shapes: list[BaseGeometry]) -> None:
    layer = Layer.objects.get(code=code)
    if not shapes or LayerVersion.objects.filter(layer=layer, status="published").exists():
        return
    parts = [one for one in shapely.get_parts(array_of(shapes)) if one.geom_type == "Polygon"]
    parts = [one for one in parts if not one.is_empty]
    path = Path(settings.DATA) / "demo" / f"{code}.gpkg"
    path.parent.mkdir(parents=True, exist_ok=True)
    titles = [f"{name}{n}" for n in range(1, len(parts) + 1)]
    field = str(layer.fields["title"][0])
    write_vector(path, layer.name, array_of(parts), {field: np.array(titles, dtype=object)})
    assert clerk.region is not None
    file = store(read_chunks(path), path.name, user=clerk, region=clerk.region, kind="layer")
    version, _ = start_import(clerk, file, layer, LABEL, SINCE)
    runtime.drain()
    publish(clerk, version, take_over=True)
