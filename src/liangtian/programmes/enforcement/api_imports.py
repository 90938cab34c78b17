"""The staged import over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.people.sealed import is_sealed
from liangtian.platform.shapes import Position, one_of
from liangtian.programmes.enforcement.imports import accepting, services
from liangtian.programmes.enforcement.imports.reading import (
    ENCODINGS,
    contents_of,
    open_source,
)
from liangtian.programmes.enforcement.imports.targets import TARGETS
from liangtian.programmes.enforcement.models import Batch, BatchImport, ImportProblem

router = Router(tags=["enforcement"])


class StartImport(Schema):
    file_id: int
    period: str
    title: str
    kind: str = "land"


class Mapping(Schema):
    layer: str = ""
    encoding: str = ""
    mapping: dict[str, str | None]


class ImportFile(Schema):
    id: int
    name: str
    size: int
    sha256: str


class LayerChoice(Schema):
    name: str
    count: int
    geometry_type: str


class FieldOut(Schema):
    name: str
    type: str


class TargetOut(Schema):
    name: str
    label: str
    required: bool
    help: str


class ImportSummary(Schema):
    id: int
    title: str
    period: str
    kind: Annotated[str, one_of(Batch.Kind)]
    status: Annotated[str, one_of(BatchImport.Status)]
    status_label: str
    file: ImportFile
    count: int
    ready: int
    errors: int
    duplicates: int
    warnings: int
    error: str | None
    batch_id: int | None
    created_at: datetime
    created_by: str


class BatchImportOut(ImportSummary):
    format: str | None
    layers: list[LayerChoice]
    layer: str
    encoding: str
    encodings: list[str]
    crs_label: str
    crs_note: str
    notes: list[str]
    fields: list[FieldOut]
    targets: list[TargetOut]
    mapping: dict[str, str | None]
    mapping_remembered: bool
    preview: list[dict[str, str]]
    already_present_file: bool
    job: JobOut | None


class ImportProblemOut(Schema):
    row: int
    number: str
    field: str
    value: str
    severity: Annotated[str, one_of(ImportProblem.Severity)]
    reason: str
    advice: str
    location: Position | None


class ImportProblemPage(Schema):
    rows: list[ImportProblemOut]
    total: int


@router.get("/imports", response=list[ImportSummary])
def imports(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest imports of the user's county."""
    user = user_of(request)
    require(user, services.PERMISSION)
    rows = BatchImport.objects.visible_to(user).select_related("file", "created_by", "job")
    return [_summary(services.settle(row)) for row in rows[:100]]


@router.post("/imports", response=BatchImportOut)
def start(request: HttpRequest, body: StartImport) -> dict[str, Any]:
    """Read an uploaded file and propose how its fields match."""
    user = user_of(request)
    file = StoredFile.objects.fetch_for(user, pk=body.file_id, kind="batch")
    return _detail(services.start_import(user, file, body.period, body.title, body.kind))


@router.get("/imports/{import_id}", response=BatchImportOut)
def show(
    request: HttpRequest, import_id: int, encoding: str = "", layer: str = ""
) -> dict[str, Any]:
    """An import as it stands; `encoding` and `layer` only change what is previewed."""
    return _detail(_fetch(request, import_id), layer, encoding)


@router.put("/imports/{import_id}/mapping", response=BatchImportOut)
def match(request: HttpRequest, import_id: int, body: Mapping) -> dict[str, Any]:
    """Fix the fields and start the check."""
    current = _fetch(request, import_id)
    services.choose_mapping(
        user_of(request), current, body.mapping, layer=body.layer, encoding=body.encoding
    )
    return _detail(_fetch(request, import_id))


@router.get("/imports/{import_id}/problems", response=ImportProblemPage)
def problems(
    request: HttpRequest,
    import_id: int,
    page: Annotated[int, Field(ge=1)] = 1,
    size: Annotated[int, Field(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """What was found, row by row."""
    rows = _fetch(request, import_id).problems.order_by("row", "pk")
    begin = (page - 1) * size
    shown = [
        {
            **{name: getattr(p, name) for name in _PROBLEM},
            "location": None if p.lon is None else [p.lon, p.lat],
        }
        for p in rows[begin : begin + size]
    ]
    return {"rows": shown, "total": rows.count()}


_PROBLEM = ("row", "number", "field", "value", "severity", "reason", "advice")


@router.post("/imports/{import_id}/accept", response=BatchImportOut)
def accept(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """Let the good rows in."""
    services.accept_import(user_of(request), _fetch(request, import_id))
    return _detail(_fetch(request, import_id))


@router.post("/imports/{import_id}/discard", response=BatchImportOut)
def discard(request: HttpRequest, import_id: int) -> dict[str, Any]:
    """Give the import up."""
    return _detail(services.discard_import(user_of(request), _fetch(request, import_id)))


def _fetch(request: HttpRequest, import_id: int) -> BatchImport:
    user = user_of(request)
    require(user, services.PERMISSION)
    found: BatchImport = BatchImport.objects.select_related(
        "file", "created_by", "job", "job__created_by", "region"
    ).fetch_for(user, pk=import_id)
    return services.settle(found)


def _summary(row: BatchImport) -> dict[str, Any]:
    names = ("id", "title", "period", "kind", "status", "file", "count", "ready", "errors", "duplicates",
             "warnings", "batch_id", "created_at")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "status_label": row.get_status_display(),
        "error": row.error or None,
        "created_by": row.created_by.name,
    }


def _detail(row: BatchImport, layer: str = "", encoding: str = "") -> dict[str, Any]:
    if encoding and encoding not in (*ENCODINGS, row.encoding):
        raise Refused(f"不支持的文字编码“{encoding}”。请选 UTF-8 或 GB18030。")
    shown = {**row.contents, **{name: getattr(row, name) for name in _AS_READ}}
    if (layer or row.layer, encoding or row.encoding) != (row.layer, row.encoding):
        if is_sealed(row.file):
            raise NotFound("该文件已封存，不能再打开。")
        source = open_source(row.file, layer or row.layer, encoding or row.forced_encoding)
        shown = {
            **contents_of(source),
            "layer": source.layer.name,
            "encoding": source.layer.encoding,
            "crs_label": source.crs_label,
        }
    return {
        **_summary(row),
        **shown,
        "encodings": list(ENCODINGS),
        "targets": [vars(target) for target in TARGETS],
        "mapping": row.mapping,
        "mapping_remembered": row.mapping_remembered,
        "already_present_file": accepting.earlier_batch(row) is not None,
        "job": row.job and job_out(row.job),
    }


_AS_READ = ("layer", "encoding", "crs_label")
