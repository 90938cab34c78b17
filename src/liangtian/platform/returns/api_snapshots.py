"""Kept states of ledgers over HTTP, and what changed between two of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema, Status
from pydantic import Field

from liangtian.platform.attachments import attach
from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.jobs.models import Job
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.export import footer
from liangtian.platform.ledgers.formats import TYPES
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.returns.api import ComparisonOut
from liangtian.platform.returns.documents import comparison_xlsx
from liangtian.platform.returns.jobs import keep_for, start_keeping
from liangtian.platform.returns.models import Snapshot
from liangtian.platform.returns.snapshots import visible_snapshots
from liangtian.platform.returns.states import compared, fetch_snapshot

router = Router(tags=["returns"])
SHOWN = 200  # the latest kept states; older ones are reached through their returns


class SnapshotOut(Schema):
    id: int
    title: str
    region_name: str
    taken_at: datetime
    taken_by: str
    count: int
    query: dict[str, str]
    sha256: str
    return_id: int | None


class SnapshotIn(Schema):
    ledger: str
    title: Annotated[str, Field(max_length=120)]
    query: dict[str, str] = {}


@router.get("", response=list[SnapshotOut])
def kept(request: HttpRequest, ledger: str) -> list[dict[str, Any]]:
    """The kept states of a ledger, newest first."""
    rows = visible_snapshots(user_of(request), _find(ledger)).select_related("declared")
    return [_out(row) for row in rows[:SHOWN]]


@router.post("", response={200: SnapshotOut, 202: JobOut})
def keep_state(request: HttpRequest, body: SnapshotIn) -> Status[dict[str, Any]]:
    """Keep the ledger as it stands; of a long one the answer is the job that does."""
    made = start_keeping(user_of(request), _find(body.ledger), body.query, body.title)
    return Status(202, job_out(made)) if isinstance(made, Job) else Status(200, _out(made))


@router.post("/{int:snapshot_id}/now", response=JobOut)
def keep_now_beside(request: HttpRequest, snapshot_id: int) -> dict[str, Any]:
    """Keep in the background what a kept state's conditions select now, to compare both."""
    return job_out(keep_for(user_of(request), snapshot_id))


@router.get("/compare", response=ComparisonOut)
def changes(request: HttpRequest, left: int, right: int | None = None) -> dict[str, Any]:
    """What changed between two kept states, or between one and now; refused (`long`) for many rows of now."""
    found = compared(user_of(request), left, right)
    return {"before": found.before.label, "after": found.after.label, "counts": found.counts,
            "sums": found.sums(), "rows": found.rows, "table": []}  # fmt: skip


@router.get("/compare.xlsx")
def changes_file(request: HttpRequest, left: int, right: int | None = None) -> HttpResponse:
    """The same as a workbook; the act is audited."""
    user = user_of(request)
    found = compared(user, left, right)
    ledger = _find(fetch_snapshot(user, left).ledger)
    require(user, ledger.export_permission)
    content = comparison_xlsx(found, ledger.title, footer(user))
    with transaction.atomic():
        record(user, "ledger.export", f"{ledger.title}对比", region=user.region,
               after={"left": left, "right": right, **found.counts})  # fmt: skip
    return attach(HttpResponse(content, content_type=TYPES["xlsx"]), f"{ledger.title}对比.xlsx")


def _find(name: str) -> Ledger:
    ledger = find_ledger(name)
    if ledger is None:
        raise NotFound(f"没有名为“{name}”的台账。")
    return ledger


def _out(row: Snapshot) -> dict[str, Any]:
    made = getattr(row, "declared", None)
    return {
        "id": row.pk,
        "title": row.title,
        "region_name": row.region.name,
        "taken_at": row.taken_at,
        "taken_by": row.taken_by.name,
        "count": row.count,
        "query": row.query,
        "sha256": row.sha256,
        "return_id": made.pk if made else None,
    }
