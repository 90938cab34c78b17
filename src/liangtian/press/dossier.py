"""One patch, one dossier (一图斑一卷宗): everything about a patch as one paginated PDF.

The caller gives what is known; a part that has nothing is still printed, says 无, and says what
is missing, so that a reader never has to guess whether a page was lost.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from liangtian.press.map import MapSheet, frame_for_dossier, sheet_data
from liangtian.press.picture import PHOTO_PIXELS, for_print
from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class Fact:
    """One labelled value; `wide` takes the whole row."""

    label: str
    value: str
    wide: bool = False


@dataclass(frozen=True)
class OverlayRow:
    """Area of the patch in one category of a layer; code "" for what lies outside the layer."""

    code: str
    name: str
    m2: Decimal


@dataclass(frozen=True)
class OverlayTable:
    """One layer's result of the overlay (套合分析)."""

    layer: str
    version: str
    rows: Sequence[OverlayRow]


@dataclass(frozen=True)
class Reason:
    text: str
    clause: str


@dataclass(frozen=True)
class Proposal:
    """What the rules propose (拟判), with the pack that says so."""

    label: str
    reasons: Sequence[Reason]
    pack: str
    pack_version: str
    on: date
    warnings: Sequence[str] = ()


@dataclass(frozen=True)
class Confirmation:
    """What people decided (判定确认). `override`: it differs from what the rules proposed."""

    label: str
    person: str
    office: str
    at: datetime
    reason: str
    override: bool = False


@dataclass(frozen=True)
class PhaseImage:
    """An image of one date (时相); content None prints an empty slot with `missing`."""

    phase: str
    source: str
    taken: str
    content: bytes | None
    missing: str = ""


@dataclass(frozen=True)
class EvidencePhoto:
    """One evidence photo (举证照片); azimuth in degrees from north, distance to the patch in metres."""

    no: str
    content: bytes | None
    taken_at: datetime | None
    position: str
    azimuth_deg: float | None
    distance_m: float | None
    sha256: str
    note: str = ""


@dataclass(frozen=True)
class Record:
    """A further part: review minutes (会审纪要), penalty papers (处罚文书), rectification, acceptance."""

    title: str
    facts: Sequence[Fact] = ()
    paragraphs: Sequence[str] = ()
    missing: str = ""


@dataclass(frozen=True)
class Step:
    """One step of the process (办理过程)."""

    at: datetime
    person: str
    step: str
    opinion: str


@dataclass(frozen=True)
class Attachment:
    """An original kept beside the dossier, with its full hash."""

    name: str
    kind: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Dossier:
    """Everything printed. `judgement` "" prints 尚未判定. `missing` maps a part's key (facts,
    overlays, proposal, confirmation, images, maps, photos, history, attachments) to what is
    missing there. `watermark` e.g. 草稿 or 内部资料."""

    county: str
    batch: str
    patch_no: str
    judgement: str
    maker: str
    on: date
    facts: Sequence[Fact] = ()
    statement: Sequence[str] = ()
    overlays: Sequence[OverlayTable] = ()
    proposal: Proposal | None = None
    confirmation: Confirmation | None = None
    images: Sequence[PhaseImage] = ()
    maps: Sequence[MapSheet] = ()
    photos: Sequence[EvidencePhoto] = ()
    records: Sequence[Record] = ()
    history: Sequence[Step] = ()
    attachments: Sequence[Attachment] = ()
    signers: Sequence[str] = ("经办人", "审核人", "负责人")
    missing: tuple[tuple[str, str], ...] = ()
    watermark: str = ""
    title: str = "卫片执法图斑卷宗"


_CENT = Decimal("0.01")
_MU_PER_M2 = Decimal("0.0015")
_WINDS = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")


def dossier_pdf(dossier: Dossier) -> bytes:
    """The dossier as an A4 PDF. Equal input gives equal bytes.

    Raises FontMissing, GlyphMissing, ImageRefused, MapRefused (all PressError).
    """
    images: dict[str, bytes] = {}
    data = {
        "title": dossier.title,
        "county": dossier.county,
        "batch": dossier.batch,
        "patch_no": dossier.patch_no,
        "judgement": dossier.judgement or "尚未判定",
        "maker": dossier.maker,
        "date": _day(dossier.on),
        "watermark": dossier.watermark,
        "missing": dict(dossier.missing),
        "facts": [_fact(f) for f in dossier.facts],
        "statement": list(dossier.statement),
        "overlays": [overlay_data(table) for table in dossier.overlays],
        "proposal": _proposal(dossier.proposal),
        "confirmation": _confirmation(dossier.confirmation),
        "images": [_phase(p, n, images) for n, p in enumerate(dossier.images, 1)],
        "maps": [
            sheet_data(sheet, frame_for_dossier(sheet), images, f"map-{n}.jpg")
            for n, sheet in enumerate(dossier.maps, 1)
        ],
        "photos": [_photo(p, n, images) for n, p in enumerate(dossier.photos, 1)],
        "records": [_record(r) for r in dossier.records],
        "history": [[_minute(s.at), s.person, s.step, s.opinion] for s in dossier.history],
        "attachments": [
            [a.name, a.kind, f"{a.size:,}", a.sha256.lower()] for a in dossier.attachments
        ],
        "signers": list(dossier.signers),
    }
    return typeset("dossier.typ", data, images, dossier.on)


def overlay_data(table: OverlayTable) -> dict[str, object]:
    """Printed rows and totals. A total is the sum of the figures printed above it; when the sum
    in mu differs from the total m² × 0.0015 by rounding row by row, `remark` says so."""
    m2 = [row.m2.quantize(_CENT, ROUND_HALF_UP) for row in table.rows]
    mu = [(area * _MU_PER_M2).quantize(_CENT, ROUND_HALF_UP) for area in m2]
    total_m2, total_mu = sum(m2, Decimal(0)), sum(mu, Decimal(0))
    whole = (total_m2 * _MU_PER_M2).quantize(_CENT, ROUND_HALF_UP)
    remark = ""
    if whole != total_mu:
        remark = (
            f"亩数逐行保留两位小数，合计为各行之和；按合计平方米直接换算为 {whole:,.2f} 亩，"
            f"相差 {abs(whole - total_mu):.2f} 亩。"
        )
    return {
        "layer": table.layer,
        "version": table.version,
        "rows": [
            [row.code or "—", row.name, f"{a:,.2f}", f"{b:,.2f}"]
            for row, a, b in zip(table.rows, m2, mu, strict=True)
        ],
        "total": [f"{total_m2:,.2f}", f"{total_mu:,.2f}"],
        "remark": remark,
    }


def _fact(fact: Fact) -> dict[str, object]:
    return {"label": fact.label, "value": fact.value, "wide": fact.wide}


def _proposal(proposal: Proposal | None) -> dict[str, object] | None:
    if proposal is None:
        return None
    return {
        "label": proposal.label,
        "reasons": [[r.text, r.clause] for r in proposal.reasons],
        "pack": f"{proposal.pack}（版本 {proposal.pack_version}）",
        "date": _day(proposal.on),
        "warnings": list(proposal.warnings),
    }


def _confirmation(confirmation: Confirmation | None) -> dict[str, object] | None:
    if confirmation is None:
        return None
    return {
        "label": confirmation.label,
        "person": confirmation.person,
        "office": confirmation.office,
        "at": _minute(confirmation.at),
        "reason": confirmation.reason,
        "override": confirmation.override,
    }


def _phase(phase: PhaseImage, number: int, images: dict[str, bytes]) -> dict[str, object]:
    name = f"{phase.phase}影像"
    file = _store(phase.content, f"phase-{number}.jpg", name, images)
    return {
        "file": file,
        "missing": phase.missing or "影像未提供",
        "lines": [name, f"来源：{phase.source or '未填'}", f"时间：{phase.taken or '未填'}"],
    }


def _photo(photo: EvidencePhoto, number: int, images: dict[str, bytes]) -> dict[str, object]:
    taken = f"{photo.taken_at:%Y-%m-%d %H:%M:%S}" if photo.taken_at else "未知"
    azimuth, distance = "方位角未知", "距图斑未知"
    if photo.azimuth_deg is not None:
        azimuth = f"方位角 {photo.azimuth_deg:.0f}°（{wind(photo.azimuth_deg)}）"
    if photo.distance_m is not None:
        distance = f"距图斑 {photo.distance_m:.1f} 米"
    lines = [f"时间：{taken}", f"位置：{photo.position or '未知'}", f"{azimuth}，{distance}"]
    lines.append(f"SHA-256：{photo.sha256[:16].lower()}…" if photo.sha256 else "SHA-256：无")
    if photo.note:
        lines.append(photo.note)
    return {
        "no": photo.no,
        "file": _store(photo.content, f"photo-{number}.jpg", f"照片{photo.no}", images),
        "missing": "原图未入库",
        "lines": lines,
    }


def wind(azimuth_deg: float) -> str:
    """Degrees clockwise from north -> one of the eight winds (八方位)."""
    return _WINDS[round(azimuth_deg % 360 / 45) % 8]


def _store(content: bytes | None, file: str, name: str, images: dict[str, bytes]) -> str:
    if content is None:
        return ""
    images[file] = for_print(content, PHOTO_PIXELS, name)
    return file


def _record(record: Record) -> dict[str, object]:
    return {
        "title": record.title,
        "facts": [_fact(f) for f in record.facts],
        "paragraphs": list(record.paragraphs),
        "missing": record.missing,
    }


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _minute(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"
