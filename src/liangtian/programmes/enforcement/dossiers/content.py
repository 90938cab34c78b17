"""A patch's dossier put together: the parts in the sections that the pack lists, cover and last page."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.press.dossier import (
    Block,
    Cover,
    Dossier,
    Notice,
    Part,
    Pictures,
    Section,
    Sheets,
    Table,
    Text,
)
from liangtian.programmes.enforcement.dossiers.completeness import Completeness, completeness_of
from liangtian.programmes.enforcement.dossiers.ground import (
    map_part,
    outcome_label,
    photo_parts,
    pictures,
    situation_parts,
)
from liangtian.programmes.enforcement.dossiers.handling import (
    check_parts,
    disposal_parts,
    history_part,
    judgement_part,
    leading_parts,
    meeting_parts,
    opinion_parts,
)
from liangtian.programmes.enforcement.dossiers.originals import Original, originals_of
from liangtian.programmes.enforcement.dossiers.papers_printed import (
    image_part,
    list_part,
    paper_parts,
)
from liangtian.programmes.enforcement.models import DossierPaper, Patch, PatchPhoto
from liangtian.programmes.enforcement.patch_page import region_path
from liangtian.programmes.enforcement.rules import pack_in_use

CONTENTS = "enforcement.dossier_contents"
HISTORY, EARLIER, MAPS = "办理过程", "往期图斑", "套合图件"
Kind = DossierPaper.Kind
OF_HANDLING = (Kind.CASE, Kind.PENALTY, Kind.RECTIFICATION, Kind.ACCEPTANCE)
OF_EVIDENCE = (Kind.APPROVAL, Kind.MINUTES, Kind.OTHER)
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True)
class Filing:
    """The archive's own fields (档案著录项); empty ones leave a blank line to write on."""

    fonds: str = ""
    catalogue: str = ""
    file_number: str = ""
    retention: str = ""
    version: int = 0
    changes: Sequence[str] = ()


@dataclass(frozen=True)
class Made:
    """A dossier ready for the press, with what else is known of it."""

    dossier: Dossier
    originals: list[Original]
    completeness: Completeness


def made_of(
    user: User, patch: Patch, *, clear: bool = False, maps: bool = True,
    whole: Completeness | None = None,
) -> Made:  # fmt: skip
    """Everything printed of a patch, as far as the user may see the ground around it.

    `clear`: personal names unmasked, for who was let. Without `maps` no layer is read. `whole` is what the
    dossier has and lacks, where it was asked already.
    """
    on = timezone.localdate()
    maker = user.office.name if user.office else user.name
    whole = whole or completeness_of([patch.pk])[patch.pk]
    originals = originals_of(user, patch)
    sections = _sections(user, patch, maker, on, clear=clear, maps=maps)
    sections.append(Section("附录", [list_part(originals), history_part(patch)]))
    dossier = Dossier(
        cover=_cover(patch, maker, on, Filing(), whole),
        number=patch.number,
        maker=maker,
        on=on,
        verdict=whole.verdict,
        checks=whole.checks,
        sections=sections,
        notes=_notes(whole, originals, Filing()),
    )
    return Made(dossier, originals, whole)


def filed(user: User, patch: Patch, made: Made, filing: Filing) -> Made:
    """What was made without maps, with them and as it goes into the archive; nothing else is read again."""
    old = made.dossier
    parts = [map_part(user, patch, old.maker, old.on)]
    return replace(made, dossier=replace(
        old,
        cover=_cover(patch, old.maker, old.on, filing, made.completeness),
        sections=[replace(s, parts=parts) if s.title == MAPS else s for s in old.sections],
        notes=_notes(made.completeness, made.originals, filing),
    ))  # fmt: skip


def _sections(
    user: User, patch: Patch, maker: str, on: date, *, clear: bool, maps: bool
) -> list[Section]:
    papers = list(patch.papers.filter(removed_at=None).select_related("file"))
    photos = list(patch.photos.select_related("file", "added_by"))
    site = [p for p in photos if p.purpose == PatchPhoto.Purpose.EVIDENCE]
    after = [p for p in photos if p.purpose == PatchPhoto.Purpose.RECTIFIED]
    given: Mapping[str, Sequence[Part]] = {
        "情况说明": [
            *situation_parts(user, patch, maker), *opinion_parts(patch), *meeting_parts(patch),
            judgement_part(patch),
        ],
        "影像": [image_part(patch, papers)],
        MAPS: [map_part(user, patch, maker, on)] if maps else [],
        "现场照片": photo_parts(patch, site, maker, on),
        "违法类件处理材料": [
            *disposal_parts(patch), *_rectified(patch, after), *paper_parts(papers, OF_HANDLING),
        ],
        "举证材料": [
            *check_parts(patch, clear=clear), *leading_parts(patch),
            *paper_parts(papers, OF_EVIDENCE),
        ],
    }  # fmt: skip
    listed = pack_in_use().value(CONTENTS, on).items
    return [Section(title, given.get(title) or [_nothing(patch, title)]) for title in listed]


def _nothing(patch: Patch, title: str) -> Part:
    said = "尚无材料。"
    if title == "违法类件处理材料" and patch.judgement_outcome:
        said = f"图斑判定为{outcome_label(patch.judgement_outcome)}，没有违法部分。"
    return Part(title, [Notice(f"无。{said}")], remark="无")


def _rectified(patch: Patch, photos: list[PatchPhoto]) -> list[Part]:
    if not photos:
        return []
    said = Text([f"共 {len(photos)} 张，整改后拍摄。"])
    days = [timezone.localtime(p.taken_at).date() for p in photos if p.taken_at]
    return [
        Part(
            "整改后照片", [said, Pictures(pictures(patch, photos, "整改照片"))],
            responsible="、".join(dict.fromkeys(p.added_by.name for p in photos)),
            dated=str(max(days)) if days else "",
        )
    ]  # fmt: skip


def _cover(patch: Patch, maker: str, on: date, filing: Filing, whole: Completeness) -> Cover:
    where = region_path(patch.region).replace(" / ", "")
    outcome = outcome_label(patch.judgement_outcome)
    first = patch.batch.imported_at
    number = filing.file_number
    if filing.version > 1:
        number = f"{number}（第 {filing.version} 版）"
    return Cover(
        county=maker,
        title=f"{where}卫片图斑{patch.number}案卷",
        fields=[
            ("批　　次", patch.batch.title),
            ("图斑编号", patch.number),
            ("判定结论", outcome),
            ("起止日期", f"{timezone.localtime(first).date()} 至 {on}"),
            ("材料情况", whole.verdict.rstrip("。")),
            ("立卷日期", f"{on.year}年{on.month}月{on.day}日"),
        ],
        archive=[
            ("全宗号", filing.fonds),
            ("目录号", filing.catalogue),
            ("案卷号", number),
            ("保管期限", filing.retention),
        ],
    )


def _notes(whole: Completeness, originals: Sequence[Original], filing: Filing) -> list[str]:
    size = sum(original.file.size for original in originals)
    notes = [f"{whole.verdict}原件 {len(originals)} 个，共 {size:,} 字节，校验值见原件清单。"]
    if whole.missing:
        notes.append(f"缺件：{'；'.join(check.label for check in whole.missing)}。")
    if filing.changes:
        notes.append(f"第 {filing.version} 版，与上一版相比：{'；'.join(filing.changes)}。")
    return notes


def digests(dossier: Dossier) -> dict[str, str]:
    """A digest of what each part says, by which a later change is told.

    Left out: what changes by itself or with the reader (the way of the case, map sheets, earlier patches).
    """
    found: dict[str, str] = {}
    for section in dossier.sections:
        for part in section.parts:
            if part.title == HISTORY:
                continue
            said = "\n".join(_said(block) for block in part.blocks)
            key, n = part.title, 2
            while key in found:
                key, n = f"{part.title}（{n}）", n + 1
            found[key] = hashlib.sha256(said.encode()).hexdigest()[:16]
    return found


def _said(block: Block) -> str:
    if isinstance(block, Sheets) or (isinstance(block, Table) and block.title.startswith(EARLIER)):
        return ""
    if isinstance(block, Pictures):
        return repr([(p.title, p.lines, p.azimuth_deg) for p in block.items])
    name = getattr(block, "name", None)  # of scans: the list of originals holds their hashes
    return str(name) if name is not None else _ADDRESS.sub("", repr(block))


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """What differs between two versions, in words."""
    added = [f"增加“{title}”" for title in now if title not in before]
    gone = [f"减少“{title}”" for title in before if title not in now]
    other = [f"“{t}”有改动" for t in now if t in before and now[t] != before[t]]
    return [*added, *gone, *other]
