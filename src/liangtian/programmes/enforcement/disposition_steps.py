"""What steps and forms do to the dispositions of patches, of one or of many at once; called by their services."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.calendar.packs import own_arrangement
from liangtian.policy.clocks import due_after
from liangtian.programmes.enforcement.models import (
    Disposition,
    DispositionStep,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.rules import pack_in_use

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.programmes.enforcement.disposing import Acceptance, Plan, Progress

_PLANNED = (
    "handling", "owner", "no_case_reason", "demolish", "complete_papers", "papers_by_linkage",
    "due_on", "note", "entered_by",
)  # fmt: skip
_ACCEPTED = (
    "accepted_by", "accepted_on", "acceptance_note", "prefecture_number", "prefecture_on",
    "region_number", "region_on",
)  # fmt: skip
CASE, RECTIFIED, ACCEPTED = 1, 2, 3  # the steps of a disposition, by their order


def write_plans(user: User, plans: Mapping[int, Plan]) -> None:
    """Draw up, or draw up anew, the disposition of each part, by its key."""
    rows = []
    for part, wanted in plans.items():
        values = asdict(wanted)
        if wanted.handling == Disposition.Handling.CASE:
            values["no_case_reason"] = ""
        owner = values.pop("owner")
        rows.append(Disposition(part_id=part, owner_id=owner, entered_by=user, **values))
    Disposition.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["part"], update_fields=_PLANNED
    )


def set_limits(patches: Sequence[Patch]) -> None:
    """Give the dispositions handed down their steps, with time limits from the pack."""
    dispositions, today = list(_of(patches)), timezone.localdate()
    pack, own = pack_in_use(), own_arrangement()
    values = {
        key: pack.value(f"enforcement.{key}", today)
        for key in ("case_workdays", "rectify_workdays", "acceptance_workdays")
    }
    case, rectify = (
        due_after(values[key], today, own).due for key in ("case_workdays", "rectify_workdays")
    )
    ends: dict[date, date] = {}  # of the acceptance, by the day the work is to be done
    steps = []
    for one in dispositions:
        one.due_on = one.due_on or rectify
        if one.due_on not in ends:
            ends[one.due_on] = due_after(values["acceptance_workdays"], one.due_on, own).due
        first = "立案" if one.handling == Disposition.Handling.CASE else "不立案说明"
        limits = (
            (CASE, first, case, "case_workdays"),
            (RECTIFIED, "落实整改并报请验收", one.due_on, "rectify_workdays"),
            (ACCEPTED, "验收", ends[one.due_on], "acceptance_workdays"),
        )
        steps += [
            DispositionStep(
                disposition=one, order=order, what=what, due_on=due,
                basis=f"{values[key].label} {values[key].clause}",
            )
            for order, what, due, key in limits
        ]  # fmt: skip
    DispositionStep.objects.filter(disposition__in=[one.pk for one in dispositions]).delete()
    DispositionStep.objects.bulk_create(steps)
    Disposition.objects.bulk_update(dispositions, ["due_on"])


def write_progress(user: User, entered: Sequence[tuple[Disposition, Progress]]) -> None:
    """Enter what has been done; the first step is done with the number of the case."""
    if not entered:
        return
    filed: dict[date, list[int]] = {}
    for one, done in entered:
        for name, value in asdict(done).items():
            setattr(one, name, value)
        if done.case_filed_on:
            filed.setdefault(done.case_filed_on, []).append(one.pk)
    Disposition.objects.bulk_update([one for one, _ in entered], list(asdict(entered[0][1])))
    for day, keys in filed.items():
        rows = DispositionStep.objects.filter(disposition__in=keys, order=CASE, done_on=None)
        rows.update(done_on=day, done_by=user)


def note_report(user: User, patches: Sequence[Patch]) -> None:
    """The work is reported done."""
    rows = _of(patches)
    rows.update(reported_by=user, reported_at=timezone.now())
    steps = DispositionStep.objects.filter(disposition__in=rows.values("pk"))
    steps.filter(order__lt=ACCEPTED, done_on=None).update(
        done_on=timezone.localdate(), done_by=user
    )


def note_rejection(patches: Sequence[Patch]) -> None:
    """The work goes back to be done over."""
    _of(patches).update(reported_by=None, reported_at=None)


def write_acceptances(user: User, accepted: Sequence[tuple[PatchPart, Acceptance]]) -> None:
    """Accept parts, which come with their dispositions, with the farmland restored and regularised."""
    days: dict[date, list[int]] = {}
    for part, given in accepted:
        part.restored_mu, part.regularised_mu = given.restored_mu, given.regularised_mu
        one: Disposition = part.disposition
        one.accepted_by, one.accepted_on, one.acceptance_note = user, given.accepted_on, given.note
        one.prefecture_number, one.prefecture_on = given.prefecture_number, given.prefecture_on
        one.region_number, one.region_on = given.region_number, given.region_on
        days.setdefault(given.accepted_on, []).append(one.pk)
    parts = [part for part, _ in accepted]
    PatchPart.objects.bulk_update(parts, ["restored_mu", "regularised_mu"])
    Disposition.objects.bulk_update([part.disposition for part in parts], _ACCEPTED)
    for day, keys in days.items():
        rows = DispositionStep.objects.filter(disposition__in=keys, done_on=None)
        rows.update(done_on=day, done_by=user)


def _of(patches: Sequence[Patch]) -> QuerySet[Disposition]:
    return Disposition.objects.filter(part__patch__in=[patch.pk for patch in patches])
