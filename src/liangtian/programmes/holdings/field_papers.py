"""Paper for the field survey (外业核查) of a village: the working map (调查工作底图) and the form to check by (核查表)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.maps.sheets import Window, version_layers
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.queries import fetch, names_above
from liangtian.press.errors import PressError
from liangtian.press.map import MapLayer, atlas_page, atlas_pdf
from liangtian.press.roll import Roll, RollColumn, RollSheet, roll_pdf
from liangtian.programmes.holdings.classing import survey_of
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import ParcelVersion
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.village_maps import DrawnParcel, VillageMap, village_sheets

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

ROW_MM = 11.0  # of a line that is written into by hand
COLUMNS = (
    RollColumn("序号", 9, number=True), RollColumn("地块编码", 37), RollColumn("权利人", 22),
    RollColumn("坐落", 20), RollColumn("面积（亩）", 15, number=True), RollColumn("使用方式", 14),
    RollColumn("来源材料", 20), RollColumn("用途", 11), RollColumn("核实权利人", 24),
    RollColumn("核实用途", 16), RollColumn("作物（季别）", 22), RollColumn("灌溉", 15),
    RollColumn("界线", 14), RollColumn("权利人签字", 0),
)  # fmt: skip
FORM_NOTES = (
    "左侧为系统登记的现状，右侧在现场填写；与登记一致的打“√”，不一致的写明实际情况。",
    "“界线”一栏：没有变化的写“不变”，有变化的写“变”，并在工作底图上用红笔画出。",
    "核查后由权利人签字；权利人不在场的，由村干部签字并注明。",
)
TINT = 0.3  # of the colours of the land classes below the parcels
MAP_NOTES = ("注记为核查表序号、权利人和面积；界线有变的请用红笔在图上画出",)


def villages(user: User) -> list[dict[str, Any]]:
    """Villages with parcels that a user may see, and how many."""
    require(user, "holdings.view")
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None).order_by()
    counts = dict(rows.values_list("region").annotate(n=Count("pk")))
    regions = list(Region.objects.filter(pk__in=counts).order_by("code"))
    above = names_above(regions)
    return [
        {"code": one.code, "name": _full_name(one, above), "parcels": counts[one.code]}
        for one in regions
    ]


def field_paper(user: User, village: str, what: str, *, under: bool = True) -> tuple[str, bytes]:
    """File name and PDF: the map ("map", with the land classes below unless `under` is False) or the form ("form").

    Raises Forbidden, NotFound for a village of others, Refused where nothing is registered there.
    """
    require(user, "holdings.view", "holdings.export")
    region = fetch(user, village)
    rows = _rows(user, region)
    if not rows:
        raise Refused(f"{region.name}没有登记的地块，不能生成外业图表。")
    if len(rows) > settings.FIELD_PAPER_PARCELS:
        raise Refused(
            f"{region.name}有 {len(rows)} 个地块，一次最多打印 {settings.FIELD_PAPER_PARCELS} 个。请按村选择。"
        )
    name = _full_name(region, names_above([region]))
    try:
        content = (
            _map(user, region, name, rows, under=under)
            if what == "map"
            else _form(user, name, rows)
        )
    except PressError as error:
        raise Refused(f"外业图表不能生成：{error}") from error
    title = f"{name}{'调查工作底图' if what == 'map' else '外业核查表'}.pdf"
    with transaction.atomic():
        record(user, "holdings.field_papers", region, region=region,
               after={"what": title, "parcels": len(rows), "bytes": len(content)})  # fmt: skip
    return title, content


def _rows(user: User, region: Region) -> list[ParcelVersion]:
    """The parcels of today in the order of their codes; land of XPCC (兵团) is not surveyed."""
    rows = ParcelVersion.objects.visible_to(user).within(region.code)
    rows = rows.filter(valid_to=None, corps=False)
    return list(rows.select_related("holder").order_by("region_id", "code"))


def _map(
    user: User, region: Region, name: str, rows: Sequence[ParcelVersion], *, under: bool
) -> bytes:
    survey = survey_of(county_of(region.code)) if under else None
    total = sum((area_mu(row) for row in rows), Decimal(0))
    wanted = VillageMap(
        title=f"{name}调查工作底图", region=region,
        parcels=[
            DrawnParcel(row.geom, row.way, f"{n} {_holder(row)}\n{area_mu(row):.2f}亩", str(n))
            for n, row in enumerate(rows, start=1)
        ],
        maker=_maker(user), on=timezone.localdate(),
        notes=[*MAP_NOTES, *([f"底图：{survey}"] if survey else [])],
        numbers=[("登记地块", f"{len(rows)} 个"), ("面积", f"{total:,.2f} 亩")],
        under=_classes(survey) if survey else None, fills=False,
    )  # fmt: skip
    pages = [atlas_page(sheet, "a3") for sheet in village_sheets(wanted)]
    return atlas_pdf(pages, "a3", wanted.on)


def _classes(survey: LayerVersion) -> Any:
    def layers(window: Window) -> list[MapLayer]:
        found = version_layers(survey, window, coarse=True)
        return [replace(one, fill=_paler(one.fill), stroke="#b5b5b5") for one in found]

    return layers


def _paler(colour: str) -> str:
    """A colour mixed with white, so that what is drawn by hand is seen on it."""
    if not colour:
        return ""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - one) * TINT):02x}" for one in parts)


def _form(user: User, name: str, rows: Sequence[ParcelVersion]) -> bytes:
    blank = [""] * (len(COLUMNS) - 8)
    lines = [
        [str(n), row.code, _holder(row) or "（未登记）", row.place_name, f"{area_mu(row):.2f}", row.way,
         row.source_paper, row.actual_use, *blank]
        for n, row in enumerate(rows, start=1)
    ]  # fmt: skip
    total = sum((area_mu(row) for row in rows), Decimal(0))
    title = f"{name}农用地外业核查表"
    head = [
        f"共 {len(rows)} 个地块，{total:,.2f} 亩　　核查人：＿＿＿＿＿＿＿＿　　村干部：＿＿＿＿＿＿＿＿　　核查日期：　　　　年　　月　　日"
    ]
    roll = Roll(
        title, COLUMNS, [RollSheet(title, head, lines)], FORM_NOTES, _maker(user),
        timezone.localdate(), row_mm=ROW_MM,
    )  # fmt: skip
    return roll_pdf(roll)


def _holder(row: ParcelVersion) -> str:
    return shown_name(row.holder) if row.holder else ""


def _maker(user: User) -> str:
    return user.office.name if user.office else user.name


def _full_name(region: Region, above: dict[str, str]) -> str:
    town = above.get(region.code[:9], "") if len(region.code) > 9 else ""
    return f"{town}{region.name}"
