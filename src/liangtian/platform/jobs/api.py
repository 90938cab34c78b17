"""The jobs page: what runs, how far it is, what it said; cancel and run again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import labels, repeatable
from liangtian.platform.jobs.services import cancel, retry
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import one_of

router = Router(tags=["jobs"])
PageNumber = Annotated[int, Field(ge=1, le=10**7)]
PageSize = Annotated[int, Field(ge=1, le=200)]
ACTIVE = (Job.Status.QUEUED, Job.Status.RUNNING)


class JobOut(Schema):
    id: UUID
    kind: str
    kind_label: str
    title: str
    status: Annotated[str, one_of(Job.Status)]
    status_label: str
    progress: float
    note: str
    result: dict[str, Any] | None
    error: str
    created_by: str
    region: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    seconds_left: float | None
    attempts: int
    cancel_requested: bool
    target: str
    to: str | None
    download: str | None
    may_cancel: bool
    may_retry: bool


class JobNoteOut(Schema):
    at: datetime
    progress: float
    text: str


class JobDetail(JobOut):
    worker: str
    notes: list[JobNoteOut]


class JobKindOut(Schema):
    value: str
    label: str


class JobPage(Schema):
    rows: list[JobOut]
    total: int
    kinds: list[JobKindOut]


class JobQuery(Schema):
    """What jobs can be asked for; the status `active` stands for those that wait or run."""

    kind: str = ""
    status: str = ""
    who: str = ""
    target: str = ""
    since: datetime | None = None
    until: datetime | None = None


def job_out(job: Job, user: User | None = None) -> dict[str, Any]:
    """A job as the browser shows it; without a user it says nothing of what that one may do."""
    result = job.result or {}
    return {
        **{name: getattr(job, name) for name in _PLAIN},
        "kind_label": labels.get(job.kind, job.kind),
        "status_label": job.get_status_display(),
        "created_by": job.created_by.name,
        "region": job.region.name,
        "seconds_left": _seconds_left(job),
        "to": job.link or None,
        "download": result.get("download"),
        "may_cancel": bool(user and job.status in ACTIVE and _may_stop(user, job)),
        "may_retry": bool(user and _may_retry(user, job)),
    }


_PLAIN = ("id", "kind", "title", "status", "progress", "note", "result", "error", "attempts",
          "created_at", "started_at", "finished_at", "cancel_requested", "target")  # fmt: skip


def _seconds_left(job: Job) -> float | None:
    """Time left at the pace of the last minute, counted down between two reports."""
    if job.status != Job.Status.RUNNING or job.expected_at is None:
        return None
    return round(max((job.expected_at - timezone.now()).total_seconds(), 1.0), 1)


def _may_stop(user: User, job: Job) -> bool:
    return job.created_by_id == user.pk or user.may("system.view")


def _may_retry(user: User, job: Job) -> bool:
    """Who started it, since it runs with that one's rights."""
    ended = job.status in (Job.Status.FAILED, Job.Status.CANCELLED)
    return ended and job.kind in repeatable and job.created_by_id == user.pk


def _visible(user: User) -> QuerySet[Job]:
    """Jobs of the user's region for who may see jobs; one's own for everyone."""
    mine = Q(created_by=user)
    if user.may("jobs.view") and user.scope:
        mine |= Q(region__code__startswith=user.scope)
    found: QuerySet[Job] = Job.objects.filter(mine)
    return found


@router.get("", response=JobPage)
def jobs(
    request: HttpRequest, query: Query[JobQuery], page: PageNumber = 1, size: PageSize = 20
) -> dict[str, Any]:
    """Newest first. `target` finds the jobs of one thing again, as after a reload of its page."""
    user = user_of(request)
    visible = _visible(user)
    rows = _asked(visible, query).select_related("created_by", "region")
    start = (page - 1) * size
    shown = rows.order_by("-created_at", "-pk")[start : start + size]
    kinds = visible.order_by("kind").values_list("kind", flat=True).distinct()
    return {
        "rows": [job_out(job, user) for job in shown],
        "total": rows.count(),
        "kinds": [{"value": kind, "label": labels.get(kind, kind)} for kind in kinds],
    }


def _asked(jobs: QuerySet[Job], query: JobQuery) -> QuerySet[Job]:
    if query.status == "active":
        jobs = jobs.filter(status__in=ACTIVE)
    elif query.status:
        jobs = jobs.filter(status=query.status)
    for name in ("kind", "target"):
        if value := getattr(query, name).strip():
            jobs = jobs.filter(**{name: value})
    if who := query.who.strip():
        jobs = jobs.filter(Q(created_by__name__contains=who) | Q(created_by__username=who))
    if query.since:
        jobs = jobs.filter(created_at__gte=query.since)
    if query.until:
        jobs = jobs.filter(created_at__lte=query.until)
    return jobs


@router.get("/{job_id}", response=JobDetail)
def show(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """One job with what it said while it ran."""
    job, user = _fetch(request, job_id), user_of(request)
    return {**job_out(job, user), "worker": job.worker, "notes": list(job.notes.all())}


@router.post("/{job_id}/cancel", response=JobOut)
def stop(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """Ask a job to stop: who started it, or who answers for the system."""
    job, user = _fetch(request, job_id), user_of(request)
    if not _may_stop(user, job):
        raise Forbidden("只有任务的发起人或系统管理员可以取消任务。")
    return job_out(cancel(user, job), user)


@router.post("/{job_id}/retry", response=JobOut)
def again(request: HttpRequest, job_id: UUID) -> dict[str, Any]:
    """Run a failed job again: who started it."""
    job, user = _fetch(request, job_id), user_of(request)
    if job.created_by_id != user.pk:
        raise Forbidden("只有任务的发起人可以重新运行任务。")
    return job_out(retry(user, job), user)


def _fetch(request: HttpRequest, job_id: UUID) -> Job:
    job = (
        _visible(user_of(request)).select_related("created_by", "region").filter(pk=job_id).first()
    )
    if job is None:
        raise NotFound("没有该任务，或不在您的管辖范围内。")
    return job
