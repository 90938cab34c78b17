"""Checks on the ground, dispositions, listed projects and the military register over HTTP."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router

from liangtian.platform.cases.shapes import OfficeAskedOut
from liangtian.platform.people.request import user_of
from liangtian.programmes.enforcement import checking, disposing, military, projects
from liangtian.programmes.enforcement.models import InfrastructureProject, MilitaryPatch
from liangtian.programmes.enforcement.patch_page import fetch_patch, patch_out
from liangtian.programmes.enforcement.shapes import PatchOut, StepIn
from liangtian.programmes.enforcement.shapes_stages import (
    AcceptIn,
    CheckIn,
    ChooseProjectIn,
    DispatchIn,
    LeadingIn,
    MilitaryIn,
    MilitaryOut,
    PlanIn,
    ProgressIn,
    ProjectIn,
    ProjectOut,
    StagesOut,
)
from liangtian.programmes.enforcement.stages_page import stages_out

router = Router(tags=["enforcement"])


@router.get("/patches/{patch_id}/stages", response=StagesOut)
def stages(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    """Parts with their judgement and disposition, checks on the ground, what is still wanted."""
    user = user_of(request)
    return stages_out(user, fetch_patch(user, patch_id))


@router.put("/patches/{patch_id}/check", response=StagesOut)
def check(request: HttpRequest, patch_id: int, body: CheckIn) -> dict[str, Any]:
    """Fill in the form of the check on the ground."""
    checking.save_check(user_of(request), patch_id, checking.CheckForm(**body.dict()))
    return stages(request, patch_id)


@router.put("/patches/{patch_id}/leading-check", response=StagesOut)
def leading_check(request: HttpRequest, patch_id: int, body: LeadingIn) -> dict[str, Any]:
    """Register the leading group's visit to a key patch."""
    members = [(member.name, member.post) for member in body.members]
    form = checking.LeadingForm(body.checked_on, members, body.finding, body.file_id)
    checking.record_leading_check(user_of(request), patch_id, form)
    return stages(request, patch_id)


@router.get("/patches/{patch_id}/responsible", response=list[OfficeAskedOut])
def responsible(request: HttpRequest, patch_id: int) -> list[dict[str, Any]]:
    """Offices that may be made responsible for putting a patch right."""
    found = disposing.offices_responsible(user_of(request), patch_id)
    return [{"id": o.pk, "name": o.name, "kind": o.get_kind_display()} for o in found]


@router.put("/parts/{part_id}/disposition", response=StagesOut)
def plan(request: HttpRequest, part_id: int, body: PlanIn) -> dict[str, Any]:
    """Draw up what is to be done with an illegal part."""
    made = disposing.plan(user_of(request), part_id, disposing.Plan(**body.dict()))
    return stages(request, made.part.patch_id)


@router.put("/parts/{part_id}/progress", response=StagesOut)
def progress(request: HttpRequest, part_id: int, body: ProgressIn) -> dict[str, Any]:
    """Enter what has been done."""
    made = disposing.progress(user_of(request), part_id, disposing.Progress(**body.dict()))
    return stages(request, made.part.patch_id)


@router.put("/parts/{part_id}/project", response=StagesOut)
def choose_project(request: HttpRequest, part_id: int, body: ChooseProjectIn) -> dict[str, Any]:
    """Say on which listed project an illegal part stands."""
    part = projects.set_project(user_of(request), part_id, body.project)
    return stages(request, part.patch_id)


@router.post("/patches/{patch_id}/dispose", response=PatchOut)
def dispose(request: HttpRequest, patch_id: int, body: StepIn) -> dict[str, Any]:
    """Hand the disposition down."""
    disposing.hand_down(user_of(request), patch_id, body.opinion)
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/rectified", response=PatchOut)
def rectified(request: HttpRequest, patch_id: int, body: StepIn) -> dict[str, Any]:
    """Report the work done."""
    disposing.report(user_of(request), patch_id, body.opinion)
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/accept", response=PatchOut)
def accept(request: HttpRequest, patch_id: int, body: AcceptIn) -> dict[str, Any]:
    """Accept what was reported, part by part."""
    given = [disposing.Acceptance(**one.dict()) for one in body.parts]
    disposing.accept(user_of(request), patch_id, given, body.opinion)
    return _page(request, patch_id)


@router.post("/patches/{patch_id}/reject", response=PatchOut)
def reject(request: HttpRequest, patch_id: int, body: StepIn) -> dict[str, Any]:
    """Send the work back."""
    disposing.reject(user_of(request), patch_id, body.opinion)
    return _page(request, patch_id)


@router.get("/projects", response=list[ProjectOut])
def all_projects(request: HttpRequest) -> list[dict[str, Any]]:
    """Listed infrastructure projects of the county."""
    return [_project(row) for row in projects.projects_of(user_of(request))]


@router.post("/projects", response=ProjectOut)
def new_project(request: HttpRequest, body: ProjectIn) -> dict[str, Any]:
    """Register a listed project."""
    form = projects.ProjectForm(**body.dict())
    return _project(projects.save_project(user_of(request), form))


@router.put("/projects/{project_id}", response=ProjectOut)
def change_project(request: HttpRequest, project_id: int, body: ProjectIn) -> dict[str, Any]:
    """Change a listed project, e.g. note that the duty was done."""
    form = projects.ProjectForm(**body.dict())
    return _project(projects.save_project(user_of(request), form, project_id))


@router.post("/patches/{patch_id}/military", response=MilitaryOut)
def take_out(request: HttpRequest, patch_id: int, body: MilitaryIn) -> dict[str, Any]:
    """Register a patch of military land apart; everything else of it leaves the system for good."""
    return _military(military.register(user_of(request), patch_id, body.form_number))


@router.get("/military", response=list[MilitaryOut])
def military_register(request: HttpRequest) -> list[dict[str, Any]]:
    """The register of military land."""
    return [_military(row) for row in military.registered(user_of(request))]


@router.post("/military/{row_id}/dispatch", response=MilitaryOut)
def dispatch(request: HttpRequest, row_id: int, body: DispatchIn) -> dict[str, Any]:
    """Note by which confidential post a form went up."""
    return _military(military.note_dispatch(user_of(request), row_id, body.number, body.on))


def _page(request: HttpRequest, patch_id: int) -> dict[str, Any]:
    user = user_of(request)
    return patch_out(user, fetch_patch(user, patch_id))


def _project(row: InfrastructureProject) -> dict[str, Any]:
    copied = (
        "id", "name", "sector", "listing", "listing_document", "listing_number", "listing_on",
        "duty_done", "duty_on", "duty_note", "duty_file_id",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in copied},
        "sector_label": row.get_sector_display(),
        "listing_label": row.get_listing_display(),
    }


def _military(row: MilitaryPatch) -> dict[str, Any]:
    copied = ("id", "number", "form_number", "registered_at", "dispatch_number", "dispatched_on")
    return {
        **{name: getattr(row, name) for name in copied},
        "period": row.batch.period,
        "registered_by": row.registered_by.name,
    }
