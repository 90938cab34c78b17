"""The jobs page: what runs, how far it is, cancel."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import cancel
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import one_of

router = Router(tags=["jobs"])
PageNumber = Annotated[int, Field(ge=1, le=10**7)]
PageSize = Annotated[int, Field(ge=1, le=200)]


class JobOut(Schema):
    id: UUID
    kind: str
    title: str
    status: Annotated[str, one_of(Job.Status)]
    status_label: str
    progress: float
    note: str
    result: dict[str, Any] | None
    error: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds_left: float | None
    to: str | None


class JobPage(Schema):
    rows: list[JobOut]
    total: int


def job_out(job: Job) -> dict[str, Any]:
    """A job as the browser shows it."""
    return {
        **{name: getattr(job, name) for name in _PLAIN},
        "status_label": job.get_status_display(),
        "created_by": job.created_by.name,
        "seconds_left": _seconds_left(job),
        "to": job.link or None,
    }


_PLAIN = ("id", "kind", "title", "status", "progress", "note", "result", "error",
          "created_at", "started_at", "finished_at")  # fmt: skip


def _seconds_left(job: Job) -> float | None:
    """Time left, if the rest goes as fast as what is done."""
    if job.status != Job.Status.RUNNING or not job.started_at or job.progress < 0.02:
        return None
    spent = (timezone.now() - job.started_at).total_seconds()
    return round(spent / job.progress * (1 - job.progress), 1)


def _visible(user: User) -> Any:
    """Jobs of the user's region for who may see jobs; one's own for everyone."""
    mine = Q(created_by=user)
    if user.may("jobs.view") and user.scope:
        mine |= Q(region__code__startswith=user.scope)
    return Job.objects.filter(mine).select_related("created_by")


@router.get("", response=JobPage)
def jobs(request: HttpRequest, page: PageNumber = 1, size: PageSize = 20) -> dict[str, Any]:
    """Newest first."""
    rows = _visible(user_of(request)).order_by("-created_at", "-pk")
    start = (page - 1) * size
    return {"rows": [job_out(j) for j in rows[start : start + size]], "total": rows.count()}


@router.get("/{job_id}", response=JobOut)
def show(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """One job."""
    return job_out(_fetch(request, job_id))


@router.post("/{job_id}/cancel", response=JobOut)
def stop(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """Ask a job to stop: who started it, or who may see all jobs of the region."""
    job, user = _fetch(request, job_id), user_of(request)
    if job.created_by_id != user.pk and not user.may("system.view"):
        raise Forbidden("只有任务的发起人或系统管理员可以取消任务。")
    return job_out(cancel(user, job))


def _fetch(request: HttpRequest, job_id: UUID) -> Job:
    job: Job | None = _visible(user_of(request)).filter(pk=job_id).first()
    if job is None:
        raise NotFound("没有该任务，或不在您的管辖范围内。")
    return job
