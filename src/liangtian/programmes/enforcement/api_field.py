"""Work on the ground over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Router, Schema

from liangtian.platform.cases.shapes import DueState
from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import Bounds, Surface
from liangtian.programmes.enforcement.field_work import field_tasks
from liangtian.programmes.enforcement.shapes import OutcomeName

router = Router(tags=["enforcement"])


class FieldTaskOut(Schema):
    id: int
    number: str
    task: str
    state: Literal["checking", "disposition"]
    mine: bool
    holder: str | None
    region: str
    monitoring_type: str
    area_mu: Decimal
    farmland_mu: Decimal | None
    outcome: OutcomeName | None
    due_on: date | None
    due: DueState
    photos: int
    lacking: list[str]
    form_filled: bool
    geometry: Surface
    bounds: Bounds
    reach_m: Decimal
    ring: Surface


class FieldTasksOut(Schema):
    total: int
    rows: list[FieldTaskOut]


@router.get("/field-tasks", response=FieldTasksOut)
def waiting(request: HttpRequest) -> dict[str, Any]:
    """Patches that wait for the user outdoors, with outlines and the ground from which photos count."""
    return field_tasks(user_of(request))
