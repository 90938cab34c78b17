"""What the API says of tasks, people and flows."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from ninja import Schema

from liangtian.platform.people.models import User

DueState = Literal["overdue", "today", "soon", "later", "none", "paused"]


class PersonOut(Schema):
    id: int
    name: str
    office: str
    region: str
    roles: list[str]


class OpenStepOut(Schema):
    name: str
    label: str
    opinion: bool
    hindered: list[str]
    curable: bool = False


class TaskOut(Schema):
    id: int
    title: str
    matter: str
    kind: str
    kind_label: str
    state: str
    state_label: str
    region: str
    desk: str
    holder: str | None
    mine: bool
    behalf: str | None
    sent_by: str
    sent_step: str
    opened_at: datetime
    due_on: date | None
    due: DueState
    estimated: bool
    urged: int
    closed_at: datetime | None
    closed_by: str | None
    closed_step: str | None
    link: str
    opinion: bool


class OfficeAskedOut(Schema):
    id: int
    name: str
    kind: str


class ConsultIn(Schema):
    question: str
    offices: list[int]
    rule: Literal["all", "majority"] = "all"


class OpinionOut(Schema):
    office: str
    stance: str
    stance_label: str
    text: str
    by: str
    at: datetime | None


class ConsultationOut(Schema):
    id: int
    question: str
    rule: str
    needed: int
    answered: int
    asked_by: str
    asked_at: datetime
    due_on: date | None
    ended_at: datetime | None
    late: bool
    opinions: list[OpinionOut]


def person_out(user: User) -> dict[str, Any]:
    """Someone a task may go to."""
    return {
        "id": user.pk,
        "name": user.name,
        "office": user.office.name if user.office else "",
        "region": user.region.name if user.region else "",
        "roles": [role.name for role in user.roles.all()],
    }
