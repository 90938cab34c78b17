"""Published layer versions as collections, cut to the reader's region as on the map."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import shapely
from django.db.models import Q
from shapely.geometry.base import BaseGeometry

from liangtian.platform.features.asking import LARGEST_KEY, Asked, Bounds
from liangtian.platform.features.items import Items, Property
from liangtian.platform.layers.models import Feature, LayerVersion
from liangtian.platform.layers.queries import cut, versions_for
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import scope_geometry

FILTERS = ("category", "fid")
OWN = (
    Property("fid", "要素编号"),
    Property("category", "类别代码"),
    Property("category_name", "类别"),
    Property("title", "名称"),
    Property("date_from", "起始日期", format="date"),
    Property("date_to", "截止日期", format="date"),
    Property("area_m2", "椭球面积（平方米）", "number"),
    Property("cut", "是否被管辖边界截断", "boolean"),
)
OWN_NAMES = frozenset(one.name for one in OWN)


def layer_collections(user: User, **only: Any) -> list[LayerCollection]:
    """Every published version the user may see (of those, `only` some); none for who may see no layers."""
    if not user.may("layers.view"):
        return []
    scope = scope_geometry(user)
    rows = versions_for(user).filter(status=LayerVersion.Status.PUBLISHED, **only)
    ordered = rows.order_by("layer__position", "-valid_from", "pk")
    return [LayerCollection(version, scope) for version in ordered]


def layer_collection(user: User, collection_id: str) -> LayerCollection | None:
    """The published version of that id, if the user may see it; the others are not read."""
    code, _, key = collection_id.rpartition("-")
    if not key.isdecimal() or int(key) > LARGEST_KEY:
        return None
    found = layer_collections(user, pk=int(key), layer__code=code)
    return found[0] if found and found[0].id == collection_id else None


class LayerCollection:
    """One published version of a layer."""

    filters: Sequence[str] = FILTERS

    def __init__(self, version: LayerVersion, scope: BaseGeometry | None) -> None:
        self.version, self.scope = version, scope
        self.id = f"{version.layer.code}-{version.pk}"
        self.title = f"{version.layer.name} {version.label}"
        until = version.valid_to.isoformat() if version.valid_to else "长期"
        self.description = f"参考图层，{version.valid_from.isoformat()} 至 {until}。"
        self.period: tuple[date | None, date | None] | None = (version.valid_from, version.valid_to)
        self.extent = self._extent()

    def _extent(self) -> Bounds | None:
        if not self.version.bounds:
            return None
        whole = shapely.box(*self.version.bounds)
        seen = whole if self.scope is None else shapely.intersection(whole, self.scope)
        if shapely.is_empty(seen):
            return None
        west, south, east, north = seen.bounds
        return (west, south, east, north)

    def properties(self) -> Sequence[Property]:
        first = Feature.objects.filter(version=self.version).order_by("pk").first()
        names = [name for name in first.attributes if name not in OWN_NAMES] if first else []
        return [*OWN, *(Property(name, name) for name in names)]

    def matched(self, asked: Asked) -> int | None:
        if self.scope is not None:
            return None  # only the cut tells which of them lie in the region
        narrowed = asked.bbox or asked.filters or asked.since or asked.until
        return self._rows(asked).count() if narrowed else self.version.feature_count

    def items(self, asked: Asked) -> Items:
        rows = self._rows(asked).filter(pk__gt=asked.after).order_by("pk")
        found = list(rows[: asked.limit + 1])
        more = len(found) > asked.limit
        return self._seen(found[: asked.limit], asked.bbox, more)

    def item(self, key: int) -> Items:
        rows = Feature.objects.filter(version=self.version, pk=key)
        return self._seen(list(rows), None, False)

    def _rows(self, asked: Asked) -> Any:
        rows = Feature.objects.filter(version=self.version, **asked.filters)
        if self.scope is not None:
            rows = rows.filter(geom__bbox=self.scope.bounds)
        if asked.bbox is not None:
            rows = rows.filter(geom__bbox=asked.bbox)
        if asked.since is not None:
            rows = rows.filter(Q(date_to=None) | Q(date_to__gte=asked.since))
        if asked.until is not None:
            rows = rows.filter(Q(date_from=None) | Q(date_from__lte=asked.until))
        return rows

    def _seen(self, found: list[Feature], bbox: Bounds | None, more: bool) -> Items:
        geoms = np.empty(len(found), dtype=object)
        geoms[:] = [feature.geom for feature in found]
        seen = cut(geoms, self.scope)
        keep = [geom is not None for geom in seen]
        if bbox is not None:
            box = shapely.box(*bbox)
            keep = [
                ok and bool(shapely.intersects(g, box)) for ok, g in zip(keep, seen, strict=True)
            ]
        picked = np.flatnonzero(keep).tolist()
        return Items(
            ids=[found[i].pk for i in picked],
            geoms=seen[picked],
            properties=[self._row(found[i], geoms[i], seen[i]) for i in picked],
            next_after=found[-1].pk if more else None,
        )

    def _row(self, feature: Feature, whole: BaseGeometry, seen: BaseGeometry) -> dict[str, Any]:
        own = {
            "fid": feature.fid,
            "category": feature.category,
            "category_name": self.version.layer.category_name(feature.category),
            "title": feature.title,
            "date_from": feature.date_from,
            "date_to": feature.date_to,
            "area_m2": float(feature.area_m2),
            "cut": seen is not whole,
        }
        others = {k: v for k, v in feature.attributes.items() if k not in OWN_NAMES}
        return own | others
