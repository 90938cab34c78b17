"""Parts of a dossier that tell of the ground: facts, overlay, proposal, images, maps, photos."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import scope_geometry
from liangtian.policy.legality import LegalityProposal
from liangtian.press.dossier import (
    Block,
    Fact,
    Facts,
    Notice,
    OverlayRow,
    OverlayTable,
    Part,
    Picture,
    Pictures,
    Sheets,
    Table,
    Text,
    overlay_block,
    wind,
)
from liangtian.press.map import MapSheet
from liangtian.programmes.enforcement.earlier import earlier_out
from liangtian.programmes.enforcement.models import Outcome, Patch, PatchArea, PatchPhoto
from liangtian.programmes.enforcement.overlay import OUTSIDE
from liangtian.programmes.enforcement.patch_page import (
    category_code,
    mu,
    overlay_layers,
    parts_out,
    proposal_out,
    region_path,
    warnings_of,
)
from liangtian.programmes.enforcement.photos import photos_of
from liangtian.programmes.enforcement.proposing import SURVEY
from liangtian.programmes.enforcement.rules import (
    FLAG_LABELS,
    pack_in_use,
    raised_flags,
    type_label,
)
from liangtian.programmes.enforcement.sheets import (
    View,
    control_sheet,
    photo_sheet,
    survey_sheet,
    view_of,
)

NOT_MEASURED = "无。图斑尚未套合，套合后自动补入。"


def day(on: date | None) -> str:
    """A day as printed, or that it is not known."""
    return on.isoformat() if on else "未填"


def area(m2: Decimal | None) -> str:
    """An area in both units."""
    return "未量算" if m2 is None else f"{m2:,.2f} 平方米（{mu(m2):,.2f} 亩）"


def situation_parts(user: User, patch: Patch, maker: str) -> list[Part]:
    """Facts, statement and what the overlay found."""
    proposal = LegalityProposal.from_dict(patch.proposal) if patch.proposal else None
    made = timezone.localtime(patch.measured_at).date().isoformat() if patch.measured_at else ""
    tables = [*_overlays(patch), *_earlier(user, patch)]
    overlays: list[Block] = [overlay_block(table) for table in tables] or [Notice(NOT_MEASURED)]
    return [
        Part("图斑基本情况与说明", [Facts(_facts(patch, proposal)), Text(_statement(patch))], responsible=maker, dated=day(patch.period_after)),
        Part("套合分析", overlays, responsible=maker, dated=made),
        Part("拟判意见", _proposal(patch, proposal), responsible=maker, dated=made),
    ]  # fmt: skip


def map_part(user: User, patch: Patch, maker: str, on: date) -> Part:
    """The survey sheet and the control sheet, with the versions the patch was measured with."""
    used: dict[str, Any] = (patch.facts or {}).get("versions", {})
    versions = list(
        LayerVersion.objects.filter(pk__in=used.values())
        .select_related("layer")
        .order_by("layer__position")
    )
    view: View = view_of(patch, scope_geometry(user))
    sheets: list[MapSheet] = [
        survey_sheet(view, version, maker, on)
        for version in versions
        if version.layer.code == SURVEY
    ]
    sheets.append(control_sheet(view, versions, maker, on))
    return Part("套合图件", [Sheets(sheets)], responsible=maker, dated=on.isoformat())


def photo_parts(patch: Patch, photos: Sequence[PatchPhoto], maker: str, on: date) -> list[Part]:
    """Where the photos were taken, and the photos."""
    if not photos:
        return [Part("现场举证照片", [Notice("无。尚未上传举证照片。")], remark="缺")]
    said = f"共 {len(photos)} 张。所印为缩印件，原件按原件清单所列校验值另存；圆内箭头为拍摄方向。"
    sheet = photo_sheet(view_of(patch, None), photos, maker, on)
    return [
        Part("拍摄位置图", [Sheets([sheet])], responsible=maker, dated=on.isoformat()),
        Part("现场举证照片", [Text([said]), Pictures(pictures(patch, photos))],
             responsible=_takers(photos), dated=_span(photos)),
    ]  # fmt: skip


def pictures(patch: Patch, photos: Sequence[PatchPhoto], word: str = "照片") -> list[Picture]:
    """Photos with time, place, direction, distance and what is doubtful about each."""
    flags = {row["id"]: row["flags"] for row in photos_of(patch)}
    return [
        Picture(
            title=f"{word} {number}　{photo.file.name}",
            content=photo.file.content,
            lines=[*_lines(photo), *flags[photo.pk]],
            azimuth_deg=photo.azimuth,
        )
        for number, photo in enumerate(photos, start=1)
    ]


def _lines(photo: PatchPhoto) -> list[str]:
    taken = f"{timezone.localtime(photo.taken_at):%Y-%m-%d %H:%M:%S}" if photo.taken_at else "未知"
    place, azimuth, distance = "未知", "方位角未知", "距图斑未知"
    if photo.lon is not None and photo.lat is not None:
        place = f"东经 {photo.lon:.6f}°，北纬 {photo.lat:.6f}°"
    if photo.azimuth is not None:
        azimuth = f"方位角 {photo.azimuth:.0f}°（{wind(photo.azimuth)}）"
    if photo.distance_m is not None:
        distance = f"距图斑 {photo.distance_m:.1f} 米"
    return [f"时间：{taken}", f"位置：{place}", f"{azimuth}，{distance}", _hash(photo.file)]


def _hash(file: StoredFile) -> str:
    return f"SHA-256：{file.sha256[:16]}…"


def _takers(photos: Sequence[PatchPhoto]) -> str:
    return "、".join(dict.fromkeys(photo.added_by.name for photo in photos))


def _span(photos: Sequence[PatchPhoto]) -> str:
    days = sorted(timezone.localtime(p.taken_at).date() for p in photos if p.taken_at)
    return days[-1].isoformat() if days else ""


def _facts(patch: Patch, proposal: LegalityProposal | None) -> list[Fact]:
    declared = patch.declared_area_mu
    kind = type_label(pack_in_use(), patch.monitoring_type)
    flags = [FLAG_LABELS[code] for code in raised_flags(proposal)] if proposal else []
    return [
        Fact("监测编号", patch.number),
        Fact("批次", f"{patch.batch.title}（{patch.batch.period}）"),
        Fact("所在区划", region_path(patch.region), wide=True),
        Fact("图斑类型", f"{kind}（{patch.monitoring_type}）" if patch.monitoring_type else "未填"),
        Fact("监测面积", "未填" if declared is None else f"{declared.normalize():f} 亩"),
        Fact("前时相", day(patch.period_before)),
        Fact("后时相", day(patch.period_after)),
        Fact("图斑面积", area(patch.area_m2)),
        Fact("耕地面积", area(patch.farmland_m2)),
        Fact("永久基本农田", area(patch.pbf_m2)),
        Fact("单独标识", "、".join(flags) or "无"),
        Fact("原始文件", patch.batch.file.name, wide=True),
        Fact("原始文件 SHA-256", patch.batch.file_sha256, wide=True),
        Fact("原始坐标系", patch.batch.crs_label, wide=True),
    ]


def _statement(patch: Patch) -> list[str]:
    """What was found, in plain sentences; parts of a split patch one by one."""
    where = region_path(patch.region).replace(" / ", "")
    said = [
        f"图斑 {patch.number} 位于{where}，图斑面积 {area(patch.area_m2)}，"
        f"其中耕地 {area(patch.farmland_m2)}、永久基本农田 {area(patch.pbf_m2)}。"
    ]
    parts = parts_out(patch, pack_in_use())
    for number, part in enumerate(parts if len(parts) > 1 else [], start=1):
        paper = f"{part['source_label']}{part['number']}"
        said.append(f"分割部分 {number}（{paper}）：{area(part['m2'])}，{part['label']}。")
    apart = [str(version) for version, areas in overlay_layers(patch) if not _touches(areas)]
    if apart:
        said.append(f"参与套合而与图斑没有重叠的图层：{'、'.join(apart)}。")
    return said


def _touches(areas: list[PatchArea]) -> bool:
    return any(area.category != OUTSIDE for area in areas)


def _overlays(patch: Patch) -> list[OverlayTable]:
    tables = []
    for version, areas in overlay_layers(patch):
        if not _touches(areas):
            continue  # named in the statement
        rows = [
            OverlayRow(
                category_code(area),
                "图层范围以外"
                if area.category == OUTSIDE
                else version.layer.category_name(area.category),
                area.m2,
            )
            for area in areas
            if area.m2 or area.category != OUTSIDE
        ]
        tables.append(OverlayTable(version.layer.name, version.label, rows))
    return tables


def _earlier(user: User, patch: Patch) -> list[OverlayTable]:
    """Earlier patches on the same ground, each with what it was found to be; none, no table."""
    rows = [
        OverlayRow("", f"{row['number']}，{row['batch_title']}，{_found(row)}", row["m2"])
        for row in earlier_out(user, patch)
    ]
    return [OverlayTable("往期图斑", "本批次以前的各批次", rows)] if rows else []


def _found(row: dict[str, Any]) -> str:
    if row["outcome"] is None:
        return str(row["label"])
    return f"{'判定' if row['judged'] else '拟判定'}{row['label']}"


def _proposal(patch: Patch, proposal: LegalityProposal | None) -> list[Block]:
    shown = proposal_out(patch)
    if proposal is None or shown is None:
        return [Notice(NOT_MEASURED)]
    decision = proposal.decision
    subclass = f"（{proposal.subclass_label}）" if proposal.subclass_label else ""
    reasons = [
        (str(n), reason.text, reason.clause) for n, reason in enumerate(decision.reasons, start=1)
    ]
    return [
        Facts(
            [
                Fact("拟判结论", f"{decision.label}{subclass}"),
                Fact("判定基准日", day(decision.on)),
                Fact("政策包", f"{shown['pack_name']}（版本 {decision.pack_version}）", wide=True),
            ]
        ),
        Table(("序号", "理由", "依据条款"), reasons, (11, 0, 62)),
        *(Notice(f"提示：{warning}。") for warning in warnings_of(patch, proposal)),
    ]


def outcome_label(outcome: str) -> str:
    """An outcome as printed."""
    return str(Outcome(outcome).label) if outcome else "尚未判定"
