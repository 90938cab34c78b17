"""Reminders (提醒): before the due day at the pack's lead times, afterwards to the leader. Each once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from liangtian.platform.calendar.hooks import announce
from liangtian.platform.calendar.messages import Text, tell
from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.people.models import User

Group = tuple[str, str, str, date, str, int | None]


def remind(day: date) -> int:
    """Write every reminder that is due on a day and was not written before; how many messages are new.

    Deadlines of one obligation that fall due on one day at one desk make one message. Of several lead
    times that have passed only the nearest is used, so that a late start does not bring three at once.
    """
    written = 0
    horizon = day + timedelta(days=settings.CALENDAR_DAYS_AHEAD)
    running = Deadline.objects.filter(done_on=None, paused_on=None, due_on__lte=horizon)
    for (name, what, desk, due, role, person), rows in _grouped(running, day).items():
        first = rows[0]
        key = f"{what}:{first.pack}:{name}:{desk}:{due}"
        kind = Message.Kind.OVERDUE if what.startswith("overdue") else Message.Kind.REMINDER
        text = Text(
            kind, key, _title(rows, day), f"{first.what}（{first.clause}）", _link(first, len(rows))
        )
        with transaction.atomic():
            new = tell(_people(role, desk, person), text)
            announce(f"deadline.{what.split(':')[0]}", key, {
                "obligation": name, "label": first.label, "desk": desk, "due_on": due.isoformat(),
                "count": len(rows), "days_left": (due - day).days,
            })  # fmt: skip
        written += new
    return written


def _grouped(running: QuerySet[Deadline], day: date) -> dict[Group, list[Deadline]]:
    groups: dict[Group, list[Deadline]] = defaultdict(list)
    for row in running.order_by("due_on", "pk").iterator():
        left = (row.due_on - day).days
        lead = min((n for n in row.remind_days if left <= n), default=None)
        if left >= 0 and lead is not None:
            groups[
                row.obligation, f"due:{lead}", row.desk_id, row.due_on, row.role, row.person_id
            ].append(row)
        elif left < 0:
            groups[
                row.obligation, "overdue", row.desk_id, row.due_on, row.role, row.person_id
            ].append(row)
            if -left >= row.escalate_days:
                groups[
                    row.obligation, "overdue:leader", row.desk_id, row.due_on, row.escalate_to, None
                ].append(row)
    return groups


def _title(rows: Sequence[Deadline], day: date) -> str:
    first = rows[0]
    left = (first.due_on - day).days
    what = f"{len(rows)} 项“{first.label}”" if len(rows) > 1 else f"“{first}”"
    if left < 0:
        return f"{what}已逾期 {-left} 天（{first.due_on} 到期）"
    when = "今天到期" if left == 0 else f"还有 {left} 天到期（{first.due_on}）"
    return f"{what}{when}"


def _link(first: Deadline, count: int) -> str:
    if count == 1:
        return f"/calendar?deadline={first.pk}"
    return f"/calendar?tab=list&obligation={first.obligation}&from={first.due_on}&to={first.due_on}"


def _people(role: str, desk: str, person: int | None) -> Iterable[User]:
    wanted: Any = Q(pk=person) if person else Q(roles__code=role, region_id=desk)
    return User.objects.filter(wanted, is_active=True).distinct()
