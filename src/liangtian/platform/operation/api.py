"""The page 运行状况: how the system is, its backups and drills, its parts and their licences."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian import __version__
from liangtian.platform.jobs.models import Job
from liangtian.platform.operation import components, health, metrics, processes
from liangtian.platform.operation.models import Backup, Drill
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require

router = Router(tags=["operation"])
PageNumber = Annotated[int, Field(ge=1, le=10**7)]
PageSize = Annotated[int, Field(ge=1, le=200)]


class FindingOut(Schema):
    code: str
    label: str
    level: Literal["ok", "warning", "error"]
    detail: str


class ProcessOut(Schema):
    key: str
    kind: str
    kind_label: str
    host: str
    version: str
    started_at: datetime
    seen_at: datetime


class JobCount(Schema):
    status: str
    label: str
    count: int


class StatusOut(Schema):
    version: str
    database: str
    database_bytes: int
    tile_cache_bytes: int
    data_folder: str
    backup_folder: str
    backup_at: str
    now: datetime
    findings: list[FindingOut]
    processes: list[ProcessOut]
    jobs: list[JobCount]
    queue_age_seconds: float


class BackupOut(Schema):
    id: int
    archive: str
    folder: str
    started_at: datetime
    finished_at: datetime
    done: bool
    size: int
    rows: int
    files: int
    files_copied: int
    encrypted: bool
    with_keys: bool
    sha256: str
    by: str
    error: str


class BackupPage(Schema):
    rows: list[BackupOut]
    total: int


class ComparedOut(Schema):
    item: str
    expected: str
    found: str
    equal: bool


class DrillOut(Schema):
    id: int
    archive: str
    taken_at: datetime | None
    started_at: datetime
    finished_at: datetime
    passed: bool
    by: str
    engine: str
    items: int
    error: str


class DrillDetail(DrillOut):
    comparison: list[ComparedOut]
    version: str


class DrillPage(Schema):
    rows: list[DrillOut]
    total: int


class ComponentOut(Schema):
    name: str
    version: str
    licence: str
    kind: Literal["python", "npm"]


@router.get("/status", response=StatusOut)
def status(request: HttpRequest) -> dict[str, Any]:
    """How the system is right now."""
    require(user_of(request), "system.view")
    waiting = Job.objects.order_by().values_list("status", flat=True)
    counted = {value: 0 for value in Job.Status.values}
    for value in waiting.filter(status__in=("queued", "running", "failed")):
        counted[value] += 1
    return {
        "version": __version__,
        "database": health.database_version(),
        "database_bytes": metrics.database_size(),
        "tile_cache_bytes": metrics.folder_size(Path(settings.DATA) / "tiles"),
        "data_folder": str(settings.DATA),
        "backup_folder": str(settings.BACKUP_DIR),
        "backup_at": settings.BACKUP_AT,
        "now": timezone.now(),
        "findings": health.everything(),
        "processes": [_process(p) for p in processes.alive()],
        "jobs": [
            {"status": value, "label": Job.Status(value).label, "count": counted[value]}
            for value in ("queued", "running", "failed")
        ],
        "queue_age_seconds": metrics.queue_age(),
    }


def _process(process: Any) -> dict[str, Any]:
    names = ("key", "kind", "host", "version", "started_at", "seen_at")
    plain = {name: getattr(process, name) for name in names}
    return {**plain, "kind_label": process.get_kind_display()}


@router.get("/backups", response=BackupPage)
def backups(request: HttpRequest, page: PageNumber = 1, size: PageSize = 10) -> dict[str, Any]:
    """Backups taken or tried, newest first."""
    require(user_of(request), "system.view")
    rows = Backup.objects.all()
    return {"rows": rows[(page - 1) * size : page * size], "total": rows.count()}


@router.get("/drills", response=DrillPage)
def drills(request: HttpRequest, page: PageNumber = 1, size: PageSize = 10) -> dict[str, Any]:
    """Drills, newest first."""
    require(user_of(request), "system.view")
    rows = Drill.objects.all()
    listed = [_drill(row) for row in rows[(page - 1) * size : page * size]]
    return {"rows": listed, "total": rows.count()}


@router.get("/drills/{drill_id}", response=DrillDetail)
def drill(request: HttpRequest, drill_id: int) -> dict[str, Any]:
    """One drill with every line that was compared (恢复测试记录)."""
    require(user_of(request), "system.view")
    from liangtian.platform.errors import NotFound

    found = Drill.objects.filter(pk=drill_id).first()
    if found is None:
        raise NotFound
    return {**_drill(found), "comparison": found.comparison, "version": __version__}


def _drill(row: Drill) -> dict[str, Any]:
    names = (
        "id",
        "archive",
        "taken_at",
        "started_at",
        "finished_at",
        "passed",
        "by",
        "engine",
        "error",
    )
    return {**{name: getattr(row, name) for name in names}, "items": len(row.comparison)}


@router.get("/components", response=list[ComponentOut])
def parts(request: HttpRequest) -> list[dict[str, str]]:
    """Every package that the system is made of, with its licence."""
    require(user_of(request), "system.view")
    return components.components()
