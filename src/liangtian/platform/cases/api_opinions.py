"""会办 over HTTP: what one's office is asked, and its answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from liangtian.platform.cases.machine import machine_of
from liangtian.platform.cases.models import OfficeOpinion
from liangtian.platform.cases.opinions import answer, asked_of
from liangtian.platform.people.request import user_of

router = Router(tags=["inbox"])


class FactOut(Schema):
    label: str
    value: str


class OthersOut(Schema):
    office: str
    answered: bool


class AskedOut(Schema):
    task: int
    matter: str
    kind_label: str
    office: str
    question: str
    asked_by: str
    asked_at: datetime
    due_on: date | None
    rule: str
    facts: list[FactOut]
    others: list[OthersOut]
    stance: str
    text: str
    answered_by: str
    ended: bool


class OpinionIn(Schema):
    stance: Literal["agree", "disagree", "none"]
    text: str = ""


@router.get("/tasks/{task_id}/opinion", response=AskedOut)
def asked(request: HttpRequest, task_id: int) -> dict[str, Any]:
    """What one's office is asked."""
    return _out(asked_of(user_of(request), task_id))


@router.post("/tasks/{task_id}/opinion", response=AskedOut)
def give_opinion(request: HttpRequest, task_id: int, body: OpinionIn) -> dict[str, Any]:
    """Answer for one's office."""
    user = user_of(request)
    answer(user, task_id, body.stance, body.text)
    return _out(asked_of(user, task_id))


def _out(one: OfficeOpinion) -> dict[str, Any]:
    row = one.consultation
    machine = machine_of(row.case.kind)
    declared = next(s.opinions for s in machine.states if s.opinions)
    return {
        "task": one.task_id,
        "matter": row.case.title,
        "kind_label": machine.title,
        "office": one.office.name,
        "question": row.question,
        "asked_by": row.asked_by.name,
        "asked_at": row.asked_at,
        "due_on": row.due_on,
        "rule": row.get_rule_display(),
        "facts": [{"label": label, "value": value} for label, value in declared.facts(row.case_id)],
        "others": [
            {"office": other.office.name, "answered": bool(other.stance)}
            for other in row.opinions.select_related("office").exclude(pk=one.pk)
        ],
        "stance": one.stance,
        "text": one.text,
        "answered_by": one.answered_by.name if one.answered_by else "",
        "ended": row.ended_at is not None,
    }
