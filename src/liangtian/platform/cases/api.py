"""My work over HTTP: the boxes, what may be done with a task, delegations, the flows as declared."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from liangtian.platform.calendar.messages import messages_of
from liangtian.platform.cases import delegating, handing, inbox
from liangtian.platform.cases.api_opinions import router as opinions
from liangtian.platform.cases.drawing import svg
from liangtian.platform.cases.machine import all_machines
from liangtian.platform.cases.models import Delegation, Task
from liangtian.platform.cases.shapes import PersonOut, TaskOut, person_out
from liangtian.platform.errors import NotFound
from liangtian.platform.people.models import Office, User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require

router = Router(tags=["inbox"])
router.add_router("", opinions)
MOST_ROWS = 200


class TasksAsked(Schema):
    box: Literal["todo", "done", "sent"] = "todo"
    whose: Literal["", "mine", "pool", "delegated"] = ""
    kind: str = ""
    state: str = ""
    due: Literal["", "overdue", "today", "soon"] = ""
    region: str = ""
    q: str = ""
    page: int = 1
    size: int = 20


class TaskPage(Schema):
    rows: list[TaskOut]
    total: int
    page: int
    size: int


class Counts(Schema):
    todo: int
    mine: int
    overdue: int
    today: int
    soon: int
    unread: int


class GiveIn(Schema):
    to_user: int
    reason: str


class HandOverIn(Schema):
    from_user: int
    to_user: int
    reason: str


class HandedOver(Schema):
    count: int


class DelegateIn(Schema):
    to_user: int
    starts_on: date
    ends_on: date
    reason: str


class DelegationOut(Schema):
    id: int
    from_user: str
    to_user: str
    given: bool
    starts_on: date
    ends_on: date
    reason: str
    state: Literal["coming", "running", "over", "ended"]


class StateOut(Schema):
    code: str
    label: str
    final: bool
    desk: str | None
    office: str
    opinions: bool


class TransitionOut(Schema):
    name: str
    label: str
    origins: list[str]
    to: str
    opinion: bool


class MachineOut(Schema):
    kind: str
    title: str
    states: list[StateOut]
    transitions: list[TransitionOut]


@router.get("", response=TaskPage)
def tasks(request: HttpRequest, asked: Query[TasksAsked]) -> dict[str, Any]:
    """One page of a box."""
    user = user_of(request)
    rows = inbox.narrowed(
        inbox.box_of(user, asked.box, asked.whose),
        kind=asked.kind, state=asked.state, due=asked.due, region=asked.region, q=asked.q,
    )  # fmt: skip
    size = min(max(asked.size, 1), MOST_ROWS)
    page = max(asked.page, 1)
    return {
        "rows": inbox.tasks_out(user, rows[(page - 1) * size : page * size]),
        "total": rows.count(),
        "page": page,
        "size": size,
    }


@router.get("/counts", response=Counts)
def counts(request: HttpRequest) -> dict[str, int]:
    """How many tasks wait and how many messages are unread."""
    user = user_of(request)
    return {**inbox.counts_of(user), "unread": messages_of(user, unread=True).count()}


@router.get("/flows", response=list[MachineOut])
def flows(request: HttpRequest) -> list[dict[str, Any]]:
    """The declared flows, to be drawn."""
    user_of(request)
    return [
        {
            "kind": m.kind,
            "title": m.title,
            "states": [
                {
                    "code": s.code, "label": s.label, "final": s.final,
                    "desk": s.desk.task if s.desk else None,
                    "office": Office.Kind(s.desk.office).label if s.desk and s.desk.office else "",
                    "opinions": s.opinions is not None,
                }
                for s in m.states
            ],
            "transitions": [
                {
                    "name": t.name, "label": t.label, "origins": list(t.origins), "to": t.to,
                    "opinion": t.opinion,
                }
                for t in m.transitions
            ],
        }
        for m in all_machines()
    ]  # fmt: skip


@router.get("/flows/{kind}.svg")
def flow_picture(request: HttpRequest, kind: str, at: str = "") -> HttpResponse:
    """A flow as a picture, with the present state filled."""
    user_of(request)
    machine = {m.kind: m for m in all_machines()}.get(kind)
    if machine is None:
        raise NotFound(f"没有名为“{kind}”的流程。")
    response = HttpResponse(svg(machine, at), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-cache"
    return response


@router.post("/tasks/{task_id}/claim", response=TaskOut)
def claim(request: HttpRequest, task_id: int) -> dict[str, Any]:
    """Take a task of the desk."""
    user = user_of(request)
    return _out(user, handing.claim(user, task_id))


@router.post("/tasks/{task_id}/release", response=TaskOut)
def release(request: HttpRequest, task_id: int) -> dict[str, Any]:
    """Put it back."""
    user = user_of(request)
    return _out(user, handing.release(user, task_id))


@router.post("/tasks/{task_id}/give", response=TaskOut)
def give(request: HttpRequest, task_id: int, body: GiveIn) -> dict[str, Any]:
    """Give it to a colleague."""
    user = user_of(request)
    return _out(user, handing.give(user, task_id, body.to_user, body.reason))


@router.post("/tasks/{task_id}/urge", response=TaskOut)
def urge(request: HttpRequest, task_id: int) -> dict[str, Any]:
    """Urge who has it."""
    user = user_of(request)
    return _out(user, handing.urge(user, task_id))


@router.get("/colleagues", response=list[PersonOut])
def colleagues(request: HttpRequest) -> list[dict[str, Any]]:
    """Who may be given a task or stand in."""
    rows = delegating.colleagues(user_of(request))
    return [person_out(p) for p in _people(rows)]


@router.get("/people", response=list[PersonOut])
def people(request: HttpRequest) -> list[dict[str, Any]]:
    """Everyone in the region, to hand over the tasks of a leaver."""
    user = user_of(request)
    require(user, "tasks.handover")
    rows = User.objects.filter(Q(region__code__startswith=user.scope or "-"))
    return [person_out(p) for p in _people(rows)]


@router.post("/handover", response=HandedOver)
def handover(request: HttpRequest, body: HandOverIn) -> dict[str, int]:
    """Hand every task of a leaver over."""
    count = handing.hand_over(user_of(request), body.from_user, body.to_user, body.reason)
    return {"count": count}


@router.get("/delegations", response=list[DelegationOut])
def delegations(request: HttpRequest) -> list[dict[str, Any]]:
    """Given and taken."""
    user = user_of(request)
    return [_delegation(user, d) for d in delegating.delegations_of(user)[:MOST_ROWS]]


@router.post("/delegations", response=DelegationOut)
def delegate(request: HttpRequest, body: DelegateIn) -> dict[str, Any]:
    """Let a colleague stand in."""
    user = user_of(request)
    made = delegating.delegate(user, body.to_user, body.starts_on, body.ends_on, body.reason)
    return _delegation(user, made)


@router.post("/delegations/{delegation_id}/end", response=DelegationOut)
def end_delegation(request: HttpRequest, delegation_id: int) -> dict[str, Any]:
    """End it before its time."""
    user = user_of(request)
    return _delegation(user, delegating.end_delegation(user, delegation_id))


def _people(rows: Any) -> Any:
    return (
        rows.select_related("office", "region")
        .prefetch_related("roles")
        .order_by("region_id", "username")
    )


def _out(user: User, task: Task) -> dict[str, Any]:
    (out,) = inbox.tasks_out(user, Task.objects.filter(pk=task.pk))
    return out


def _delegation(user: User, d: Delegation) -> dict[str, Any]:
    from django.utils import timezone

    today = timezone.localdate()
    state = "running"
    if d.ended_at:
        state = "ended"
    elif d.ends_on < today:
        state = "over"
    elif d.starts_on > today:
        state = "coming"
    return {
        "id": d.pk, "from_user": d.from_user.name, "to_user": d.to_user.name,
        "given": d.from_user_id == user.pk, "starts_on": d.starts_on, "ends_on": d.ends_on,
        "reason": d.reason, "state": state,
    }  # fmt: skip
