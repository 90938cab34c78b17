"""The columns of a delivered layer: which one says what, and values that cannot be understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.formats import VectorLayer
from liangtian.platform.errors import Refused
from liangtian.platform.layers.found import WARNING, Found
from liangtian.platform.layers.models import Layer

NO_CATEGORY = "未填"  # an empty name would mean "outside the layer"
MAX_CATEGORY = 40
MAX_TITLE = 200
_DATE_PATTERNS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d")


@dataclass
class Columns:
    """One entry per row: category (never empty), title, dates, and all values by field name."""

    categories: list[str]
    titles: list[str]
    date_from: list[date | None]
    date_to: list[date | None]
    names: list[str]
    values: list[list[Any]]  # per name, per row
    problems: list[Found] = field(default_factory=list)

    def of_rows(self, keep: NDArray[np.int64]) -> Columns:
        """The same for some rows, without the problems."""

        def take(column: list[Any]) -> list[Any]:
            return [column[i] for i in keep.tolist()]

        return Columns(
            take(self.categories),
            take(self.titles),
            take(self.date_from),
            take(self.date_to),
            self.names,
            [take(column) for column in self.values],
        )

    def attributes(self, row: int) -> dict[str, Any]:
        """Values of one row, empty ones left out, ready for JSON."""
        pairs = zip(self.names, self.values, strict=True)
        return {name: column[row] for name, column in pairs if column[row] not in (None, "")}


def read_columns(source: VectorLayer, layer: Layer, category_field: str | None) -> Columns:
    """What the columns say in the roles the catalogue gives them.

    Raises Refused when the category's field is missing.
    """
    plain = {name: _plain(column) for name, column in source.columns.items()}
    problems: list[Found] = []
    key = _category_field(source, layer, category_field)
    count = len(source.fids)
    if key is None:
        categories = [layer.code] * count
    else:
        categories = _categories(plain[key], key, layer, source.fids, problems)

    def role(name: str) -> str | None:
        return _first(source, layer.fields.get(name, []))

    titles = [""] * count
    if (title := role("title")) is not None:
        titles = ["" if value is None else str(value)[:MAX_TITLE] for value in plain[title]]
    dates = []
    for name in ("date_from", "date_to"):
        found = role(name)
        empty: list[date | None] = [None] * count
        dates.append(_dates(plain[found], found, source.fids, problems) if found else empty)
    return Columns(
        categories, titles, dates[0], dates[1], list(plain), list(plain.values()), problems
    )


def _plain(column: NDArray[Any]) -> list[Any]:
    """Python values that JSON and both databases can hold; NaN becomes None."""
    if column.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in column.tolist()]
    if column.dtype.kind == "M":
        return [None if np.isnat(v) else str(v)[:10] for v in column]
    return [v.replace("\x00", "").strip() if isinstance(v, str) else v for v in column.tolist()]


def _first(source: VectorLayer, wanted: Sequence[str]) -> str | None:
    present = {name.upper(): name for name in source.columns}
    return next((present[name] for name in wanted if name in present), None)


def _category_field(source: VectorLayer, layer: Layer, chosen: str | None) -> str | None:
    present = "、".join(source.columns) or "(没有字段)"
    if chosen:
        found = _first(source, [chosen.upper()])
        if found is None:
            raise Refused(
                f"文件里没有字段“{chosen}”。现有字段：{present}。",
                fields={"category_field": "文件里没有该字段"},
            )
        return found
    wanted = layer.fields.get("category", [])
    found = _first(source, wanted)
    if wanted and found is None:
        raise Refused(
            f"“{layer.name}”需要{layer.category_label}字段({'或'.join(wanted)})，文件里没有。"
            f"现有字段：{present}。请在导入时指明{layer.category_label}字段，或检查文字编码。",
            fields={"category_field": "请选择"},
        )
    return found


def _categories(
    values: list[Any], key: str, layer: Layer, fids: Sequence[str], problems: list[Found]
) -> list[str]:
    known = {str(entry["code"]) for entry in layer.legend} if layer.fields.get("category") else None
    strange: dict[str, list[int]] = {}
    out = []
    for index, value in enumerate(values):
        text = _text(value)
        if len(text) > MAX_CATEGORY:
            raise Refused(
                f"第 {index + 1} 行字段“{key}”的值“{text[:20]}…”过长，不像{layer.category_label}。"
                "请另选字段。",
                fields={"category_field": "值过长"},
            )
        if not text:
            reason = f"字段“{key}”({layer.category_label})为空，按“{NO_CATEGORY}”入库。请补填后重新导入。"
            problems.append(Found(index + 1, fids[index], WARNING, reason))
        elif known is not None and text not in known:
            strange.setdefault(text, []).append(index)
        out.append(text or NO_CATEGORY)
    for text, where in strange.items():
        reason = (
            f"字段“{key}”的值“{text}”不在“{layer.legend_name}”中，共 {len(where)} 个图形，"
            f"首见第 {where[0] + 1} 行。已照原值入库，请核对。"
        )
        problems.append(Found(where[0] + 1, fids[where[0]], WARNING, reason))
    return out


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _dates(
    values: list[Any], key: str, fids: Sequence[str], problems: list[Found]
) -> list[date | None]:
    out: list[date | None] = []
    for index, value in enumerate(values):
        text = _text(value)
        day = _date(text)
        if text and day is None:
            reason = (
                f"字段“{key}”的值“{text}”不是日期，已按未填处理。"
                "请写成 2026-03-31 或 20260331 后重新导入。"
            )
            problems.append(Found(index + 1, fids[index], WARNING, reason))
        out.append(day)
    return out


def _date(text: str) -> date | None:
    """2026-03-31, 2026/3/31, 20260331, 2026年3月31日; with or without a time of day."""
    head = text.replace("T", " ").split(" ")[0]
    head = head.replace("年", "-").replace("月", "-").removesuffix("日")
    patterns = ("%Y%m%d",) if len(head) == 8 and head.isdigit() else _DATE_PATTERNS
    for pattern in patterns:
        try:
            return datetime.strptime(head, pattern).date()
        except ValueError:
            continue
    return None
