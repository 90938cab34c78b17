"""Dashboards over HTTP: which there are, one with its numbers, its Excel file."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.dashboards import reading
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Figure,
    Shape,
    Unit,
    all_dashboards,
    find_dashboard,
)
from liangtian.platform.dashboards.exporting import export_dashboard, export_pdf
from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.ledgers.declaration import Tag, find_ledger
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.returns.periods import Kind, recent_periods

router = Router(tags=["dashboards"])
OFFERED: tuple[tuple[Kind, int], ...] = (("year", 4), ("quarter", 8), ("month", 18))


class DashboardName(Schema):
    name: str
    title: str


class DashboardFigure(Schema):
    name: str
    label: str
    unit: str
    kind: Unit
    tag: Tag | None
    note: str
    value: float | None
    previous: float | None
    to: str
    regional: bool


class DashboardSeries(Schema):
    key: str
    label: str
    tag: Tag | None
    colour: str
    values: list[float]
    narrow: dict[str, str]


class DashboardChart(Schema):
    name: str
    title: str
    shape: Shape
    unit: str
    kind: Unit
    categories: list[str]
    narrow: list[dict[str, str]]
    series: list[DashboardSeries]
    query: dict[str, str]
    mark: float | None


class DashboardPlace(Schema):
    code: str
    name: str
    deeper: bool
    values: dict[str, float | None]
    narrow: dict[str, str]


class DashboardPeriod(Schema):
    code: str
    label: str
    kind: Literal["month", "quarter", "year", "all"]


class DashboardCrumb(Schema):
    code: str
    name: str


class DashboardOut(Schema):
    name: str
    title: str
    at: str
    page: str
    regional: bool
    timed: bool
    period: DashboardPeriod
    previous: str | None
    period_note: str
    periods: list[DashboardPeriod]
    crumbs: list[DashboardCrumb]
    may_export: bool
    figures: list[DashboardFigure]
    charts: list[DashboardChart]
    places: list[DashboardPlace]
    query: dict[str, str]


@router.get("", response=list[DashboardName])
def listing(request: HttpRequest) -> list[dict[str, str]]:
    """The dashboards the user may read."""
    user = user_of(request)
    return [{"name": d.name, "title": d.title} for d in all_dashboards() if user.may(d.permission)]


@router.get("/{name}", response=DashboardOut)
def one(request: HttpRequest, name: str, region: str = "", period: str = "") -> dict[str, Any]:
    """One dashboard for a region of the user's scope; `period` is a year, quarter, month or `all`."""
    dashboard, user = _find(name), user_of(request)
    asked = reading.ask(user, dashboard, region, period)
    values = reading.figures(dashboard, asked)
    earlier = reading.before(dashboard, asked)
    places = reading.places(dashboard, asked)
    query = reading.query_of(dashboard, asked, {})
    return {
        "name": dashboard.name, "title": dashboard.title,
        "at": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
        "page": dashboard.page, "regional": dashboard.regional, "timed": dashboard.timed,
        "period": _period(asked),
        "previous": earlier[0].label if earlier else None,
        "period_note": dashboard.period_note,
        "periods": _offered() if dashboard.timed else [],
        "crumbs": _crumbs(asked),
        "may_export": user.may(dashboard.export_permission),
        "figures": [
            _figure(dashboard, f, asked, values[f.name], earlier[1].get(f.name) if earlier else None)
            for f in dashboard.figures if f.name in values
        ],
        "charts": [_chart(dashboard, chart, asked) for chart in dashboard.charts],
        "places": [
            {
                "code": p.code, "name": p.name, "narrow": p.narrow,
                "deeper": asked.region is not None and asked.region.level != "township"
                and p.code != asked.region.code,
                "values": {k: _number(v) for k, v in p.values.items()},
            }
            for p in places
        ],
        "query": query,
    }  # fmt: skip


@router.get("/{name}/export.xlsx")
def export(request: HttpRequest, name: str, region: str = "", period: str = "") -> HttpResponse:
    """All numbers of the dashboard as sheets of a workbook; the act is audited."""
    dashboard, user = _find(name), user_of(request)
    title, content = export_dashboard(user, dashboard, reading.ask(user, dashboard, region, period))
    return attach(HttpResponse(content, content_type=XLSX), f"{title}.xlsx")


@router.get("/{name}/export.pdf")
def export_as_pdf(
    request: HttpRequest, name: str, region: str = "", period: str = ""
) -> HttpResponse:
    """The dashboard on paper; the act is audited."""
    dashboard, user = _find(name), user_of(request)
    title, content = export_pdf(user, dashboard, reading.ask(user, dashboard, region, period))
    return attach(HttpResponse(content, content_type="application/pdf"), f"{title}.pdf")


def key_figures(user: User) -> list[dict[str, Any]]:
    """For the home page: of the first dashboard the user may read, the figures named for it."""
    dashboard = next((d for d in all_dashboards() if user.may(d.permission)), None)
    if dashboard is None or (dashboard.regional and not user.region_id):
        return []
    try:
        asked = reading.ask(user, dashboard, period="all")
        values = reading.figures(dashboard, asked, dashboard.home)
    except Forbidden:  # a region without boundary yet: the dashboard itself says so
        return []
    shown = {f.name: f for f in dashboard.figures if f.name in values}
    return [
        {**_figure(dashboard, shown[n], asked, values[n], None), "key": n, "dashboard": dashboard.name}
        for n in dashboard.home if n in shown
    ]  # fmt: skip


def _find(name: str) -> Dashboard:
    dashboard = find_dashboard(name)
    if dashboard is None:
        raise NotFound(f"没有名为“{name}”的统计看板。")
    return dashboard


def _period(asked: Asked) -> dict[str, str]:
    if asked.period is None:
        return {"code": "all", "label": "全部时间", "kind": "all"}
    code = asked.period.code
    kind = "quarter" if "Q" in code else "year" if len(code) == 4 else "month"
    return {"code": code, "label": asked.period.label, "kind": kind}


def _offered() -> list[dict[str, str]]:
    today = timezone.localdate()
    offered = [
        {"code": p.code, "label": p.label, "kind": kind}
        for kind, count in OFFERED
        for p in recent_periods(kind, today, count)
    ]
    return [*offered, {"code": "all", "label": "全部时间", "kind": "all"}]


def _crumbs(asked: Asked) -> list[dict[str, str]]:
    """The way down from the user's own region."""
    crumbs, region = [], asked.region
    while region is not None and region.code.startswith(asked.user.scope):
        crumbs.append({"code": region.code, "name": region.name})
        region = region.parent
    return crumbs[::-1]


def _figure(
    dashboard: Dashboard, figure: Figure, asked: Asked, value: Any, earlier: Any
) -> dict[str, Any]:
    to = figure.to(asked) if figure.to else ""
    if figure.of_ledger and find_ledger(dashboard.ledger):
        when = asked if figure.timed else replace(asked, period=None)
        to = reading.link(dashboard.page, reading.query_of(dashboard, when, figure.where))
    return {
        "name": figure.name, "label": figure.label, "unit": figure.unit, "kind": figure.kind,
        "tag": figure.tag, "note": figure.note, "to": to, "value": _number(value),
        "previous": _number(earlier), "regional": dashboard.places and not figure.counted,
    }  # fmt: skip


def _chart(dashboard: Dashboard, chart: Chart, asked: Asked) -> dict[str, Any]:
    found = reading.drawn(dashboard, chart, asked)
    query = {} if chart.read else reading.chart_query(dashboard, chart, asked)
    return {
        "name": chart.name, "title": chart.title, "shape": chart.shape, "unit": chart.unit,
        "kind": chart.kind, "categories": found.categories, "narrow": found.narrow,
        "query": query, "mark": _number(found.mark),
        "series": [
            {
                "key": s.key, "label": s.label, "tag": s.tag, "colour": s.colour,
                "values": [float(v) for v in s.values], "narrow": s.narrow,
            }
            for s in found.series
        ],
    }  # fmt: skip


def _number(value: int | Decimal | None) -> float | None:
    return None if value is None else float(value)
