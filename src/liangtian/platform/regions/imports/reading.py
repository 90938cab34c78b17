"""From a list (Excel, CSV) or a vector file to rows of regions, as they are written there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import densified
from liangtian.geo.clean import check
from liangtian.geo.crs import CrsRefused, require_holdable, resolve_crs, to_4490
from liangtian.geo.formats import FormatRefused, VectorLayer, read
from liangtian.platform.errors import Refused
from liangtian.platform.sheets import csv_rows, sheets

CODES = (
    "区划代码",
    "代码",
    "行政区划代码",
    "XZQDM",
    "ZLDWDM",
    "QHDM",
    "CODE",
    "XZDM",
    "CUNDM",
    "ZUDM",
)
NAMES = ("名称", "区划名称", "XZQMC", "ZLDWMC", "QHMC", "NAME", "MC", "XZMC", "CUNMC", "ZUMC")
PARENTS = ("上级代码", "上级", "SJDM", "PARENT")
LEVELS = ("级别", "JB", "LEVEL")
STARTS = ("启用日期", "QYRQ", "VALID_FROM")
TABLES = (".xlsx", ".xls", ".xlsm", ".et", ".ods", ".csv", ".txt")
_EMPTY = {"", "none", "nan"}


@dataclass(frozen=True)
class Entry:
    """One row: text as written; the figure in EPSG:4490, or what is wrong with it."""

    row: int
    code: str
    name: str
    parent: str = ""
    level: str = ""
    valid_from: str = ""
    geom: BaseGeometry | None = None
    geometry_problem: str = ""


@dataclass
class Delivery:
    """What a file holds. `drawn` tells boundaries from a list."""

    entries: list[Entry]
    drawn: bool
    crs_label: str = ""
    layer: str = ""
    notes: list[str] = field(default_factory=list)


def read_delivery(path: Path, layer: str = "") -> Delivery:
    """Read a list or boundaries. Raises Refused when the file is neither, or its columns are not known."""
    if path.suffix.lower() in TABLES and not layer and _is_table(path):
        rows = csv_rows(path) if path.suffix.lower() in (".csv", ".txt") else _sheet(path)
        return Delivery(_listed(rows, path.name), drawn=False)
    try:
        return _drawn(path, layer)
    except (FormatRefused, CrsRefused) as error:
        raise Refused(f"文件“{path.name}”不能读取：{error}") from error


def _is_table(path: Path) -> bool:
    """A .txt may also be boundary points; a list names its columns in the first lines."""
    if path.suffix.lower() != ".txt":
        return True
    head = "".join(",".join(row) for row in csv_rows(path)[:5])
    return any(word in head for word in CODES[:3])


def _sheet(path: Path) -> list[list[Any]]:
    """The first sheet that names the columns, else the first."""
    found = sheets(path)
    return next((rows for rows in found if _header(rows) is not None), found[0] if found else [])


def _header(rows: Sequence[Sequence[Any]]) -> int | None:
    """Index of the row that names the columns; a title and notes may stand above it."""
    for index, row in enumerate(rows[:20]):
        words = {_text(value).strip("* ").upper() for value in row}
        if words & set(CODES) and words & set(NAMES):
            return index
    return None


def _listed(rows: Sequence[Sequence[Any]], name: str) -> list[Entry]:
    header = _header(rows)
    if header is None:
        raise Refused(
            f"文件“{name}”里没有找到“区划代码”和“名称”两列。请下载模板，按模板的列名填写。"
        )
    columns = [_text(value).strip("* ").upper() for value in rows[header]]
    entries = []
    for offset, row in enumerate(rows[header + 1 :], start=header + 2):
        values = {c: _text(v) for c, v in zip(columns, row, strict=False)}
        entry = Entry(
            offset, _first(values, CODES), _first(values, NAMES), _first(values, PARENTS),
            _first(values, LEVELS), _first(values, STARTS),
        )  # fmt: skip
        if any(values.values()):  # a row without a code and a name is told of, not passed over
            entries.append(entry)
    if not entries:
        raise Refused(f"文件“{name}”里没有数据行。请从表头下一行起填写。")
    return entries


def _first(values: dict[str, str], names: Iterable[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _text(value: Any) -> str:
    """A cell as text; a code that a spreadsheet made a number gets its digits back."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = str(value if value is not None else "").strip()
    return "" if text.lower() in _EMPTY else text


def _drawn(path: Path, wanted: str) -> Delivery:
    layers = [one for one in read(path, layer=wanted or None).layers if one.polygonal]
    usable = [one for one in layers if _field(one, CODES) and _field(one, NAMES)]
    if not usable:
        shown = "、".join(f"{one.name}({'、'.join(one.columns)})" for one in layers) or "无面状图层"
        raise Refused(
            f"文件“{path.name}”里没有带区划代码和名称字段的面状图层(如 XZQDM、XZQMC 或 ZLDWDM、"
            f"ZLDWMC)。现有：{shown}。"
        )
    found = Delivery([], drawn=True, layer="、".join(one.name for one in usable))
    for one in usable:
        _collect(found, one)
    return found


def _collect(found: Delivery, layer: VectorLayer) -> None:
    west, south, east, north = shapely.total_bounds(layer.geometry).tolist()
    resolved = resolve_crs(layer.crs, (west, south, east, north))
    require_holdable(resolved)
    found.crs_label = resolved.crs.name
    found.notes += [*layer.notes, *([resolved.note] if resolved.note else [])]
    wrong = {p.index: p.reason for p in check(layer.geometry)}
    usable = np.array([i not in wrong for i in range(len(layer.fids))], dtype=bool)
    degrees = np.full(len(layer.fids), None, dtype=object)
    if usable.any():
        degrees[usable] = to_4490(densified(layer.geometry[usable], resolved.crs), resolved.crs)
    named = {key: _field(layer, names) for key, names in (
        ("code", CODES), ("name", NAMES), ("parent", PARENTS), ("level", LEVELS), ("valid_from", STARTS)
    )}  # fmt: skip
    start = len(found.entries)
    for i in range(len(layer.fids)):
        values = {key: _text(layer.columns[c][i]) if c else "" for key, c in named.items()}
        found.entries.append(
            Entry(start + i + 1, **values, geom=degrees[i], geometry_problem=wrong.get(i, ""))
        )


def _field(layer: VectorLayer, names: Iterable[str]) -> str:
    present = {name.upper(): name for name in layer.columns}
    return next((present[name] for name in names if name in present), "")
