"""The columns of a delivered layer: which one says what, and values that cannot be understood."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.formats import VectorLayer, VectorStream
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
    values: dict[str, list[Any]]

    def of_rows(self, keep: NDArray[np.int64]) -> Columns:
        """The same for some rows."""

        def take(column: list[Any]) -> list[Any]:
            return [column[i] for i in keep.tolist()]

        return Columns(
            take(self.categories),
            take(self.titles),
            take(self.date_from),
            take(self.date_to),
            {name: take(column) for name, column in self.values.items()},
        )

    def attributes(self) -> list[dict[str, Any]]:
        """Values row by row, empty ones left out, ready for JSON."""
        names = list(self.values)
        rows = zip(*self.values.values(), strict=True) if names else ((),) * len(self.categories)
        return [
            {n: v for n, v in zip(names, row, strict=True) if v is not None and v != ""}
            for row in rows
        ]


class ColumnReader:
    """Reads the columns of a layer part by part in the roles the catalogue gives them.

    Raises Refused when the category's field is missing.
    """

    def __init__(self, source: VectorStream, layer: Layer, category_field: str | None) -> None:
        self.layer = layer
        self.names = [info.name for info in source.fields]
        self.key = _category_field(self.names, layer, category_field)
        self._roles = {
            role: first_present(self.names, layer.fields.get(role, []))
            for role in ("title", "date_from", "date_to")
        }
        legend = {str(entry["code"]) for entry in layer.legend}
        self._known = legend if layer.fields.get("category") else None
        self._strange: dict[str, tuple[int, int, str]] = {}  # value -> number, first row, its id

    def read(self, part: VectorLayer, start: int) -> tuple[Columns, list[Found]]:
        """One part whose first feature is row `start` + 1, and what in it cannot be understood."""
        values = {name: _plain(column) for name, column in part.columns.items()}
        count, problems = len(part.fids), list[Found]()
        categories = [self.layer.code] * count
        if self.key is not None:
            categories = self._categories(values[self.key], part.fids, start, problems)
        titles, dates = [""] * count, list[list[date | None]]()
        if (title := self._roles["title"]) is not None:
            titles = ["" if v is None else str(v)[:MAX_TITLE] for v in values[title]]
        for role in ("date_from", "date_to"):
            name, empty = self._roles[role], list[date | None]([None] * count)
            dates.append(_dates(values[name], name, part.fids, start, problems) if name else empty)
        return Columns(categories, titles, dates[0], dates[1], values), problems

    def finish(self) -> list[Found]:
        """What can only be said at the end: categories that are not in the legend."""
        return [
            Found(
                row, fid, WARNING,
                f"字段“{self.key}”的值“{text}”不在“{self.layer.legend_name}”中，共 {count} 个图形，"
                f"首见第 {row} 行。已照原值入库，请核对。",
                rule="C02", field=str(self.key), value=text, figures=count,
            )
            for text, (count, row, fid) in self._strange.items()
        ]  # fmt: skip

    def _categories(
        self, values: list[Any], fids: Sequence[str], start: int, problems: list[Found]
    ) -> list[str]:
        key, label = str(self.key), self.layer.category_label
        out = []
        for index, value in enumerate(values):
            text, row = _text(value), start + index + 1
            if len(text) > MAX_CATEGORY:
                raise Refused(
                    f"第 {row} 行字段“{key}”的值“{text[:20]}…”过长，不像{label}。请另选字段。",
                    fields={"category_field": "值过长"},
                )
            if not text:
                reason = f"字段“{key}”({label})为空，按“{NO_CATEGORY}”入库。请补填后重新导入。"
                problems.append(Found(row, fids[index], WARNING, reason, rule="C01", field=key))
            elif self._known is not None and text not in self._known:
                seen, first, fid = self._strange.get(text, (0, row, fids[index]))
                self._strange[text] = (seen + 1, first, fid)
            out.append(text or NO_CATEGORY)
        return out


def _plain(column: NDArray[Any]) -> list[Any]:
    """Python values that JSON and both databases can hold; NaN becomes None."""
    if column.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in column.tolist()]
    if column.dtype.kind == "M":
        return [None if np.isnat(v) else str(v)[:10] for v in column]
    return [v.replace("\x00", "").strip() if isinstance(v, str) else v for v in column.tolist()]


def first_present(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The first of the wanted fields that is there, as the file writes it."""
    present = {name.upper(): name for name in names}
    return next((present[name] for name in wanted if name in present), None)


def _category_field(names: Sequence[str], layer: Layer, chosen: str | None) -> str | None:
    present = "、".join(names) or "(没有字段)"
    if chosen:
        found = first_present(names, [chosen.upper()])
        if found is None:
            raise Refused(
                f"文件里没有字段“{chosen}”。现有字段：{present}。",
                fields={"category_field": "文件里没有该字段"},
            )
        return found
    wanted = layer.fields.get("category", [])
    found = first_present(names, wanted)
    if wanted and found is None:
        raise Refused(
            f"“{layer.name}”需要{layer.category_label}字段({'或'.join(wanted)})，文件里没有。"
            f"现有字段：{present}。请在导入时指明{layer.category_label}字段，或检查文字编码。",
            fields={"category_field": "请选择"},
        )
    return found


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _dates(
    values: list[Any], key: str, fids: Sequence[str], start: int, problems: list[Found]
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
            found = Found(start + index + 1, fids[index], WARNING, reason)
            problems.append(found._replace(rule="C03", field=key, value=text))
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
