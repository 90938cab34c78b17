"""The dashboard of the land survey (国土调查): area by land class now, and from version to version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

import numpy as np
import shapely
from django.db.models import Sum

from liangtian.geo.area import survey_areas
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Drawn,
    Figure,
    Series,
    Value,
    register,
)
from liangtian.platform.layers.catalogue import catalogue, land_classes
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import cut, features_in, versions_for
from liangtian.platform.people.scope import scope_geometry

SURVEY = "dltb"
FARMLAND = "01"  # 耕地 in the work classification of the survey (TD/T 1055-2019)
MOST_VERSIONS = 6
COUNTY_UP = ("province", "prefecture", "county")
Areas = dict[str, Decimal]  # m² by first-level class, such as 01耕地


def _versions(asked: Asked) -> list[LayerVersion]:
    """Published deliveries, the oldest first."""
    rows = versions_for(asked.user).filter(layer__code=SURVEY, status=LayerVersion.Status.PUBLISHED)
    return list(rows.order_by("-valid_from", "-published_at", "-pk")[:MOST_VERSIONS])[::-1]


def _areas(version: LayerVersion, asked: Asked) -> Areas:
    """Area by class of one version inside the region asked for, never outside the user's own."""
    scope_geometry(asked.user)  # refuses who answers for a region without boundary
    region = asked.region
    if region is None or region.level in COUNTY_UP:
        return _of_version(version.pk, str(version.published_at), b"")
    if region.geom is None:
        return {}
    return _of_version(version.pk, str(version.published_at), region.geom.wkb)


def _class(category: str) -> str:
    row = land_classes().get(category) or land_classes().get(category[:4])
    return row["level1"] if row else category


@lru_cache(maxsize=128)
def _of_version(version_id: int, published: str, boundary: bytes) -> Areas:
    """A published version never changes; `boundary` (WKB) cuts it where it is given."""
    found = defaultdict[str, Decimal](Decimal)
    version = LayerVersion.objects.get(pk=version_id)
    if not boundary:
        rows = Feature.objects.filter(version=version).order_by().values_list("category")
        for category, m2 in rows.annotate(m2=Sum("area_m2")):
            found[_class(category)] += m2
        return dict(found)
    place = shapely.from_wkb(boundary)
    features = features_in(version, place.bounds)
    if not len(features):
        return {}
    shapely.prepare(place)
    whole = shapely.contains_properly(place, features.geoms)
    pieces = cut(features.geoms, place)
    left = np.array([piece is not None for piece in pieces])
    areas = survey_areas(pieces[left])
    kept = zip(features.categories[left], features.areas_m2[left], whole[left], areas, strict=True)
    for category, stored, inside, m2 in kept:
        found[_class(category)] += stored if inside else Decimal(str(round(m2, 2)))
    return dict(found)


def _mu(m2: Decimal) -> Decimal:
    return round(m2 * 15 / 10_000, 2)


def _farmland(areas: Areas) -> Decimal:
    return sum((m2 for name, m2 in areas.items() if name.startswith(FARMLAND)), Decimal())


def _count(asked: Asked) -> Mapping[str, Value]:
    versions = _versions(asked)
    now = _areas(versions[-1], asked) if versions else {}
    return {
        "versions": len(versions),
        "area": _mu(sum(now.values(), Decimal())),
        "farmland": _mu(_farmland(now)),
    }


def _map(asked: Asked) -> str:
    return "/map"


def _by_class(asked: Asked) -> Drawn:
    versions = _versions(asked)
    areas = _areas(versions[-1], asked) if versions else {}
    classes = sorted(areas, key=lambda name: -areas[name])
    colours = catalogue()["palette"]
    series = [
        Series(name, name[2:] or name, [_mu(areas[name])], colour=colours.get(name[:2], ""))
        for name in classes
    ]
    return Drawn([str(versions[-1].label)] if versions else [], series)


def _over_versions(asked: Asked) -> Drawn:
    versions = _versions(asked)
    found = [_areas(version, asked) for version in versions]
    colours = catalogue()["palette"]
    series = [
        Series(
            name, name[2:] or name, [_mu(areas.get(name, Decimal())) for areas in found],
            colour=colours.get(name[:2], ""),
        )
        for name in sorted({name for areas in found for name in areas})
    ]  # fmt: skip
    return Drawn([version.label for version in versions], series)


LAND = register(
    Dashboard(
        name="land",
        title="土地利用现状",
        permission="layers.view",
        export_permission="layers.export",
        timed=False,
        position=30,
        count=_count,
        home=("farmland", "area"),
        figures=(
            Figure("area", "调查总面积", "亩", "area_mu", counted=True, to=_map),
            Figure("farmland", "耕地面积", "亩", "area_mu", counted=True, tag="success", to=_map),
            Figure("farmland_share", "耕地占比", "%", "percent", share=("farmland", "area")),
            Figure("versions", "已发布版本", "个", counted=True, to=lambda asked: "/layers"),
        ),
        charts=(
            Chart("classes", "现行版本地类构成", "pie", "亩", "area_mu", read=_by_class),
            Chart("versions", "各版本地类面积", "stack", "亩", "area_mu", read=_over_versions),
        ),
    )
)
