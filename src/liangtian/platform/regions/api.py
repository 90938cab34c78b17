"""The regions a user answers for: tree, search, list, one region; their changes for who manages them."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import shapely
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.errors import NotFound
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.regions import queries, register
from liangtian.platform.regions.changes import change_regions, preview
from liangtian.platform.regions.models import Region, RegionChange, RegionLineage
from liangtian.platform.regions.rules import Wanted
from liangtian.platform.shapes import Bounds, Surface, one_of

router = Router(tags=["regions"])
Level = Annotated[str, one_of(Region.Level)]
ChangeKind = Annotated[str, one_of(RegionChange.Kind)]
MOST_HITS = 50


class RegionOut(Schema):
    code: str
    name: str
    level: Level
    parent: str | None
    bounds: Bounds | None
    pinyin: str
    below: int


class RegionName(Schema):
    code: str
    name: str


class RegionFeature(Schema):
    """A GeoJSON feature."""

    type: Literal["Feature"]
    properties: RegionName
    geometry: Surface


class RegionFeatures(Schema):
    """A GeoJSON feature collection."""

    type: Literal["FeatureCollection"]
    features: list[RegionFeature]


class RegionHit(Schema):
    code: str
    name: str
    level: Level
    level_label: str
    above: list[str]
    path: list[str]


class RegionRow(Schema):
    code: str
    name: str
    level: Level
    level_label: str
    parent: str | None
    valid_from: date | None
    valid_to: date | None
    has_boundary: bool


class RegionPage(Schema):
    rows: list[RegionRow]
    total: int


class RegionBelow(Schema):
    level: Level
    level_label: str
    count: int
    without_boundary: int


class RegionLineOut(Schema):
    """One old code and what became of it."""

    change_id: int
    kind: ChangeKind
    kind_label: str
    effective_on: date
    basis: str
    note: str
    made_by: str
    made_at: datetime
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    takes_data: bool
    rows: int


class RegionDetail(Schema):
    code: str
    name: str
    level: Level
    level_label: str
    path: list[str]
    pinyin: str
    valid_from: date | None
    valid_to: date | None
    bounds: Bounds | None
    area_m2: Decimal | None
    below: list[RegionBelow]
    history: list[RegionLineOut]


class Listing(Schema):
    parent: str = ""
    q: str = ""
    without_boundary: bool = False
    retired: bool = False
    page: int = Field(1, ge=1, le=10**6)
    size: int = Field(50, ge=1, le=200)


class ListedPlace(Schema):
    code: str
    name: str
    path: str


class RegionChangeIn(Schema):
    kind: ChangeKind
    old: list[str]
    new: list[RegionName]
    effective_on: date
    below: dict[str, str] = {}
    basis: str = ""
    note: str = ""


class RegionPlanLine(Schema):
    old: str
    old_name: str
    new: str
    new_name: str
    takes_data: bool


class RegionPlanProblem(Schema):
    field: str
    reason: str


class RegionRowsMoved(Schema):
    label: str
    count: int


class RegionPlanOut(Schema):
    lines: list[RegionPlanLine]
    problems: list[RegionPlanProblem]
    rows: list[RegionRowsMoved]


class RegionChangePage(Schema):
    rows: list[RegionLineOut]
    total: int


@router.get("", response=list[RegionOut])
def tree(request: HttpRequest, parent: str = "") -> list[dict[str, Any]]:
    """The user's region and what lies below, parents before children; with `parent`, the level right below it.

    A large county is sent down to its townships; `below` says where there is more to ask for.
    """
    user = user_of(request)
    return queries.children(user, parent) if parent else queries.opening(user)


@router.get("/search", response=list[RegionHit])
def search(request: HttpRequest, q: str, limit: Annotated[int, Field(ge=1)] = 20) -> Any:
    """Regions of the scope by name, code, full pinyin or initials, with those above."""
    return queries.search(user_of(request), q, min(limit, MOST_HITS))


@router.get("/list", response=RegionPage)
def listing(request: HttpRequest, wanted: Query[Listing]) -> dict[str, Any]:
    """Regions right below one; with a search, a lack of boundary or codes given up: all below it."""
    rows = queries.listed(
        user_of(request), parent=wanted.parent, text=wanted.q,
        without_boundary=wanted.without_boundary, retired=wanted.retired,
    )  # fmt: skip
    start = (wanted.page - 1) * wanted.size
    page = list(rows[start : start + wanted.size])
    drawn = set(
        Region.objects.filter(code__in=[r.code for r in page])
        .exclude(geom=None)
        .values_list("code", flat=True)
    )
    return {
        "rows": [
            {
                "code": r.code, "name": r.name, "level": r.level,
                "level_label": r.get_level_display(), "parent": r.parent_id,
                "valid_from": r.valid_from, "valid_to": r.valid_to, "has_boundary": r.code in drawn,
            }
            for r in page
        ],
        "total": rows.count(),
    }  # fmt: skip


@router.get("/boundaries", response=RegionFeatures)
def boundaries(request: HttpRequest, parent: str = "") -> dict[str, Any]:
    """Simplified boundaries right below a region, for drawing them small; of a village its own."""
    user = user_of(request)
    found = queries.boundaries(user, parent or user.scope)
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": json.loads(shapely.to_geojson(geom)),
            }
            for code, name, geom in found
        ],
    }


@router.get("/register", response=list[ListedPlace])
def national(request: HttpRequest, q: str) -> list[dict[str, str]]:
    """The national list of codes down to the township, by name, code or pinyin."""
    require(user_of(request), "regions.manage")
    found = register.find(q, MOST_HITS)
    return [{"code": p.code, "name": p.name, "path": register.path_of(p.code)} for p in found]


@router.get("/changes", response=RegionChangePage)
def changes(
    request: HttpRequest,
    page: Annotated[int, Field(ge=1, le=10**6)] = 1,
    size: Annotated[int, Field(ge=1, le=200)] = 20,
) -> dict[str, Any]:
    """Changes recorded in the scope, newest first, line by line."""
    scope = user_of(request).scope
    lines = RegionLineage.objects.select_related("change__made_by").defer("old_geom")
    lines = lines.filter(new_code__startswith=scope) if scope else lines.none()
    lines = lines.order_by("-change__effective_on", "-change_id", "old_code", "new_code")
    shown = lines[(page - 1) * size : page * size]
    return {"rows": [queries.line_out(line) for line in shown], "total": lines.count()}


@router.post("/changes/preview", response=RegionPlanOut)
def preview_change(request: HttpRequest, asked: RegionChangeIn) -> dict[str, Any]:
    """What a change would do, and what stands against it; nothing is written."""
    plan, rows = preview(user_of(request), _wanted(asked))
    return {
        "lines": [asdict(line) for line in plan.lines],
        "problems": [{"field": f, "reason": r} for f, r in plan.problems],
        "rows": [{"label": label, "count": n} for label, n in rows.items()],
    }


@router.post("/changes", response=list[RegionLineOut])
def change(request: HttpRequest, asked: RegionChangeIn) -> list[dict[str, Any]]:
    """Record a change: codes, rows and lineage in one transaction."""
    made = change_regions(user_of(request), _wanted(asked), basis=asked.basis, note=asked.note)
    return [queries.line_out(line) for line in made.lines.select_related("change__made_by")]


@router.get("/{code}", response=RegionDetail)
def one(request: HttpRequest, code: str) -> dict[str, Any]:
    """One region with its history of codes."""
    return queries.detail(user_of(request), code)


@router.get("/{code}/geometry", response=RegionFeature)
def geometry(request: HttpRequest, code: str) -> dict[str, Any]:
    """Boundary of one region as a GeoJSON feature (EPSG:4490)."""
    region = queries.fetch(user_of(request), code)
    if region.geom is None:
        raise NotFound("该区划还没有界线。")
    return {
        "type": "Feature",
        "properties": {"code": region.code, "name": region.name},
        "geometry": json.loads(shapely.to_geojson(region.geom)),
    }


def _wanted(asked: RegionChangeIn) -> Wanted:
    new = tuple((one.code.strip(), one.name.strip()) for one in asked.new)
    return Wanted(asked.kind, tuple(asked.old), new, asked.effective_on, asked.below)
