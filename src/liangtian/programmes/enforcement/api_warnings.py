"""Warnings (督办) over HTTP. The register itself is the ledger `enforcement.warnings`."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.cases.shapes import OpenStepOut
from liangtian.platform.people.request import user_of
from liangtian.press.letter import MIME
from liangtian.programmes.enforcement import warning_page, warnings

router = Router(tags=["warnings"])
Year = Annotated[int | None, Field(ge=2000, le=2200)]


class MeasureOut(Schema):
    id: str
    label: str


class StandingOut(Schema):
    place: int
    code: str
    township: str
    share: Decimal | None
    illegal_mu: Decimal
    open_illegal_mu: Decimal
    late_judgements: int
    late_remedies: int
    notices_unanswered: int
    letters_unanswered: int
    talks_unheeded: int


class RankingOut(Schema):
    year: int
    years: list[int]
    on: date
    pack: str
    rows: list[StandingOut]
    measures: list[MeasureOut]


class WarningReasonOut(Schema):
    text: str
    clause: str


class WarningBrief(Schema):
    id: int
    township: str
    region: str
    year: int
    measure: str
    label: str
    stage: str
    stage_label: str
    reasons: list[WarningReasonOut]
    hand_reason: str
    by_hand: bool
    as_of: date
    number: str
    sent_on: date | None
    due_on: date | None
    late: bool


class WarningFigureOut(Schema):
    label: str
    value: str


class WarningFileOut(Schema):
    id: int
    name: str


class WarningStepOut(Schema):
    at: datetime
    by: str
    label: str
    opinion: str


class WarningOut(WarningBrief):
    pack: str
    pack_version: str
    consistent: bool
    needs_reply: bool
    figures: list[WarningFigureOut]
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    letter_id: int | None
    letter_state: str
    reply: str
    replied_by: str
    replied_on: date | None
    reply_file: WarningFileOut | None
    held_on: date | None
    reported_on: date | None
    has_event: bool
    ended_at: datetime | None
    end_note: str
    steps: list[OpenStepOut]
    history: list[WarningStepOut]


class WarningIn(Schema):
    region: Annotated[str, Field(max_length=14)]
    measure: Annotated[str, Field(max_length=30)]
    year: Annotated[int, Field(ge=2000, le=2200)]
    reason: str


class WarningNoteIn(Schema):
    note: str = ""


class WarningSendIn(Schema):
    series_id: int | None = None


class WarningReplyIn(Schema):
    text: str
    file_id: int | None = None


class WarningDayIn(Schema):
    on: date


class ProposedOut(Schema):
    proposed: int


@router.get("/ranking", response=RankingOut)
def ranking(request: HttpRequest, year: Year = None) -> dict[str, Any]:
    """Townships by share put right, as of today; a township sees its own row."""
    return warning_page.ranking(user_of(request), year)


@router.get("/ranking.xlsx")
def ranking_sheet(request: HttpRequest, year: Year = None) -> HttpResponse:
    """The ranking as a workbook; the act is audited."""
    title, content = warning_page.ranking_sheet(user_of(request), year)
    return _file(content, XLSX, f"{title}.xlsx")


@router.get("", response=list[WarningBrief])
def running(request: HttpRequest, year: Year = None) -> list[dict[str, Any]]:
    """What is proposed or under way, newest first."""
    return warning_page.running(user_of(request), year)


@router.post("/propose", response=ProposedOut)
def propose(request: HttpRequest) -> dict[str, int]:
    """Propose now what the rules call for."""
    return {"proposed": warnings.propose(user_of(request))}


@router.post("", response=WarningOut)
def by_hand(request: HttpRequest, body: WarningIn) -> dict[str, Any]:
    """Propose a measure by hand, with a reason."""
    made = warnings.propose_by_hand(
        user_of(request), body.region, body.measure, body.year, body.reason
    )
    return _page(request, made.pk)


@router.get("/{warning_id}", response=WarningOut)
def show(request: HttpRequest, warning_id: int) -> dict[str, Any]:
    """One warning."""
    return _page(request, warning_id)


@router.get("/{warning_id}/letter.docx")
def letter(request: HttpRequest, warning_id: int) -> HttpResponse:
    """Its letter as a Word file."""
    name, content = warning_page.letter_of(user_of(request), warning_id)
    return _file(content, MIME, name)


@router.post("/{warning_id}/decide", response=WarningOut)
def decide(request: HttpRequest, warning_id: int, body: WarningNoteIn) -> dict[str, Any]:
    """Agree to it."""
    warnings.decide(user_of(request), warning_id, body.note)
    return _page(request, warning_id)


@router.post("/{warning_id}/drop", response=WarningOut)
def drop(request: HttpRequest, warning_id: int, body: WarningNoteIn) -> dict[str, Any]:
    """Decide that nothing is done, with a reason."""
    warnings.drop(user_of(request), warning_id, body.note)
    return _page(request, warning_id)


@router.post("/{warning_id}/letter", response=WarningOut)
def draft(request: HttpRequest, warning_id: int) -> dict[str, Any]:
    """Draft its letter."""
    warnings.draft_letter(user_of(request), warning_id)
    return _page(request, warning_id)


@router.post("/{warning_id}/send", response=WarningOut)
def send(request: HttpRequest, warning_id: int, body: WarningSendIn) -> dict[str, Any]:
    """Number its letter where it has none, and send it."""
    warnings.send(user_of(request), warning_id, body.series_id)
    return _page(request, warning_id)


@router.post("/{warning_id}/reply", response=WarningOut)
def reply(request: HttpRequest, warning_id: int, body: WarningReplyIn) -> dict[str, Any]:
    """Answer it."""
    warnings.reply(user_of(request), warning_id, body.text, body.file_id)
    return _page(request, warning_id)


@router.post("/{warning_id}/return_reply", response=WarningOut)
def return_reply(request: HttpRequest, warning_id: int, body: WarningNoteIn) -> dict[str, Any]:
    """Send the answer back, with a reason."""
    warnings.return_reply(user_of(request), warning_id, body.note)
    return _page(request, warning_id)


@router.post("/{warning_id}/hold", response=WarningOut)
def hold(request: HttpRequest, warning_id: int, body: WarningDayIn) -> dict[str, Any]:
    """Note the day of the talk, or on which accountability was begun."""
    warnings.hold(user_of(request), warning_id, body.on)
    return _page(request, warning_id)


@router.post("/{warning_id}/report", response=WarningOut)
def report(request: HttpRequest, warning_id: int, body: WarningDayIn) -> dict[str, Any]:
    """Note the day of the report on it."""
    warnings.report(user_of(request), warning_id, body.on)
    return _page(request, warning_id)


@router.post("/{warning_id}/close", response=WarningOut)
def close(request: HttpRequest, warning_id: int, body: WarningNoteIn) -> dict[str, Any]:
    """Close it."""
    warnings.close(user_of(request), warning_id, body.note)
    return _page(request, warning_id)


def _page(request: HttpRequest, warning_id: int) -> dict[str, Any]:
    return warning_page.page(user_of(request), warning_id)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return attach(HttpResponse(content, content_type=kind), name)
