"""The audit trail over HTTP: searching, one entry, the state of the chain, verifying, exporting."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.audit.acts import Kind, declared
from liangtian.platform.audit.archiving import keep_days
from liangtian.platform.audit.exporting import KIND as EXPORT
from liangtian.platform.audit.exporting import TYPES, export_path
from liangtian.platform.audit.models import Archive, AuditEntry, Seal
from liangtian.platform.audit.search import (
    EntryQuery,
    found,
    is_hidden,
    readable_by,
    require_reader,
    row_of,
)
from liangtian.platform.audit.services import record, saw
from liangtian.platform.audit.wording import changes_of
from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.personal_numbers import refuse_to_keep
from liangtian.platform.shapes import one_of

router = Router(tags=["audit"])
COUNTED = 10_000  # beyond this many the number found is said to be more
VERIFY = "audit.verify"


class EntryRow(Schema):
    id: int
    at: datetime
    actor_name: str
    username: str
    kind: Annotated[str, one_of(Kind)]
    kind_label: str
    act: str
    act_label: str
    success: bool
    target_type: str
    target_type_label: str
    target_id: str
    target_label: str
    region: str
    note: str
    address: str


class EntryPage(Schema):
    rows: list[EntryRow]
    next: int | None
    total: int | None
    more_than_total: bool


class AuditChange(Schema):
    field: str
    label: str
    before: Any
    after: Any
    before_text: str
    after_text: str


class EntryOut(EntryRow):
    changes: list[AuditChange]
    digest: str
    seal: int | None


class AuditActOut(Schema):
    code: str
    label: str
    kind: str


class AuditKindOut(Schema):
    value: str
    label: str


class VerifiedOut(Schema):
    at: datetime
    success: bool
    note: str
    by: str


class ChainOut(Schema):
    kinds: list[AuditKindOut]
    acts: list[AuditActOut]
    seal: int | None
    sealed_at: datetime | None
    hash: str
    waiting: int
    verified: VerifiedOut | None
    keep_days: int
    archived_upto: datetime | None
    may_verify: bool


class AuditExportIn(Schema):
    format: Literal["xlsx", "csv"]
    query: EntryQuery


@router.get("", response=ChainOut)
def chain(request: HttpRequest) -> dict[str, Any]:
    """The state of the chain, and the kinds and acts there are to ask for."""
    user = user_of(request)
    require_reader(user)
    last = Seal.objects.order_by("number").defer("marks").last()
    checked = AuditEntry.objects.filter(act=VERIFY).order_by("-pk").first()
    archived = Archive.objects.order_by("upto_seal").last()
    return {
        "kinds": [{"value": kind.value, "label": kind.label} for kind in Kind],
        "acts": [vars(act) for act in sorted(declared.values(), key=lambda act: act.code)],
        "seal": last and last.number,
        "sealed_at": last and last.at,
        "hash": last.hash if last else "",
        "waiting": AuditEntry.objects.filter(pk__gt=last.upto_id if last else 0).count(),
        "verified": checked
        and {
            "at": checked.at, "success": checked.success, "note": checked.note,
            "by": checked.actor_name,
        },
        "keep_days": keep_days(),
        "archived_upto": archived and archived.at,
        "may_verify": user.may("audit.view"),
    }  # fmt: skip


@router.get("/entries", response=EntryPage)
def entries(
    request: HttpRequest,
    query: Query[EntryQuery],
    before: int | None = None,
    size: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Newest first; `before` is the number the page before ended with. The search itself is recorded."""
    user = user_of(request)
    answer = found(readable_by(user), query)
    total = None
    if before is None:
        asked = query.model_dump(mode="json", exclude_defaults=True)
        saw(user, "audit.search", _words(asked), after=asked)
        total = answer.order_by("-pk")[: COUNTED + 1].count()
    page = answer if before is None else answer.filter(pk__lt=before)
    rows = list(page.select_related("region", "actor").order_by("-pk")[: size + 1])
    return {
        "rows": [row_of(entry) for entry in rows[:size]],
        "next": rows[size - 1].pk if len(rows) > size else None,
        "total": total if total is None else min(total, COUNTED),
        "more_than_total": total is not None and total > COUNTED,
    }


def _words(asked: dict[str, Any]) -> str:
    return "；".join(f"{name}={value}" for name, value in asked.items()) or "全部"


@router.get("/entries/{entry_id}", response=EntryOut)
def entry(request: HttpRequest, entry_id: int) -> dict[str, Any]:
    """One entry with what was before and after."""
    shown = readable_by(user_of(request)).select_related("region", "actor").filter(pk=entry_id)
    one = shown.first()
    if one is None:
        raise NotFound("没有该审计记录，或不在您可查阅的范围内。")
    seal = Seal.objects.filter(upto_id__gte=one.pk).order_by("number").values_list("number").first()
    return {
        **row_of(one),
        "changes": [] if is_hidden(one) else changes_of(one),
        "digest": ""
        if is_hidden(one)
        else one.digest,  # a digest of few possible texts tells which
        "seal": seal and seal[0],
    }


@router.post("/verifications", response=JobOut)
def start_verification(request: HttpRequest) -> dict[str, Any]:
    """Walk the whole chain in the background."""
    user = user_of(request)
    require(user, "audit.view")
    return job_out(_queue(user, VERIFY, "核验审计记录"), user)


@router.post("/exports", response=JobOut)
def start_export(request: HttpRequest, body: AuditExportIn) -> dict[str, Any]:
    """Write what the query finds to a file in the background."""
    user = user_of(request)
    require_reader(user)
    asked = body.query.model_dump(mode="json", exclude_defaults=True)
    refuse_to_keep("导出任务", [text for text in asked.values() if isinstance(text, str)])
    with transaction.atomic():
        record(user, "audit.export", _words(asked), after={"format": body.format, "query": asked})
        job = _queue(user, EXPORT, f"导出审计记录({body.format})", format=body.format, query=asked)
    return job_out(job, user)


def _queue(user: User, kind: str, title: str, **args: Any) -> Job:
    if user.region is None:
        raise Forbidden("您的账号未设置管辖区划，不能发起任务。请联系系统管理员。")
    return enqueue(kind, title, user, user.region, link="/audit", target=kind, **args)


@router.get("/exports/{job_id}")
def download(request: HttpRequest, job_id: UUID) -> FileResponse:
    """The file of an export, for who asked for it."""
    user = user_of(request)
    require_reader(user)
    job = Job.objects.filter(
        pk=job_id, kind=EXPORT, created_by=user, status=Job.Status.DONE
    ).first()
    if job is None or not (path := export_path(job)).is_file():
        raise NotFound("没有该导出文件，或已过保存期。请重新导出。")
    saw(user, "audit.download", job.title, after={"file": path.name})
    response = FileResponse(path.open("rb"), content_type=TYPES[job.args["format"]])
    response["Content-Disposition"] = (
        f"attachment; filename*=UTF-8''{quote('审计记录' + path.suffix)}"
    )
    response["Cache-Control"] = "private, no-store"
    return response
