"""Extensions for force majeure (不可抗力延期): asked for in writing with measures, granted by another person."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.deadlines import _change
from liangtian.platform.calendar.models import Deadline, DeadlineChange, Extension
from liangtian.platform.documents.models import Letter
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Extension.State
KIND = "calendar.extension"  # the letter that asks for it


def ask(user: User, deadline_id: int, due: date, cause: str, measures: str) -> Extension:
    """Ask for a later day. Raises Forbidden for who neither has to do it nor keeps the calendar, Refused, Conflict."""
    with transaction.atomic():
        seen: Deadline = Deadline.objects.visible_to(user).fetch_for(user, pk=deadline_id)
        require(user, "calendar.view", *([] if _own(user, seen) else ["calendar.manage"]))
        deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        if deadline.done_on:
            raise Conflict(f"“{deadline}”已于 {deadline.done_on} 完成，不用延期。")
        if deadline.extensions.filter(state=State.ASKED).exists():
            raise Conflict(f"“{deadline}”已有待批准的延期申请。")
        if due <= max(deadline.due_on, timezone.localdate()):
            raise Refused(
                f"申请的到期日须晚于今天和现到期日 {deadline.due_on}。",
                fields={"due_on": "须晚于现到期日"},
            )
        made = Extension.objects.create(
            region=deadline.region, deadline=deadline, from_due=deadline.due_on, due_on=due,
            cause=reason_given(cause, "不可抗力事由", 500),
            measures=reason_given(measures, "解决问题的措施和方案", 500), asked_by=user,
        )  # fmt: skip
        record(user, "deadline.extension.ask", deadline, note=made.cause,
               after={"due_on": due, "measures": made.measures})  # fmt: skip
    return made


def decide(user: User, extension_id: int, *, granted: bool, note: str = "") -> Extension:
    """Grant or refuse it; granted, the deadline moves and keeps its old day in its changes.

    Raises Forbidden, NotFound, Refused for who asked for it or without a reason to refuse, Conflict when decided.
    """
    require(user, "calendar.view", "calendar.manage")
    seen: Extension = Extension.objects.fetch_for(user, pk=extension_id)
    text = note.strip() if granted else reason_given(note, "不同意延期")
    with transaction.atomic():
        deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=seen.deadline_id)
        made: Extension = Extension.objects.select_for_update(of=("self",)).get(pk=seen.pk)
        if made.state != State.ASKED:
            raise Conflict(f"这项延期申请已由{made.decided_by}办理。请刷新页面。")
        if made.asked_by_id == user.pk:
            raise Refused("申请人不能批准自己的延期申请，请由另一人批准。")
        if granted and (deadline.done_on or made.due_on <= deadline.due_on):
            raise Conflict(f"“{deadline}”已完成，或到期日已不早于申请的日期。")
        made.state = State.GRANTED if granted else State.DENIED
        made.decided_by, made.decided_at, made.note = user, timezone.now(), text[:300]
        made.save(update_fields=["state", "decided_by", "decided_at", "note"])
        if granted:
            reason = f"不可抗力：{made.cause}"[:300]
            _change(deadline, DeadlineChange.Act.EXTEND, user, made.due_on, reason)
        record(user, "deadline.extension.decide", deadline, note=text,
               before={"due_on": made.from_due}, after={"due_on": deadline.due_on, "state": made.state})  # fmt: skip
    return made


def _own(user: User, deadline: Deadline) -> bool:
    return bool(
        deadline.desk_id == user.region_id and user.roles.filter(code=deadline.role).exists()
    )


def may_ask(user: User, deadline: Deadline) -> bool:
    """Whether the user may ask for an extension of this deadline now."""
    if deadline.done_on or deadline.extensions.filter(state=State.ASKED).exists():
        return False
    return _own(user, deadline) or user.may("calendar.manage")


def listed(user: User, deadline: Deadline) -> list[dict[str, Any]]:
    """The extensions asked for, the newest first, each with its letter and whether the user may decide it."""
    rows = list(deadline.extensions.select_related("asked_by", "decided_by"))
    letters: dict[int, Letter] = {}
    found = Letter.objects.filter(kind=KIND, source_id__in=[one.pk for one in rows])
    for letter in found.exclude(state=Letter.State.VOID).order_by("pk"):
        letters[letter.source_id] = letter
    manages = user.may("calendar.manage")
    return [
        {
            "id": one.pk, "state": one.state, "state_label": one.get_state_display(),
            "from_due": one.from_due, "due_on": one.due_on, "cause": one.cause,
            "measures": one.measures, "asked_by": one.asked_by.name, "asked_at": one.asked_at,
            "decided_by": one.decided_by.name if one.decided_by else None,
            "decided_at": one.decided_at, "note": one.note,
            "letter": letters[one.pk].pk if one.pk in letters else None,
            "letter_number": letters[one.pk].number if one.pk in letters else "",
            "decide": manages and one.state == State.ASKED and one.asked_by_id != user.pk,
        }
        for one in rows
    ]  # fmt: skip
