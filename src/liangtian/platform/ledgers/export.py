"""A ledger as a file: exactly the rows and columns of the list, in the order of the list.

Rows are read in chunks by their keys, so that memory does not grow with the ledger and no transaction
stays open while a file of many minutes is written.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Count
from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column, Ledger
from liangtian.platform.ledgers.groups import Grouped, grouped
from liangtian.platform.ledgers.query import HUNDREDTHS, alias, annotated, filtered, ordered, plain
from liangtian.press.cells import Kind
from liangtian.press.workbook import LedgerSheet, SheetColumn, SheetFooter

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_KINDS: dict[str, Kind] = {
    "area_mu": "area_mu",
    "area_m2": "area_m2",
    "yuan": "money",
    "m3": "area_m2",
    "integer": "integer",
    "date": "date",
}
PIXELS_PER_CHARACTER = 8
CHUNK = 1_000
Report = Callable[[int], None]  # is told how many rows are written


@dataclass(frozen=True)
class Extract:
    """What is taken out of a ledger: whose rows, which of them, which columns, in which order."""

    ledger: Ledger
    user: User
    params: Mapping[str, str]
    columns: tuple[Column, ...]
    keys: array[int]  # of the rows in their order: eight bytes each, all that is held of them

    def rows(self, report: Report = lambda done: None) -> Iterator[list[Any]]:
        """Each row's cells as printed."""
        return (cells for _, _, cells in self._read(report))

    def shaped(self, report: Report) -> Iterator[tuple[Any, list[Any]]]:
        """Each row's geometry and cells."""
        return ((shape, cells) for _, shape, cells in self._read(report, shapes=True))

    def keyed(self) -> Iterator[tuple[int, list[Any]]]:
        """Each row's key and cells."""
        return ((key, cells) for key, _, cells in self._read(lambda done: None))

    def _read(
        self, report: Report, *, shapes: bool = False
    ) -> Iterator[tuple[int, Any, list[Any]]]:
        labels = {
            c.name: {x.value: x.label for x in c.choices()} for c in self.columns if c.choices
        }
        names = [alias(c) for c in self.columns]
        geometry = self.ledger.geometry if shapes else None
        wanted = annotated(
            self.ledger, self.user, filtered(self.ledger, self.user, self.params), self.columns
        )
        for start in range(0, len(self.keys), CHUNK):
            keys = self.keys[start : start + CHUNK].tolist()
            fields = ("pk", *names, *([geometry] if geometry else []))
            found = {row[0]: row for row in wanted.filter(pk__in=keys).values_list(*fields)}
            for key in keys:
                if (row := found.get(key)) is None:
                    continue  # deleted or changed away since the export began
                cells = [
                    _cell(c, plain(c, value), labels)
                    for c, value in zip(self.columns, row[1 : len(names) + 1], strict=True)
                ]
                yield key, _shape(row[-1]) if geometry else None, cells
            report(min(start + CHUNK, len(self.keys)))


def extract(ledger: Ledger, user: User, params: Mapping[str, str], names: Sequence[str]) -> Extract:
    """What the list shows; `names` are the shown columns in their order, none for all.

    Raises Refused for a column or filter the ledger does not have.
    """
    columns = tuple(_column(ledger, name) for name in names) or tuple(ledger.columns)
    rows = filtered(ledger, user, params)
    shown = ordered(ledger, user, rows, params.get("sort") or ledger.default_sort)
    keys = array("q", shown.values_list("pk", flat=True).iterator(chunk_size=CHUNK))
    return Extract(ledger, user, params, columns, keys)


def counted(ledger: Ledger, user: User, params: Mapping[str, str], names: Sequence[str]) -> int:
    """How many rows `extract` would take. Raises Refused as it does."""
    for name in names:
        _column(ledger, name)
    rows = filtered(ledger, user, params)
    ordered(ledger, user, rows, params.get("sort") or ledger.default_sort)
    found: int = rows.order_by().aggregate(n=Count("pk"))["n"]
    return found


def sheet(wanted: Extract, report: Report = lambda done: None) -> LedgerSheet:
    """The extract in the official look; its 合计 is the sum of the rows as they are written."""
    ledger = wanted.ledger
    pinned = 0
    while pinned < len(wanted.columns) and wanted.columns[pinned].fixed:
        pinned += 1
    return LedgerSheet(
        title=ledger.title,
        columns=[_sheet_column(c) for c in wanted.columns],
        rows=wanted.rows(report),
        footer=footer(wanted.user),
        unit_note=ledger.unit_note,
        sums={c.label: None for c in wanted.columns if c.sum},
        pinned=pinned,
    )


def grouped_sheet(
    ledger: Ledger, user: User, params: Mapping[str, str], by: Sequence[str]
) -> LedgerSheet:
    """The ledger summed up, as the page shows it: one dimension as a list, two as a table crossed."""
    found = grouped(ledger, user, params, by)
    measures = [c for c in ledger.columns if c.sum]
    head = found.dimensions[0]
    columns = [SheetColumn(head.label, width=22)]
    parts: list[tuple[str, str | None]] = [("合计", None)]
    if len(found.dimensions) == 2:
        labels = {g.keys[1]: g.labels[1] for g in found.groups}
        parts += [(labels[key], key) for key in found.axes[1]]
    sums: dict[str, Decimal | None] = {}
    for label, _ in parts:
        group = label if len(parts) > 1 else ""
        columns.append(
            SheetColumn(_named("个数", group, sums), "个", "integer", group=group, heading="个数")
        )
        sums[columns[-1].label] = None
        for c in measures:
            columns.append(
                SheetColumn(
                    _named(c.label, group, sums),
                    c.unit or "",
                    _KINDS[c.kind],
                    group=group,
                    heading=c.label,
                )
            )
            sums[columns[-1].label] = None
    by_label = "、".join(d.label for d in found.dimensions)
    return LedgerSheet(
        title=f"{ledger.title}汇总表",
        columns=columns,
        rows=_grouped_rows(found, [key for _, key in parts], measures),
        footer=footer(user),
        unit_note=ledger.unit_note,
        sums=sums,
        name="汇总",
        notes=[f"按{by_label}汇总。"],
        pinned=1,
    )


def _named(label: str, group: str, taken: Mapping[str, object]) -> str:
    """Labels of a sheet are distinct; under its group's heading the figure's name is told apart by it."""
    return f"{group}{label}" if group and label in taken else label


def _grouped_rows(
    found: Grouped, columns: Sequence[str | None], measures: Sequence[Column]
) -> Iterator[list[Any]]:
    lines: dict[str, dict[str | None, list[Any]]] = {key: {} for key in found.axes[0]}
    labels = {g.keys[0]: g.labels[0] for g in found.groups}
    for group in found.groups:
        figures = [group.count, *(group.sums[c.name] for c in measures)]
        line = lines[group.keys[0]]
        line[None] = [
            a + b for a, b in zip(line.get(None, [0] * len(figures)), figures, strict=True)
        ]
        if len(group.keys) == 2:
            line[group.keys[1]] = figures
    for key, line in lines.items():
        nothing = [0] * (1 + len(measures))
        yield [labels[key], *(n for column in columns for n in line.get(column, nothing))]


def footer(user: User) -> SheetFooter:
    """Who fills in, for which office, today."""
    return SheetFooter(
        unit=user.office.name if user.office else "", on=timezone.localdate(), maker=user.name
    )


def _column(ledger: Ledger, name: str) -> Column:
    column = ledger.column(name)
    if column is None:
        raise Refused(f"“{ledger.title}”没有列“{name}”。", fields={"columns": "没有此列"})
    return column


def _sheet_column(column: Column) -> SheetColumn:
    return SheetColumn(
        label=column.label,
        unit=column.unit or "",
        kind=_KINDS.get(column.kind, "text"),
        width=column.width / PIXELS_PER_CHARACTER,
        group=column.group,
    )


def _cell(column: Column, value: Any, labels: Mapping[str, Mapping[str, str]]) -> Any:
    if value is None:
        return "" if column.kind not in (*HUNDREDTHS, "integer", "date") else None
    if column.name in labels:
        return labels[column.name].get(str(value), str(value))
    if column.kind == "boolean":
        return "是" if value else "否"
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value


def _shape(value: Any) -> Any:
    return shapely.from_wkb(bytes(value)) if isinstance(value, (bytes, memoryview)) else value


def as_text(value: Any) -> str:
    """A cell as a line of text has it."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat() if isinstance(value, date) else str(value)
