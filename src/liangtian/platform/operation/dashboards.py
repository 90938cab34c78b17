"""The dashboard of the system administrator: counts of jobs and backups, no business data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Count, Q
from django.utils import timezone

from liangtian.platform.dashboards.days import DAYS, Part, by_day
from liangtian.platform.dashboards.declaration import (
    Asked,
    Chart,
    Dashboard,
    Drawn,
    Figure,
    Value,
    register,
)
from liangtian.platform.jobs.models import Job
from liangtian.platform.operation import processes
from liangtian.platform.operation.models import Backup
from liangtian.platform.people.models import User


def _count(asked: Asked) -> Mapping[str, Value]:
    since = timezone.now() - timedelta(days=DAYS)
    jobs = Job.objects.order_by().aggregate(
        waiting=Count("pk", filter=Q(status__in=("queued", "running"))),
        failed=Count("pk", filter=Q(status="failed", created_at__gte=since)),
        done=Count("pk", filter=Q(status="done", created_at__gte=since)),
    )
    backups = Backup.objects.filter(started_at__gte=since).aggregate(
        backups=Count("pk", filter=Q(done=True)), backups_failed=Count("pk", filter=Q(done=False))
    )
    accounts = User.objects.aggregate(accounts=Count("pk", filter=Q(is_active=True)))
    return {**jobs, **backups, **accounts, "processes": len(processes.alive())}


def _jobs(asked: Asked) -> Drawn:
    done: Part = ("done", "已完成", Q(status="done"), "success")
    return by_day(
        Job.objects.all(), "created_at", [done, ("failed", "失败", Q(status="failed"), "danger")]
    )


register(
    Dashboard(
        name="system",
        title="系统运行",
        permission="system.view",
        export_permission="system.view",
        timed=False,
        regional=False,
        position=70,
        count=_count,
        home=("waiting", "failed", "backups", "backups_failed", "accounts"),
        figures=(
            Figure("processes", "运行中的进程", counted=True, to=lambda _: "/system"),
            Figure("waiting", "排队和进行中的任务", counted=True, to=lambda _: "/jobs"),
            Figure("done", "近30日完成任务", counted=True, to=lambda _: "/jobs", tag="success"),
            Figure("failed", "近30日失败任务", counted=True, to=lambda _: "/jobs?status=failed",
                   tag="danger"),
            Figure("backups", "近30日成功备份", "次", counted=True, to=lambda _: "/system",
                   tag="success"),
            Figure("backups_failed", "近30日失败备份", "次", counted=True, to=lambda _: "/system",
                   tag="danger"),
            Figure("accounts", "启用账号", counted=True, to=lambda _: "/users"),
        ),
        charts=(Chart("jobs", "近30日后台任务", "stack", read=_jobs),),
    )
)  # fmt: skip
