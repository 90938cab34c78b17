"""The regions a user answers for."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

import shapely
from django.http import HttpRequest
from ninja import Router, Schema

from liangtian.platform.errors import NotFound
from liangtian.platform.people.request import user_of
from liangtian.platform.regions.models import Region
from liangtian.platform.shapes import Bounds, Surface, one_of

router = Router(tags=["regions"])


class RegionOut(Schema):
    code: str
    name: str
    level: Annotated[str, one_of(Region.Level)]
    parent: str | None
    bounds: Bounds | None
    pinyin: str


class RegionName(Schema):
    code: str
    name: str


class RegionFeature(Schema):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    properties: RegionName
    geometry: Surface


@router.get("", response=list[RegionOut])
def tree(request: HttpRequest) -> list[dict[str, Any]]:
    """The user's region and all below it, parents before children."""
    scope = user_of(request).scope
    if not scope:
        return []
    rows = Region.objects.filter(code__startswith=scope, valid_to=None)
    return [
        {
            "code": region.code,
            "name": region.name,
            "level": region.level,
            "parent": region.parent_id if region.code != scope else None,
            "bounds": list(region.geom.bounds) if region.geom else None,
            "pinyin": region.pinyin,
        }
        for region in rows
    ]


@router.get("/{code}/geometry", response=RegionFeature)
def geometry(request: HttpRequest, code: str) -> dict[str, Any]:
    """Boundary of one region as a GeoJSON feature (EPSG:4490)."""
    scope = user_of(request).scope
    region = Region.objects.filter(code=code).first()
    if region is None or not scope or not code.startswith(scope) or region.geom is None:
        raise NotFound("没有该区划的界线，或不在您的管辖范围内。")
    return {
        "type": "Feature",
        "properties": {"code": region.code, "name": region.name},
        "geometry": json.loads(shapely.to_geojson(region.geom)),
    }
