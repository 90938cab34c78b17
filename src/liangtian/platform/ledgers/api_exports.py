"""Files out of ledgers over HTTP: short ones at once, long ones in the background."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.attachments import attach
from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.export import grouped_sheet
from liangtian.platform.ledgers.exports import export_now, fetch_export, file_name, start_export
from liangtian.platform.ledgers.formats import SUFFIXES, TYPES
from liangtian.platform.ledgers.models import LedgerExport
from liangtian.platform.ledgers.unmasking import recorded
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.press.workbook import ledger_xlsx

router = Router(tags=["ledgers"])
files = Router(tags=["ledgers"])
SHOWN = 30  # one's latest exports


class ExportIn(Schema):
    format: str
    query: dict[str, str] = {}
    columns: list[str] = []
    reason: Annotated[str, Field(max_length=200)] = (
        ""  # why the file is to be unmasked; empty: masked
    )


class ExportOut(Schema):
    id: UUID
    title: str
    format: str
    created_at: datetime
    rows: int | None
    size: int | None
    ready: bool
    unmasked: bool
    job: JobOut | None


@router.get("/{name}/export.{file_format}")
def export(request: HttpRequest, name: str, file_format: str) -> HttpResponse:
    """The rows of the list as a file, or with `by=` the ledger summed up; the act is audited."""
    ledger, user, params = _find(name), user_of(request), request.GET.dict()
    if by := params.get("by"):
        if file_format != "xlsx":
            raise Refused("汇总表只能导出 Excel。", fields={"format": "xlsx"})
        require(user, ledger.permission, ledger.export_permission)
        sheet = grouped_sheet(ledger, user, params, by.split(","))
        content = ledger_xlsx(sheet)
        with transaction.atomic():
            record(user, "ledger.export", sheet.title, region=user.region,
                   after={"ledger": ledger.name, "filters": recorded(ledger, params)})  # fmt: skip
        return _file(content, f"{sheet.title}.xlsx", "xlsx")
    names = [n for n in params.get("columns", "").split(",") if n]
    content = export_now(ledger, user, params, names, file_format)
    return _file(content, f"{ledger.title}{SUFFIXES[file_format]}", file_format)


@router.post("/{name}/exports", response=ExportOut)
def start(request: HttpRequest, name: str, body: ExportIn) -> dict[str, Any]:
    """Ask for a long file; a worker writes it."""
    made = start_export(
        _find(name), user_of(request), body.query, body.columns, body.format, reason=body.reason
    )
    return _out(made)


@files.get("", response=list[ExportOut])
def mine(request: HttpRequest) -> list[dict[str, Any]]:
    """The files one asked for oneself, newest first."""
    rows = LedgerExport.objects.filter(created_by=user_of(request))
    return [_out(made) for made in rows.select_related("job__created_by")[:SHOWN]]


@files.get("/{export_id}/file")
def fetch(request: HttpRequest, export_id: UUID) -> FileResponse:
    """The finished file, for who asked for it."""
    made = fetch_export(user_of(request), export_id)
    return attach(
        FileResponse(made.path.open("rb"), content_type=TYPES[made.file_format]), file_name(made)
    )


def _file(content: bytes, name: str, file_format: str) -> HttpResponse:
    return attach(HttpResponse(content, content_type=TYPES[file_format]), name)


def _find(name: str) -> Ledger:
    ledger = find_ledger(name)
    if ledger is None:
        raise NotFound(f"没有名为“{name}”的台账。")
    return ledger


def _out(made: LedgerExport) -> dict[str, Any]:
    return {
        "id": made.pk,
        "title": made.title,
        "format": made.file_format,
        "created_at": made.created_at,
        "rows": made.rows,
        "size": made.size,
        "ready": made.ready_at is not None,
        "unmasked": made.reason != "",
        "job": job_out(made.job) if made.job else None,
    }
