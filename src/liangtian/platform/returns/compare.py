"""What changed between two states of a ledger, or two versions of a return: row by row, column by column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from liangtian.platform.returns.snapshots import Text, line_of
from liangtian.platform.returns.tables import TOTAL

MOST_SHOWN = 2_000  # differences listed; all are counted


@dataclass(frozen=True)
class State:
    """One side: when it was, its columns as printed, its rows by key as they are kept, its sums."""

    label: str
    at: datetime
    columns: Sequence[Mapping[str, Any]]
    lines: Iterator[Text]
    count: int
    sums: Mapping[str, str]


@dataclass(frozen=True)
class CellChange:
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class RowChange:
    """A row that is new, gone or changed; `title` is its first column."""

    kind: str  # added, gone, changed
    key: int
    title: str
    cells: tuple[CellChange, ...] = ()


@dataclass
class Comparison:
    """All differences counted, the first MOST_SHOWN listed, and the sums on both sides."""

    before: State
    after: State
    counts: dict[str, int] = field(default_factory=lambda: {"added": 0, "gone": 0, "changed": 0})
    rows: list[RowChange] = field(default_factory=list)

    def sums(self) -> list[dict[str, Any]]:
        """Number of rows and each sum: before, after, difference."""
        found: list[dict[str, Any]] = [
            _difference("行数", "", Decimal(self.before.count), Decimal(self.after.count))
        ]
        for column in self.after.columns:
            name = column["name"]
            if column["sum"] and name in self.before.sums and name in self.after.sums:
                both = (Decimal(side.sums[name]) for side in (self.before, self.after))
                found.append(_difference(column["label"], column["unit"], *both))
        return found


def compare(before: State, after: State) -> Comparison:
    """Both sides come by key, so that they are walked side by side and neither is held in memory.

    A row that is kept alike on both sides is not taken apart.
    """
    found = Comparison(before, after)
    names_before = [c["name"] for c in before.columns]
    # A column that only one side has is no change of a row.
    shared = [
        (names_before.index(c["name"]), place, c["label"])
        for place, c in enumerate(after.columns) if c["name"] in names_before
    ]  # fmt: skip
    alike = names_before == [c["name"] for c in after.columns]
    for key, was, now in _side_by_side(before.lines, after.lines):
        if alike and was == now:
            continue
        old, new = was and line_of(was)[1], now and line_of(now)[1]
        if old is None or new is None:
            cells = new or old or [""]
            _note(found, RowChange("added" if old is None else "gone", key, cells[0]))
            continue
        changes = tuple(
            CellChange(label, old[i], new[j]) for i, j, label in shared if old[i] != new[j]
        )
        if changes:
            _note(found, RowChange("changed", key, new[0], changes))
    return found


def _note(found: Comparison, change: RowChange) -> None:
    found.counts[change.kind] += 1
    if len(found.rows) < MOST_SHOWN:
        found.rows.append(change)


def _side_by_side(
    left: Iterator[Text], right: Iterator[Text]
) -> Iterator[tuple[int, str | None, str | None]]:
    a, b = next(left, None), next(right, None)
    while a is not None or b is not None:
        if b is None or (a is not None and a[0] < b[0]):
            assert a is not None
            yield a[0], a[1], None
            a = next(left, None)
        elif a is None or b[0] < a[0]:
            yield b[0], None, b[1]
            b = next(right, None)
        else:
            yield a[0], a[1], b[1]
            a, b = next(left, None), next(right, None)


def compare_tables(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Differences between the lines of two tables, figure by figure."""
    old = {line["key"]: line for line in before["lines"]}
    new = {line["key"]: line for line in after["lines"]}
    across = {TOTAL: "合计", **dict(before["across"]), **dict(after["across"])}
    measures = {m["name"]: (m["label"], m["unit"]) for m in after["measures"]}
    found = []
    for key in sorted({*old, *new}):
        label = (new.get(key) or old[key])["label"]
        sides = [side[key]["cells"] if key in side else {} for side in (old, new)]
        for part, part_label in across.items():
            figures = [_figures(cells.get(part), measures) for cells in sides]
            for (name, unit), a, b in zip_longest(
                [("个数", "个"), *measures.values()], *figures, fillvalue=Decimal(0)
            ):
                if a != b:
                    found.append(
                        {"line": label, "part": part_label, **_difference(name, unit, a, b)}
                    )
    return found


def _figures(cell: Mapping[str, Any] | None, measures: Mapping[str, Any]) -> list[Decimal]:
    if cell is None:
        return [Decimal(0)] * (1 + len(measures))
    return [Decimal(cell["count"]), *(Decimal(cell["sums"].get(n, "0")) for n in measures)]


def _difference(label: str, unit: str, before: Decimal, after: Decimal) -> dict[str, Any]:
    return {"label": label, "unit": unit, "before": str(before), "after": str(after),
            "difference": str(after - before)}  # fmt: skip
