"""A notice on paper: its map (公示图, A3, sheets of each village), its list (公示表) and the list in Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.geo.area import to_mu
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.queries import names_above
from liangtian.press.errors import PressError
from liangtian.press.map import MapSheet, atlas_page, atlas_pdf
from liangtian.press.roll import Roll, RollColumn, RollSheet, roll_pdf
from liangtian.press.workbook import LedgerSheet, SheetColumn, SheetFooter, ledger_xlsx
from liangtian.programmes.holdings.models import Notice, NoticeParcel, ParcelVersion
from liangtian.programmes.holdings.village_maps import DrawnParcel, VillageMap, village_sheets

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DRAFT = "草稿"


@dataclass(frozen=True)
class Place:
    """A village of a notice with its rows."""

    region: Region
    name: str  # with its township
    rows: Sequence[NoticeParcel]


def places_of(notice: Notice) -> list[Place]:
    """The rows by village, in the order of the list."""
    rows = list(notice.rows.select_related("region").order_by("number"))
    regions = {row.region_id: row.region for row in rows}
    above = names_above(list(regions.values()))
    found = []
    for code, mine in groupby(rows, key=lambda row: str(row.region_id)):
        town = above.get(code[:9], "") if len(code) > 9 else ""
        found.append(Place(regions[code], f"{town}{regions[code].name}", list(mine)))
    return found


def map_pdf(notice: Notice) -> bytes:
    """The map sheets, A3. Refused where the press cannot print them."""
    try:
        pages = [atlas_page(sheet, "a3") for sheet in map_sheets(notice)]
        return atlas_pdf(pages, "a3", _made_on(notice))
    except PressError as error:
        raise Refused(f"公示图不能生成：{error}") from error


def map_sheets(notice: Notice) -> list[MapSheet]:
    """The sheets of each village: one that shows all its parcels, or an index and sheets of a larger scale."""
    draft = "（草稿）" if _is_draft(notice) else ""
    return [
        sheet
        for place in places_of(notice)
        for sheet in village_sheets(VillageMap(
            title=f"{place.name}农用地清查成果公示图{draft}", region=place.region,
            parcels=[
                DrawnParcel(row.geom, row.way,
                            f"{row.number} {row.holder_name}\n{mu_of(row):.2f}亩", str(row.number))
                for row in place.rows
            ],
            maker=notice.issuer, on=_made_on(notice), notes=_lines(notice),
            numbers=[("公示地块", f"{len(place.rows)} 个"),
                     ("面积", f"{printed_mu(place.rows):,.2f} 亩")],
        ))
    ]  # fmt: skip


COLUMNS = (
    RollColumn("序号", 12, number=True), RollColumn("地块编码", 40), RollColumn("权利人", 44),
    RollColumn("坐落", 0), RollColumn("面积（亩）", 20, number=True), RollColumn("权属性质", 18),
    RollColumn("使用方式", 24), RollColumn("权属来源材料", 30), RollColumn("实际用途", 22),
)  # fmt: skip


def table_pdf(notice: Notice) -> bytes:
    """The list, each village on pages of its own. Refused where the press cannot print it."""
    sheets = [
        RollSheet(
            f"{place.name}农用地清查成果公示表",
            [f"公示单位：{notice.issuer}　　{span(notice)}　　共 {len(place.rows)} 个地块"],
            [printed_row(row) for row in place.rows],
            ["", "合计", "", "", f"{printed_mu(place.rows):,.2f}", "", "", "", ""],
        )
        for place in places_of(notice)
    ]
    roll = Roll(
        notice.title, COLUMNS, sheets, _lines(notice)[1:], notice.issuer, _made_on(notice),
        DRAFT if _is_draft(notice) else "",
    )  # fmt: skip
    try:
        return roll_pdf(roll)
    except PressError as error:
        raise Refused(f"公示表不能生成：{error}") from error


def table_xlsx(user: User, notice: Notice) -> bytes:
    """The list as a workbook, names masked as on paper."""
    places = places_of(notice)
    columns = (
        SheetColumn("村", width=18), SheetColumn("公示序号", kind="integer"),
        SheetColumn("地块编码", width=22), SheetColumn("权利人", width=26),
        SheetColumn("坐落", width=22), SheetColumn("面积", unit="亩", kind="area_mu"),
        SheetColumn("权属性质", width=10), SheetColumn("使用方式", width=12),
        SheetColumn("权属来源材料", width=16), SheetColumn("实际用途", width=12),
    )  # fmt: skip
    rows = []
    for place in places:
        for row in place.rows:
            told = printed_row(row)
            rows.append((place.name, row.number, *told[1:4], mu_of(row), *told[5:]))
    return ledger_xlsx(LedgerSheet(
        title=notice.title, columns=columns, rows=rows, name="公示表",
        footer=SheetFooter(notice.issuer, _made_on(notice), user.name),
        sums={"面积": sum((printed_mu(p.rows) for p in places), Decimal(0))},
        notes=_lines(notice),
    ))  # fmt: skip


def printed(user: User, notice: Notice, what: str) -> bytes:
    """Map or list as PDF, or the list in Excel: the kept file of a published notice, else as it would be.

    Raises Forbidden, Refused.
    """
    require(user, "holdings.view", "holdings.export")
    kept = {"map": notice.map_file, "table": notice.table_file}.get(what)
    if kept is not None:
        with kept.open() as stream:
            content = stream.read()
    else:
        make = {"map": map_pdf, "table": table_pdf}.get(what)
        content = make(notice) if make else table_xlsx(user, notice)
    with transaction.atomic():
        record(user, "holdings.notice.print", notice, after={"what": what, "bytes": len(content)})
    return content


def printed_row(row: NoticeParcel) -> list[str]:
    """One line of the list as printed."""
    ownership = dict(ParcelVersion.Ownership.choices)[row.ownership]
    return [
        str(row.number), row.code, row.holder_name or "（待确认）", row.place_name,
        f"{mu_of(row):.2f}", str(ownership), row.way, row.source_paper, row.actual_use,
    ]  # fmt: skip


def mu_of(row: NoticeParcel) -> Decimal:
    """The area in mu to 0.01, half up."""
    return to_mu(row.area_m2).quantize(Decimal("0.01"), ROUND_HALF_UP)


def printed_mu(rows: Sequence[NoticeParcel]) -> Decimal:
    """The sum of the printed areas."""
    return sum((mu_of(row) for row in rows), Decimal(0))


def span(notice: Notice) -> str:
    """From when to when, in words."""
    if notice.starts_on is None or notice.ends_on is None:
        return "公示期：发布时确定"
    return f"公示期：{_day(notice.starts_on)}至{_day(notice.ends_on)}"


def _lines(notice: Notice) -> list[str]:
    said = [
        span(notice),
        f"对公示内容有异议的，请在公示期内向以下单位提出：{notice.contact}",
        "个人姓名按规定脱敏；面积为椭球面积，与图上量取的不同",
    ]
    return [*said, notice.note] if notice.note else said


def _is_draft(notice: Notice) -> bool:
    return bool(notice.state == Notice.State.DRAFT)


def _made_on(notice: Notice) -> date:
    return notice.starts_on or timezone.localdate()


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


PDF_FILES = (("map_file", "公示图", map_pdf), ("table_file", "公示表", table_pdf))


def missing_papers(notice: Notice) -> list[tuple[str, str, Any]]:
    """Of a published notice the papers that are not made yet."""
    return [one for one in PDF_FILES if getattr(notice, one[0]) is None]


KIND = StoredFile.Kind.DOCUMENT
