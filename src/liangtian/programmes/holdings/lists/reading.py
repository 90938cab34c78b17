"""Opening a list: a workbook with its header somewhere, or a file of points, lines or areas."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.platform.cell_values import text_of
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy
from liangtian.platform.people.sealed import is_sealed
from liangtian.platform.sheets import Sheet
from liangtian.programmes.holdings.intake.tables import (
    HEADER_WITHIN,
    Table,
    is_table,
    opened,
    table_of,
    table_of_layer,
)
from liangtian.programmes.holdings.intake.targets import plain
from liangtian.programmes.holdings.lists.fields import Kind, names

MOST_ROWS = 2000  # entered in one request
_SHAPES: dict[str, tuple[str, ...]] = {
    Kind.WELL: ("Point", "MultiPoint"),
    Kind.CANAL: ("LineString", "MultiLineString"),
    Kind.BUILDING: ("Polygon", "MultiPolygon"),
}
_CALLED = {Kind.WELL: "点状", Kind.CANAL: "线状", Kind.BUILDING: "面状"}


@dataclass
class Listing:
    """The rows of a list, with a figure (EPSG:4490) for each where the file has figures."""

    table: Table
    geoms: NDArray[np.object_] | None = None
    notes: list[str] = field(default_factory=list)

    def figure(self, i: int) -> Any:
        """The figure of a row; None without one."""
        return None if self.geoms is None else self.geoms[i]


def open_list(file: StoredFile, kind: str) -> Listing:
    """The rows of a file. Refused for one that is no list of this sort, or is too long."""
    if is_sealed(file):
        raise Refused("该文件已封存，不能再打开。")
    with named_copy(file) as path:
        listing = _sheet(path, kind) if is_table(path) else _layer(path, kind)
    if len(listing.table.rows) > MOST_ROWS:
        raise Refused(
            f"一次最多导入 {MOST_ROWS} 行，现有 {len(listing.table.rows)} 行。请按乡镇或村分成几个文件。"
        )
    return listing


def _sheet(path: Path, kind: str) -> Listing:
    known = names(kind)
    found = [(_header(one, known), one) for one in opened(path)]
    (said, header), sheet = max(found, key=lambda one: one[0][0])
    if not said:
        raise Refused(
            "表格里没有认得的列名，不像这一类表册。请下载模板核对，或核对所选的类别。",
            fields={"file_id": "列名不对"},
        )
    return Listing(table_of(sheet, (header, header)))


def _header(sheet: Sheet, known: set[str]) -> tuple[int, int]:
    """How many known names the best row of a sheet holds, and which row that is, as a person counts."""
    counts = [
        (sum(plain(text_of(v)) in known for v in row), -i)
        for i, row in enumerate(sheet.rows[:HEADER_WITHIN])
    ]
    said, back = max(counts, default=(0, 0))
    return said, 1 - back


def _layer(path: Path, kind: str) -> Listing:
    wanted = _SHAPES.get(kind)
    if wanted is None:
        raise Refused("种植情况请用 Excel 或 CSV 表格导入。", fields={"file_id": "不是表格"})
    try:
        layers = [one for one in read(path).layers if _types(one) <= set(wanted) and _types(one)]
        if not layers:
            raise Refused(
                f"文件“{path.name}”里没有{_CALLED[Kind(kind)]}图层。",
                fields={"file_id": "图形类型不对"},
            )
        layer = layers[0]
        west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
        resolved = resolve_crs(layer.crs, (west, south, east, north))
        require_holdable(resolved)
        plane = layer.geometry
        if kind == Kind.BUILDING:
            plane = densified(plane, resolved.crs)
        degrees = to_4490(plane, resolved.crs)
    except (FormatRefused, CrsRefused) as refusal:
        raise Refused(str(refusal), fields={"file_id": str(refusal)}) from refusal
    table = table_of_layer(layer)
    notes = [*layer.notes, f"坐标系：{resolved.title}", *([resolved.note] if resolved.note else [])]
    return Listing(table, _single(degrees), notes)


def _types(layer: VectorLayer) -> set[str]:
    return {g.geom_type for g in layer.geometry if g is not None}


def _single(geoms: NDArray[np.object_]) -> NDArray[np.object_]:
    """Points of one place as plain points."""
    out = geoms.copy()
    for i, geom in enumerate(geoms):
        if geom is not None and geom.geom_type == "MultiPoint" and len(geom.geoms) == 1:
            out[i] = geom.geoms[0]
    return out
