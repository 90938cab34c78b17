"""The annexes of a result: summary tables in the official look, and the patch table in the upstream system's fields."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import StringIO

from django.utils import timezone

from liangtian.platform.documents.kinds import Table
from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column
from liangtian.platform.returns.documents import footer_of
from liangtian.press.cells import Kind
from liangtian.press.workbook import LedgerSheet, SheetColumn, workbook_xlsx
from liangtian.programmes.enforcement.result_ledger import RESULTS
from liangtian.programmes.enforcement.results.figures import Result
from liangtian.programmes.enforcement.results.report import (
    HANDLING,
    MONTHS,
    TOWNSHIPS,
    tables_of,
)
from liangtian.programmes.enforcement.rules import pack_in_use

UPSTREAM = "enforcement.upstream_fields"
_TOTAL = "合计"
_KINDS: dict[str, Kind] = {"area_mu": "area_mu", "integer": "integer", "date": "date"}


@dataclass(frozen=True)
class UpstreamField:
    """A field of the upstream system and the column of the results ledger it is filled from."""

    name: str
    column: Column


def upstream_fields() -> list[UpstreamField]:
    """The fields of the pack, in their order. Raises Refused for a column that is not there."""
    found = []
    for item in pack_in_use().value(UPSTREAM, timezone.localdate()).items:
        name, _, source = item.partition("=")
        column = RESULTS.column(source.strip())
        if column is None or not name.strip():
            raise Refused(
                f"政策参数 {UPSTREAM} 的“{item}”无效：等号前应为上级系统字段名，"
                f"等号后应为“{RESULTS.title}”的列名。请由系统管理员更正本县参数文件。"
            )
        found.append(UpstreamField(name.strip(), column))
    return found


def annex_xlsx(found: Result) -> bytes:
    """Summary by township, by month, of handling, and the patch table. Raises Refused."""
    tables = tables_of(found)
    return workbook_xlsx(
        [
            _summary(found, TOWNSHIPS, tables, "乡镇"),
            _summary(found, MONTHS, tables, "月份"),
            _summary(found, HANDLING, tables, "查处"),
            _patches(found),
        ]
    )


def patches_csv(found: Result) -> bytes:
    """The patch table as text: the upstream fields' names, one line for each part; UTF-8 with its mark."""
    fields, out = upstream_fields(), StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([one.name for one in fields])
    for row in found.rows:
        writer.writerow([row[one.column.name] for one in fields])
    return ("\ufeff" + out.getvalue()).encode()


def _title(found: Result, name: str) -> str:
    return f"{found.sheet.region.name}{found.period.label}卫片执法{name}"


def _summary(
    found: Result, table: Table, tables: Mapping[str, Sequence[Mapping[str, str]]], name: str
) -> LedgerSheet:
    """One of the report's tables; its total is added again and must be the one printed there."""
    lines = [row for row in tables[table.name] if row["name"] != _TOTAL]
    totals = next((row for row in tables[table.name] if row["name"] == _TOTAL), None)
    columns = [
        SheetColumn(*_heading(field.label), _kind(field.label), 16) for field in table.columns
    ]
    sums = {
        column.label: Decimal(totals[field.name])
        for field, column in zip(table.columns, columns, strict=True)
        if totals and column.kind != "text"
    }
    return LedgerSheet(
        title=_title(found, table.label.removesuffix("表") + "表"),
        columns=columns,
        rows=[
            [_cell(row[field.name], column.kind) for field, column in zip(table.columns, columns, strict=True)]
            for row in lines
        ],
        footer=footer_of(found.sheet), unit_note="单位：个、亩", sums=dict(sums), name=name,
        notes=_notes(found),
    )  # fmt: skip


def _patches(found: Result) -> LedgerSheet:
    fields = upstream_fields()
    summed = {one.column.label for one in fields if one.column.sum}
    return LedgerSheet(
        title=_title(found, "图斑明细表"),
        columns=[
            SheetColumn(one.column.label, one.column.unit or one.name,
                        _KINDS.get(one.column.kind, "text"), max(12, one.column.width / 8), heading=one.column.label)
            for one in fields
        ],
        rows=(
            [_cell(row[one.column.name], _KINDS.get(one.column.kind, "text")) for one in fields]
            for row in found.rows
        ),
        footer=footer_of(found.sheet), sums=dict.fromkeys(summed), name="图斑明细",
        notes=[
            "上级系统字段：" + "、".join(f"{one.column.label}（{one.name}）" for one in fields),
            *_notes(found),
        ],
        pinned=1,
    )  # fmt: skip


def _heading(label: str) -> tuple[str, str]:
    name, _, unit = label.partition("（")
    return name, unit.removesuffix("）")


def _kind(label: str) -> Kind:
    return (
        "area_mu" if label.endswith("（亩）") else "integer" if label.endswith("（个）") else "text"
    )


def _cell(text: str, kind: Kind) -> object:
    if kind == "text":
        return text
    if not text:
        return None
    return date.fromisoformat(text) if kind == "date" else Decimal(text)


def _notes(found: Result) -> list[str]:
    frozen = timezone.localtime(found.sheet.frozen_at)
    return [
        f"数据冻结于 {frozen:%Y-%m-%d %H:%M}，第{found.sheet.version}版，校验码（SHA-256）：{found.sheet.sha256}"
    ]
