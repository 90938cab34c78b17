"""Starting, running, cancelling and recovering jobs."""

from __future__ import annotations

import logging
import os
import socket
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import (
    Cancelled,
    Interrupted,
    JobRun,
    handlers,
    repeatable,
)
from liangtian.platform.personal_numbers import hidden

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# A job waits for minutes, not over releases: what was asked for in another form is asked for again by a person.
_OUTLIVED = "系统升级后不再有这类任务，本任务没有办理，数据没有改动。请回到原页面重新发起。"
worker_id = f"{socket.gethostname()}-{os.getpid()}"


def enqueue(
    kind: str, title: str, user: User, region: Region, *,
    link: str = "", target: str = "", **args: Any,
) -> Job:  # fmt: skip
    """Queue a job; it starts once the surrounding transaction has committed.

    `link` is the page it belongs to, `target` what it works on (`enforcement.batch:12`), by which the
    browser finds it again.
    """
    if kind not in handlers:
        raise ValueError(f"no handler for job {kind!r}")
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=hidden(title)[:200], created_by=user, region=region, args=args, link=link,
            target=target,
        )  # fmt: skip
        record(user, "job.enqueue", job, after={"kind": kind, "args": args})
        transaction.on_commit(lambda: run_job.enqueue(str(job.pk)))
    return job


def cancel(user: User, job: Job) -> Job:
    """Ask a job to stop. A queued one stops at once, a running one at its next report."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.finished:
            raise Conflict(f"任务“{job.title}”已结束({job.get_status_display()})，不能取消。")
        job.cancel_requested = True
        if job.status == Job.Status.QUEUED:
            job.status, job.finished_at = Job.Status.CANCELLED, timezone.now()
        job.save(update_fields=["cancel_requested", "status", "finished_at"])
        record(user, "job.cancel", job)
    return job


def retry(user: User, job: Job) -> Job:
    """Run a failed or cancelled job again, from its start. Conflict for any other, or one of a kind
    whose object is no longer as it needs it."""
    with transaction.atomic():
        job = Job.objects.select_for_update().get(pk=job.pk)
        if job.status not in (Job.Status.FAILED, Job.Status.CANCELLED):
            raise Conflict(f"任务“{job.title}”现为“{job.get_status_display()}”，不能重新运行。")
        if job.kind not in repeatable:
            raise Conflict(f"“{job.title}”不能直接重新运行，请回到原页面重新发起。")
        before = {"status": job.status, "error": job.error}
        job.status, job.error, job.note, job.result = Job.Status.QUEUED, "", "", None
        job.progress, job.attempts, job.cancel_requested = 0.0, 0, False
        job.started_at = job.finished_at = job.expected_at = None
        job.save()
        record(user, "job.retry", job, before=before)
        transaction.on_commit(lambda: run_job.enqueue(str(job.pk)))
    return job


@task()
def run_job(job_id: str) -> None:
    """Worker side: run one queued job to its end, whatever the end is."""
    claimed = Job.objects.filter(pk=job_id, status=Job.Status.QUEUED).update(
        status=Job.Status.RUNNING,
        started_at=timezone.now(),
        heartbeat_at=timezone.now(),
        worker=worker_id,
        expected_at=None,
    )
    if not claimed:
        return  # cancelled while it waited, or another worker has it
    job = Job.objects.get(pk=job_id)
    job.attempts += 1
    job.save(update_fields=["attempts"])
    handler = handlers.get(job.kind)
    if handler is None:
        _finish(job, Job.Status.FAILED, error=_OUTLIVED)
        return
    try:
        result = handler(JobRun(job), **job.args)
    except Cancelled:
        _finish(job, Job.Status.CANCELLED, note="已按要求取消。")
    except Interrupted:
        mine = Job.objects.filter(pk=job.pk, attempts=job.attempts)
        _put_back(mine, "后台进程停止，任务重新排队。", attempts=job.attempts - 1)
    except Refused as refusal:
        _finish(job, Job.Status.FAILED, error=refusal.message)
    except Exception as error:
        logger.exception("job %s (%s) failed", job.pk, job.kind)
        _finish(job, Job.Status.FAILED, error=f"程序错误：{type(error).__name__}: {error}")
    else:
        _finish(job, Job.Status.DONE, progress=1.0, result=result)


def _finish(job: Job, status: Job.Status, **values: Any) -> None:
    """The end of a job, unless it has been given to another worker meanwhile."""
    names = {"status": status, "finished_at": timezone.now(), "expected_at": None, **values}
    with transaction.atomic():
        mine = Job.objects.filter(
            pk=job.pk, status=Job.Status.RUNNING, attempts=job.attempts, worker=job.worker
        )
        if not mine.update(**names):
            return
        job.refresh_from_db()
        record(
            None, f"job.{status.value}", job, success=status == Job.Status.DONE,
            after={"error": job.error} if job.error else None,
        )  # fmt: skip


def _put_back(one: QuerySet[Job], note: str, **values: Any) -> bool:
    """Queue a running job again, unless it is no longer as `one` describes it."""
    with transaction.atomic():
        job = one.filter(status=Job.Status.RUNNING).select_for_update().first()
        if job is None:
            return False
        one.update(status=Job.Status.QUEUED, note=note, progress=0.0, **values)
        transaction.on_commit(partial(run_job.enqueue, str(job.pk)))
    return True


def beat() -> None:
    """Tell that this process still works on its jobs; the worker calls it from a thread of its own."""
    Job.objects.filter(status=Job.Status.RUNNING, worker=worker_id).update(
        heartbeat_at=timezone.now()
    )


def recover_stale() -> int:
    """Queue again every running job whose worker fell silent; give up after MAX_ATTEMPTS.

    Returns how many were taken up again.
    """
    limit = timezone.now() - timedelta(seconds=settings.JOB_STALE_SECONDS)
    revived = 0
    for job in Job.objects.filter(status=Job.Status.RUNNING, heartbeat_at__lt=limit):
        if job.attempts >= MAX_ATTEMPTS:
            _finish(job, Job.Status.FAILED, error=f"后台进程 {job.attempts} 次中断，任务已停止。")
        else:
            silent = Job.objects.filter(pk=job.pk, heartbeat_at=job.heartbeat_at)
            revived += _put_back(silent, "后台进程中断，任务重新排队。")
    return revived


def clean() -> int:
    """Forget finished jobs older than `settings.JOB_KEEP_DAYS` that nothing refers to; how many."""
    limit = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS)
    finished = (Job.Status.DONE, Job.Status.FAILED, Job.Status.CANCELLED)
    gone = 0
    with transaction.atomic():
        for job in Job.objects.filter(status__in=finished, finished_at__lt=limit):
            with suppress(ProtectedError):
                job.delete()
                gone += 1
        DBTaskResult.objects.finished().filter(finished_at__lt=limit).delete()
        if gone:
            record(
                None, "job.clean", "后台任务", after={"days": settings.JOB_KEEP_DAYS, "jobs": gone}
            )
    return gone
