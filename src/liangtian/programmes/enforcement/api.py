"""Patches over HTTP: batches, the page of a patch, judging, photos, dossier, tiles."""

from __future__ import annotations

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from ninja import File, Router
from ninja.files import UploadedFile

from liangtian.platform.audit.services import saw
from liangtian.platform.cases.opinions import Asked
from liangtian.platform.cases.shapes import ConsultIn, OfficeAskedOut, PersonOut, person_out
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.enforcement import asking, judging
from liangtian.programmes.enforcement.api_checks import router as checks
from liangtian.programmes.enforcement.api_dossiers import router as dossiers
from liangtian.programmes.enforcement.api_field import router as field_routes
from liangtian.programmes.enforcement.api_freezes import router as freeze_routes
from liangtian.programmes.enforcement.api_imports import router as imports
from liangtian.programmes.enforcement.api_meetings import router as meetings
from liangtian.programmes.enforcement.api_ratio import router as accountability
from liangtian.programmes.enforcement.api_results import router as results
from liangtian.programmes.enforcement.api_stages import router as stages
from liangtian.programmes.enforcement.api_warnings import router as warning_routes
from liangtian.programmes.enforcement.batches import batches_out
from liangtian.programmes.enforcement.many import taking
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.programmes.enforcement.patch_page import fetch_patch, patch_out
from liangtian.programmes.enforcement.photos import add_photos
from liangtian.programmes.enforcement.remeasuring import remeasure
from liangtian.programmes.enforcement.shapes import (
    AskedIn,
    AssignIn,
    BatchOut,
    ConfirmIn,
    DoorOut,
    ListedIn,
    ManyIn,
    ManyOut,
    PatchOut,
    ReopenIn,
    StepIn,
)
from liangtian.programmes.enforcement.tiles import patch_tile

router = Router(tags=["enforcement"])
router.add_router("", imports)
router.add_router("", dossiers)
router.add_router("", checks)
router.add_router("", stages)
router.add_router("", field_routes)
router.add_router("/meetings", meetings)
router.add_router("", accountability)
router.add_router("/warnings", warning_routes)
router.add_router("", results)
router.add_router("", freeze_routes)
TILE_TYPE = "application/vnd.mapbox-vector-tile"


@router.get("/batches", response=list[BatchOut])
def batches(request: HttpRequest) -> list[dict[str, Any]]:
    """Batches with patches in the user's region, newest first, counted within it."""
    return batches_out(user_of(request))


@router.post("/batches/{batch_id}/measure", response=JobOut)
def measure(request: HttpRequest, batch_id: int) -> dict[str, Any]:
    """Measure what is not judged yet with the layers now published; answers with the job."""
    return job_out(remeasure(user_of(request), batch_id))


@router.get("/tiles/{z}/{x}/{y}.mvt")
def tile(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Patches of the user's region as a vector tile."""
    data = patch_tile(user_of(request), z, x, y)
    etag = quote_etag(hashlib.sha256(data).hexdigest()[:32])
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in asked or f"W/{etag}" in asked:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(data, content_type=TILE_TYPE, status=200 if data else 204)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@router.get("/patches/{patch_id}", response=PatchOut)
def patch(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    """One patch with everything its page shows; that it was looked at is audited."""
    user = user_of(request)
    found = fetch_patch(user, patch_id)
    saw(user, "enforcement.patch.view", found)
    return patch_out(user, found)


@router.post("/patches/{patch_id}/confirm", response=PatchOut)
def confirm(request: HttpRequest, patch_id: int, body: ConfirmIn) -> dict[str, Any]:
    """Judge as proposed, or otherwise with a reason."""
    parts = [PartJudgement(**one.dict()) for one in body.parts]
    judging.judge(user_of(request), patch_id, body.outcome, body.reason, parts)
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/reopen", response=PatchOut)
def reopen(request: HttpRequest, patch_id: int, body: ReopenIn) -> dict[str, Any]:
    """Take the judgement back."""
    judging.reopen(user_of(request), patch_id, body.reason)
    return _page(request, patch_id)


@router.get("/steps", response=list[DoorOut])
def doors(request: HttpRequest) -> list[dict[str, Any]]:
    """The acts the user may do for many patches at once, in the order of the flow."""
    return [
        {
            "name": door.name, "label": door.label, "form": door.form is not None,
            "filters": {**door.filters, "stage": ",".join(door.origins)}, "note": door.noted,
        }
        for door in taking.doors_for(user_of(request))
    ]  # fmt: skip


@router.post("/steps", response=ManyOut)
def many(request: HttpRequest, body: ManyIn) -> dict[str, Any]:
    """Do an act for many patches, or only tell (`preview`) of each whether it could be done and why not."""
    asked = _asked(body)
    return _many(
        taking.take(user_of(request), body.ids, asked, whole=body.whole, preview=body.preview)
    )


@router.post("/steps/listed", response=ManyOut)
def listed(request: HttpRequest, body: ListedIn) -> dict[str, Any]:
    """As the above, for every patch of a filtered list."""
    return _many(
        taking.take_listed(user_of(request), body.query, _asked(body), preview=body.preview)
    )


def _asked(body: AskedIn) -> taking.Asked:
    forms = {"plan": body.plan, "progress": body.progress, "accept": body.accept}
    return taking.Asked(body.step, body.note, forms.get(body.step))


def _many(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "job": job_out(told["job"]) if told["job"] else None}


@router.post("/patches/{patch_id}/assign", response=PatchOut)
def assign(request: HttpRequest, patch_id: int, body: AssignIn) -> dict[str, Any]:
    """Hand the patch out to its township, or to a person there, for a check on the ground."""
    user = user_of(request)
    judging.assign(user, patch_id, judging.checker(user, patch_id, body.to_user), body.note)
    return _page(request, patch_id)


@router.get("/patches/{patch_id}/checkers", response=list[PersonOut])
def checkers(request: HttpRequest, patch_id: int) -> list[dict[str, Any]]:
    """Who could check the patch on the ground."""
    return [person_out(p) for p in judging.checkers(user_of(request), patch_id)]


@router.get("/patches/{patch_id}/offices", response=list[OfficeAskedOut])
def offices(request: HttpRequest, patch_id: int) -> list[dict[str, Any]]:
    """Which offices could be asked about the patch."""
    found = asking.offices_for(user_of(request), patch_id)
    return [{"id": o.pk, "name": o.name, "kind": o.get_kind_display()} for o in found]


@router.post("/patches/{patch_id}/consult", response=PatchOut)
def consult(request: HttpRequest, patch_id: int, body: ConsultIn) -> dict[str, Any]:
    """Ask several offices at once for their opinion."""
    asking.consult(user_of(request), patch_id, Asked(body.question, body.offices, body.rule))
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/steps/{step}", response=PatchOut)
def take_step(request: HttpRequest, patch_id: int, step: str, body: StepIn) -> dict[str, Any]:
    """Take a step that needs nothing but an opinion: return, decline, recheck, review, archive … or withdraw."""
    judging.step(user_of(request), patch_id, step, body.opinion)
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/photos", response=PatchOut)
def photos(request: HttpRequest, patch_id: int, files: File[list[UploadedFile]]) -> dict[str, Any]:
    """Take site photos in."""
    given = [(file.name or "", file.chunks()) for file in files]
    add_photos(user_of(request), patch_id, given)
    return _page(request, patch_id)


def _page(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    user = user_of(request)
    return patch_out(user, fetch_patch(user, patch_id))
