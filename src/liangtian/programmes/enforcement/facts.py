"""What the guards of the flow ask about a patch, each fact read only when one asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Any

from liangtian.platform.cases.models import OfficeOpinion
from liangtian.policy.pack import Value
from liangtian.programmes.enforcement.data_checks.finding import failing
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    LeadingCheck,
    Outcome,
    Patch,
    PatchPart,
    PatchPhoto,
)
from liangtian.programmes.enforcement.parts import part_name
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.putting_right import unfinished
from liangtian.programmes.enforcement.rules import pack_in_use, photos_lacking, suspected_building

KEY, DISPUTED = "重点图斑", "有异议的图斑"


class PatchState(Mapping[str, Any]):
    """The facts of one patch; `judged_by` may be given where the judgement is only being made."""

    def __init__(self, patch: Patch, judged_by: int | None = None) -> None:
        self._patch, self._judged_by = patch, judged_by
        self._read: dict[str, Callable[[], Any]] = {
            "number": lambda: patch.number,
            "measured": lambda: patch.measured_at is not None,
            "judged_by": lambda: self._judged_by or patch.judged_by_id,
            "checked": lambda: patch.checks.filter(returned_at=None).exists(),
            "evidence_lacking": self._evidence_lacking,
            "agenda": self._agenda,
            "leaders_wanted": self._leaders_wanted,
            "meeting_wanted": self._meeting_wanted,
            "illegal": lambda: bool(self._illegal),
            "undisposed": lambda: self._names(lambda part: not hasattr(part, "disposition")),
            "unfinished": self._unfinished,
            "unaccepted": lambda: self._names(_not_accepted),
            "reported_by": self._reported_by,
            "failing_ground": lambda: failing(patch, "verified", of_township=True),
            "failing": lambda: self._failing,
            "failing_done": lambda: failing(patch, "rectified"),
        }

    def __getitem__(self, name: str) -> Any:
        return self._read[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    @cached_property
    def _failing(self) -> list[str]:
        """What keeps a judged patch from being confirmed or archived."""
        return failing(self._patch, "judged") if self._patch.judgement_outcome else []

    @cached_property
    def _parts(self) -> list[PatchPart]:
        return list(self._patch.parts.select_related("disposition"))

    @property
    def _illegal(self) -> list[PatchPart]:
        return [part for part in self._parts if part.judgement == Outcome.ILLEGAL]

    def _names(self, wanted: Callable[[PatchPart], bool]) -> list[str]:
        return [part_name(part, len(self._parts)) for part in self._illegal if wanted(part)]

    def _value(self, name: str) -> Value:
        return pack_in_use().value(f"enforcement.{name}", proposal_day(self._patch))

    def _evidence_lacking(self) -> list[str]:
        photos = self._patch.photos.filter(purpose=PatchPhoto.Purpose.EVIDENCE)
        return photos_lacking(
            list(photos.values_list("azimuth", flat=True)),
            self._value("evidence_min_photos").integer,
            self._value("evidence_directions").items,
        )

    def _agenda(self) -> str:
        item = AgendaItem.objects.filter(patch=self._patch, open=True).select_related("meeting")
        return next((row.meeting.title for row in item), "")

    def _leaders_wanted(self) -> str:
        if not self.key or LeadingCheck.objects.filter(patch=self._patch).exists():
            return ""
        limit = self._value("key_patch_farmland_mu")
        return f" {limit.decimal.normalize():f} {limit.unit}以上"

    @cached_property
    def key(self) -> bool:
        """A key patch (重点图斑): proposed so, or judged illegal with so much farmland under buildings."""
        if (self._patch.proposal or {}).get("flags", {}).get("key_patch"):
            return True
        if not suspected_building(pack_in_use(), self._patch.monitoring_type):
            return False
        taken = sum((part.farmland_mu or Decimal(0) for part in self._illegal), Decimal(0))
        return taken >= self._value("key_patch_farmland_mu").decimal

    def _meeting_wanted(self) -> str:
        kinds = self._value("collective_review").items
        if self.key and KEY in kinds:
            return "属重点图斑"
        disagreed = OfficeOpinion.objects.filter(
            consultation__case=self._patch.case_id, stance=OfficeOpinion.Stance.DISAGREE
        )
        return "会办单位有不同意见" if DISPUTED in kinds and disagreed.exists() else ""

    def _unfinished(self) -> list[str]:
        found = [
            f"{part_name(part, len(self._parts))}{why}"
            for part in self._illegal
            if hasattr(part, "disposition")
            for why in unfinished(part.disposition, self._photo_days)
        ]
        return found

    @cached_property
    def _photo_days(self) -> list[Any]:
        rows = self._patch.photos.filter(purpose=PatchPhoto.Purpose.RECTIFIED)
        return list(rows.exclude(taken_at=None).values_list("taken_at", flat=True))

    def _reported_by(self) -> set[int]:
        dispositions = [p.disposition for p in self._illegal if hasattr(p, "disposition")]
        return {d.reported_by_id for d in dispositions if d.reported_by_id}


def _not_accepted(part: PatchPart) -> bool:
    return not hasattr(part, "disposition") or part.disposition.accepted_by_id is None
