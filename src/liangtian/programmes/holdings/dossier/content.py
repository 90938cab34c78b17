"""The holder's file as sections of a dossier: identity, parcels with their map, contracts, papers, what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import shapely
from django.conf import settings

from liangtian.geo.area import single_polygons
from liangtian.geo.gauss import Zone
from liangtian.geo.plane import to_plane, zone_at
from liangtian.platform.maps.sheets import array_of
from liangtian.platform.personal import masked
from liangtian.press.dossier import (
    Block,
    Cover,
    Dossier,
    Fact,
    Facts,
    Notice,
    Part,
    Scans,
    Section,
    Sheets,
    Table,
)
from liangtian.press.errors import ScanRefused
from liangtian.press.map import MapLayer, MapPolygon, MapSheet
from liangtian.press.scan import scanned
from liangtian.programmes.holdings.contract_lines import held_now
from liangtian.programmes.holdings.dossier.gathering import Held
from liangtian.programmes.holdings.dossier.matters import matters, registered
from liangtian.programmes.holdings.models import HolderPaper, ParcelVersion
from liangtian.programmes.holdings.naming import shown_name, shown_number
from liangtian.programmes.holdings.notices.pages import phase_of
from liangtian.programmes.holdings.parcels import area_mu

PHASES = {"coming": "待开始", "running": "公示中", "over": "公示期满", "withdrawn": "已撤回"}
OWN, FARMED = ("#dcebc4", "#4f7a1f"), ("#cfe3f0", "#2f6f9a")
PICTURES = ("image/jpeg", "image/png")
NOTHING = "—"
NEAR_M, MOST_PLACES = (
    200.0,
    8,
)  # parcels nearer than twice this are on one sheet; so many sheets of a village


@dataclass(frozen=True)
class Made:
    """For whom a file is made, on which day, by which office, and whether identity is printed in full."""

    maker: str
    county: str
    on: date
    clear: bool = False
    scans: bool = True


def dossier_of(held: Held, made: Made) -> Dossier:
    """The whole file of one holder. Raises nothing; what cannot be shown is said on its page."""
    holder = held.holder
    name = holder.name if made.clear else shown_name(holder)
    own = [v for v in held.parcels if v.holder_id == holder.pk and not v.corps]
    total = sum((area_mu(v) for v in own), Decimal(0))
    return Dossier(
        cover=Cover(
            made.county, name,
            [
                ("权利人", name), ("类别", str(holder.get_kind_display())), ("所在地", held.home),
                ("户档号", str(holder.pk)), ("持有地块", f"{len(own)} 个"), ("持有面积", f"{total:,.2f} 亩"),
            ],
            [("全宗号", ""), ("目录号", ""), ("案卷号", ""), ("保管期限", "")],
        ),
        number=str(holder.pk), maker=made.maker, on=made.on, title="一户一档",
        subtitle="（农用地权利人档案）",
        number_label="户档号",
        sections=[
            Section("权利人", [_identity(held, made)]),
            Section("地块", _parcels(held, made)),
            Section("合同", [_contracts(held)]),
            Section("证件与权属来源材料", _papers(held, made)),
            Section("账单与缴费", [_bills(held)]),
            Section("公示与异议", [_notices(held, made)]),
            Section("研判与处置", [_judgements(held)]),
            Section("确权登记", [registered(held)]),
            Section("移送与信访", [matters(held)]),
        ],
        notes=[
            "本档由系统按现状汇集，面积为椭球面积；兵团用地不计入持有面积。",
            "身份信息已按规定脱敏。" if not made.clear else "本档含完整身份信息，仅限办理业务使用。",
        ],
        signers=("制档人", "核对人", "负责人"),
        watermark="" if not made.clear else "内部资料",
    )  # fmt: skip


def _identity(held: Held, made: Made) -> Part:
    holder = held.holder
    number = holder.id_number if made.clear else shown_number(holder)
    phone = holder.phone if made.clear else str(masked("phone", holder.phone))
    rows = [
        Fact("姓名或名称", holder.name if made.clear else shown_name(holder)),
        Fact("类别", str(holder.get_kind_display())),
        Fact("证件类型", str(holder.get_paper_display()) if holder.paper else "未登记"),
        Fact("证件号码", number or NOTHING),
        Fact("联系电话", phone or NOTHING),
        Fact("所在地", held.home),
        Fact("备注", holder.note or NOTHING, wide=True),
    ]
    return Part("权利人登记信息", [Facts(rows)])


def _parcels(held: Held, made: Made) -> list[Part]:
    if not held.parcels:
        return [Part("地块表", [Notice("没有持有或经营的地块。")])]
    rows = [
        [
            v.code, v.region.name, "权利人" if v.holder_id == held.holder.pk else "实际经营",
            f"{area_mu(v):,.2f}", str(v.get_ownership_display()), v.way, v.actual_use,
            v.source_paper, str(v.reclaimed_year or NOTHING),
        ]
        for v in held.parcels
    ]  # fmt: skip
    total = sum((area_mu(v) for v in held.parcels if not v.corps), Decimal(0))
    table = Table(
        ("地块编码", "村", "身份", "面积（亩）", "权属", "方式", "用途", "来源材料", "年份"),
        rows, (38, 0, 14, 16, 11, 14, 11, 20, 11), numbers=(3,),
        total=("合　计", "", "", f"{total:,.2f}", "", "", "", "", ""),
        note=_corps_note(held.parcels),
    )  # fmt: skip
    parts = [Part("地块表", [table]), Part("地块图", [Sheets(_sheets(held, made))])]
    return [*parts, Part("地头建筑物", [_buildings(held)])] if held.buildings else parts


def _corps_note(parcels: Sequence[ParcelVersion]) -> str:
    own = [v for v in parcels if v.corps]
    said = "合计含实际经营的地块，不含兵团用地。"
    if not own:
        return said
    corps = sum((area_mu(v) for v in own), Decimal(0))
    return f"{said}兵团用地另计 {len(own)} 个、{corps:,.2f} 亩。"


def _buildings(held: Held) -> Table:
    rows = [
        [b.code, b.kind, b.parcel.code, str(b.built_year or NOTHING), f"{b.area_m2:,.2f}"]
        for b in held.buildings
    ]
    return Table(
        ("编号", "类别", "所属地块", "建成年份", "占地（平方米）"), rows, (44, 24, 0, 24, 32), numbers=(4,),
    )  # fmt: skip


def _sheets(held: Held, made: Made) -> list[MapSheet]:
    """A sheet for each village, or for each place in it where parcels lie together."""
    found = groupby(held.parcels, key=lambda v: str(v.region_id))
    return [
        _sheet(held, made, some) for _, mine in found for some in _together(list(mine))
    ]  # fmt: skip


def _together(mine: list[ParcelVersion]) -> list[list[ParcelVersion]]:
    """Parcels of a village by where they lie; all at once where that were too many sheets."""
    _, drawn = _plane(mine)
    places = shapely.get_parts(shapely.union_all(shapely.buffer(drawn, NEAR_M)))
    if not 1 < len(places) <= MOST_PLACES:
        return [mine]
    _, at = shapely.STRtree(places).query(
        shapely.point_on_surface(drawn), predicate="intersects"
    )  # each parcel lies in one place: they do not touch
    return [
        [v for v, p in zip(mine, at.tolist(), strict=True) if p == n] for n in range(len(places))
    ]


def _plane(mine: Sequence[ParcelVersion]) -> tuple[Zone, Any]:
    geoms = array_of([v.geom for v in mine])
    west, _, east, _ = shapely.total_bounds(geoms).tolist()
    zone = zone_at((west + east) / 2)
    return zone, to_plane(geoms, zone)


def _sheet(held: Held, made: Made, mine: Sequence[ParcelVersion]) -> MapSheet:
    zone, drawn = _plane(mine)
    polygons, owner = single_polygons(drawn)
    own: list[MapPolygon] = []
    farmed: list[MapPolygon] = []
    for polygon, index in zip(polygons, owner.tolist(), strict=True):
        version = mine[index]
        rings = [list(ring.coords) for ring in (polygon.exterior, *polygon.interiors)]
        place = own if version.holder_id == held.holder.pk else farmed
        place.append(
            MapPolygon(rings, f"{version.code[-5:]}\n{area_mu(version):.2f}亩", version.code[-5:])
        )
    layers = [("持有地块", own, OWN), ("实际经营地块", farmed, FARMED)]
    place_name = mine[0].region.name
    return MapSheet(
        title=f"{place_name}地块图",
        layers=[MapLayer(name, some, *colour, 0.35) for name, some, colour in layers if some],
        crs_label=f"{zone.title}（EPSG:{zone.epsg}）",
        maker=made.maker, on=made.on,
        notes=["图上注记为地块编码后五位和面积"],
        extent=tuple(shapely.total_bounds(drawn).tolist()),
    )  # fmt: skip


def _contracts(held: Held) -> Part:
    if not held.contracts:
        return Part("合同表", [Notice("没有登记合同。")])
    rows = []
    for one in held.contracts:
        price = f"{one.price_yuan} {one.get_price_kind_display()}" if one.price_yuan else "不收费"
        area = sum((line.area_mu for line in held_now(one)), Decimal(0))
        grantor = shown_name(one.under.holder) if one.under else one.grantor
        until = f"{one.ends_on}" + (f"（{one.ended_on} 提前终止）" if one.ended_on else "")
        rows.append([one.number, str(one.get_kind_display()), grantor, f"{one.starts_on}", until,
                     f"{area:,.2f}", price])  # fmt: skip
    table = Table(
        ("合同编号", "类型", "发包（出租）方", "起始", "终止", "面积（亩）", "价格"),
        rows, (36, 20, 0, 19, 19, 15, 20), numbers=(5,),
    )  # fmt: skip
    return Part("合同表", [table])


def _papers(held: Held, made: Made) -> list[Part]:
    if not held.papers:
        return [Part("材料表", [Notice("没有登记证件与材料。")])]
    rows = [
        [p.kind, p.number or NOTHING, p.parcel.code if p.parcel else NOTHING, p.file.name,
         str(p.added_at.date())]
        for p in held.papers
    ]  # fmt: skip
    table = Table(("材料", "编号", "地块", "文件", "登记日期"), rows, (28, 34, 36, 0, 22))
    listed = Part("材料表", [table])
    if not (made.scans and made.clear):
        said = "证件与材料的扫描件含个人信息，只在注明事由的完整档案中附印。"
        return [Part("材料表", [table, Notice(said)])]
    return [listed, *(_scan(p) for p in held.papers)]


def _scan(paper: HolderPaper) -> Part:
    file, blocks = paper.file, list[Block]()
    if file.content_type in PICTURES:
        blocks = [Scans(file.name, [file.content])]
    elif file.content_type == "application/pdf":
        most = settings.DOSSIER_PAGES_OF_A_PAPER
        try:
            with file.open() as stream:
                pages, count = scanned(stream.read(), file.name, most)
            blocks = [Scans(file.name, pages)]
            if count > most:
                blocks.append(Notice(f"原件共 {count} 页，此处附印前 {most} 页。"))
        except ScanRefused as refusal:
            blocks = [Notice(str(refusal), grave=True)]
    else:
        blocks = [Notice(f"文件“{file.name}”不是图片或 PDF，请在系统中下载查看。")]
    return Part(f"{paper.kind} {paper.number}".strip(), blocks)


def _bills(held: Held) -> Part:
    if not held.bills:
        return Part("账单表", [Notice("没有账单。")])
    rows = [
        [str(b.year), str(b.get_kind_display()), b.parcel.code if b.parcel else NOTHING,
         yuan(b.amount), yuan(b.paid), yuan(b.waived), yuan(b.amount - b.paid - b.waived), str(b.due_on)]
        for b in held.bills
    ]  # fmt: skip
    sums = [sum(getattr(b, name) for b in held.bills) for name in ("amount", "paid", "waived")]
    left = sums[0] - sums[1] - sums[2]
    table = Table(
        ("年度", "费种", "地块", "应缴（元）", "已缴（元）", "减免（元）", "欠缴（元）", "缴费期限"),
        rows, (14, 19, 0, 19, 19, 18, 19, 21), numbers=(3, 4, 5, 6),
        total=("合　计", "", "", *(yuan(n) for n in (*sums, left)), ""),
    )  # fmt: skip
    return Part("账单表", [table])


def yuan(fen: int) -> str:
    """An amount in yuan to the fen."""
    return f"{fen // 100:,}.{fen % 100:02d}"


def _notices(held: Held, made: Made) -> Part:
    if not held.notices:
        return Part("公示与异议", [Notice("名下地块还没有公示过。")])
    shown = [
        [row.notice.title, str(row.number), row.code, f"{row.notice.starts_on} 至 {row.notice.ends_on}",
         PHASES.get(phase_of(row.notice, made.on), NOTHING)]
        for row in held.notices
    ]  # fmt: skip
    blocks: list[Block] = [
        Table(
            ("公示", "序号", "地块编码", "公示期", "状态"), shown, (0, 12, 38, 44, 20), title="公示"
        )
    ]
    raised = [
        [f"{one.notice_id}-{one.number}", one.lot, one.kind, str(one.filed_on),
         str(one.get_state_display()), one.answer or NOTHING]
        for one in held.objections
    ]  # fmt: skip
    if raised:
        blocks.append(Table(("编号", "地块", "类型", "提出日期", "结果", "答复"), raised,
                            (18, 38, 20, 22, 18, 0), title="异议"))  # fmt: skip
    return Part("公示与异议", blocks)


def _judgements(held: Held) -> Part:
    if not held.judgements:
        return Part("研判与处置", [Notice("名下地块还没有确认的研判结论。")])
    judged = [
        [one.parcel.code, one.outcome_label, str(one.proposal["reasons"][0]["text"]),
         one.confirmed_by.name if one.confirmed_by else NOTHING,
         str(one.confirmed_at.date()) if one.confirmed_at else NOTHING]
        for one in held.judgements
    ]  # fmt: skip
    blocks: list[Block] = [
        Table(
            ("地块编码", "结论", "系统意见的理由", "确认人", "确认日期"),
            judged,
            (39, 30, 0, 15, 20),
            title="研判结论",
        )
    ]
    plans = [
        [one.parcel.code, one.measure, one.plan, one.responsible.name, str(one.due_on),
         one.result or str(one.get_state_display())]
        for one in held.dispositions
    ]  # fmt: skip
    if plans:
        blocks.append(Table(("地块编码", "措施", "方案", "责任单位", "期限", "结果"), plans,
                            (39, 20, 0, 26, 20, 22), title="处置方案"))  # fmt: skip
    return Part("研判与处置", blocks)
