"""The audit trail, and running a failed job again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.site.matrix import WHERE, Row
from tests.site.world import ABROAD, HOME, World

READERS = frozenset({"auditor", "security_officer"})
AUDITOR = frozenset({"auditor"})


def _entry(world: World, place: str) -> Mapping[str, Any]:
    """A session of somebody of that place: the auditor and the security officer may both read it."""
    from liangtian.platform.audit.services import record

    region = world.regions[place]
    return {"path": {"entry_id": record(None, "session.refused", "someone", region=region).pk}}


def _failed(world: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.jobs.models import Job

    job = world.jobs[place]
    Job.objects.filter(pk=job.pk).update(status="failed", kind="enforcement.measure")
    return {"path": {"job_id": job.pk}}


def _export(world: World, place: str) -> Mapping[str, Any]:
    return {"json": {"format": "csv", "query": {}}}


def _exported(world: World, place: str) -> Mapping[str, Any]:
    """An export of the auditor's; nobody else finds it."""
    from django.conf import settings

    from liangtian.platform.jobs.models import Job

    auditor = world.users["auditor"]
    job = Job.objects.create(
        kind="audit.export", title="导出", created_by=auditor, region=auditor.region, status="done",
        args={"format": "csv"},
    )  # fmt: skip
    folder = settings.DATA / "exports"
    folder.mkdir(exist_ok=True)
    (folder / f"audit-{job.pk}.csv").write_text("编号")
    return {"path": {"job_id": job.pk}}


ROWS: tuple[Row, ...] = (
    Row("GET", "/api/audit", READERS),
    Row("GET", "/api/audit/entries", READERS),
    Row("GET", "/api/audit/entries/{entry_id}", READERS, _entry, (HOME, ABROAD)),
    Row("POST", "/api/audit/verifications", AUDITOR),
    Row("POST", "/api/audit/exports", READERS, _export),
    Row("GET", "/api/audit/exports/{job_id}", AUDITOR, _exported, other={"security_officer": 404}),
    Row("POST", "/api/jobs/{job_id}/retry", {"township_clerk"}, _failed, WHERE, frozenset({404}),
        other={"county_clerk": 403, "county_reviewer": 403, "sysadmin": 403, "water": 403}),
)  # fmt: skip
