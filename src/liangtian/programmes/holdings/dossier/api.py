"""Holder files and field papers over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings import field_papers
from liangtian.programmes.holdings.dossier import making
from liangtian.programmes.holdings.pages import fetch_holder

router = Router(tags=["holdings"])


class HolderFileIn(Schema):
    """With a reason identity and scans are printed in full; the reason goes to the audit trail."""

    reason: Annotated[str, Field(max_length=200)] = ""


class HolderFilesIn(Schema):
    """The filters of the ledger of holders, as its page sends them."""

    query: dict[str, str] = {}
    reason: Annotated[str, Field(max_length=200)] = ""


@router.post("/holders/{holder_id}/file.pdf")
def holder_file(request: HttpRequest, holder_id: int, body: HolderFileIn) -> HttpResponse:
    """The file of one holder (一户一档) as a PDF."""
    user = user_of(request)
    return _pdf(*making.holder_file(user, fetch_holder(user, holder_id), body.reason))


def _pdf(name: str, content: bytes) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


class FieldVillageOut(Schema):
    """A village with parcels."""

    code: str
    name: str
    parcels: int


@router.get("/field-papers", response=list[FieldVillageOut])
def field_villages(request: HttpRequest) -> list[dict[str, Any]]:
    """Villages for which field papers can be printed."""
    return field_papers.villages(user_of(request))


@router.get("/field-papers/{village}/{what}.pdf")
def field_paper(
    request: HttpRequest, village: str, what: Literal["map", "form"], under: bool = True
) -> HttpResponse:
    """The working map of a village, or the form to check its parcels by, as a PDF."""
    return _pdf(*field_papers.field_paper(user_of(request), village, what, under=under))


@router.post("/holder-files", response=JobOut)
def holder_files(request: HttpRequest, body: HolderFilesIn) -> dict[str, Any]:
    """Make the files of all holders of a filtered list, in the background."""
    user = user_of(request)
    return job_out(making.start(user, body.query, body.reason), user)


@router.get("/holder-files/{job_id}.zip")
def holder_zip(request: HttpRequest, job_id: UUID) -> FileResponse:
    """What such a job of one's own made."""
    path, name = making.made_zip(user_of(request), job_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)
