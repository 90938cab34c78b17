"""Data checks (数据检查) over HTTP. The list of problems itself is the ledger `enforcement.problems`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.enforcement.data_checks import running, services

router = Router(tags=["checks"])
_MONTH = r"^(\d{4}-(0[1-9]|1[0-2]))?$"
Month = Annotated[str, Field(pattern=_MONTH)]


class ProblemOut(Schema):
    code: str
    label: str
    severity: str
    part: int
    section: str
    field: str
    value: str
    message: str
    advice: str
    clause: str
    side: str
    pass_reason: str
    passed_by: str
    passed_at: datetime | None
    may_pass: bool


class ProblemPlaceOut(Schema):
    patch: int
    section: str


class CodeCount(Schema):
    code: str
    label: str
    errors: int
    warnings: int
    passed: int


class OfficeCount(Schema):
    office: int | None
    name: str
    errors: int
    warnings: int
    passed: int


class ProblemCounts(Schema):
    patches: int
    errors: int
    warnings: int
    passed: int
    by_code: list[CodeCount]
    by_office: list[OfficeCount]


class PassIn(Schema):
    code: Annotated[str, Field(max_length=10)]
    part: Annotated[int, Field(ge=0, le=1000)] = 0
    reason: str


class CheckRangeIn(Schema):
    batch: int | None = None
    first: Month = ""
    last: Month = ""


@router.get("/patches/{patch_id}/problems", response=list[ProblemOut])
def problems(request: HttpRequest, patch_id: int) -> list[dict[str, Any]]:
    """What is wrong with a patch at this moment, and what to do."""
    return services.problems_for(user_of(request), patch_id)


@router.post("/patches/{patch_id}/problems/pass", response=list[ProblemOut])
def let_pass(request: HttpRequest, patch_id: int, body: PassIn) -> list[dict[str, Any]]:
    """Let an error pass for a reason; void once the data change."""
    user = user_of(request)
    services.let_pass(user, patch_id, body.code, body.part, body.reason)
    return services.problems_for(user, patch_id)


@router.get("/problems/counts", response=ProblemCounts)
def counts(request: HttpRequest, first: Month = "", last: Month = "") -> dict[str, Any]:
    """Open problems by check and by office responsible."""
    return services.counted(user_of(request), first, last)


@router.get("/problems/{problem_id}", response=ProblemPlaceOut)
def place(request: HttpRequest, problem_id: int) -> dict[str, Any]:
    """Where a problem is put right."""
    return services.place_of(user_of(request), problem_id)


@router.post("/checks", response=JobOut)
def start(request: HttpRequest, body: CheckRangeIn) -> dict[str, Any]:
    """Check a batch, or the batches of some months, anew; answers with the job."""
    return job_out(running.start(user_of(request), running.Range(**body.dict())))
