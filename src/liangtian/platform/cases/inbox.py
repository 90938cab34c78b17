"""My work (我的工作): whose tasks these are, how many, how urgent. One query each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.utils import timezone

from liangtian.platform.cases.delegating import in_force
from liangtian.platform.cases.desks import Offices
from liangtian.platform.cases.machine import machine_of
from liangtian.platform.cases.models import Case, CaseStep, Task
from liangtian.platform.people.permissions import PERMISSIONS
from liangtian.platform.people.scope import ScopedQuerySet

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Box = Literal["todo", "done", "sent"]
Whose = Literal["", "mine", "pool", "delegated"]


def waiting_for(user: User, whose: Whose = "") -> ScopedQuerySet:
    """Open tasks the user may take up: his own, his desk's, and those of colleagues he stands in for."""
    mine = Q(holder=user)
    granted = [permission for permission in PERMISSIONS if user.may(permission)]
    pool = Q(holder=None, desk=user.region_id, permission__in=granted) & Offices(user).condition()
    absent = in_force().filter(to_user=user).values("from_user")
    delegated = Q(holder__in=absent, permission__in=granted)
    parts = {"": mine | pool | delegated, "mine": mine, "pool": pool, "delegated": delegated}
    rows: ScopedQuerySet = Task.objects.visible_to(user).filter(parts[whose], closed_at=None)
    return rows


def box_of(user: User, box: Box, whose: Whose = "") -> ScopedQuerySet:
    """The rows of one box, the most urgent or the newest first."""
    if box == "todo":
        rows = waiting_for(user, whose).order_by(
            F("deadline__due_on").asc(nulls_last=True), "opened_at", "pk"
        )
    elif box == "done":
        rows = Task.objects.visible_to(user).filter(closed_by=user).order_by("-closed_at", "-pk")
    else:
        rows = (
            Task.objects.visible_to(user)
            .filter(opened_by=user)
            .order_by(F("closed_at").desc(nulls_first=True), "-opened_at", "-pk")
        )
    found: ScopedQuerySet = rows
    return found


def narrowed(
    rows: ScopedQuerySet,
    *,
    kind: str = "",
    state: str = "",
    due: str = "",
    region: str = "",
    q: str = "",
) -> ScopedQuerySet:
    """Only those that meet the conditions; an empty one is none."""
    if kind:
        rows = rows.filter(case__kind=kind)
    if state:
        rows = rows.filter(state=state)
    if region:
        rows = rows.within(region)
    if q.strip():
        rows = rows.filter(case__title__icontains=q.strip())
    if due in (by_due := due_conditions(timezone.localdate())):
        rows = rows.filter(by_due[due])
    return rows


def due_conditions(today: date) -> dict[str, Q]:
    """How urgent, as conditions on a task; a paused clock is not urgent."""
    runs = Q(deadline__paused_on=None, deadline__isnull=False)
    soon = today + timedelta(days=settings.DUE_SOON_DAYS)
    return {
        "overdue": runs & Q(deadline__due_on__lt=today),
        "today": runs & Q(deadline__due_on=today),
        "soon": runs & Q(deadline__due_on__gt=today, deadline__due_on__lte=soon),
    }


def counts_of(user: User) -> dict[str, int]:
    """How many wait, and how urgent they are; one query."""
    by_due = due_conditions(timezone.localdate())
    found: dict[str, int] = waiting_for(user).aggregate(
        todo=Count("pk"),
        mine=Count("pk", filter=Q(holder=user)),
        **{name: Count("pk", filter=condition) for name, condition in by_due.items()},
    )
    return found


def groups_of(user: User) -> list[dict[str, Any]]:
    """What waits, by kind and state, for the home page."""
    today = timezone.localdate()
    rows = (
        waiting_for(user)
        .order_by()
        .values("case__kind", "state", "title")
        .annotate(count=Count("pk"), overdue=Count("pk", filter=due_conditions(today)["overdue"]))
        .order_by("case__kind", "state")
    )
    return [
        {
            "kind": f"{row['case__kind']}:{row['state']}",
            "title": row["title"],
            "count": row["count"],
            "overdue": row["overdue"],
            "to": f"/inbox?kind={row['case__kind']}&state={row['state']}",
        }
        for row in rows
    ]


def tasks_out(user: User, rows: ScopedQuerySet) -> list[dict[str, Any]]:
    """Tasks as the browser shows them; a bounded number of queries for any number of rows."""
    last = CaseStep.objects.filter(case=OuterRef("case")).order_by("-id")
    tasks = list(
        rows.select_related(
            "case", "region__parent", "desk", "office", "holder", "opened_by", "closed_by", "closed_step",
            "deadline",
        ).annotate(last_step=Subquery(last.values("step")[:1]))
    )  # fmt: skip
    pages: dict[int, str] = {}
    by_kind: dict[str, list[int]] = defaultdict(list)
    for task in tasks:
        by_kind[task.case.kind].append(task.case_id)
    for kind, cases in by_kind.items():
        pages |= machine_of(kind).pages(cases)
    today = timezone.localdate()
    return [_out(task, user, today, pages.get(task.case_id, "")) for task in tasks]


def task_out(case: Case, user: User) -> dict[str, Any] | None:
    """The open task of a case; None when nothing waits."""
    found = tasks_out(user, Task.objects.filter(case=case, closed_at=None, parallel=False))
    return found[0] if found else None


def _out(task: Any, user: User, today: date, link: str) -> dict[str, Any]:
    machine, deadline = machine_of(task.case.kind), task.deadline
    labels, steps = machine.labels, machine.step_labels
    parent = task.region.parent
    place = task.region.name
    if parent is not None and task.region.level == "village":
        place = f"{parent.name}{place}"
    return {
        "id": task.pk,
        "title": task.title,
        "matter": task.case.title,
        "kind": task.case.kind,
        "kind_label": machine.title,
        "state": task.state,
        "state_label": labels.get(task.state, task.state),
        "region": place,
        "desk": _desk_name(task),
        "opinion": task.parallel,
        "holder": task.holder.name if task.holder else None,
        "mine": task.holder_id == user.pk,
        "behalf": task.holder.name if task.holder and task.holder_id != user.pk else None,
        "sent_by": task.opened_by.name if task.opened_by else "系统",
        "sent_step": steps.get(task.last_step or "", "") if task.closed_at is None else "",
        "opened_at": task.opened_at,
        "due_on": deadline.due_on if deadline else None,
        "due": due_state(deadline, today),
        "estimated": bool(deadline and deadline.estimated),
        "urged": task.urged,
        "closed_at": task.closed_at,
        "closed_by": task.closed_by.name if task.closed_by else None,
        "closed_step": steps.get(task.closed_step.step) if task.closed_step else None,
        "link": f"/inbox?opinion={task.pk}" if task.parallel else link,
    }


def _desk_name(task: Task) -> str:
    if task.office:
        return task.office.name
    kind = f"（{task.get_office_kind_display()}）" if task.office_kind else ""
    return f"{task.desk.name}{kind}"


def due_state(deadline: Any, today: date) -> str:
    """How urgent a deadline is."""
    if deadline is None:
        return "none"
    if deadline.paused_on:
        return "paused"
    left = (deadline.due_on - today).days
    if left < 0:
        return "overdue"
    if left == 0:
        return "today"
    return "soon" if left <= settings.DUE_SOON_DAYS else "later"
