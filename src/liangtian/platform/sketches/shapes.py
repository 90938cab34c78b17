"""What the sketch endpoints send and receive."""

from __future__ import annotations

import json
from datetime import datetime
from decimal import ROUND_HALF_UP
from typing import Annotated, Any, Literal

import shapely
from ninja import Schema
from pydantic import Field, WithJsonSchema

from liangtian.geo.area import CENT, to_mu
from liangtian.platform.people.models import User
from liangtian.platform.shapes import Bounds, one_of
from liangtian.platform.sketches.analysis import Analysis, Table
from liangtian.platform.sketches.models import Sketch
from liangtian.platform.sketches.rules import Figures

AnyGeometry = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"type": "string"},
                "coordinates": {"type": "array", "items": {}},
            },
        }
    ),
]  # a GeoJSON geometry (EPSG:4490) of any kind
VersionIds = Annotated[list[int], Field(max_length=60)]


class FiguresOut(Schema):
    kind: Annotated[str, one_of(Sketch.Kind)]
    area_m2: float | None
    area_mu: float | None
    length_m: float | None


class SketchOut(FiguresOut):
    id: int
    name: str
    note: str
    colour: str
    shared: bool
    mine: bool
    owner: str
    office: str
    revision: int
    changed_at: datetime
    bounds: Bounds
    geometry: AnyGeometry


class SketchPage(Schema):
    rows: list[SketchOut]
    total: int


class SketchIn(Schema):
    name: str
    note: str = ""
    colour: str = "#c2185b"
    shared: bool = False
    geometry: AnyGeometry


class SketchChangeIn(SketchIn):
    revision: int


class GeometryIn(Schema):
    geometry: AnyGeometry


class ShapeIn(Schema):
    """`split` takes one figure and the line as `tool`; `hole` one polygon and the hole as `tool`."""

    act: Literal["split", "merge", "hole"]
    geometries: Annotated[list[AnyGeometry], Field(min_length=1, max_length=100)]
    tool: AnyGeometry | None = None


class ShapedOut(FiguresOut):
    geometry: AnyGeometry


class AnalyseIn(Schema):
    geometry: AnyGeometry
    versions: VersionIds
    name: str = ""


class AnalysisLine(Schema):
    category: str
    label: str
    m2: float
    mu: float


class AnalysisTable(Schema):
    layer_code: str
    layer_name: str
    version_id: int
    version_label: str
    lines: list[AnalysisLine]
    notes: list[str]


class AnalysisOut(Schema):
    area_m2: float
    area_mu: float
    tables: list[AnalysisTable]


def figures_out(figures: Figures | Sketch) -> dict[str, Any]:
    """Measures as numbers, mu rounded to 0.01."""
    area, length = figures.area_m2, figures.length_m
    return {
        "kind": figures.kind,
        "area_m2": None if area is None else float(area),
        "area_mu": None if area is None else float(to_mu(area).quantize(CENT, ROUND_HALF_UP)),
        "length_m": None if length is None else float(length),
    }


def sketch_out(user: User, sketch: Sketch) -> dict[str, Any]:
    """A sketch as `user` sees it."""
    return {
        **figures_out(sketch),
        **{name: getattr(sketch, name) for name in _PLAIN},
        "mine": sketch.owner_id == user.pk,
        "owner": sketch.owner.name,
        "office": sketch.office.name if sketch.office else "",
        "bounds": list(sketch.geom.bounds),
        "geometry": geometry_out(sketch.geom),
    }


_PLAIN = ("id", "name", "note", "colour", "shared", "revision", "changed_at")


def geometry_out(geom: shapely.Geometry) -> dict[str, Any]:
    """A GeoJSON geometry."""
    made: dict[str, Any] = json.loads(shapely.to_geojson(geom))
    return made


def analysis_out(found: Analysis) -> dict[str, Any]:
    """The tables of an analysis."""
    mu = to_mu(found.area_m2).quantize(CENT, ROUND_HALF_UP)
    return {
        "area_m2": float(found.area_m2),
        "area_mu": float(mu),
        "tables": [_table_out(table) for table in found.tables],
    }


def _table_out(table: Table) -> dict[str, Any]:
    version = table.version
    return {
        "layer_code": version.layer.code,
        "layer_name": version.layer.name,
        "version_id": version.pk,
        "version_label": version.label,
        "lines": [
            {"category": one.category, "label": one.label, "m2": float(one.m2), "mu": float(one.mu)}
            for one in table.lines
        ],
        "notes": table.notes,
    }
