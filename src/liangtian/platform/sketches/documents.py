"""The overlay of a drawn plot as Excel workbook and as PDF report."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from liangtian.geo.area import to_mu
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.maps.sheets import plot_sheet
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import scope_geometry
from liangtian.platform.sketches.analysis import Analysis
from liangtian.press.dossier import OverlayRow, OverlayTable
from liangtian.press.errors import PressError
from liangtian.press.plot import PlotReport, plot_pdf
from liangtian.press.workbook import LedgerSheet, SheetColumn, SheetFooter, workbook_xlsx

COLUMNS = (
    SheetColumn("编码", width=12),
    SheetColumn("类别", width=30),
    SheetColumn("面积（平方米）", kind="area_m2"),
    SheetColumn("面积（亩）", kind="area_mu"),
)


def analysis_xlsx(user: User, found: Analysis, name: str) -> tuple[str, bytes]:
    """File name and workbook; mu is summed row by row, as printed. Raises Refused."""
    footer = SheetFooter(_maker(user), timezone.localdate(), user.name)
    sheets = [
        LedgerSheet(
            title=f"{_title(name)} {table.version.layer.name}套合分析表",
            columns=COLUMNS,
            rows=[(line.category or "—", line.label, line.m2, line.mu) for line in table.lines],
            footer=footer,
            unit_note=f"图层版本：{table.version.label}",
            sums={
                "面积（平方米）": found.area_m2,
                "面积（亩）": sum((x.mu for x in table.lines), Decimal(0)),
            },
            name=f"{number}{table.version.layer.name}"[:31],
            notes=table.notes,
        )
        for number, table in enumerate(found.tables, start=1)
    ]
    try:
        content = workbook_xlsx(sheets)
    except PressError as error:
        raise Refused(f"表格不能生成：{error}") from error
    _note(user, found, name, "xlsx")
    return f"{_title(name)}套合分析.xlsx", content


def analysis_pdf(user: User, found: Analysis, name: str) -> tuple[str, bytes]:
    """File name and PDF: figures, tables, and a map of the plot. Raises Refused."""
    today, maker = timezone.localdate(), _maker(user)
    title = _title(name)
    versions = [table.version for table in found.tables]
    tables = [
        OverlayTable(
            table.version.layer.name,
            table.version.label,
            [OverlayRow(line.category, line.label, line.m2) for line in table.lines],
        )
        for table in found.tables
    ]
    area = f"{found.area_m2:,.2f} 平方米（{to_mu(found.area_m2):,.2f} 亩）"
    report = PlotReport(
        title=f"{title}套合分析报告",
        facts=[
            ("地块", title),
            ("椭球面积", area),
            ("制作单位", maker),
            ("制作日期", today.isoformat()),
        ],
        tables=tables,
        notes=[f"{t.version}：{note}" for t in found.tables for note in t.notes],
        sheet=plot_sheet(found.plot, title, versions, scope_geometry(user), maker=maker, on=today),
        maker=maker,
        on=today,
    )
    try:
        content = plot_pdf(report)
    except PressError as error:
        raise Refused(f"报告不能生成：{error}") from error
    _note(user, found, name, "pdf")
    return f"{title}套合分析.pdf", content


def _title(name: str) -> str:
    return name.strip()[:60] or "标绘地块"


def _maker(user: User) -> str:
    return user.office.name if user.office else user.name


def _note(user: User, found: Analysis, name: str, what: str) -> None:
    with transaction.atomic():
        record(
            user, "sketches.analysis", _title(name), region=user.region,
            after={
                "format": what, "area_m2": found.area_m2,
                "versions": [table.version.pk for table in found.tables],
            },
        )  # fmt: skip
