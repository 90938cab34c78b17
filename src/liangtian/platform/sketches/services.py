"""Keeping sketches: the only writer of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.sketches.models import Sketch
from liangtian.platform.sketches.rules import figures

PERMISSION = "sketches.draw"
_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Draft:
    """What a person gives of a sketch; `geom` has passed `rules.checked`."""

    name: str
    geom: BaseGeometry
    note: str = ""
    colour: str = "#c2185b"
    shared: bool = False


def create(user: User, drafts: Sequence[Draft], source: str = "") -> list[Sketch]:
    """Keep new sketches of the user; `source` names the file they came from. Refused, Forbidden."""
    require(user, PERMISSION)
    if user.region is None:
        raise Forbidden("您的账号未设置管辖区划，不能保存标绘。请联系系统管理员。")
    with transaction.atomic():
        _require_room(user, len(drafts))
        rows = []
        for draft in drafts:
            sketch = Sketch(owner=user, office=user.office, region=user.region)
            _fill(sketch, draft)
            sketch.save()
            record(user, "sketches.create", sketch, after=_summary(sketch), note=source[:200])
            rows.append(sketch)
    return rows


def change(user: User, sketch_id: int, revision: int, draft: Draft) -> Sketch:
    """Replace one's own sketch. Conflict when it was changed since `revision`; NotFound, Forbidden."""
    require(user, PERMISSION)
    with transaction.atomic():
        sketch = _own(user, sketch_id)
        if sketch.revision != revision:
            raise Conflict(f"“{sketch.name}”已在别处修改过。请重新打开后再改。")
        before = _summary(sketch)
        _fill(sketch, draft)
        sketch.revision += 1
        sketch.changed_at = timezone.now()
        sketch.save()
        record(user, "sketches.change", sketch, before=before, after=_summary(sketch))
    return sketch


def delete(user: User, sketch_id: int) -> None:
    """Remove one's own sketch; the audit trail keeps its outline. NotFound, Forbidden."""
    require(user, PERMISSION)
    with transaction.atomic():
        sketch = _own(user, sketch_id)
        record(user, "sketches.delete", sketch, before=_summary(sketch))
        sketch.delete()


def note_export(user: User, sketches: Sequence[Sketch], what: str) -> None:
    """Enter in the audit trail that sketches left the system as a file."""
    require(user, PERMISSION)
    with transaction.atomic():
        for sketch in sketches:
            record(user, "sketches.export", sketch, after={"format": what})


def _own(user: User, sketch_id: int) -> Sketch:
    sketch: Sketch | None = (
        Sketch.objects.visible_to(user).select_for_update(of=("self",)).filter(pk=sketch_id).first()
    )
    if sketch is None:
        raise NotFound("没有该标绘，或不是您和本机构共享的标绘。")
    if sketch.owner_id != user.pk:
        raise Forbidden(f"“{sketch.name}”是{sketch.owner.name}的标绘，只能由本人修改。可另存一份。")
    return sketch


def _fill(sketch: Sketch, draft: Draft) -> None:
    name, colour = draft.name.strip(), draft.colour.lower()
    longest = Sketch._meta.get_field("name").max_length or 0
    if not name or len(name) > longest:
        raise Refused(f"请填写标绘名称(1 至 {longest} 个字)。", fields={"name": "必填"})
    if not _COLOUR.fullmatch(colour):
        raise Refused(f"颜色“{draft.colour}”应写成 #rrggbb。", fields={"colour": "格式不对"})
    if draft.shared and sketch.office is None:
        raise Refused("您的账号没有所在机构，不能共享标绘。", fields={"shared": "没有机构"})
    measured = figures(draft.geom)
    sketch.name, sketch.note, sketch.colour = name, draft.note.strip(), colour
    sketch.shared, sketch.geom, sketch.kind = draft.shared, draft.geom, measured.kind
    sketch.area_m2, sketch.length_m = measured.area_m2, measured.length_m


def _require_room(user: User, more: int) -> None:
    kept = Sketch.objects.filter(owner=user).count()
    if kept + more > settings.SKETCHES_PER_USER:
        raise Refused(
            f"每人最多保存 {settings.SKETCHES_PER_USER} 个标绘，您已有 {kept} 个，"
            f"这次要加 {more} 个。请先删除不用的标绘。"
        )


def _summary(sketch: Sketch) -> dict[str, Any]:
    return {
        "name": sketch.name, "kind": sketch.kind, "shared": sketch.shared,
        "area_m2": sketch.area_m2, "length_m": sketch.length_m, "outline": sketch.geom.wkt[:2000],
    }  # fmt: skip
