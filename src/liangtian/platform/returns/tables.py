"""The table of a return: lines × (outcome or the like) × figures, added without loss.

`{"across": [[key, label]], "measures": [{name, label, unit, kind}], "lines": [{key, label, cells}],
"total": cells}`; cells map an across key ("*" is the line's total) to `{"count": n, "sums": {name: "1.23"}}`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from liangtian.platform.ledgers.declaration import Ledger
from liangtian.platform.ledgers.groups import Grouped
from liangtian.press.cells import Kind
from liangtian.press.workbook import SheetColumn

Table = dict[str, Any]
CENT = Decimal("0.01")
TOTAL = "*"  # no value of a column: a row without a value stands under ""
Cells = dict[str, dict[str, Any]]
_KINDS: dict[str, Kind] = {"area_mu": "area_mu", "area_m2": "area_m2", "integer": "integer"}


def table_of(ledger: Ledger, found: Grouped) -> Table:
    """The table of a ledger summed up by one or two dimensions."""
    names: dict[str, str] = {}
    across: dict[str, str] = {}
    cells: dict[str, Cells] = {key: {} for key in found.axes[0]}
    for group in found.groups:
        line = cells[group.keys[0]]
        names[group.keys[0]] = group.labels[0]
        figures = {"count": group.count, "sums": {n: str(v) for n, v in group.sums.items()}}
        if len(group.keys) == 2:
            across[group.keys[1]] = group.labels[1]
            _add(line, group.keys[1], figures)
        _add(line, TOTAL, figures)
    order = found.axes[1] if len(found.axes) == 2 else []
    lines: list[dict[str, Any]] = [
        {"key": key, "label": names[key], "cells": line} for key, line in cells.items()
    ]
    return {
        "across": [[key, across[key]] for key in order],
        "measures": [
            {"name": c.name, "label": c.label, "unit": c.unit or "", "kind": c.kind}
            for c in ledger.columns if c.sum
        ],
        "lines": lines,
        "total": added(line["cells"] for line in lines),
    }  # fmt: skip


def consolidated(parts: Iterable[tuple[str, str, Table]]) -> Table:
    """One line per part (key, label, its table): the part's total."""
    lines: list[dict[str, Any]] = []
    across: dict[str, str] = {}
    measures: list[dict[str, Any]] = []
    for key, label, table in parts:
        lines.append({"key": key, "label": label, "cells": table["total"]})
        across |= dict(table["across"])
        measures = table["measures"]
    return {
        "across": [[key, label] for key, label in across.items()],
        "measures": measures,
        "lines": lines,
        "total": added(line["cells"] for line in lines),
    }


def added(lines: Iterable[Cells]) -> Cells:
    """The sum of lines, cell by cell."""
    total: Cells = {}
    for line in lines:
        for key, figures in line.items():
            _add(total, key, figures)
    return total


def _add(line: Cells, key: str, figures: Mapping[str, Any]) -> None:
    cell = line.setdefault(key, {"count": 0, "sums": {}})
    cell["count"] += figures["count"]
    for name, value in figures["sums"].items():
        cell["sums"][name] = str(Decimal(cell["sums"].get(name, "0")) + Decimal(value))


def columns_of(table: Table, first: str) -> list[SheetColumn]:
    """The columns as printed: the line's name, then per outcome its count and sums, the total first."""
    columns = [SheetColumn(first, width=18)]
    grouped = bool(table["across"])
    for _, label in parts_of(table):
        group = label if grouped else ""
        columns.append(SheetColumn(_label(group, "个数"), "个", "integer", 8, group, "个数"))
        for m in table["measures"]:
            kind = _KINDS[m["kind"]]
            columns.append(
                SheetColumn(_label(group, m["label"]), m["unit"], kind, 11, group, m["label"])
            )
    return columns


def _label(group: str, label: str) -> str:
    """Labels of a sheet are distinct: under the total plain, under an outcome with its name."""
    return label if group in ("", "合计") else f"{group}{label}"


def parts_of(table: Table) -> list[tuple[str, str]]:
    """Across keys in the order printed, the total first."""
    return [(TOTAL, "合计"), *((key, label) for key, label in table["across"])]


def figures_of(table: Table, cells: Cells) -> Iterator[Any]:
    """The figures of a line in the order of the columns."""
    for key, _ in parts_of(table):
        cell = cells.get(key, {"count": 0, "sums": {}})
        yield cell["count"]
        for m in table["measures"]:
            value = Decimal(cell["sums"].get(m["name"], "0"))
            yield int(value) if m["kind"] == "integer" else value.quantize(CENT)
