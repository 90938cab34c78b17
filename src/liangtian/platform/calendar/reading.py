"""The calendar as it is read: a month, a list, the overview by region, an iCalendar file."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, F, Q
from django.utils import timezone

from liangtian.platform.calendar.models import Deadline, Holiday
from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.people.models import Role
from liangtian.platform.people.scope import ScopedQuerySet, require
from liangtian.policy.clocks import month_end
from liangtian.policy.workdays import estimated_workday, published

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST_IN_FILE = 2000
STATES = ("overdue", "today", "soon", "later", "paused", "done")


@dataclass(frozen=True)
class Wanted:
    """The conditions of a list; empty ones are none."""

    first: date | None = None
    last: date | None = None
    state: str = ""
    obligation: str = ""
    region: str = ""
    mine: bool = False
    q: str = ""


def deadlines_for(user: User, wanted: Wanted) -> ScopedQuerySet:
    """Deadlines in the user's region that meet the conditions, the first due first."""
    require(user, "calendar.view")
    rows: ScopedQuerySet = Deadline.objects.visible_to(user)
    if wanted.first:
        rows = rows.filter(due_on__gte=wanted.first)
    if wanted.last:
        rows = rows.filter(due_on__lte=wanted.last)
    if wanted.obligation:
        rows = rows.filter(obligation=wanted.obligation)
    if wanted.region:
        rows = rows.within(wanted.region)
    if wanted.mine:
        roles = [role.code for role in user.roles.all()]
        rows = rows.filter(Q(person=user) | Q(role__in=roles, desk=user.region_id))
    if wanted.q.strip():
        rows = rows.filter(
            Q(matter__icontains=wanted.q.strip()) | Q(label__icontains=wanted.q.strip())
        )
    if wanted.state in STATES:
        rows = rows.filter(conditions(timezone.localdate())[wanted.state])
    ordered: ScopedQuerySet = rows.order_by("due_on", "pk")
    return ordered


def conditions(today: date) -> dict[str, Q]:
    """Each state of a deadline as a condition."""
    runs = Q(done_on=None, paused_on=None)
    soon = today + timedelta(days=settings.DUE_SOON_DAYS)
    return {
        "overdue": runs & Q(due_on__lt=today),
        "today": runs & Q(due_on=today),
        "soon": runs & Q(due_on__gt=today, due_on__lte=soon),
        "later": runs & Q(due_on__gt=soon),
        "paused": Q(paused_on__isnull=False),
        "done": Q(done_on__isnull=False),
    }


def month_of(user: User, day: date, wanted: Wanted) -> dict[str, Any]:
    """One month day by day: what falls due, by obligation, and whether the day is worked."""
    first, last = day.replace(day=1), month_end(day)
    own, today = own_arrangement(), timezone.localdate()
    named = dict(Holiday.objects.filter(day__range=(first, last)).values_list("day", "name"))
    by_day: dict[date, list[dict[str, Any]]] = defaultdict(list)
    states = conditions(today)
    span = Wanted(**{**vars(wanted), "first": first, "last": last})
    rows = (
        deadlines_for(user, span)
        .order_by()
        .values("due_on", "obligation", "label")
        .annotate(
            count=Count("pk"),
            done=Count("pk", filter=states["done"]),
            overdue=Count("pk", filter=states["overdue"]),
            estimated=Count("pk", filter=Q(estimated=True)),
        )
        .order_by("due_on", "obligation")
    )
    for row in rows:
        by_day[row.pop("due_on")].append(row)
    days = [first + timedelta(days=n) for n in range(last.day)]
    return {
        "month": f"{first:%Y-%m}",
        "published": published(first.year, own),
        "days": [
            {
                "day": one, "works": estimated_workday(one, own), "name": named.get(one, ""),
                "items": by_day[one],
            }
            for one in days
        ],
    }  # fmt: skip


def overview_of(user: User) -> list[dict[str, Any]]:
    """Per region (townships of a county, else the own one): how many run, how many are late."""
    require(user, "calendar.view")
    states = conditions(timezone.localdate())
    in_time = Q(done_on__isnull=False, done_on__lte=F("due_on"))
    rows = (
        Deadline.objects.visible_to(user)
        .order_by()
        .values("desk_id", "desk__name", "desk__level")
        .annotate(
            running=Count("pk", filter=Q(done_on=None)),
            overdue=Count("pk", filter=states["overdue"]),
            soon=Count("pk", filter=states["soon"] | states["today"]),
            paused=Count("pk", filter=states["paused"]),
            done=Count("pk", filter=states["done"]),
            in_time=Count("pk", filter=in_time),
        )
        .order_by("-overdue", "desk_id")
    )
    return [
        {
            "code": row["desk_id"], "name": row["desk__name"], "running": row["running"],
            "overdue": row["overdue"], "soon": row["soon"], "paused": row["paused"],
            "done": row["done"], "in_time": row["in_time"],
        }
        for row in rows
    ]  # fmt: skip


def state_of(deadline: Deadline, today: date) -> str:
    """One of STATES."""
    if deadline.done_on:
        return "done"
    if deadline.paused_on:
        return "paused"
    left = (deadline.due_on - today).days
    if left < 0:
        return "overdue"
    if left == 0:
        return "today"
    return "soon" if left <= settings.DUE_SOON_DAYS else "later"


def role_names() -> dict[str, str]:
    """Names of the roles by code."""
    return dict(Role.objects.values_list("code", "name"))


def ics_of(user: User, wanted: Wanted) -> str:
    """The deadlines as an iCalendar file (RFC 5545), whole days."""
    rows = list(deadlines_for(user, wanted).select_related("desk")[:MOST_IN_FILE])
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//liangtian//calendar//ZH", "CALSCALE:GREGORIAN",
        "X-WR-CALNAME:量田时限",
    ]  # fmt: skip
    for row in rows:
        note = f"{row.what} {row.clause} {row.note}".strip()
        lines += [
            "BEGIN:VEVENT", f"UID:deadline-{row.pk}@liangtian", f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{row.due_on:%Y%m%d}",
            f"DTEND;VALUE=DATE:{row.due_on + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_escaped(str(row))}（{_escaped(row.desk.name)}）",
            f"DESCRIPTION:{_escaped(note)}",
            f"STATUS:{'CANCELLED' if row.paused_on else 'CONFIRMED'}", "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]  # fmt: skip
    return (
        "\r\n".join([piece for line in [*lines, "END:VCALENDAR"] for piece in _folded(line)])
        + "\r\n"
    )


def _escaped(text: str) -> str:
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str, most: int = 75) -> list[str]:
    """A line cut to 75 octets, never inside a character; those that go on begin with a blank."""
    pieces, now = [], ""
    for character in line:
        if len((now + character).encode()) > most:
            pieces.append(now)
            now = " "
        now += character
    return [*pieces, now]
