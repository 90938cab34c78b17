"""Dossiers over HTTP: what one holds and lacks, its papers, its archive, and dossiers of many patches."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from liangtian.platform.attachments import attach
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import one_of
from liangtian.programmes.enforcement.dossiers import page, running, services
from liangtian.programmes.enforcement.dossiers.content import Filing
from liangtian.programmes.enforcement.models import DossierPaper, DossierRun

router = Router(tags=["enforcement"])
PRIVATE = "private, no-store"
SHOWN = 20  # one's latest runs


class DossierCheckOut(Schema):
    code: str
    label: str
    state: Literal["there", "missing", "later", "not_needed"]
    said: str
    clause: str


class DossierFileOut(Schema):
    id: int
    name: str
    size: int
    sha256: str
    url: str


class PaperOut(Schema):
    id: int
    kind: Annotated[str, one_of(DossierPaper.Kind)]
    kind_label: str
    title: str
    number: str
    responsible: str
    dated: date | None
    added_by: str
    added_at: datetime
    file: DossierFileOut


class ArchivedOut(Schema):
    id: int
    version: int
    fonds: str
    catalogue: str
    file_number: str
    retention: str
    archived_by: str
    archived_at: datetime
    reason: str
    missing: list[str]
    changes: list[str]
    pdf_sha256: str
    pdf_size: int
    originals_sha256: str | None
    originals_size: int | None


class KindOut(Schema):
    value: str
    label: str


class DossierOut(Schema):
    status: Literal["whole", "lacking", "ongoing"]
    status_label: str
    verdict: str
    checks: list[DossierCheckOut]
    papers: list[PaperOut]
    kinds: list[KindOut]
    archived: list[ArchivedOut]
    changed: list[str]
    retentions: list[str]
    originals: int
    may_add: bool
    may_archive: bool
    may_export: bool
    may_unmask: bool


class ArchiveIn(Schema):
    file_number: Annotated[str, Field(max_length=60)]
    retention: str
    fonds: Annotated[str, Field(max_length=40)] = ""
    catalogue: Annotated[str, Field(max_length=40)] = ""
    reason: Annotated[str, Field(max_length=300)] = ""  # why it is archived though something lacks


class PaperIn(Schema):
    kind: Annotated[str, one_of(DossierPaper.Kind)]
    title: str = ""
    number: str = ""
    responsible: str = ""
    dated: date | None = None


class PaperReasonIn(Schema):
    reason: str


class DossierVerifiedOut(Schema):
    problems: list[str]


class DossiersIn(Schema):
    query: dict[str, str] = {}
    originals: bool = False
    reason: Annotated[str, Field(max_length=200)] = ""  # why names are to be unmasked


class RunFileOut(Schema):
    name: str
    size: int
    sha256: str


class DossierRunOut(Schema):
    id: UUID
    title: str
    patches: int
    originals: bool
    created_at: datetime
    ready: bool
    made: int | None
    lacking: int | None
    failed: int | None
    files: list[RunFileOut]
    job: JobOut | None


@router.get("/patches/{patch_id}/dossier", response=DossierOut)
def dossier(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    """What the dossier of a patch holds and lacks, its papers, and what was archived of it."""
    return page.dossier_out(user_of(request), patch_id)


@router.get("/patches/{patch_id}/dossier.pdf")
def dossier_file(request: HttpRequest, patch_id: int, reason: str = "") -> HttpResponse:
    """The dossier of a patch as a PDF; with a reason, names unmasked for who may. The act is audited."""
    name, content = services.patch_dossier(user_of(request), patch_id, reason)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f"inline; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = PRIVATE
    return response


@router.get("/patches/{patch_id}/originals.zip")
def originals(request: HttpRequest, patch_id: int) -> FileResponse:
    """The originals of a patch with a list of their hashes; the act is audited."""
    name, content = services.patch_originals(user_of(request), patch_id)
    return _sent(content, name, "application/zip")


@router.post("/patches/{patch_id}/papers", response=DossierOut)
def add_paper(
    request: HttpRequest, patch_id: int, body: Form[PaperIn], file: File[UploadedFile]
) -> dict[str, Any]:
    """Put an original into the dossier."""
    user = user_of(request)
    facts = services.PaperFacts(body.kind, body.title, body.number, body.responsible, body.dated)
    services.add_paper(user, patch_id, facts, file.name or "", file.chunks())
    return page.dossier_out(user, patch_id)


@router.post("/patches/{patch_id}/papers/{paper_id}/remove", response=DossierOut)
def remove_paper(
    request: HttpRequest, patch_id: int, paper_id: int, body: PaperReasonIn
) -> dict[str, Any]:
    """Take an original out again, with a reason."""
    user = user_of(request)
    services.remove_paper(user, patch_id, paper_id, body.reason)
    return page.dossier_out(user, patch_id)


@router.post("/patches/{patch_id}/archive", response=DossierOut)
def archive(request: HttpRequest, patch_id: int, body: ArchiveIn) -> dict[str, Any]:
    """Freeze the dossier under a number of the archive; a changed one becomes its next version."""
    user = user_of(request)
    filing = Filing(
        body.fonds.strip(), body.catalogue.strip(), body.file_number.strip(), body.retention
    )
    services.archive(user, patch_id, filing, body.reason)
    return page.dossier_out(user, patch_id)


@router.post("/patches/{patch_id}/dossier/verify", response=DossierVerifiedOut)
def verify(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    """Read every archived file and original through and compare its hash."""
    return {"problems": services.verified(user_of(request), patch_id)}


@router.get("/archived/{archived_id}/{which}")
def archived(request: HttpRequest, archived_id: int, which: Literal["pdf", "zip"]) -> FileResponse:
    """An archived dossier or its originals, as frozen; the act is audited."""
    file = services.fetch_archived(user_of(request), archived_id, which)
    return _sent(file.open(), file.name, file.content_type)


@router.post("/dossiers", response=DossierRunOut)
def start(request: HttpRequest, body: DossiersIn) -> dict[str, Any]:
    """Make the dossiers of a filtered list in the background; `year` takes the batches of a year."""
    run = running.start(user_of(request), body.query, originals=body.originals, reason=body.reason)
    return _run_out(run)


@router.get("/dossiers", response=list[DossierRunOut])
def runs(request: HttpRequest) -> list[dict[str, Any]]:
    """The runs one asked for oneself, newest first."""
    return [_run_out(run) for run in running.seen(user_of(request))[:SHOWN]]


@router.get("/dossiers/{run_id}/files/{number}")
def run_file(request: HttpRequest, run_id: UUID, number: int) -> FileResponse:
    """One zip of a finished run, for who asked for it; the act is audited."""
    name, path = running.fetch_run(user_of(request), run_id, number)
    return _sent(path.open("rb"), name, "application/zip")


def _sent(content: Any, name: str, content_type: str) -> FileResponse:
    return attach(FileResponse(content, content_type=content_type), name)


def _run_out(run: DossierRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "title": run.title,
        "patches": len(run.patches),
        "originals": run.originals,
        "created_at": run.created_at,
        "ready": run.ready_at is not None,
        "made": run.made,
        "lacking": run.lacking,
        "failed": run.failed,
        "files": run.files,
        "job": job_out(run.job) if run.job else None,
    }
