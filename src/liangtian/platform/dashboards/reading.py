"""Computing a dashboard: a fixed number of queries, whatever the number of rows and regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.db.models import Count, Q, Sum
from django.utils import timezone

from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Drawn,
    Figure,
    Series,
    Value,
)
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.groups import dimension, grouped
from liangtian.platform.ledgers.query import alias, annotated, condition, filtered, plain
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.queries import fetch
from liangtian.platform.returns.periods import Kind, Period, read_period, recent_periods

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

NEXT_LEVEL = {"province": "prefecture", "prefecture": "county", "county": "township",
              "township": "village"}  # fmt: skip
_LENGTHS: dict[int, Kind] = {4: "year", 7: "month"}
Values = dict[str, Value | None]


@dataclass(frozen=True)
class Place:
    """One region of the level below, with every figure of the ledger."""

    code: str
    name: str
    narrow: Mapping[str, str]
    values: Values


def ask(user: User, dashboard: Dashboard, region: str = "", period: str = "") -> Asked:
    """Who asks for what. Raises Forbidden, NotFound for a region out of scope, Refused for a wrong period."""
    require(user, dashboard.permission)
    place: Region | None = user.region
    if region:
        place = fetch(user, region)
    if dashboard.regional and place is None:
        raise NotFound("您的账号未设置管辖区划，没有可统计的数据。请联系系统管理员。")
    return Asked(user, place if dashboard.regional else None, period_of(dashboard, period))


def period_of(dashboard: Dashboard, code: str) -> Period | None:
    """`2026`, `2026-Q1`, `2026-03`; `all` for all time; nothing for the present year."""
    if code == "all" or not dashboard.timed:
        return None
    code = code or str(timezone.localdate().year)
    return read_period("quarter" if "Q" in code else _kind(code), code)


def _kind(code: str) -> Kind:
    if len(code) not in _LENGTHS:
        raise Refused(
            f"“{code}”不是统计期，应形如 2026、2026-Q1 或 2026-03。", fields={"period": "格式不符"}
        )
    return _LENGTHS[len(code)]


def previous(period: Period) -> Period:
    """The period of the same length right before."""
    kind: Kind = "quarter" if "Q" in period.code else _LENGTHS[len(period.code)]
    year, month = (int(part) for part in period.first.split("-"))
    start = timezone.localdate().replace(year=year, month=month, day=1)
    return recent_periods(kind, start, 2)[1]


def query_of(dashboard: Dashboard, asked: Asked, where: Mapping[str, str]) -> dict[str, str]:
    """The filters of the ledger under which it shows what a figure counts."""
    query = dict(where)
    if asked.region is not None:
        query["region"] = asked.region.code
    if asked.period is not None and dashboard.period:
        query[f"{dashboard.period}__gte"] = f"{asked.period.first}-01"
        query[f"{dashboard.period}__lte"] = str(asked.period.end)
    return query


def figures(dashboard: Dashboard, asked: Asked, names: Sequence[str] = ()) -> Values:
    """The value of each figure the user may see (of `names`, where given), by its name."""
    seen = [f for f in _seen(dashboard, asked.user) if not names or f.name in names]
    wanted = {f.name for f in seen} | {part for f in seen for part in f.share or ()}
    parts = [f for f in dashboard.figures if f.name in wanted]
    found: Values = {}
    if dashboard.count and any(f.counted for f in parts):
        found |= dashboard.count(asked)
    if ledger := find_ledger(dashboard.ledger):
        for when, some in _spans(asked, parts):
            rows = _rows(ledger, dashboard, when, some)
            found |= _plain(ledger, some, rows.order_by().aggregate(**_sums(ledger, some)))
    _shares(parts, found)
    return {f.name: found.get(f.name) for f in seen}


def before(dashboard: Dashboard, asked: Asked) -> tuple[Period, Values] | None:
    """The same figures of the period before; None when there is no period."""
    if asked.period is None:
        return None
    earlier = previous(asked.period)
    timed = [f.name for f in _seen(dashboard, asked.user) if f.timed]
    return earlier, figures(dashboard, replace(asked, period=earlier), timed) if timed else {}


def places(dashboard: Dashboard, asked: Asked) -> list[Place]:
    """The ledger's figures of each region of the next level, also of those without a row."""
    ledger = find_ledger(dashboard.ledger)
    if not dashboard.places or ledger is None or asked.region is None:
        return []
    level = NEXT_LEVEL.get(asked.region.level)
    if level is None:
        return []
    by = dimension(ledger, f"region:{level}")
    parts = [f for f in _seen(dashboard, asked.user) if not f.counted]
    found: dict[str, Values] = {}
    for when, some in _spans(asked, parts):
        rows = _rows(ledger, dashboard, when, some)
        grouped_rows = rows.order_by().annotate(group_0=by.expression).values("group_0")
        for row in grouped_rows.annotate(**_sums(ledger, some)):
            found.setdefault(row["group_0"], {}).update(_plain(ledger, some, row))
    children = Region.objects.current().filter(parent=asked.region).values_list("code", "name")
    names = dict(children) | dict(by.named([c for c in found if c not in dict(children)]))
    nothing: Values = {f.name: 0 for f in parts}
    out = []
    for code in sorted(names):
        values = nothing | found.get(code, {})
        _shares(parts, values)
        out.append(Place(code, names[code], by.narrow(code), values))
    return out


def drawn(dashboard: Dashboard, chart: Chart, asked: Asked) -> Drawn:
    """A chart's numbers."""
    if chart.read is not None:
        return chart.read(asked)
    ledger = find_ledger(dashboard.ledger)
    assert ledger is not None
    found = grouped(ledger, asked.user, chart_query(dashboard, chart, asked), chart.by)
    labels: list[dict[str, str]] = [{}, {}]
    narrow: list[dict[str, Mapping[str, str]]] = [{}, {}]
    values: dict[tuple[str, ...], Value] = {}
    for group in found.groups:
        values[group.keys] = group.sums[chart.measure] if chart.measure else group.count
        for n, key in enumerate(group.keys):
            labels[n][key], narrow[n][key] = group.labels[n], group.parts[n]
    axis = found.axes[0]
    second = ledger.column(chart.by[1]) if len(chart.by) == 2 else None
    choices = {c.value: c for c in second.choices()} if second and second.choices else {}
    series = [
        Series(
            key, labels[1][key], [values.get((one, key), 0) for one in axis],
            choices[key].tag if key in choices else None, narrow=narrow[1][key],
        )
        for key in (found.axes[1] if second else [])
    ]  # fmt: skip
    if not second:
        series = [Series("", chart.title, [values[(one,)] for one in axis])]
    return Drawn([labels[0][k] for k in axis], series, [narrow[0][k] for k in axis])


def chart_query(dashboard: Dashboard, chart: Chart, asked: Asked) -> dict[str, str]:
    """The filters of the ledger under which it shows what a chart counts."""
    return query_of(dashboard, asked if chart.timed else replace(asked, period=None), chart.where)


def link(page: str, query: Mapping[str, str]) -> str:
    """The page of the ledger with these filters."""
    return f"{page}?{urlencode(query)}" if query else page


def _seen(dashboard: Dashboard, user: User) -> list[Figure]:
    return [f for f in dashboard.figures if not f.needs or user.may(f.needs)]


def _spans(asked: Asked, parts: Sequence[Figure]) -> Iterator[tuple[Asked, list[Figure]]]:
    """The figures of the period, and those of today that no period narrows, each with what to ask for."""
    for when, timed in ((asked, True), (replace(asked, period=None), False)):
        if some := [f for f in parts if f.of_ledger and f.timed is timed]:
            yield when, some


def _rows(ledger: Ledger, dashboard: Dashboard, asked: Asked, parts: Sequence[Figure]) -> Any:
    """The dashboard's rows, with the columns that its figures narrow by and add up."""
    named = {figure.measure for figure in parts}
    named |= {key.partition("__")[0] for figure in parts for key in figure.where}
    rows = filtered(ledger, asked.user, query_of(dashboard, asked, {}))
    return annotated(ledger, asked.user, rows, [c for c in ledger.columns if c.name in named])


def _sums(ledger: Ledger, parts: Sequence[Figure]) -> dict[str, Any]:
    """One aggregate for each figure: counting and adding are the ledger's own."""
    found: dict[str, Any] = {}
    for figure in parts:
        if not figure.of_ledger:
            continue
        narrowed = Q()
        for key, value in figure.where.items():
            narrowed &= condition(ledger, key, value)
        column = ledger.column(figure.measure)
        found[f"of_{figure.name}"] = (
            Sum(alias(column), filter=narrowed) if column else Count("pk", filter=narrowed)
        )
    return found


def _plain(ledger: Ledger, parts: Sequence[Figure], row: Mapping[str, Any]) -> Values:
    found: Values = {}
    for figure in parts:
        if figure.of_ledger:
            column, value = ledger.column(figure.measure), row[f"of_{figure.name}"] or 0
            found[figure.name] = plain(column, value) if column else value
    return found


def _shares(parts: Sequence[Figure], values: Values) -> None:
    """Shares from 0 to 1, to four places; None where there is nothing to be a share of."""
    for figure in parts:
        if figure.share:
            part, whole = (Decimal(values.get(name) or 0) for name in figure.share)
            values[figure.name] = round(part / whole, 4) if whole else None
