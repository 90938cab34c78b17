"""A patch's dossier put together: the parts in the sections that the pack lists, cover and last page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.press.dossier import Cover, Dossier, Notice, Part, Picture, Pictures, Section
from liangtian.programmes.enforcement.dossiers.ground import (
    day,
    map_part,
    outcome_label,
    photo_parts,
    situation_parts,
)
from liangtian.programmes.enforcement.dossiers.handling import (
    history_part,
    judgement_part,
    opinion_parts,
)
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.patch_page import region_path
from liangtian.programmes.enforcement.rules import pack_in_use

CONTENTS = "enforcement.dossier_contents"
WAY = "办理过程"


def dossier_of(user: User, patch: Patch) -> Dossier:
    """Everything printed of a patch, as far as the user may see the ground around it."""
    on = timezone.localdate()
    maker = user.office.name if user.office else user.name
    sections = _sections(user, patch, maker, on)
    return Dossier(
        cover=_cover(patch, maker, on),
        number=patch.number,
        maker=maker,
        on=on,
        sections=sections,
    )


def _sections(user: User, patch: Patch, maker: str, on: date) -> list[Section]:
    photos = list(patch.photos.select_related("file", "added_by"))
    given: dict[str, Sequence[Part]] = {
        "情况说明": [
            *situation_parts(user, patch, maker), *opinion_parts(patch), judgement_part(patch),
        ],
        "影像": [_images(patch)],
        "套合图件": [map_part(user, patch, maker, on)],
        "现场照片": photo_parts(patch, photos, maker, on),
    }  # fmt: skip
    listed = pack_in_use().value(CONTENTS, on).items
    sections = [
        Section(title, given.get(title) or [Part(title, [Notice("无。")])]) for title in listed
    ]
    return [*sections, Section(WAY, [history_part(patch)])]


def _images(patch: Patch) -> Part:
    slots = [
        Picture("前时相影像", None, [f"时间：{day(patch.period_before)}"], "影像未提供"),
        Picture("后时相影像", None, [f"时间：{day(patch.period_after)}"], "影像未提供"),
    ]
    return Part("前后时相影像", [Pictures(slots, 75.0)], remark="缺")


def _cover(patch: Patch, maker: str, on: date) -> Cover:
    where = region_path(patch.region).replace(" / ", "")
    outcome = outcome_label(patch.judgement_outcome)
    return Cover(
        county=maker,
        title=f"{where}卫片图斑{patch.number}案卷",
        fields=[
            ("批　　次", patch.batch.title),
            ("图斑编号", patch.number),
            ("判定结论", outcome),
            ("立卷单位", maker),
            ("立卷日期", f"{on.year}年{on.month}月{on.day}日"),
        ],
        archive=[("全宗号", ""), ("目录号", ""), ("案卷号", ""), ("保管期限", "")],
    )
