"""Returns over HTTP: the register, one return, its way."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.attachments import attach
from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.formats import TYPES
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.returns import documents
from liangtian.platform.returns.compare import compare, compare_tables
from liangtian.platform.returns.forms import Form, all_forms
from liangtian.platform.returns.models import Return
from liangtian.platform.returns.periods import read_period, recent_periods
from liangtian.platform.returns.register import actions, previous, register_rows, status_label
from liangtian.platform.returns.services import (
    decline,
    due_date,
    fetch,
    form_named,
    next_post,
    prepare,
    send,
    send_back,
    sign,
)
from liangtian.platform.returns.states import kept_state
from liangtian.platform.returns.tables import TOTAL

router = Router(tags=["returns"])
Reason = Annotated[str, Field(max_length=300)]


class PeriodOut(Schema):
    code: str
    label: str


class FormOut(Schema):
    name: str
    title: str
    ledger: str
    periods: list[PeriodOut]


class SignatureOut(Schema):
    label: str
    name: str
    at: datetime | None


class ReturnLine(Schema):
    id: int
    title: str
    version: int
    status: str
    status_label: str
    frozen_by: str
    frozen_at: datetime
    signed_name: str
    signed_at: datetime | None
    signatures: list[SignatureOut]
    sent_at: datetime | None
    back_reason: str
    count: int
    sha256: str


class RegisterRow(Schema):
    region: str
    name: str
    level: str
    late: bool
    current: ReturnLine | None


class RegisterOut(Schema):
    form: str
    period: str
    due: date
    may_prepare: bool
    rows: list[RegisterRow]


class FigureOut(Schema):
    label: str
    unit: str
    before: str
    after: str
    difference: str


class TableChange(FigureOut):
    line: str
    part: str


class CellOut(Schema):
    column: str
    before: str
    after: str


class RowOut(Schema):
    kind: str
    key: int
    title: str
    cells: list[CellOut]


class ComparisonOut(Schema):
    before: str
    after: str
    counts: dict[str, int]
    sums: list[FigureOut]
    rows: list[RowOut]
    table: list[TableChange]


class ReturnOut(ReturnLine):
    form: str
    period: str
    period_label: str
    region: str
    region_name: str
    level: str
    reason: str
    back_by: str
    back_at: datetime | None
    sent_by: str
    groups: list[str]
    measures: list[str]
    first: str
    lines: list[list[str]]
    total: list[str]
    notes: list[str]
    parts: list[ReturnLine]
    versions: list[ReturnLine]
    actions: list[str]
    next_act: str


class PrepareIn(Schema):
    form: str
    period: str
    reason: Reason = ""


class ReturnReasonIn(Schema):
    reason: Reason


@router.get("/forms", response=list[FormOut])
def forms(request: HttpRequest) -> list[dict[str, Any]]:
    """The forms of the user, with the latest periods."""
    user, today = user_of(request), timezone.localdate()
    return [
        {"name": f.name, "title": f.title, "ledger": f.ledger_name,
         "periods": [{"code": p.code, "label": p.label} for p in recent_periods(f.period, today)]}
        for f in all_forms() if user.may(f.ledger.permission)
    ]  # fmt: skip


@router.get("", response=RegisterOut)
def register(request: HttpRequest, form: str, period: str) -> dict[str, Any]:
    """Where each township's return of a period stands."""
    user = user_of(request)
    found = form_named(user, form)
    return {
        "form": form,
        "period": period,
        "due": due_date(read_period(found.period, period)),
        "may_prepare": user.may("returns.prepare"),
        "rows": [
            {**row, "current": _line(row["current"]) if row["current"] else None}
            for row in register_rows(user, found, period)
        ],
    }


@router.post("", response=ReturnOut)
def freeze(request: HttpRequest, body: PrepareIn) -> dict[str, Any]:
    """Freeze the return of one's own township, or consolidate the county's."""
    user = user_of(request)
    return _out(user, prepare(user, form_named(user, body.form), body.period, body.reason))


@router.get("/{return_id}", response=ReturnOut)
def show(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """One version of a return."""
    user = user_of(request)
    return _out(user, fetch(user, return_id))


@router.post("/{return_id}/sign", response=ReturnOut)
def put_signature(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """Give the signature that is due next."""
    user = user_of(request)
    return _out(user, sign(user, return_id))


@router.post("/{return_id}/decline", response=ReturnOut)
def refuse_signature(request: HttpRequest, return_id: int, body: ReturnReasonIn) -> dict[str, Any]:
    """Give back to the maker instead of signing."""
    user = user_of(request)
    return _out(user, decline(user, return_id, body.reason))


@router.post("/{return_id}/send", response=ReturnOut)
def send_up(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """Send to the county."""
    user = user_of(request)
    return _out(user, send(user, return_id))


@router.post("/{return_id}/send-back", response=ReturnOut)
def give_back(request: HttpRequest, return_id: int, body: ReturnReasonIn) -> dict[str, Any]:
    """The county sends a township's return back."""
    user = user_of(request)
    return _out(user, send_back(user, return_id, body.reason))


@router.get("/{return_id}/differences", response=ComparisonOut)
def differences(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """What this version changes against the one before it."""
    made = fetch(user_of(request), return_id)
    earlier = previous(made)
    if earlier is None:
        raise NotFound(f"“{made}”是第一版，没有可比的上一版。")
    table = compare_tables(earlier.table, made.table)
    if made.snapshot is None or earlier.snapshot is None:
        return {"before": str(earlier), "after": str(made), "counts": {}, "sums": [], "rows": [],
                "table": table}  # fmt: skip
    found = compare(kept_state(earlier.snapshot, f"第{earlier.version}版"),
                    kept_state(made.snapshot, f"第{made.version}版"))  # fmt: skip
    return {"before": found.before.label, "after": found.after.label, "counts": found.counts,
            "sums": found.sums(), "rows": found.rows, "table": table}  # fmt: skip


@router.get("/{return_id}/file.{file_format}")
def paper(request: HttpRequest, return_id: int, file_format: str) -> HttpResponse:
    """The return as Excel or PDF."""
    made = fetch(user_of(request), return_id)
    if file_format not in ("xlsx", "pdf"):
        raise NotFound("报表只有 Excel 和 PDF 两种文件。")
    content = documents.xlsx(made) if file_format == "xlsx" else documents.pdf(made)
    kind = TYPES["xlsx"] if file_format == "xlsx" else "application/pdf"
    return attach(
        HttpResponse(content, content_type=kind),
        f"{made.title}（第{made.version}版）.{file_format}",
    )


def _line(made: Return) -> dict[str, Any]:
    keys = ("id", "title", "version", "status", "frozen_at", "signed_name", "signed_at", "sent_at",
            "back_reason", "sha256")  # fmt: skip
    return {
        **{key: getattr(made, key) for key in keys},
        "status_label": status_label(made),
        "signatures": documents.signatures(made),
        "frozen_by": made.frozen_by.name,
        "count": made.table["total"].get(TOTAL, {"count": 0})["count"],
    }


def _out(user: User, made: Return) -> dict[str, Any]:
    made = fetch(user, made.pk)
    form: Form = form_named(user, made.form)
    versions = (
        Return.objects.filter(form=made.form, region=made.region, period=made.period)
        .select_related("frozen_by")
        .prefetch_related("signatures")
    )
    parts = (
        Return.objects.filter(wholes__whole=made)
        .select_related("frozen_by", "region")
        .prefetch_related("signatures")
    )
    return {
        **_line(made),
        "form": made.form,
        "period": made.period,
        "period_label": read_period(form.period, made.period).label,
        "region": made.region_id,
        "region_name": made.region.name,
        "level": made.region.level,
        "reason": made.reason,
        "back_by": made.back_by.name if made.back_by else "",
        "back_at": made.back_at,
        "sent_by": made.sent_by.name if made.sent_by else "",
        **documents.printed(made),
        "notes": documents.notes(made),
        "parts": [_line(part) for part in parts.order_by("region_id")],
        "versions": [_line(one) for one in versions.order_by("-version")],
        "actions": actions(user, made),
        "next_act": post.act if (post := next_post(made)) else "",
    }
