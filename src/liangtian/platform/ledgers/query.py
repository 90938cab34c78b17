"""Reading a ledger: filters, order, page, sums. The export reads through the same door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.db.models import Q, Sum

from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column, Ledger, shown_value
from liangtian.platform.people.scope import ScopedQuerySet, require
from liangtian.platform.regions.changes import successors

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PAGE_SIZES = (20, 50, 100, 200)
AREAS = ("area_mu", "area_m2")
RESERVED = frozenset({"page", "size", "sort", "region", "q"})
LARGEST = 2**63 - 1  # the largest whole number the database compares with


@dataclass(frozen=True)
class Page:
    """One page of rows with the total count and the sums over all filtered rows."""

    rows: list[dict[str, Any]]
    total: int
    page: int
    size: int
    sums: dict[str, Any]


def alias(column: Column) -> str:
    """Name of the column's annotation; prefixed, since a model field may have the same name."""
    return f"ledger_{column.name}"


def filtered(ledger: Ledger, user: User, params: Mapping[str, str]) -> ScopedQuerySet:
    """The rows the user may see, narrowed by the request's parameters, each column annotated.

    Raises Refused for an unknown parameter or a value that cannot be read: a filter that is ignored
    would show more rows than asked for.
    """
    require(user, ledger.permission)
    rows: ScopedQuerySet = ledger.rows(user).annotate(
        **{alias(c): shown_value(c) for c in ledger.columns}
    )
    if code := params.get("region"):
        within = Q()
        for one in successors(code) or [code]:  # a code given up stands for what took its place
            within |= Q(**{f"{ledger.region_filter}__startswith": one})
        rows = rows.filter(within)
    if text := params.get("q", "").strip():
        wanted = Q()
        for path in ledger.search:
            wanted |= Q(**{f"{path}__icontains": text})
        rows = rows.filter(wanted)
    for key, value in params.items():
        if key not in RESERVED and value != "":
            rows = rows.filter(_condition(ledger, key, value))
    return rows


def _condition(ledger: Ledger, key: str, value: str) -> Q:
    name, _, operator = key.partition("__")
    if name in ledger.extra_filters and not operator:
        return Q(**{ledger.extra_filters[name]: _key(key, value)})
    column = ledger.column(name)
    if column is None or column.filter is None or operator not in ("", "gte", "lte"):
        raise Refused(f"“{ledger.title}”没有查询条件“{key}”。", fields={key: "没有此查询条件"})
    field = alias(column)
    if operator:
        return Q(**{f"{field}__{operator}": _bound(column, key, value)})
    if column.filter == "choice":
        return Q(**{f"{field}__in": value.split(",")})
    if column.filter == "text":
        return Q(**{f"{field}__icontains": value})
    return Q(**{field: _bound(column, key, value)})


def _key(key: str, value: str) -> int:
    if not value.isdecimal() or int(value) > LARGEST:
        raise Refused(f"查询条件“{key}”的值“{value}”不是编号。", fields={key: "应为编号"})
    return int(value)


def _bound(column: Column, key: str, value: str) -> Any:
    try:
        if column.kind in AREAS:
            return _held(int((Decimal(value) * 100).to_integral_value()))
        if column.kind == "integer":
            return _held(int(value))
        if column.kind in ("date", "datetime"):
            return date.fromisoformat(value)
    except (ValueError, InvalidOperation, OverflowError):
        wanted = "日期，例如 2026-03-31" if column.kind.startswith("date") else "数字"
        raise Refused(
            f"查询条件“{column.label}”的值“{value}”不是{wanted}。", fields={key: f"应为{wanted}"}
        ) from None
    return value


def _held(number: int) -> int:
    if abs(number) > LARGEST:
        raise OverflowError
    return number


def ordered(ledger: Ledger, rows: ScopedQuerySet, sort: str) -> ScopedQuerySet:
    """By the asked column, then by primary key, so that no row is shown twice or left out."""
    descending, name = sort.startswith("-"), sort.lstrip("-")
    column = ledger.column(name)
    if column is None or not column.sortable:
        raise Refused(f"“{ledger.title}”不能按“{name}”排序。", fields={"sort": "不能按此列排序"})
    sign = "-" if descending else ""
    return rows.order_by(f"{sign}{alias(column)}", f"{sign}pk")


def sums(ledger: Ledger, rows: ScopedQuerySet) -> dict[str, Any]:
    """Sum of each summed column over `rows`: the sum of the figures as printed."""
    summed = [c for c in ledger.columns if c.sum]
    if not summed:
        return {}
    totals = rows.order_by().aggregate(**{f"sum_{c.name}": Sum(alias(c)) for c in summed})
    return {c.name: plain(c, totals[f"sum_{c.name}"] or 0) for c in summed}


def plain(column: Column, value: Any) -> Any:
    """A database value as it is shown: areas back from whole hundredths."""
    if column.kind in AREAS and value is not None:
        return Decimal(int(value)) / 100
    return value


def read_page(ledger: Ledger, user: User, params: Mapping[str, str]) -> Page:
    """One page of the ledger."""
    page, size = _whole(params, "page", 1), _whole(params, "size", PAGE_SIZES[1])
    if size not in PAGE_SIZES:
        raise Refused("每页条数只能是 20、50、100 或 200。", fields={"size": "20、50、100 或 200"})
    rows = filtered(ledger, user, params)
    shown = ordered(ledger, rows, params.get("sort") or ledger.default_sort)
    start = (page - 1) * size
    return Page(
        rows=list(values(ledger, shown[start : start + size])),
        total=rows.count(),
        page=page,
        size=size,
        sums=sums(ledger, rows),
    )


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 10**7:
        raise Refused(f"参数 {name} 应为正整数，收到“{text}”。", fields={name: "应为正整数"})
    return int(text)


def values(ledger: Ledger, rows: ScopedQuerySet) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries of the ledger's columns, with `id`."""
    for row in rows.values("pk", *(alias(c) for c in ledger.columns)):
        yield {"id": row["pk"]} | {c.name: plain(c, row[alias(c)]) for c in ledger.columns}
