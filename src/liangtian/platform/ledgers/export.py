"""A ledger as an Excel workbook: exactly the rows and columns of the list."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from liangtian.platform.ledgers.declaration import Column, Ledger
from liangtian.platform.ledgers.query import AREAS, filtered, ordered, totals, values
from liangtian.press.workbook import Kind, LedgerSheet, SheetColumn, SheetFooter, ledger_xlsx

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_KINDS: dict[str, Kind] = {
    "area_mu": "area_mu",
    "area_m2": "area_m2",
    "integer": "integer",
    "date": "date",
}
PIXELS_PER_CHARACTER = 8


def workbook(ledger: Ledger, user: User, params: Mapping[str, str]) -> tuple[bytes, int]:
    """The workbook of the filtered ledger and its number of rows.

    Its totals are those of the list; the press refuses a sheet whose rows do not add up to them.
    """
    rows = filtered(ledger, user, params)
    shown = ordered(ledger, rows, params.get("sort") or ledger.default_sort)
    labels = {c.name: {x.value: x.label for x in c.choices()} for c in ledger.columns if c.choices}
    lines = [
        [_cell(column, row[column.name], labels) for column in ledger.columns]
        for row in values(ledger, shown)
    ]
    _, by_name = totals(ledger, rows)
    printed: dict[str, Decimal | None] = {
        c.label: Decimal(by_name[c.name]) for c in ledger.columns if c.sum
    }
    sheet = LedgerSheet(
        title=ledger.title,
        columns=[_sheet_column(c) for c in ledger.columns],
        rows=lines,
        footer=SheetFooter(
            unit=user.office.name if user.office else "",
            on=timezone.localdate(),
            maker=user.name,
        ),
        unit_note=ledger.unit_note,
        sums=printed,
    )
    return ledger_xlsx(sheet), len(lines)


def _sheet_column(column: Column) -> SheetColumn:
    return SheetColumn(
        label=column.label,
        unit=column.unit or "",
        kind=_KINDS.get(column.kind, "text"),
        width=column.width / PIXELS_PER_CHARACTER,
    )


def _cell(column: Column, value: Any, labels: Mapping[str, Mapping[str, str]]) -> Any:
    if value is None:
        return "" if column.kind not in (*AREAS, "integer", "date") else None
    if column.name in labels:
        return labels[column.name].get(str(value), str(value))
    if column.kind == "boolean":
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value
