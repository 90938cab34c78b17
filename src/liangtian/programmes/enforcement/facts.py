"""What the guards of the flow ask about a patch, each fact read only when one asks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from liangtian.platform.cases.models import OfficeOpinion
from liangtian.policy.pack import Value
from liangtian.policy.patch_checks.record import Reached
from liangtian.programmes.enforcement.data_checks.finding import failing
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    FieldCheck,
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


class Gathered:
    """What the tables say of some patches: each table asked once, when the first patch needs it."""

    def __init__(self, patches: Sequence[Patch]) -> None:
        self.patches = list(patches)
        self._keys = [patch.pk for patch in self.patches]
        self._failing: dict[str, dict[int, list[str]]] = {}

    @cached_property
    def parts(self) -> dict[int, list[PatchPart]]:
        """The parts of each patch, with their dispositions."""
        found: dict[int, list[PatchPart]] = {key: [] for key in self._keys}
        rows = PatchPart.objects.filter(patch__in=self._keys).defer("geom").order_by("order")
        for part in rows.select_related("disposition"):
            found[part.patch_id].append(part)
        return found

    @cached_property
    def photos(self) -> dict[int, list[PatchPhoto]]:
        """The photos of each patch."""
        found: dict[int, list[PatchPhoto]] = {key: [] for key in self._keys}
        for photo in PatchPhoto.objects.filter(patch__in=self._keys).order_by("pk"):
            found[photo.patch_id].append(photo)
        return found

    @cached_property
    def checked(self) -> set[int]:
        """Patches with a form of the check on the ground that is not returned yet."""
        rows = FieldCheck.objects.filter(patch__in=self._keys, returned_at=None)
        return set(rows.values_list("patch", flat=True))

    @cached_property
    def agenda(self) -> dict[int, str]:
        """Title of the open meeting of each patch that is before one."""
        rows = AgendaItem.objects.filter(patch__in=self._keys, open=True)
        return dict(rows.values_list("patch", "meeting__title"))

    @cached_property
    def visited(self) -> set[int]:
        """Patches the leading group has looked at."""
        rows = LeadingCheck.objects.filter(patch__in=self._keys)
        return set(rows.values_list("patch", flat=True))

    @cached_property
    def disputed(self) -> set[int]:
        """Cases on which an office that was asked disagreed."""
        rows = OfficeOpinion.objects.filter(
            consultation__case__in=[p.case_id for p in self.patches],
            stance=OfficeOpinion.Stance.DISAGREE,
        )
        return set(rows.values_list("consultation__case", flat=True))

    def failing(self, patch: Patch, least: Reached, *, of_township: bool = False) -> list[str]:
        """The errors of the data checks that keep a patch from going up."""
        if least not in self._failing:
            self._failing[least] = failing(self.patches, least, of_township=of_township)
        return self._failing[least][patch.pk]


class PatchState(Mapping[str, Any]):
    """The facts of one patch; `judged_by` may be given where the judgement is only being made.

    Where many patches take a step together, `among` holds what was read of all of them.
    """

    def __init__(
        self, patch: Patch, judged_by: int | None = None, among: Gathered | None = None
    ) -> None:
        self._patch, self._judged_by = patch, judged_by
        self._among = among or Gathered([patch])
        self._read: dict[str, Callable[[], Any]] = {
            "number": lambda: patch.number,
            "measured": lambda: patch.measured_at is not None,
            "judged_by": lambda: self._judged_by or patch.judged_by_id,
            "checked": lambda: patch.pk in self._among.checked,
            "evidence_lacking": self._evidence_lacking,
            "agenda": lambda: self._among.agenda.get(patch.pk, ""),
            "leaders_wanted": self._leaders_wanted,
            "meeting_wanted": self._meeting_wanted,
            "illegal": lambda: bool(self._illegal),
            "undisposed": lambda: self._names(lambda part: not hasattr(part, "disposition")),
            "unfinished": self._unfinished,
            "unaccepted": lambda: self._names(_not_accepted),
            "reported_by": self._reported_by,
            "failing_ground": lambda: self._among.failing(patch, "verified", of_township=True),
            "failing": self._failing,
            "failing_done": lambda: self._among.failing(patch, "rectified"),
        }

    def __getitem__(self, name: str) -> Any:
        return self._read[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def _failing(self) -> list[str]:
        """What keeps a judged patch from being confirmed or archived."""
        judged = self._patch.judgement_outcome
        return self._among.failing(self._patch, "judged") if judged else []

    @property
    def _parts(self) -> list[PatchPart]:
        return self._among.parts[self._patch.pk]

    @property
    def _illegal(self) -> list[PatchPart]:
        return [part for part in self._parts if part.judgement == Outcome.ILLEGAL]

    def _names(self, wanted: Callable[[PatchPart], bool]) -> list[str]:
        return [part_name(part, len(self._parts)) for part in self._illegal if wanted(part)]

    def _value(self, name: str) -> Value:
        return pack_in_use().value(f"enforcement.{name}", proposal_day(self._patch))

    def _evidence_lacking(self) -> list[str]:
        photos = self._among.photos[self._patch.pk]
        return photos_lacking(
            [p.azimuth for p in photos if p.purpose == PatchPhoto.Purpose.EVIDENCE],
            self._value("evidence_min_photos").integer,
            self._value("evidence_directions").items,
        )

    def _leaders_wanted(self) -> str:
        if not self.key or self._patch.pk in self._among.visited:
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
        disputed = DISPUTED in kinds and self._patch.case_id in self._among.disputed
        return "会办单位有不同意见" if disputed else ""

    def _unfinished(self) -> list[str]:
        days = [
            photo.taken_at
            for photo in self._among.photos[self._patch.pk]
            if photo.purpose == PatchPhoto.Purpose.RECTIFIED and photo.taken_at is not None
        ]
        return [
            f"{part_name(part, len(self._parts))}{why}"
            for part in self._illegal
            if hasattr(part, "disposition")
            for why in unfinished(part.disposition, days)
        ]

    def _reported_by(self) -> set[int]:
        dispositions = [p.disposition for p in self._illegal if hasattr(p, "disposition")]
        return {d.reported_by_id for d in dispositions if d.reported_by_id}


def _not_accepted(part: PatchPart) -> bool:
    return not hasattr(part, "disposition") or part.disposition.accepted_by_id is None
