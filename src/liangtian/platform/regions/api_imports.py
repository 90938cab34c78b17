"""Import of a county's villages, groups and boundaries over HTTP."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.files.services import store
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.regions.imports import services
from liangtian.platform.regions.imports.template import template_xlsx
from liangtian.platform.regions.models import RegionImport, RegionImportProblem, RegionImportRow
from liangtian.platform.shapes import one_of

router = Router(tags=["regions"])
MOST = 50  # imports listed


class RegionImportOut(Schema):
    id: int
    file_name: str
    status: Annotated[str, one_of(RegionImport.Status)]
    status_label: str
    is_boundary: bool
    layer: str
    crs_label: str
    notes: list[str]
    error: str
    job_id: str | None
    created_by: str
    created_at: datetime
    counts: dict[str, int]


class ImportedRow(Schema):
    row: int
    code: str
    name: str
    act: Annotated[str, one_of(RegionImportRow.Act)]
    act_label: str
    valid_from: date | None


class ImportedRowPage(Schema):
    rows: list[ImportedRow]
    total: int


class RegionProblem(Schema):
    row: int
    code: str
    field: str
    value: str
    severity: Annotated[str, one_of(RegionImportProblem.Severity)]
    severity_label: str
    reason: str
    advice: str
    area_m2: Decimal | None


class RegionProblemPage(Schema):
    rows: list[RegionProblem]
    total: int


PageNumber = Annotated[int, Field(ge=1, le=10**6)]
PageSize = Annotated[int, Field(ge=1, le=200)]


@router.get("", response=list[RegionImportOut])
def listing(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest imports of the county."""
    user = user_of(request)
    require(user, services.PERMISSION)
    rows = RegionImport.objects.visible_to(user).select_related("file", "created_by", "job")
    return [_out(services.settle(row)) for row in rows[:MOST]]


@router.get("/template.xlsx")
def template(request: HttpRequest) -> HttpResponse:
    """The Excel file to fill in, with 填写说明."""
    user = user_of(request)
    require(user, services.PERMISSION)
    county = services.county_of(user)
    return attach(
        HttpResponse(template_xlsx(county), content_type=XLSX),
        f"{county.name}行政区划清单模板.xlsx",
    )


@router.post("", response=RegionImportOut)
def start(request: HttpRequest, file: File[UploadedFile], layer: Form[str] = "") -> Any:
    """Take a list or boundaries in and check it; nothing enters yet."""
    user = user_of(request)
    require(user, services.PERMISSION)
    stored = store(
        file.chunks(), file.name or "", user=user, region=services.county_of(user),
        kind=services.FILE_KIND,
    )  # fmt: skip
    return _out(services.start_import(user, stored, layer.strip()))


@router.get("/{import_id}", response=RegionImportOut)
def one(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """One import with its counts."""
    return _out(services.settle(_fetch(request, import_id)))


@router.get("/{import_id}/rows", response=ImportedRowPage)
def rows(
    request: HttpRequest, import_id: int, act: str = "", page: PageNumber = 1, size: PageSize = 50
) -> dict[str, Any]:
    """What accepting would do, region by region."""
    found = _fetch(request, import_id).rows.defer("geom")
    if act:
        found = found.filter(act=act)
    shown = [
        {"row": r.row, "code": r.code, "name": r.name, "act": r.act,
         "act_label": r.get_act_display(), "valid_from": r.valid_from}
        for r in found[(page - 1) * size : page * size]
    ]  # fmt: skip
    return {"rows": shown, "total": found.count()}


@router.get("/{import_id}/problems", response=RegionProblemPage)
def problems(
    request: HttpRequest, import_id: int, page: PageNumber = 1, size: PageSize = 50
) -> dict[str, Any]:
    """What is wrong, row by row."""
    found = _fetch(request, import_id).problems.all()
    shown = [
        {
            "row": p.row, "code": p.code, "field": p.field, "value": p.value,
            "severity": p.severity, "severity_label": p.get_severity_display(),
            "reason": p.reason, "advice": p.advice, "area_m2": p.area_m2,
        }
        for p in found[(page - 1) * size : page * size]
    ]  # fmt: skip
    return {"rows": shown, "total": found.count()}


@router.post("/{import_id}/accept", response=RegionImportOut)
def accept(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """Enter all good rows, in one transaction, by a job."""
    services.accept_import(user_of(request), _fetch(request, import_id))
    return _out(_fetch(request, import_id))


@router.post("/{import_id}/discard", response=RegionImportOut)
def discard(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """Give the import up."""
    services.discard_import(user_of(request), _fetch(request, import_id))
    return _out(_fetch(request, import_id))


def _fetch(request: HttpRequest, import_id: int) -> RegionImport:
    user = user_of(request)
    require(user, services.PERMISSION)
    rows = RegionImport.objects.select_related("file", "created_by", "job", "region")
    found: RegionImport = rows.fetch_for(user, pk=import_id)
    return found


def _out(row: RegionImport) -> dict[str, Any]:
    return {
        "id": row.pk, "file_name": row.file.name, "status": row.status,
        "status_label": row.get_status_display(), "is_boundary": row.is_boundary,
        "layer": row.layer, "crs_label": row.crs_label, "notes": row.notes, "error": row.error,
        "job_id": str(row.job_id) if row.job_id else None, "created_by": row.created_by.name,
        "created_at": row.created_at, "counts": services.counts(row),
    }  # fmt: skip
