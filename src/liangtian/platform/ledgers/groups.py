"""A ledger summed up: by region level, by a column, or by two of them crossed.

Sums are added in the database from whole hundredths, and the groups are checked against the total of
all rows before anyone sees them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, Count, F, Q, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Substr, TruncMonth, TruncQuarter, TruncYear
from django.utils import timezone

from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column, Ledger
from liangtian.platform.ledgers.query import alias, annotated, filtered, plain, totals
from liangtian.platform.regions.models import Region

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

DIGITS = {"province": 2, "prefecture": 4, "county": 6, "township": 9, "village": 12, "group": 14}
PERIODS = {
    "year": ("年", TruncYear),
    "quarter": ("季度", TruncQuarter),
    "month": ("月", TruncMonth),
}
MOST_GROUPS = 5_000  # more cannot be read on a page or printed


@dataclass(frozen=True)
class Dimension:
    """Something to sum up by: `region:township`, a column, or `column:quarter`."""

    name: str
    label: str
    expression: Combinable
    named: Callable[[Sequence[Any]], Mapping[Any, str]]
    narrow: Callable[[Any], dict[str, str]]
    place: Callable[[Any], Any]  # order of the groups


@dataclass(frozen=True)
class Group:
    """One group: its keys' labels, the filters of each key (together they show its rows), its figures."""

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    parts: tuple[dict[str, str], ...]
    count: int
    sums: dict[str, Any]

    @property
    def narrow(self) -> dict[str, str]:
        """The filters that show exactly the rows of this group."""
        return {name: value for part in self.parts for name, value in part.items()}


@dataclass(frozen=True)
class Grouped:
    """The groups in order, and the total of all rows, which they add up to."""

    dimensions: tuple[Dimension, ...]
    axes: list[list[str]]  # the keys of each dimension in their order
    groups: list[Group]
    count: int
    sums: dict[str, Any]


def dimensions(ledger: Ledger) -> list[tuple[str, str]]:
    """Name and label of everything the ledger can be summed up by."""
    found = [(f"region:{level}", str(Region.Level(level).label)) for level in DIGITS]
    for column in ledger.columns:
        if column.kind in ("date", "datetime"):
            found += [
                (f"{column.name}:{p}", f"{column.label}（{w}）") for p, (w, _) in PERIODS.items()
            ]
        elif column.groupable:
            found.append((column.name, column.label))
    return found


def grouped(
    ledger: Ledger,
    user: User,
    params: Mapping[str, str],
    by: Sequence[str],
    only: Q | None = None,
) -> Grouped:
    """The filtered rows (and, with `only`, of those some) summed up by one or two dimensions.

    Raises Refused for a dimension the ledger does not have, or for more groups than can be read.
    """
    if not 1 <= len(by) <= 2 or len(set(by)) < len(by):
        raise Refused("请选择一个或两个不同的汇总项。", fields={"by": "一个或两个"})
    chosen = tuple(dimension(ledger, name) for name in by)
    rows = filtered(ledger, user, params).filter(only or Q())
    named = {name.partition(":")[0] for name in by}
    summed = [c for c in ledger.columns if c.sum]
    parted = annotated(
        ledger, user, rows, [c for c in ledger.columns if c.name in named or c in summed]
    )
    names = [f"group_{n}" for n in range(len(chosen))]
    found = list(
        parted.order_by()
        .annotate(**{n: d.expression for n, d in zip(names, chosen, strict=True)})
        .values(*names)
        .annotate(group_count=Count("pk"), **{f"sum_{c.name}": Sum(alias(c)) for c in summed})[
            : MOST_GROUPS + 1
        ]
    )
    if len(found) > MOST_GROUPS:
        raise Refused(f"汇总超过 {MOST_GROUPS} 组，请先缩小查询范围，或换一个汇总项。")
    count, sums = totals(ledger, user, rows)
    axes = [
        [_key(v) for v in sorted({row[n] for row in found}, key=d.place)]
        for d, n in zip(chosen, names, strict=True)
    ]
    whole = Grouped(chosen, axes, _groups(chosen, names, found, summed), count, sums)
    _check(whole)
    return whole


def _groups(
    chosen: Sequence[Dimension], names: Sequence[str], found: list[Any], summed: Sequence[Column]
) -> list[Group]:
    labels = [d.named(list({row[n] for row in found})) for d, n in zip(chosen, names, strict=True)]
    found.sort(key=lambda row: [d.place(row[n]) for d, n in zip(chosen, names, strict=True)])
    return [
        Group(
            keys=tuple(_key(row[n]) for n in names),
            labels=tuple(label[row[n]] for label, n in zip(labels, names, strict=True)),
            parts=tuple(d.narrow(row[n]) for d, n in zip(chosen, names, strict=True)),
            count=row["group_count"],
            sums={c.name: plain(c, row[f"sum_{c.name}"] or 0) for c in summed},
        )
        for row in found
    ]


def _key(value: Any) -> str:
    return "" if value is None else str(value)


def _check(whole: Grouped) -> None:
    """Groups that do not add up to the total are a fault of the program, never shown."""
    count = sum(g.count for g in whole.groups)
    apart = [n for n, s in whole.sums.items() if sum(g.sums[n] for g in whole.groups) != s]
    if count != whole.count or apart:
        raise RuntimeError(f"groups do not add up: {count} of {whole.count} rows, {apart}")


def dimension(ledger: Ledger, name: str) -> Dimension:
    """What `name` sums up by. Raises Refused for one the ledger does not have."""
    first, _, second = name.partition(":")
    if first == "region" and second in DIGITS:
        return _by_region(ledger, name, second)
    column = ledger.column(first)
    if column is None or not column.groupable:
        raise Refused(f"“{ledger.title}”不能按“{name}”汇总。", fields={"by": "没有此汇总项"})
    if column.kind in ("date", "datetime"):
        if second not in PERIODS:
            raise Refused(
                f"“{column.label}”只能按年、按季度或按月汇总。", fields={"by": "按年、按季度或按月"}
            )
        return _by_period(column, name, second)
    return _by_value(column)


def _by_region(ledger: Ledger, name: str, level: str) -> Dimension:
    digits = DIGITS[level]

    def named(codes: Sequence[Any]) -> Mapping[Any, str]:
        names = dict(Region.objects.filter(code__in=codes).values_list("code", "name"))
        # A row may belong to a township as such: it stands in a line of its own among the villages.
        return {
            c: names.get(c, c) if len(c) == digits else f"{names.get(c, c)}（本级）" for c in codes
        }

    return Dimension(
        name,
        str(Region.Level(level).label),
        Substr(F(ledger.region_filter), 1, digits, output_field=CharField()),
        named,
        lambda code: {"region" if len(code) == digits else "region__is": code},
        lambda code: code,
    )


def _by_value(column: Column) -> Dimension:
    choices = list(column.choices()) if column.choices else []
    labels: dict[Any, str] = {c.value: c.label for c in choices}
    order = {c.value: n for n, c in enumerate(choices)}
    if column.kind == "boolean":
        labels, order = {True: "是", False: "否"}, {True: 0, False: 1}  # type: ignore[dict-item]

    def narrow(value: Any) -> dict[str, str]:
        if value is None or value == "":
            return {f"{column.name}__empty": "1"}
        if column.kind == "boolean":
            return {column.name: "1" if value else "0"}
        return {column.name if column.kind == "choice" else f"{column.name}__is": str(value)}

    return Dimension(
        column.name,
        column.label,
        F(alias(column)),
        lambda values: {v: labels.get(v) or str(v or column.nothing) for v in values},
        narrow,
        lambda v: (v is None or v == "", order.get(v, len(order)), str(v)),
    )


def _by_period(column: Column, name: str, period: str) -> Dimension:
    word, truncated = PERIODS[period]
    months = {"year": 12, "quarter": 3, "month": 1}[period]

    def day(value: Any) -> date:
        return timezone.localtime(value).date() if isinstance(value, datetime) else value

    def said(value: Any) -> str:
        start = day(value)
        if period == "quarter":
            return f"{start.year}年{'一二三四'[start.month // 3]}季度"
        return start.strftime("%Y年" if period == "year" else "%Y年%m月")

    def narrow(value: Any) -> dict[str, str]:
        if value is None:
            return {f"{column.name}__empty": "1"}
        start = day(value)
        years, month = divmod(start.month - 1 + months, 12)
        end = date(start.year + years, month + 1, 1) - timedelta(days=1)
        return {f"{column.name}__gte": str(start), f"{column.name}__lte": str(end)}

    return Dimension(
        name,
        f"{column.label}（{word}）",
        truncated(alias(column)),
        lambda values: {v: said(v) if v else column.nothing for v in values},
        narrow,
        lambda v: (v is None, str(v)),
    )
