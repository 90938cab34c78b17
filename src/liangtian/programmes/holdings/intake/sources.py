"""Opening the files of an intake: what there is to choose, and the rows and figures that were chosen."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified, round_m2, survey_areas
from liangtian.geo.clean import check
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.platform.cell_values import text_of
from liangtian.platform.errors import Refused
from liangtian.platform.files.services import named_copy
from liangtian.platform.people.sealed import is_sealed
from liangtian.platform.personal import Sensitivity, masked
from liangtian.platform.personal_numbers import hidden
from liangtian.platform.sheets import Sheet
from liangtian.programmes.holdings.intake.tables import (
    Table,
    best_sheet,
    header_of,
    is_table,
    known_names,
    opened,
    table_of,
    table_of_layer,
)
from liangtian.programmes.holdings.intake.targets import BY_NAME
from liangtian.programmes.holdings.models import Intake

PREVIEW_ROWS = 12
FIRST_LINES = 12  # of a sheet, shown for choosing the header
NAMED_SHEETS = 30
_NAMING = re.compile(
    "姓名|户主|权利人(?!类)|承包方(?!式)|承包人|联系人"
)  # a column of that heading names people


@dataclass
class Shapes:
    """The layer with its figures in EPSG:4490; None and a reason where one cannot be used. Areas in m² to 0.01."""

    layer: VectorLayer
    crs_label: str
    note: str
    degrees: NDArray[np.object_]
    wrong: dict[int, str]

    def areas(self) -> list[Any]:
        """Ellipsoidal areas."""
        return [round_m2(m2) for m2 in survey_areas(self.degrees).tolist()]


@dataclass
class Source:
    """What an intake reads: rows, and figures of the same rows (`joined` False) or found by code."""

    table: Table
    shapes: Shapes | None
    joined: bool
    reading: dict[str, Any]
    contents: dict[str, Any]

    @property
    def code_fields(self) -> list[str]:
        """Fields of the figures that may hold the code."""
        return [f.name for f in self.shapes.layer.fields] if self.shapes and self.joined else []


def open_source(intake: Intake, reading: dict[str, Any], *, measured: bool = True) -> Source:
    """Read the files of an intake as `reading` says; what it leaves out is chosen by what looks best.

    `measured` False leaves out the figures' conversion, for a look at the columns only. Raises Refused.
    """
    for file in (intake.table, intake.figures):
        if file is not None and is_sealed(file):
            raise Refused("该文件已封存，不能再打开。")
    shapes: Shapes | None = None
    contents: dict[str, Any] = {}
    chosen: dict[str, Any] = {}
    if intake.figures is not None:
        with named_copy(intake.figures) as path:
            shapes = _shapes(path, str(reading.get("layer") or ""), contents, measured=measured)
        chosen["layer"] = shapes.layer.name
    if intake.table is None:
        assert shapes is not None
        return Source(table_of_layer(shapes.layer), shapes, False, chosen, contents)
    with named_copy(intake.table) as path:
        found = opened(path)
    sheet = _sheet(found, str(reading.get("sheet") or ""))
    header = reading.get("header") if reading.get("sheet") in ("", None, sheet.name) else None
    first, last = header or header_of(sheet)
    contents["sheets"] = [{"name": one.name, "rows": len(one.rows)} for one in found[:NAMED_SHEETS]]
    # Below a header that was recognised stand people; the preview shows them masked.
    shown = last if known_names(sheet, (first, last)) else FIRST_LINES
    contents["lines"] = [[hidden(text_of(v))[:40] for v in row[:40]] for row in sheet.rows[:shown]]
    chosen |= {"sheet": sheet.name, "header": [first, last]}
    return Source(table_of(sheet, (first, last)), shapes, shapes is not None, chosen, contents)


def _sheet(found: list[Sheet], wanted: str) -> Sheet:
    if not wanted:
        return best_sheet(found)
    for one in found:
        if one.name == wanted:
            return one
    raise Refused(f"文件里没有名为“{wanted}”的工作表。", fields={"sheet": "没有"})


def _shapes(path: Path, wanted: str, contents: dict[str, Any], *, measured: bool) -> Shapes:
    if is_table(path):
        raise Refused(
            "图形文件应为 Shapefile、GeoPackage 或 GDB（zip）。", fields={"figures": "不是图形文件"}
        )
    try:
        layers = [one for one in read(path).layers if one.polygonal]
        layer = next((one for one in layers if not wanted or one.name == wanted), None)
        if layer is None:
            raise Refused(
                f"文件“{path.name}”里没有面状图层{f'“{wanted}”' if wanted else ''}，地块必须是面。",
                fields={"figures": "没有面状图层"},
            )
        west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
        resolved = resolve_crs(layer.crs, (west, south, east, north))
        require_holdable(resolved)
    except (FormatRefused, CrsRefused) as refusal:
        raise Refused(str(refusal), fields={"figures": str(refusal)}) from refusal
    contents["layers"] = [{"name": one.name, "rows": len(one.fids)} for one in layers]
    contents["crs_label"] = resolved.title
    contents["notes"] = [*layer.notes, *([resolved.note] if resolved.note else [])]
    wrong, degrees = _degrees(layer, resolved.crs) if measured else ({}, layer.geometry)
    return Shapes(layer, resolved.title, resolved.note, degrees, wrong)


def _degrees(layer: VectorLayer, crs: pyproj.CRS) -> tuple[dict[int, str], NDArray[np.object_]]:
    """Sound figures in EPSG:4490, and why the others are not: checked before and after the conversion."""
    wrong = {p.index: p.reason for p in check(layer.geometry)}
    degrees = np.full(len(layer.fids), None, dtype=object)
    usable = np.array([i not in wrong for i in range(len(layer.fids))], dtype=bool)
    if usable.any():
        degrees[usable] = to_4490(densified(layer.geometry[usable], crs), crs)
        for problem in check(degrees):
            if degrees[problem.index] is not None:
                wrong[problem.index] = f"换算为经纬度后{problem.reason}"
                degrees[problem.index] = None
    return wrong, degrees


def preview(table: Table, mapping: dict[str, str | None]) -> list[dict[str, str]]:
    """The first rows as text, what is personal masked as the mapping or the heading of the column tells."""
    secret: dict[str, Sensitivity] = {
        label: "name" for label in table.labels if _NAMING.search(label)
    }
    secret |= {
        label: BY_NAME[name].sensitivity
        for name, label in mapping.items()
        if label and BY_NAME[name].sensitivity != "none"
    }
    return [
        {
            label: str(masked(secret[label], text)) if label in secret else hidden(text)
            for label, text in zip(table.labels, row, strict=True)
        }
        for row in table.rows[:PREVIEW_ROWS]
    ]
