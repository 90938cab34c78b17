"""Notices and objections over HTTP."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Router

from liangtian.platform.audit.services import saw
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.notices import drafting, objecting, public
from liangtian.programmes.holdings.notices.pages import (
    fetch_notice,
    notice_out,
    objection_out,
    standing_out,
)
from liangtian.programmes.holdings.notices.papers import XLSX, printed
from liangtian.programmes.holdings.notices.shapes import (
    AnswerIn,
    NoticeIn,
    NoticeOptionsOut,
    NoticeOut,
    NoticeReasonIn,
    ObjectionIn,
    ObjectionOut,
    ObjectorOut,
    ParcelStandingOut,
    PublicNoticeOut,
    PublicObjectionIn,
    PublicObjectionOut,
    PublishIn,
)
from liangtian.programmes.holdings.notices.waiting import options_for
from liangtian.programmes.holdings.pages import fetch_parcel

router = Router(tags=["notices"])
open_router = Router(tags=["public"])
PDF = "application/pdf"
NAMES = {"map": "公示图.pdf", "table": "公示表.pdf", "xlsx": "公示表.xlsx"}


@router.get("/notices/options", response=NoticeOptionsOut)
def options(request: HttpRequest) -> dict[str, Any]:
    """Villages with parcels that wait for a notice, the days it has to last, and the kinds of objections."""
    return options_for(user_of(request))


@router.post("/notices", response=NoticeOut)
def draft(request: HttpRequest, body: NoticeIn) -> dict[str, Any]:
    """Draft a notice of everything that waits in those villages."""
    made = drafting.draft(user_of(request), _form(body))
    return _page(request, made.pk)


@router.get("/notices/{notice_id}", response=NoticeOut)
def notice(request: HttpRequest, notice_id: int) -> dict[str, Any]:
    """A notice with its list and the objections to it."""
    return _page(request, notice_id)


@router.put("/notices/{notice_id}", response=NoticeOut)
def edit(request: HttpRequest, notice_id: int, body: NoticeIn) -> dict[str, Any]:
    """Change a draft; its parcels are read anew."""
    drafting.edit(user_of(request), notice_id, _form(body), body.left_out)
    return _page(request, notice_id)


@router.delete("/notices/{notice_id}", response=bool)
def discard(request: HttpRequest, notice_id: int) -> bool:
    """Throw a draft away."""
    drafting.discard(user_of(request), notice_id)
    return True


@router.post("/notices/{notice_id}/publish", response=NoticeOut)
def publish(request: HttpRequest, notice_id: int, body: PublishIn) -> dict[str, Any]:
    """Publish a draft; what it shows is fixed from now on."""
    drafting.publish(user_of(request), notice_id, body.starts_on, body.ends_on)
    return _page(request, notice_id)


@router.post("/notices/{notice_id}/withdraw", response=NoticeOut)
def withdraw(request: HttpRequest, notice_id: int, body: NoticeReasonIn) -> dict[str, Any]:
    """Take a notice back."""
    drafting.withdraw(user_of(request), notice_id, body.reason)
    return _page(request, notice_id)


@router.get("/notices/{notice_id}/papers/{what}")
def papers(
    request: HttpRequest, notice_id: int, what: Literal["map", "table", "xlsx"]
) -> HttpResponse:
    """Map or list of a notice as a file; of a draft as it would be."""
    user = user_of(request)
    found = fetch_notice(user, notice_id)
    content = printed(user, found, what)
    return _file(content, f"{found.title}-{NAMES[what]}", XLSX if what == "xlsx" else PDF)


@router.post("/notices/{notice_id}/objections", response=ObjectionOut)
def log(request: HttpRequest, notice_id: int, body: ObjectionIn) -> dict[str, Any]:
    """Enter an objection made in person or in writing."""
    user, given = user_of(request), body.dict()
    filed_on, files = given.pop("filed_on"), given.pop("files")
    made = objecting.log(user, notice_id, objecting.ObjectionForm(**given), filed_on, files)
    return objection_out(objecting.fetch_objection(user, made.pk))


@router.get("/objections/{objection_id}", response=ObjectionOut)
def objection(request: HttpRequest, objection_id: int) -> dict[str, Any]:
    """An objection; that it was looked at is audited."""
    user = user_of(request)
    found = objecting.fetch_objection(user, objection_id)
    saw(user, "holdings.objection.view", found)
    return objection_out(found)


@router.post("/objections/{objection_id}/identity", response=ObjectorOut)
def identity(request: HttpRequest, objection_id: int, body: NoticeReasonIn) -> dict[str, Any]:
    """Who objected, in full, for a reason that goes to the audit trail."""
    found = objecting.identity(user_of(request), objection_id, body.reason)
    return {"name": found.name, "id_number": found.id_number, "phone": found.phone}


@router.post("/objections/{objection_id}/answer", response=ObjectionOut)
def answer(request: HttpRequest, objection_id: int, body: AnswerIn) -> dict[str, Any]:
    """Answer an objection; one that is upheld has the parcel surveyed and noticed again."""
    user = user_of(request)
    objecting.answer(user, objection_id, upheld=body.upheld, said=body.answer, files=body.files)
    return objection_out(objecting.fetch_objection(user, objection_id))


@router.post("/objections/{objection_id}/retract", response=ObjectionOut)
def retract(request: HttpRequest, objection_id: int, body: NoticeReasonIn) -> dict[str, Any]:
    """Enter that the objection was taken back by who made it."""
    user = user_of(request)
    objecting.retract(user, objection_id, body.reason)
    return objection_out(objecting.fetch_objection(user, objection_id))


@router.get("/parcels/{parcel_id}/standing", response=ParcelStandingOut)
def standing(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    """How far a parcel has come."""
    return standing_out(fetch_parcel(user_of(request), parcel_id))


@open_router.get("/notices/{token}", response=PublicNoticeOut, auth=None)
def public_notice(request: HttpRequest, token: str) -> dict[str, Any]:
    """A notice as everybody with its link sees it, while it lasts."""
    public.reads.take(_address(request))
    return public.notice_out(public.open_notice(token))


@open_router.get("/notices/{token}/{what}.pdf", auth=None)
def public_paper(request: HttpRequest, token: str, what: Literal["map", "table"]) -> HttpResponse:
    """Map or list of a notice as everybody with its link gets it."""
    public.reads.take(_address(request))
    name, content = public.paper(token, what)
    return _file(content, name, PDF)


@open_router.post("/notices/{token}/objections", response=PublicObjectionOut, auth=None)
def public_objection(request: HttpRequest, token: str, body: PublicObjectionIn) -> dict[str, Any]:
    """Send an objection from the page of the link."""
    public.reads.take(_address(request))
    public.open_notice(token)
    public.writes.take(_address(request))
    made = public.object_to(token, objecting.ObjectionForm(**body.dict()))
    return {"number": made.number, "due_on": made.due_on}


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


def _form(body: NoticeIn) -> drafting.NoticeForm:
    return drafting.NoticeForm(body.villages, body.title, body.contact, body.note)


def _page(request: HttpRequest, notice_id: int) -> dict[str, Any]:
    user = user_of(request)
    return notice_out(user, fetch_notice(user, notice_id))


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response
