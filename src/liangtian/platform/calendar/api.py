"""The calendar over HTTP: month, list, overview, what may be done with a deadline, holidays."""

from __future__ import annotations

import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from liangtian.platform.calendar import deadlines, extensions, holidays, reading
from liangtian.platform.calendar.models import Deadline, Holiday, HolidayNotice
from liangtian.platform.calendar.packs import own_arrangement, packs
from liangtian.platform.errors import Refused
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.policy.workdays import published

router = Router(tags=["calendar"])
MOST_ROWS = 200
State = Literal["overdue", "today", "soon", "later", "paused", "done"]


class DeadlinesAsked(Schema):
    first: date | None = None
    last: date | None = None
    state: str = ""
    obligation: str = ""
    region: str = ""
    mine: bool = False
    q: str = ""

    def wanted(self) -> reading.Wanted:
        return reading.Wanted(
            self.first, self.last, self.state, self.obligation, self.region, self.mine, self.q
        )


class DeadlineOut(Schema):
    id: int
    obligation: str
    label: str
    matter: str
    period: str
    what: str
    clause: str
    desk: str
    role: str
    person: str | None
    starts_on: date
    due_on: date
    first_due_on: date
    state: State
    days_left: int
    estimated: bool
    note: str
    paused_on: date | None
    done_on: date | None
    done_by: str | None
    of_matter: bool


class ChangeOut(Schema):
    at: datetime
    by: str
    act: str
    from_due: date
    to_due: date
    reason: str


class ExtensionOut(Schema):
    id: int
    state: str
    state_label: str
    from_due: date
    due_on: date
    cause: str
    measures: str
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str
    letter: int | None
    letter_number: str
    decide: bool


class DeadlineMay(Schema):
    finish: bool
    manage: bool
    ask: bool


class DeadlineDetail(DeadlineOut):
    changes: list[ChangeOut]
    extensions: list[ExtensionOut]
    link: str
    may: DeadlineMay


class DeadlinePage(Schema):
    rows: list[DeadlineOut]
    total: int
    page: int
    size: int


class DayItem(Schema):
    obligation: str
    label: str
    count: int
    done: int
    overdue: int
    estimated: int


class DayOut(Schema):
    day: date
    works: bool
    name: str
    items: list[DayItem]


class MonthOut(Schema):
    month: str
    published: bool
    days: list[DayOut]


class RegionDeadlines(Schema):
    code: str
    name: str
    running: int
    overdue: int
    soon: int
    paused: int
    done: int
    in_time: int


class ObligationOut(Schema):
    id: str
    label: str
    what: str
    pack: str


class DeadlineReasonIn(Schema):
    reason: str = ""


class ExtendIn(Schema):
    due_on: date
    reason: str


class ExtensionIn(Schema):
    due_on: date
    cause: Annotated[str, Field(max_length=500)]
    measures: Annotated[str, Field(max_length=500)]


class ExtensionDecisionIn(Schema):
    granted: bool
    note: Annotated[str, Field(max_length=300)] = ""


class HolidayRow(Schema):
    day: date
    works: bool
    name: str = ""


class HolidaysOut(Schema):
    year: int
    published: bool
    own: bool
    days: list[HolidayRow]
    document: str
    entered_by: str


class HolidaysIn(Schema):
    days: list[HolidayRow]
    document: Annotated[str, Field(max_length=120)] = ""


class HolidayList(Schema):
    days: list[HolidayRow]


class HolidaysSet(HolidaysOut):
    moved: int


@router.get("/month", response=MonthOut)
def month(request: HttpRequest, month: str, asked: Query[DeadlinesAsked]) -> dict[str, Any]:
    """One month, day by day."""
    try:
        day = date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Refused("月份应写作 2026-03。", fields={"month": "应写作 2026-03"}) from None
    return reading.month_of(user_of(request), day, asked.wanted())


@router.get("/deadlines", response=DeadlinePage)
def listed(
    request: HttpRequest, asked: Query[DeadlinesAsked], page: int = 1, size: int = 20
) -> dict[str, Any]:
    """One page of deadlines."""
    rows = reading.deadlines_for(user_of(request), asked.wanted())
    size, page = min(max(size, 1), MOST_ROWS), max(page, 1)
    chosen = rows.select_related("desk", "person", "done_by")[(page - 1) * size : page * size]
    names, today = reading.role_names(), timezone.localdate()
    return {
        "rows": [_out(row, names, today) for row in chosen],
        "total": rows.count(),
        "page": page,
        "size": size,
    }


@router.get("/obligations", response=list[ObligationOut])
def obligations(request: HttpRequest) -> list[dict[str, str]]:
    """What the packs in use ask for."""
    require(user_of(request), "calendar.view")
    return [
        {"id": o.id, "label": o.label, "what": o.what, "pack": pack.title}
        for pack in packs()
        for o in pack.obligations
    ]


@router.get("/overview", response=list[RegionDeadlines])
def overview(request: HttpRequest) -> list[dict[str, Any]]:
    """How each region stands."""
    return reading.overview_of(user_of(request))


@router.get("/export.ics")
def export(request: HttpRequest, asked: Query[DeadlinesAsked]) -> HttpResponse:
    """The deadlines as an iCalendar file, for the person who is signed in."""
    text = reading.ics_of(user_of(request), asked.wanted())
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="liangtian.ics"'
    response["Cache-Control"] = "private, no-store"
    return response


@router.get("/deadlines/{int:deadline_id}", response=DeadlineDetail)
def deadline(request: HttpRequest, deadline_id: int) -> dict[str, Any]:
    """One deadline with everything that was done to it."""
    return _detail(request, deadline_id)


@router.post("/deadlines/{int:deadline_id}/finish", response=DeadlineDetail)
def finish(request: HttpRequest, deadline_id: int, body: DeadlineReasonIn) -> dict[str, Any]:
    """It is done."""
    deadlines.finish(user_of(request), deadline_id, body.reason)
    return _detail(request, deadline_id)


@router.post("/deadlines/{int:deadline_id}/pause", response=DeadlineDetail)
def pause(request: HttpRequest, deadline_id: int, body: DeadlineReasonIn) -> dict[str, Any]:
    """Stop the clock."""
    deadlines.pause(user_of(request), deadline_id, body.reason)
    return _detail(request, deadline_id)


@router.post("/deadlines/{int:deadline_id}/resume", response=DeadlineDetail)
def resume(request: HttpRequest, deadline_id: int, body: DeadlineReasonIn) -> dict[str, Any]:
    """Let it go on."""
    deadlines.resume(user_of(request), deadline_id, body.reason)
    return _detail(request, deadline_id)


@router.post("/deadlines/{int:deadline_id}/extend", response=DeadlineDetail)
def extend(request: HttpRequest, deadline_id: int, body: ExtendIn) -> dict[str, Any]:
    """Move the due day."""
    deadlines.extend(user_of(request), deadline_id, body.due_on, body.reason)
    return _detail(request, deadline_id)


@router.post("/deadlines/{int:deadline_id}/extension", response=DeadlineDetail)
def ask_extension(request: HttpRequest, deadline_id: int, body: ExtensionIn) -> dict[str, Any]:
    """Ask for a later day because of force majeure."""
    extensions.ask(user_of(request), deadline_id, body.due_on, body.cause, body.measures)
    return _detail(request, deadline_id)


@router.post("/extensions/{int:extension_id}/decide", response=DeadlineDetail)
def decide_extension(
    request: HttpRequest, extension_id: int, body: ExtensionDecisionIn
) -> dict[str, Any]:
    """Grant or refuse it; another person than who asked."""
    made = extensions.decide(user_of(request), extension_id, granted=body.granted, note=body.note)
    return _detail(request, made.deadline_id)


@router.get("/holidays/{int:year}", response=HolidaysOut)
def holidays_of(request: HttpRequest, year: int) -> dict[str, Any]:
    """The county's own table of a year."""
    require(user_of(request), "calendar.view")
    return _holidays(year)


@router.put("/holidays/{int:year}", response=HolidaysSet)
def set_holidays(request: HttpRequest, year: int, body: HolidaysIn) -> dict[str, Any]:
    """Replace it."""
    rows = [(row.day, row.works, row.name) for row in body.days]
    moved = holidays.set_year(user_of(request), year, rows, body.document)
    return {**_holidays(year), "moved": moved}


@router.post("/holidays/{int:year}/list", response=HolidayList)
def read_holidays(request: HttpRequest, year: int, file: File[UploadedFile]) -> dict[str, Any]:
    """What a list of the days says (columns 日期、安排、名称), to be looked at before it is saved."""
    require(user_of(request), "calendar.view", "calendar.manage")
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        path = Path(folder) / f"list{Path(file.name or '').suffix[:8]}"
        path.write_bytes(file.read())
        rows = holidays.read_list(path, year)
    return {"days": [{"day": day, "works": works, "name": name} for day, works, name in rows]}


def _holidays(year: int) -> dict[str, Any]:
    days = list(Holiday.objects.filter(day__year=year).values("day", "works", "name"))
    notice = HolidayNotice.objects.select_related("entered_by").filter(year=year).first()
    return {
        "year": year, "published": published(year, own_arrangement()), "own": bool(days),
        "days": days, "document": notice.document if notice else "",
        "entered_by": notice.entered_by.name if notice and notice.entered_by else "",
    }  # fmt: skip


def _out(row: Deadline, names: dict[str, str], today: date) -> dict[str, Any]:
    plain = (
        "obligation", "label", "matter", "period", "what", "clause", "starts_on", "due_on",
        "first_due_on", "estimated", "note", "paused_on", "done_on",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.pk,
        "desk": row.desk.name,
        "role": names.get(row.role, row.role),
        "person": row.person.name if row.person else None,
        "state": reading.state_of(row, today),
        "days_left": (row.due_on - today).days,
        "done_by": row.done_by.name if row.done_by else None,
        "of_matter": bool(row.source_kind),
    }


def _detail(request: HttpRequest, deadline_id: int) -> dict[str, Any]:
    user = user_of(request)
    require(user, "calendar.view")
    row: Deadline = Deadline.objects.select_related("desk", "person", "done_by").fetch_for(
        user, pk=deadline_id
    )
    manage = user.may("calendar.manage")
    own = row.desk_id == user.region_id and user.roles.filter(code=row.role).exists()
    return {
        **_out(row, reading.role_names(), timezone.localdate()),
        "changes": [
            {
                "at": c.at, "by": c.by.name if c.by else "系统", "act": c.get_act_display(),
                "from_due": c.from_due, "to_due": c.to_due, "reason": c.reason,
            }
            for c in row.changes.select_related("by")
        ],
        "extensions": extensions.listed(user, row),
        "link": deadlines.page_of(row),
        "may": {
            "finish": not row.done_on and not row.source_kind and (own or manage),
            "manage": manage and not row.done_on,
            "ask": extensions.may_ask(user, row),
        },
    }  # fmt: skip
