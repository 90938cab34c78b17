"""What is found on the ground is written down: the township's form, and the leading group's own visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.flow import CHECKING
from liangtian.programmes.enforcement.judging import lock_patch
from liangtian.programmes.enforcement.models import FieldCheck, LeadingCheck, Outcome, Patch
from liangtian.programmes.enforcement.proposing import proposal_day
from liangtian.programmes.enforcement.rules import pack_in_use


@dataclass(frozen=True)
class CheckForm:
    """The form of a check on the ground (实地核查表)."""

    situation: str
    checked_on: date
    land_user: str = ""
    land_use: str = ""
    started_on: date | None = None
    suggestion: str = ""
    papers: str = ""
    note: str = ""


def save_check(user: User, patch_id: int, form: CheckForm) -> FieldCheck:
    """Write the form of the check that is open, or begin one; returned with the step of the flow.

    Raises Forbidden, NotFound, Conflict when the patch is not out for a check, Refused for a day to come,
    a day before the image, or "other" without words.
    """
    require(user, "enforcement.view", "enforcement.evidence")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        if patch.case.stage != CHECKING:
            raise Conflict(f"图斑 {patch.number} 不在核查环节，不能填写核查表。请刷新页面。")
        _check_form(patch, form)
        values = asdict(form) | {"by": user, "saved_at": timezone.now()}
        made, _ = FieldCheck.objects.update_or_create(
            patch=patch, returned_at=None, defaults=values
        )
        look_over(patch)
        record(
            user, "enforcement.patch.field_check", patch,
            after={k: str(v) for k, v in asdict(form).items() if v},
        )  # fmt: skip
    return made


def _check_form(patch: Patch, form: CheckForm) -> None:
    if form.situation not in FieldCheck.Situation.values:
        raise Refused("请选择实地情况。", fields={"situation": "必选"})
    if form.suggestion and form.suggestion not in Outcome.values:
        raise Refused("请选择核查意见。", fields={"suggestion": "不在可选范围内"})
    _day_possible(patch, form.checked_on, "checked_on", "核查日期")
    if form.started_on and form.started_on > form.checked_on:
        raise Refused("动工日期晚于核查日期。", fields={"started_on": "晚于核查日期"})
    if form.situation == FieldCheck.Situation.OTHER and not form.note.strip():
        raise Refused("选择“其他”时请写明情况。", fields={"note": "必填"})


def _day_possible(patch: Patch, day: date, field: str, label: str) -> None:
    if day > timezone.localdate():
        raise Refused(f"{label} {day} 晚于今天。", fields={field: "晚于今天"})
    if patch.period_after and day < patch.period_after:
        raise Refused(
            f"{label} {day} 早于图斑后时相 {patch.period_after}。", fields={field: "早于后时相"}
        )


@dataclass(frozen=True)
class LeadingForm:
    """A visit of the leading group: the day, who was there (name and post), what was found, the record."""

    checked_on: date
    members: Sequence[tuple[str, str]]
    finding: str
    file_id: int


def record_leading_check(user: User, patch_id: int, form: LeadingForm) -> LeadingCheck:
    """Register that the leading group looked at the patch itself; written anew while it is not archived.

    Raises Forbidden, NotFound (also for a file the user may not see), Refused for too few members or an
    impossible day.
    """
    require(user, "enforcement.view", "enforcement.judge")
    with transaction.atomic():
        patch = lock_patch(user, patch_id)
        members = [(name.strip(), post.strip()) for name, post in form.members if name.strip()]
        fewest = pack_in_use().value(
            "enforcement.leading_check_min_members", proposal_day(patch)
        ).integer  # fmt: skip
        if len(members) < fewest:
            raise Refused(
                f"领导小组实地核查至少 {fewest} 人，现填 {len(members)} 人。",
                fields={"members": f"至少 {fewest} 人"},
            )
        _day_possible(patch, form.checked_on, "checked_on", "核查日期")
        file = StoredFile.objects.fetch_for(user, pk=form.file_id)
        values: dict[str, Any] = {
            "checked_on": form.checked_on,
            "members": [{"name": name, "post": post} for name, post in members],
            "finding": reason_given(form.finding, "核查结论", longest=2000),
            "record_file": file,
            "entered_by": user,
            "entered_at": timezone.now(),
        }
        made, _ = LeadingCheck.objects.update_or_create(patch=patch, defaults=values)
        look_over(patch)
        record(
            user, "enforcement.patch.leading_check", patch,
            after={"date": str(form.checked_on), "members": [name for name, _ in members],
                   "record": file.sha256},
        )  # fmt: skip
    return made
