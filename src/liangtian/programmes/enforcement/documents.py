"""The dossier of a patch (一图斑一卷宗)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require, scope_geometry
from liangtian.policy.legality import LegalityProposal
from liangtian.press.dossier import (
    Attachment,
    Confirmation,
    Dossier,
    EvidencePhoto,
    Fact,
    OverlayRow,
    OverlayTable,
    PhaseImage,
    Proposal,
    Reason,
    Step,
    dossier_pdf,
)
from liangtian.press.errors import PressError
from liangtian.press.map import MapSheet
from liangtian.programmes.enforcement.earlier import earlier_out
from liangtian.programmes.enforcement.models import Outcome, Patch, PatchArea, PatchPhoto
from liangtian.programmes.enforcement.overlay import OUTSIDE
from liangtian.programmes.enforcement.patch_page import (
    category_code,
    fetch_patch,
    history_of,
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
from liangtian.programmes.enforcement.sheets import control_sheet, survey_sheet, view_of


def patch_dossier(user: User, patch_id: int) -> tuple[str, bytes]:
    """File name and PDF of a patch's dossier, as far as the user may see the ground around it.

    Raises Forbidden, NotFound, and Refused when the press cannot print it.
    """
    require(user, "enforcement.view", "enforcement.export")
    patch = fetch_patch(user, patch_id)
    try:
        content = dossier_pdf(_dossier(user, patch))
    except PressError as error:
        raise Refused(f"图斑 {patch.number} 的卷宗不能生成：{error}") from error
    with transaction.atomic():
        record(user, "enforcement.patch.dossier", patch, after={"bytes": len(content)})
    return f"图斑卷宗-{patch.number}.pdf", content


def _dossier(user: User, patch: Patch) -> Dossier:
    today, maker = timezone.localdate(), user.office.name if user.office else user.name
    proposal = LegalityProposal.from_dict(patch.proposal) if patch.proposal else None
    photos = list(patch.photos.select_related("file"))
    return Dossier(
        county=patch.county.name,
        batch=patch.batch.title,
        patch_no=patch.number,
        judgement=_label(patch.judgement_outcome),
        maker=maker,
        on=today,
        facts=_facts(patch, proposal),
        statement=_statement(patch),
        overlays=[*_overlays(patch), *_earlier(user, patch)],
        proposal=_proposal(patch, proposal),
        confirmation=_confirmation(patch),
        images=[
            PhaseImage("前时相", "", _day(patch.period_before), None, "前时相影像未提供"),
            PhaseImage("后时相", "", _day(patch.period_after), None, "后时相影像未提供"),
        ],
        maps=_maps(user, patch, photos, maker, today),
        photos=_photos(patch, photos),
        history=[
            Step(timezone.localtime(s["at"]), s["by"], s["step_label"], s["opinion"])
            for s in history_of(patch)
        ],
        attachments=[
            Attachment(photo.file.name, "举证照片", photo.file.size, photo.file.sha256)
            for photo in photos
        ],
        missing=_missing(patch, photos),
    )


def _label(outcome: str) -> str:
    return str(Outcome(outcome).label) if outcome else ""


def _day(day: date | None) -> str:
    return day.isoformat() if day else "未填"


def _area(m2: Decimal | None) -> str:
    return "未量算" if m2 is None else f"{m2:,.2f} 平方米（{mu(m2):,.2f} 亩）"


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
        Fact("前时相", _day(patch.period_before)),
        Fact("后时相", _day(patch.period_after)),
        Fact("图斑面积", _area(patch.area_m2)),
        Fact("耕地面积", _area(patch.farmland_m2)),
        Fact("永久基本农田", _area(patch.pbf_m2)),
        Fact("单独标识", "、".join(flags) or "无"),
        Fact("原始文件", patch.batch.file.name, wide=True),
        Fact("原始文件 SHA-256", patch.batch.file_sha256, wide=True),
        Fact("原始坐标系", patch.batch.crs_label, wide=True),
    ]


def _statement(patch: Patch) -> list[str]:
    """What was found, in plain sentences; parts of a split patch one by one."""
    where = region_path(patch.region).replace(" / ", "")
    said = [
        f"图斑 {patch.number} 位于{where}，图斑面积 {_area(patch.area_m2)}，"
        f"其中耕地 {_area(patch.farmland_m2)}、永久基本农田 {_area(patch.pbf_m2)}。"
    ]
    for number, part in enumerate(parts_out(patch, pack_in_use()), start=1):
        paper = f"{part['source_label']}{part['number']}"
        said.append(f"分割部分 {number}（{paper}）：{_area(part['m2'])}，{part['label']}。")
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


def _proposal(patch: Patch, proposal: LegalityProposal | None) -> Proposal | None:
    shown = proposal_out(patch)
    if proposal is None or shown is None:
        return None
    decision = proposal.decision
    return Proposal(
        label=decision.label
        + (f"（{proposal.subclass_label}）" if proposal.subclass_label else ""),
        reasons=[Reason(r.text, r.clause) for r in decision.reasons],
        pack=shown["pack_name"],
        pack_version=decision.pack_version,
        on=decision.on,
        warnings=warnings_of(patch, proposal),
    )


def _confirmation(patch: Patch) -> Confirmation | None:
    if not patch.judgement_outcome or patch.judged_by is None or patch.judged_at is None:
        return None
    office = patch.judged_by.office
    return Confirmation(
        label=_label(patch.judgement_outcome),
        person=patch.judged_by.name,
        office=office.name if office else "",
        at=timezone.localtime(patch.judged_at),
        reason=patch.judgement_reason,
        override=patch.overridden,
    )


def _maps(
    user: User, patch: Patch, photos: list[PatchPhoto], maker: str, today: date
) -> list[MapSheet]:
    """The survey sheet and the control sheet, with the versions the patch was measured with."""
    used: dict[str, Any] = (patch.facts or {}).get("versions", {})
    versions = list(
        LayerVersion.objects.filter(pk__in=used.values())
        .select_related("layer")
        .order_by("layer__position")
    )
    view = view_of(patch, scope_geometry(user))
    sheets = [
        survey_sheet(view, version, maker, today)
        for version in versions
        if version.layer.code == SURVEY
    ]
    return [*sheets, control_sheet(view, versions, photos, maker, today)]


def _photos(patch: Patch, photos: list[PatchPhoto]) -> list[EvidencePhoto]:
    shown = {row["id"]: row for row in photos_of(patch)}
    return [
        EvidencePhoto(
            no=str(number),
            content=_bytes(photo.file),
            taken_at=timezone.localtime(photo.taken_at) if photo.taken_at else None,
            position=_position(photo),
            azimuth_deg=photo.azimuth,
            distance_m=photo.distance_m,
            sha256=photo.file.sha256,
            note=";".join(shown[photo.pk]["flags"]),
        )
        for number, photo in enumerate(photos, start=1)
    ]


def _bytes(file: StoredFile) -> bytes:
    with file.open() as stream:
        return stream.read()


def _position(photo: PatchPhoto) -> str:
    if photo.lon is None or photo.lat is None:
        return ""
    return f"东经 {photo.lon:.6f}°，北纬 {photo.lat:.6f}°"


def _missing(patch: Patch, photos: list[PatchPhoto]) -> tuple[tuple[str, str], ...]:
    """What a part that is empty lacks."""
    found = []
    if not photos:
        found.append(("photos", "尚未上传举证照片"))
        found.append(("attachments", "没有附件"))
    if patch.proposal is None:
        found.append(("proposal", "尚未套合"))
        found.append(("overlays", "尚未套合"))
    if not patch.judgement_outcome:
        found.append(("confirmation", "尚未判定确认"))
    return tuple(found)
