"""Patches as the data checks read them, many at once: one query for each table, however many patches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.cases.models import OfficeOpinion
from liangtian.policy.pack import Pack
from liangtian.policy.patch_checks.record import (
    STAGES,
    Disposition,
    Flags,
    Judgement,
    Part,
    PatchRecord,
    Photo,
    Reached,
)
from liangtian.programmes.enforcement import models
from liangtian.programmes.enforcement.doubts import EDITORS
from liangtian.programmes.enforcement.flow import (
    ACCEPTED,
    ARCHIVED,
    CONFIRMED,
    DISPOSITION,
    JUDGED,
    RECTIFIED,
)
from liangtian.programmes.enforcement.proposing import SURVEY, proposal_day
from liangtian.programmes.enforcement.putting_right import as_reported
from liangtian.programmes.enforcement.rules import DIRECTIONS, suspected_building

_REACHED: Mapping[str, Reached] = {
    JUDGED: "judged", CONFIRMED: "judged", DISPOSITION: "disposed", RECTIFIED: "rectified",
    ACCEPTED: "accepted", ARCHIVED: "accepted",
}  # fmt: skip
_OTHER_CHECKS = ("距图斑", "拍摄于")  # flags of a photo that E03 and E04 tell of


@dataclass
class _Read:
    """What the tables say of the patches asked about, by patch."""

    parts: dict[int, list[models.PatchPart]] = field(default_factory=lambda: defaultdict(list))
    photos: dict[int, list[models.PatchPhoto]] = field(default_factory=lambda: defaultdict(list))
    classes: dict[int, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    checked: dict[int, date] = field(default_factory=dict)
    visited: dict[int, tuple[date, int]] = field(default_factory=dict)
    met: dict[int, date] = field(default_factory=dict)
    disputed: set[int] = field(default_factory=set)  # cases


def records_of(
    patches: Sequence[models.Patch], pack: Pack, least: Reached = "received"
) -> dict[int, list[tuple[int, PatchRecord]]]:
    """The records of each patch by its key: of the whole (0), and of each part where it is divided.

    `least` is a stage the patches are taken to have reached, for a step that is about to lead there. The
    patches come with their case; what is changed in memory counts as it stands there.
    """
    read = _read(patches)
    directions = pack.value("enforcement.evidence_directions", timezone.localdate()).items
    return {patch.pk: list(_records(patch, read, pack, least, directions)) for patch in patches}


def _read(patches: Sequence[models.Patch]) -> _Read:
    keys, read = [patch.pk for patch in patches], _Read()
    parts: QuerySet[models.PatchPart] = models.PatchPart.objects.filter(patch__in=keys).order_by(
        "order"
    )
    for part in parts.select_related("project", "disposition__owner").defer("geom"):
        read.parts[part.patch_id].append(part)
    for photo in models.PatchPhoto.objects.filter(patch__in=keys).order_by("pk"):
        read.photos[photo.patch_id].append(photo)
    areas = models.PatchArea.objects.filter(patch__in=keys, version__layer__code=SURVEY).order_by(
        "pk"
    )
    for patch, category, m2 in areas.values_list("patch", "category", "m2"):
        read.classes[patch][category] = m2
    checks = models.FieldCheck.objects.filter(patch__in=keys).order_by("pk")
    read.checked = dict(checks.values_list("patch", "checked_on"))
    visits = models.LeadingCheck.objects.filter(patch__in=keys)
    read.visited = {
        p: (on, len(who)) for p, on, who in visits.values_list("patch", "checked_on", "members")
    }
    items = models.AgendaItem.objects.filter(
        patch__in=keys, meeting__status=models.Meeting.Status.SIGNED, postponed=False
    )
    read.met = dict(items.order_by("pk").values_list("patch", "meeting__held_on"))
    against = OfficeOpinion.objects.filter(
        consultation__case__in=[p.case_id for p in patches], stance=OfficeOpinion.Stance.DISAGREE
    )
    read.disputed = set(against.values_list("consultation__case", flat=True))
    return read


def _records(
    patch: models.Patch, read: _Read, pack: Pack, least: Reached, directions: Sequence[str]
) -> Iterable[tuple[int, PatchRecord]]:
    parts = read.parts[patch.pk]
    divided = len(parts) > 1
    reached = max(_reached(patch, read), least, key=STAGES.index)
    alone = parts[0] if len(parts) == 1 else None
    common: dict[str, Any] = {
        "number": patch.number,
        "stage": reached,
        "on": timezone.localdate(),
        "received_on": timezone.localdate(patch.case.opened_at),
        "building": suspected_building(pack, patch.monitoring_type),
        "period_before": patch.period_before,
        "period_after": patch.period_after,
        "photos": tuple(_photo(photo, directions) for photo in read.photos[patch.pk]),
    }
    declared = patch.declared_area_mu
    yield (
        0,
        PatchRecord(
            **common,
            area_m2=patch.area_m2,
            verified_on=read.checked.get(patch.pk),
            declared_m2=None if declared is None else declared * 2000 / 3,
            farmland_m2=patch.farmland_m2,
            pbf_m2=patch.pbf_m2,
            classes_m2=read.classes.get(patch.pk),
            parts=tuple(
                Part(p.m2, p.judgement, p.number, p.farmland_m2 or Decimal(0)) for p in parts
            ),
            judgement=_judgement(patch, read, alone, divided=divided),
            flags=_flags(patch, alone),
            disposition=_disposition(alone),
        ),
    )
    for part in parts if divided else ():
        said = Judgement(outcome=part.judgement, subclass=part.subclass, **_paper(patch, part))
        yield part.order, PatchRecord(
            **common, area_m2=part.m2, farmland_m2=part.farmland_m2, pbf_m2=part.pbf_m2,
            judgement=said, flags=_flags(patch, part), disposition=_disposition(part),
        )  # fmt: skip


def _reached(patch: models.Patch, read: _Read) -> Reached:
    found = _REACHED.get(patch.case.stage)
    return found or ("verified" if patch.pk in read.checked else "received")


def _photo(photo: models.PatchPhoto, directions: Sequence[str]) -> Photo:
    side = ""
    if photo.azimuth is not None and directions:
        side = min(directions, key=lambda name: _turn(photo.azimuth or 0.0, name))
    doubts = [said for said in photo.flags if not said.startswith(_OTHER_CHECKS)]
    if any(name in photo.software.lower() for name in EDITORS):
        doubts.append(f"照片经“{photo.software}”处理过")
    return Photo(
        taken_on=timezone.localdate(photo.taken_at) if photo.taken_at else None,
        direction=side,
        distance_m=None if photo.distance_m is None else Decimal(str(photo.distance_m)),
        doubts=tuple(doubts),
    )


def _turn(azimuth: float, name: str) -> float:
    return abs((azimuth - DIRECTIONS.get(name, 0) + 180) % 360 - 180)


def _judgement(
    patch: models.Patch, read: _Read, alone: models.PatchPart | None, *, divided: bool
) -> Judgement:
    visited = read.visited.get(patch.pk)
    return Judgement(
        outcome=patch.judgement_outcome,
        proposed=patch.proposal_outcome,
        subclass=alone.subclass if alone else "",
        reason=patch.judgement_reason,
        by=patch.judged_by_id,
        on=timezone.localdate(patch.judged_at) if patch.judged_at else None,
        reviewed_by=patch.confirmed_by_id,
        reviewed_on=timezone.localdate(patch.confirmed_at) if patch.confirmed_at else None,
        disputed=patch.case_id in read.disputed,
        meeting_on=read.met.get(patch.pk),
        on_site_on=visited[0] if visited else None,
        on_site_members=visited[1] if visited else 0,
        **({} if divided else _paper(patch, alone)),
    )


def _paper(patch: models.Patch, part: models.PatchPart | None) -> dict[str, Any]:
    """The paper a legal or other ground rests on: the one named, else those measured that were in force."""
    known = ((patch.facts or {}).get("facts") or {}).get("covers") or []
    number = part.number if part else ""
    on = proposal_day(patch).isoformat()
    if number:
        covers = [c for c in known if c["number"] == number]
    else:
        covers = [
            c for c in known if (c["valid_from"] or "") <= on <= (c["valid_to"] or "9")
        ] or known
    if not covers:
        return {"document": number}
    largest = max(covers, key=lambda c: Decimal(c["area_m2"]))
    return {
        "document": number or "、".join(dict.fromkeys(c["number"] for c in covers if c["number"])),
        "document_on": _day(largest["valid_from"]),
        "document_until": _day(largest["valid_to"]),
        "legal_m2": sum((Decimal(c["area_m2"]) for c in covers), Decimal(0)),
    }


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _flags(patch: models.Patch, part: models.PatchPart | None) -> Flags:
    raised = (patch.proposal or {}).get("flags", {})
    project = part.project if part else None
    return Flags(
        non_agricultural=False,  # proposed from the image; the kind of violation is what was judged
        new_house_on_farmland=bool(raised.get("new_house_on_farmland")),
        homestead=bool(part and part.homestead),
        affordable_housing=bool(part and part.affordable_housing),
        old_construction=bool(part and part.old_construction),
        farm_damage=bool(part and part.farm_damage),
        infrastructure=project.listing if project else "none",
        listing_document=project.listing_number if project else "",
        duty_done=bool(project and project.duty_done),
        duty_evidence=bool(project and project.duty_file_id),
    )


def _disposition(part: models.PatchPart | None) -> Disposition:
    """How a part is put right; until it is accepted, with the areas as reported."""
    if part is None or not hasattr(part, "disposition"):
        return Disposition()
    one: models.Disposition = part.disposition
    measures = {one.handling} | ({"restore"} if one.demolish else set())
    restored, papers = part.restored_mu, part.regularised_mu
    if one.accepted_by_id is None:
        restored, papers = as_reported(one, part.farmland_mu or Decimal(0))
    return Disposition(
        measures=frozenset(measures | ({"papers"} if one.complete_papers else set())),
        owner=one.owner.name,
        due=one.due_on,
        decided_by=one.reported_by_id,
        decided_on=timezone.localdate(one.entered_at),
        case_number=one.case_number,
        case_on=one.case_filed_on,
        penalty_number=one.penalty_number,
        penalty_on=one.penalty_on,
        fine_yuan=one.fine_yuan or Decimal(0),
        no_case_reason=one.no_case_reason,
        demolished_on=one.demolished_on,
        restored_mu=restored,
        papers_number=one.papers_number,
        papers_on=one.papers_on,
        regularised_mu=papers,
        accepted_by=one.accepted_by_id,
        accepted_on=one.accepted_on,
    )
