"""A dashboard as a workbook (a sheet of its figures, one by region, one for each chart) and as PDF."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.dashboards import reading
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Figure,
    Unit,
    Value,
)
from liangtian.platform.ledgers.export import footer
from liangtian.platform.people.scope import require
from liangtian.press.board import Board, BoardBars, BoardTable, board_pdf
from liangtian.press.cells import Kind
from liangtian.press.workbook import LedgerSheet, SheetColumn, workbook_xlsx

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

KINDS: dict[Unit, Kind] = {
    "integer": "integer",
    "area_mu": "area_mu",
    "yuan": "money",
    "percent": "percent",
}
LONGEST_NAME = 31  # characters of a sheet's name


def export_dashboard(user: User, dashboard: Dashboard, asked: Asked) -> tuple[str, bytes]:
    """Name and bytes of the workbook. Raises Forbidden; the act is audited."""
    require(user, dashboard.permission, dashboard.export_permission)
    sheets = [_figures(dashboard, asked)]
    if by_place := reading.places(dashboard, asked):
        sheets.append(_places(dashboard, asked, by_place))
    sheets += [_chart(dashboard, chart, asked) for chart in dashboard.charts]
    content = workbook_xlsx(sheets)
    title = _title(dashboard, asked)
    _note(user, dashboard, asked, title)
    return title, content


def export_pdf(user: User, dashboard: Dashboard, asked: Asked) -> tuple[str, bytes]:
    """Name and bytes of the PDF, with the numbers of the workbook. Raises Forbidden; the act is audited."""
    require(user, dashboard.permission, dashboard.export_permission)
    values, earlier = reading.figures(dashboard, asked), reading.before(dashboard, asked)
    shown = [f for f in dashboard.figures if f.name in values]
    title, foot = _title(dashboard, asked), footer(user)
    content = board_pdf(
        Board(
            title=title, unit=foot.unit, maker=foot.maker, on=foot.on,
            notes=_notes(dashboard, shown), before=earlier[0].label if earlier else "",
            figures=[
                (f.label, printed(f.kind, values[f.name], f.unit),
                 printed(f.kind, earlier[1][f.name], f.unit) if earlier and f.name in earlier[1] else "")
                for f in shown
            ],
            tables=_place_tables(dashboard, asked),
            charts=[_bars(dashboard, chart, asked) for chart in dashboard.charts],
        )
    )  # fmt: skip
    _note(user, dashboard, asked, title)
    return title, content


def printed(kind: Unit, value: Value | None, unit: str = "") -> str:
    """A number as it stands on paper; a share without a whole is a dash."""
    if value is None:
        return "—"
    if kind == "percent":
        return f"{value:.2%}"
    return (f"{value:,.2f}" if kind in ("area_mu", "yuan") else f"{value:,}") + unit


def _place_tables(dashboard: Dashboard, asked: Asked) -> list[BoardTable]:
    found = reading.places(dashboard, asked)
    if not found:
        return []
    shown = [f for f in dashboard.figures if f.name in found[0].values]
    heads = [f.label if f.kind == "percent" else f"{f.label}（{f.unit}）" for f in shown]
    rows = [[p.name, *(printed(f.kind, p.values[f.name]) for f in shown)] for p in found]
    return [BoardTable("分区划", ["区划", *heads], rows)]


def _bars(dashboard: Dashboard, chart: Chart, asked: Asked) -> BoardBars:
    found = reading.drawn(dashboard, chart, asked)
    return BoardBars(
        chart.title, chart.unit, [s.label for s in found.series],
        [
            (label, [printed(chart.kind, s.values[n]) for s in found.series],
             [float(s.values[n]) for s in found.series])
            for n, label in enumerate(found.categories)
        ],
    )  # fmt: skip


def _note(user: User, dashboard: Dashboard, asked: Asked, title: str) -> None:
    with transaction.atomic():
        record(user, "dashboard.export", title, region=asked.region or user.region,
               after={"dashboard": dashboard.name, "period": asked.period.code if asked.period else "all"})  # fmt: skip


def _title(dashboard: Dashboard, asked: Asked) -> str:
    place = asked.region.name if asked.region else ""
    return f"{place}{asked.period.label if asked.period else ''}{dashboard.title}统计表"


def _columns(shown: Sequence[Figure], first: str) -> list[SheetColumn]:
    return [
        SheetColumn(first, width=18),
        *(
            SheetColumn(f.label, "" if f.kind == "percent" else f.unit, KINDS[f.kind])
            for f in shown
        ),
    ]


def _figures(dashboard: Dashboard, asked: Asked) -> LedgerSheet:
    values = reading.figures(dashboard, asked)
    shown = [f for f in dashboard.figures if f.name in values]
    rows: list[list[Any]] = [
        [asked.period.label if asked.period else "全部", *(values[f.name] for f in shown)]
    ]
    if earlier := reading.before(dashboard, asked):
        rows.append([earlier[0].label, *(earlier[1].get(f.name) for f in shown)])
    return LedgerSheet(
        title=_title(dashboard, asked),
        columns=_columns(shown, "统计期"),
        rows=rows,
        footer=footer(asked.user),
        unit_note="",
        name="主要指标",
        notes=_notes(dashboard, shown),
        pinned=1,
    )


def _notes(dashboard: Dashboard, shown: Sequence[Figure]) -> list[str]:
    notes = [dashboard.period_note] if dashboard.period_note else []
    return notes + [f"{f.label}：{f.note}" for f in shown if f.note]


def _places(dashboard: Dashboard, asked: Asked, found: Sequence[reading.Place]) -> LedgerSheet:
    shown = [f for f in dashboard.figures if f.name in found[0].values]
    totals = reading.figures(dashboard, asked, [f.name for f in shown])
    sums = {f.label: Decimal(totals[f.name] or 0) for f in shown if f.of_ledger}
    return LedgerSheet(
        title=f"{_title(dashboard, asked)}（分区划）",
        columns=_columns(shown, "区划"),
        rows=[[p.name, *(p.values[f.name] for f in shown)] for p in found],
        footer=footer(asked.user),
        unit_note="",
        sums=sums,
        name="分区划",
        pinned=1,
    )


def _chart(dashboard: Dashboard, chart: Chart, asked: Asked) -> LedgerSheet:
    found = reading.drawn(dashboard, chart, asked)
    kind = KINDS[chart.kind]
    return LedgerSheet(
        title=f"{_title(dashboard, asked)}（{chart.title}）",
        columns=[
            SheetColumn("项目", width=20),
            *(SheetColumn(s.label, chart.unit, kind) for s in found.series),
        ],
        rows=[
            [label, *(s.values[n] for s in found.series)]
            for n, label in enumerate(found.categories)
        ],
        footer=footer(asked.user),
        unit_note=f"单位：{chart.unit}",
        sums={s.label: None for s in found.series},
        name=chart.title[:LONGEST_NAME],
        pinned=1,
    )
