"""What the layer endpoints send and receive, and how rows become that."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

import shapely
from ninja import Schema
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import survey_area, to_mu
from liangtian.platform.errors import NotFound
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.layers.catalogue import field_label, whole_area_fields
from liangtian.platform.layers.models import Feature, Layer, LayerProblem, LayerVersion
from liangtian.platform.layers.queries import version_for
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds, Position, Surface, one_of


class LegendEntry(Schema):
    code: str
    label: str
    fill: str
    stroke: str
    hatch: bool


class SourceFile(Schema):
    name: str
    sha256: str


class LayerClassArea(Schema):
    """Number and area of one category in a version."""

    category: str
    label: str
    count: int
    area_m2: str


class LayerFlattened(Schema):
    """What flattening did to a version."""

    rule_label: str
    figures: int
    gone: int
    cuts: int
    before_m2: str
    after_m2: str
    cut_m2: str


class VersionOut(Schema):
    """Counts and areas are the whole county's and null for a user of a smaller region."""

    id: int
    label: str
    status: Annotated[str, one_of(LayerVersion.Status)]
    status_label: str
    valid_from: date
    valid_to: date | None
    feature_count: int | None
    area_m2: float | None
    bounds: Bounds | None
    published_at: datetime | None
    source_file: SourceFile | None
    problems: int | None
    crs_label: str
    encoding: str
    notes: list[str]
    tiles: str
    classes: list[LayerClassArea]
    in_force_to: date | None
    flattened: LayerFlattened | None
    job: JobOut | None


class LayerOut(Schema):
    code: str
    name: str
    group: Annotated[str, one_of(Layer.Group)]
    group_label: str
    geometry_note: str
    category_label: str
    owner_office: str
    legend: list[LegendEntry]
    legend_name: str
    exclusive: bool
    owner_code: str | None
    owner_name: str | None
    may_publish: bool
    versions: list[VersionOut]


class AttributeOut(Schema):
    name: str
    label: str
    value: str | int | float | bool | None


class IdentifiedOut(Schema):
    layer_code: str
    layer_name: str
    version_id: int
    version_label: str
    feature_id: int
    title: str
    category: str
    category_label: str
    area_m2: float
    area_mu: float
    cut: bool
    attributes: list[AttributeOut]
    geometry: Surface


class LayerImportIn(Schema):
    file_id: int
    layer_code: str
    label: str
    valid_from: date
    valid_to: date | None = None
    encoding: str | None = None
    category_field: str | None = None
    source_layer: str | None = None


class LayerImportOut(Schema):
    version: VersionOut
    job: JobOut


class WithdrawIn(Schema):
    reason: str


class LayerProblemOut(Schema):
    row: int
    feature: str
    severity: Annotated[str, one_of(LayerProblem.Severity)]
    reason: str
    location: Position | None
    rule: str
    field: str
    value: str
    other_row: int | None
    area_m2: str | None
    geometry: Surface | None


class LayerProblemPage(Schema):
    rows: list[LayerProblemOut]
    total: int


def layer_out(layer: Layer, versions: list[dict[str, Any]], user: User) -> dict[str, Any]:
    """A layer with the versions the user sees, and until when each of those published is in force."""
    end: date | None = None
    for one in versions:  # newest first: an older version ends the day before a newer one begins
        if one["status"] == "published":
            stated = one["valid_to"]
            if end is not None and (stated is None or stated > end):
                one["in_force_to"] = end
            end = one["valid_from"] - timedelta(days=1)
    names = ("code", "name", "group", "geometry_note", "category_label", "owner_office")
    return {
        **{name: getattr(layer, name) for name in names},
        "group_label": layer.get_group_display(),
        "legend": layer.legend,
        "legend_name": layer.legend_name,
        "exclusive": layer.exclusive,
        "owner_code": layer.owner.code if layer.owner else None,
        "owner_name": layer.owner.name if layer.owner else None,
        "may_publish": user.may("layers.publish") and layer.owner_id in (None, user.office_id),
        "versions": versions,
    }


def own_version(user: User, version_id: int) -> LayerVersion:
    """A version of the user's own county, for acts on the whole of it."""
    version = version_for(user, version_id)
    if not version.region_id.startswith(user.scope):
        raise NotFound("没有该图层版本，或您无权处理。")
    return version


def version_out(
    version: LayerVersion, *, scope: BaseGeometry | None, problems: int | None
) -> dict[str, Any]:
    """A version; `scope` is the boundary the user is held to (None: the whole county)."""
    whole = scope is None
    bounds = version.bounds
    if bounds and scope is not None:
        seen = shapely.box(*bounds).intersection(shapely.box(*scope.bounds))
        bounds = None if seen.is_empty else list(seen.bounds)
    file = version.source_file
    return {
        "id": version.pk,
        "label": version.label,
        "status": version.status,
        "status_label": version.get_status_display(),
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "feature_count": version.feature_count if whole else None,
        "area_m2": float(version.area_m2) if whole else None,
        "bounds": bounds,
        "published_at": version.published_at,
        "source_file": {"name": file.name, "sha256": file.sha256} if whole else None,
        "problems": problems,
        "crs_label": version.crs_label,
        "encoding": version.encoding,
        "notes": version.notes if whole else [],
        "classes": [
            {**entry, "label": version.layer.category_name(entry["category"])}
            for entry in (version.classes if whole else [])
        ],
        "in_force_to": version.valid_to,
        "flattened": version.flattened if whole else None,
        "job": job_out(version.job) if whole and version.job and not version.job.finished else None,
        "tiles": f"/api/layers/versions/{version.pk}/tiles/{{z}}/{{x}}/{{y}}.mvt",
    }


def identified_out(feature: Feature, seen: BaseGeometry, was_cut: bool) -> dict[str, Any]:
    """A feature under a point; of one that was cut, area and figures speak of the part that is seen."""
    layer, version = feature.version.layer, feature.version
    area = survey_area(seen) if was_cut else feature.area_m2
    hidden = whole_area_fields() if was_cut else frozenset()
    return {
        "layer_code": layer.code,
        "layer_name": layer.name,
        "version_id": version.pk,
        "version_label": version.label,
        "feature_id": feature.pk,
        "title": feature.title,
        "category": feature.category,
        "category_label": layer.category_name(feature.category),
        "area_m2": float(area),
        "area_mu": float(to_mu(area).quantize(Decimal("0.01"), ROUND_HALF_UP)),
        "cut": was_cut,
        "attributes": [
            {"name": name, "label": field_label(name), "value": value}
            for name, value in feature.attributes.items()
            if name.upper() not in hidden
        ],
        "geometry": json.loads(shapely.to_geojson(seen)),
    }


def problem_out(problem: LayerProblem) -> dict[str, Any]:
    """One line of the problem list."""
    placed = problem.lon is not None and problem.lat is not None
    return {
        "row": problem.row,
        "feature": problem.feature,
        "severity": problem.severity,
        "reason": problem.reason,
        "location": [problem.lon, problem.lat] if placed else None,
        "rule": problem.rule,
        "field": problem.field,
        "value": problem.value,
        "other_row": problem.other_row,
        "area_m2": None if problem.area_m2 is None else str(problem.area_m2),
        "geometry": (
            None if problem.geom is None else json.loads(shapely.to_geojson(problem.geom))
        ),
    }
