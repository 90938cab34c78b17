"""Reading layers: which versions a user may see, features as arrays, what lies at a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db.models import Q, QuerySet
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import survey_areas
from liangtian.platform.errors import NotFound
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import scope_geometry

Bounds = tuple[float, float, float, float]
SLIVER_M2 = 1.0  # less than this left by a cut is the rounding of the boundary, not land
MOST_AT_A_POINT = 50
SHOWN_TO_ALL = (LayerVersion.Status.PUBLISHED,)
SHOWN_TO_IMPORTERS = (*SHOWN_TO_ALL, LayerVersion.Status.CHECKED, LayerVersion.Status.WITHDRAWN)


@dataclass(frozen=True)
class FeatureArrays:
    """Features side by side; geometries in EPSG:4490, `areas_m2` as stored (Decimal)."""

    ids: NDArray[np.int64]
    categories: NDArray[np.object_]
    titles: NDArray[np.object_]
    date_from: NDArray[np.object_]
    date_to: NDArray[np.object_]
    areas_m2: NDArray[np.object_]
    geoms: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ids)

    def only(self, ids: NDArray[np.int64]) -> FeatureArrays:
        """Some of them, in the order of `ids`, by which these arrays must be sorted."""
        at = np.searchsorted(self.ids, ids)
        return FeatureArrays(*(getattr(self, field.name)[at] for field in fields(self)))

    def shapes_of(self, ids: NDArray[np.int64]) -> NDArray[np.object_]:
        """Geometries of some of them."""
        return self.only(ids).geoms


def features_in(version: LayerVersion, bounds: Bounds | None = None) -> FeatureArrays:
    """Features whose bounding box meets `bounds` (west, south, east, north), by id; None means all.

    For computing: not cut to anybody's region.
    """
    rows = Feature.objects.filter(version=version)
    return _arrays(rows if bounds is None else rows.filter(geom__bbox=bounds))


def features_with(ids: Sequence[int]) -> FeatureArrays:
    """Features by their ids, sorted by id. For computing, like `features_in`."""
    return _arrays(Feature.objects.filter(pk__in=ids))


def _arrays(rows: QuerySet[Feature]) -> FeatureArrays:
    names = ("pk", "category", "title", "date_from", "date_to", "area_m2", "geom")
    found = list(rows.order_by("pk").values_list(*names))
    columns = [np.empty(len(found), dtype=object) for _ in names]
    for column, values in zip(columns, zip(*found, strict=True), strict=False):
        column[:] = values
    return FeatureArrays(columns[0].astype(np.int64), *columns[1:])


def published_version(layer_code: str, on: date, county: str | None = None) -> LayerVersion | None:
    """The newest version of a layer in force on a day; of two that begin together, the later import.

    `county` is a region code and defaults to the county this installation serves, if it names one.
    """
    in_force = Q(valid_to=None) | Q(valid_to__gte=on)
    rows = LayerVersion.objects.filter(
        in_force,
        layer__code=layer_code,
        status=LayerVersion.Status.PUBLISHED,
        valid_from__lte=on,
    )
    if county or settings.COUNTY:
        rows = rows.filter(region=county or settings.COUNTY)
    newest: LayerVersion | None = (
        rows.select_related("layer").order_by("-valid_from", "-published_at", "-pk").first()
    )
    return newest


def versions_for(user: User) -> QuerySet[LayerVersion]:
    """Versions of the user's county (or of the counties below the user's region) the user may see."""
    if not user.is_active or not user.scope:
        return LayerVersion.objects.none()
    above = [user.scope[:length] for length in range(2, len(user.scope) + 1)]
    rows = LayerVersion.objects.filter(
        Q(region_id__in=above) | Q(region__code__startswith=user.scope)
    ).select_related("layer", "source_file", "job__created_by")
    if user.may("layers.import"):
        return rows
    return rows.filter(status__in=SHOWN_TO_ALL)


def version_for(user: User, version_id: int) -> LayerVersion:
    """One version the user may see; NotFound otherwise."""
    found = versions_for(user).filter(pk=version_id).first()
    if found is None:
        raise NotFound("没有该图层版本，或您无权查看。")
    return found


def cut(geoms: NDArray[np.object_], scope: BaseGeometry | None) -> NDArray[np.object_]:
    """Polygons cut at the boundary of a region (EPSG:4490); None where nothing of one is left."""
    if scope is None or not len(geoms):
        return geoms
    shapely.prepare(scope)
    out = geoms.copy()
    across = ~shapely.contains_properly(scope, geoms)
    if not across.any():
        return out
    pieces = shapely.intersection(geoms[across], scope)
    parts, owner = shapely.get_parts(pieces, return_index=True)
    areal = (shapely.get_type_id(parts) == 3) & (survey_areas(parts) >= SLIVER_M2)
    left = np.full(len(pieces), None, dtype=object)
    for index in np.unique(owner[areal]).tolist():
        left[index] = shapely.multipolygons(parts[areal & (owner == index)])
    out[across] = left
    return out


def features_at(
    user: User, lon: float, lat: float, version_ids: Sequence[int]
) -> list[tuple[Feature, BaseGeometry, bool]]:
    """Features under a point with the geometry the user may see and whether it was cut."""
    scope, point = scope_geometry(user), shapely.Point(lon, lat)
    if scope is not None and not shapely.intersects(scope, point):
        return []
    versions = versions_for(user).filter(pk__in=version_ids, status__in=SHOWN_TO_IMPORTERS)
    rows = (
        Feature.objects.filter(version__in=list(versions), geom__intersects=point)
        .select_related("version__layer")
        .order_by("version__layer__position", "version_id", "row")[:MOST_AT_A_POINT]
    )
    out = []
    for feature in rows:
        seen = cut(np.array([feature.geom], dtype=object), scope)
        if seen[0] is not None and shapely.intersects(seen[0], point):
            lost = float(feature.area_m2) - float(survey_areas(seen)[0])
            out.append((feature, seen[0], lost >= SLIVER_M2))
    return out


def search_features(user: User, text: str, most: int) -> list[dict[str, Any]]:
    """Features of published versions by title, such as an approval number, for the search box."""
    text = text.strip()
    if not text or most < 1 or not user.may("layers.view"):
        return []
    scope = scope_geometry(user)
    versions = versions_for(user).filter(status=LayerVersion.Status.PUBLISHED)
    rows = Feature.objects.filter(version__in=list(versions), title__icontains=text)
    rows = rows.exclude(version__layer__group="survey").select_related("version__layer")
    if scope is not None:
        rows = rows.filter(geom__intersects=scope)
    hits = []
    for feature in rows.order_by("title", "pk")[:most]:
        seen = cut(np.array([feature.geom], dtype=object), scope)[0]
        if seen is not None:
            hits.append(
                {
                    "kind": "feature",
                    "title": feature.title,
                    "subtitle": str(feature.version),
                    "to": None,
                    "bounds": list(seen.bounds),
                }
            )
    return hits
