"""Half-year and annual results over HTTP: preview, report, annexes, package."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.audit.services import record
from liangtian.platform.documents.kinds import find_kind
from liangtian.platform.documents.models import Letter
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.returns.register import previous
from liangtian.platform.returns.services import fetch
from liangtian.programmes.enforcement.models import ResultPackage
from liangtian.programmes.enforcement.results import annexes, package, report
from liangtian.programmes.enforcement.results.figures import Result, result_of

router = Router(tags=["enforcement"])
# Figures of the report that a corrected version is compared by.
_COMPARED = (
    "count", "area", "farmland", "legal_count", "legal", "illegal_count", "illegal", "other_count",
    "restored", "regularised", "open", "share", "numerator", "denominator", "ratio", "scope",
)  # fmt: skip


class ResultFigure(Schema):
    name: str
    label: str
    value: str
    before: str | None


class ResultTable(Schema):
    name: str
    label: str
    heads: list[str]
    rows: list[list[str]]


class ResultSeries(Schema):
    name: str
    values: list[str]


class ResultChart(Schema):
    name: str
    title: str
    unit: str
    stacked: bool
    categories: list[str]
    series: list[ResultSeries]


class ResultLetter(Schema):
    id: int
    state: str
    state_label: str
    number: str


class ResultPackageFile(Schema):
    name: str
    size: int
    sha256: str


class ResultPackageOut(Schema):
    id: int
    sheet: int
    version: int
    number: str
    sha256: str
    size: int
    made_by: str
    made_at: datetime
    reported_on: date | None
    receipt: str
    files: list[ResultPackageFile]


class ResultField(Schema):
    upstream: str
    label: str


class ResultOut(Schema):
    sheet: int
    title: str
    version: int
    kind: str
    earlier_version: int | None
    figures: list[ResultFigure]
    tables: list[ResultTable]
    charts: list[ResultChart]
    fields: list[ResultField]
    letter: ResultLetter | None
    lacking: list[str]
    packages: list[ResultPackageOut]
    may: bool


class ResultReportIn(Schema):
    on: date
    receipt: Annotated[str, Field(max_length=100)] = ""


@router.get("/results/{int:return_id}", response=ResultOut)
def result(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """What the report of a return of results says, and how far its package is."""
    return _out(user_of(request), return_id)


@router.get("/results/{int:return_id}/annex.xlsx")
def annex(request: HttpRequest, return_id: int) -> HttpResponse:
    """Summary tables and the patch table as a workbook."""
    user = user_of(request)
    found = _taken(user, return_id)
    return _file(annexes.annex_xlsx(found), XLSX, f"{found.sheet.title}附表.xlsx")


@router.get("/results/{int:return_id}/patches.csv")
def patches(request: HttpRequest, return_id: int) -> HttpResponse:
    """The patch table in the upstream system's fields."""
    user = user_of(request)
    found = _taken(user, return_id)
    return _file(
        annexes.patches_csv(found), "text/csv; charset=utf-8", f"{found.sheet.title}图斑明细表.csv"
    )


@router.post("/results/{int:return_id}/package", response=JobOut)
def make_package(request: HttpRequest, return_id: int) -> dict[str, Any]:
    """Have the signed return packed with its report, in the background; the same again gives the one there is."""
    return job_out(package.start(user_of(request), return_id))


@router.get("/results/packages/{int:package_id}/file.zip")
def package_file(request: HttpRequest, package_id: int) -> FileResponse:
    """The package as it was made."""
    user = user_of(request)
    require(user, "enforcement.export")
    made: ResultPackage = ResultPackage.objects.fetch_for(user, pk=package_id)
    with transaction.atomic():
        record(user, "enforcement.result.export", made, after={"sha256": made.sha256})
    return FileResponse(made.file.open(), as_attachment=True, filename=made.file.name)


@router.post("/results/packages/{int:package_id}/reported", response=ResultOut)
def reported(request: HttpRequest, package_id: int, body: ResultReportIn) -> dict[str, Any]:
    """Write down that the package was uploaded."""
    user = user_of(request)
    made = package.report(user, package_id, body.on, body.receipt)
    return _out(user, made.sheet_id)


def _taken(user: User, return_id: int) -> Result:
    """The result, for who may take it out; the act is recorded."""
    require(user, "enforcement.export")
    found = result_of(fetch(user, return_id))
    with transaction.atomic():
        record(user, "enforcement.result.export", found.sheet, after={"parts": len(found.rows)})
    return found


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return attach(HttpResponse(content, content_type=kind), name)


def _out(user: User, return_id: int) -> dict[str, Any]:
    require(user, "enforcement.view")
    sheet = fetch(user, return_id)
    found, earlier = result_of(sheet), previous(sheet)
    values = report.values_of(found)
    before = report.values_of(result_of(earlier)) if earlier else None
    letter, kind = package.letter_of(found), find_kind(package.kind_of(found))
    assert kind is not None
    labels = {field.name: field.label for field in kind.fields}
    return {
        "sheet": sheet.pk, "title": sheet.title, "version": sheet.version, "kind": kind.code,
        "earlier_version": earlier.version if earlier else None,
        "figures": [
            {"name": name, "label": labels[name], "value": values[name],
             "before": before[name] if before else None}
            for name in _COMPARED
        ],
        "tables": _tables(found),
        "charts": [
            {**chart, "name": name, "stacked": chart["chart"] == "stacked"}
            for name, chart in report.charts_of(found).items()
        ],
        "fields": [
            {"upstream": one.name, "label": one.column.label} for one in annexes.upstream_fields()
        ],
        "letter": _letter(letter) if letter else None,
        "lacking": package.lacking(found),
        "packages": [_package(one) for one in _packages(user, found)],
        "may": user.may("enforcement.export") and user.may("returns.prepare"),
    }  # fmt: skip


def _tables(found: Result) -> list[dict[str, Any]]:
    rows = report.tables_of(found)
    return [
        {
            "name": table.name, "label": table.label,
            "heads": [column.label for column in table.columns],
            "rows": [[row[column.name] for column in table.columns] for row in rows[table.name]],
        }
        for table in report.TABLES
    ]  # fmt: skip


def _letter(letter: Letter) -> dict[str, Any]:
    return {"id": letter.pk, "state": letter.state, "state_label": letter.get_state_display(),
            "number": letter.number}  # fmt: skip


def _packages(user: User, found: Result) -> Any:
    """Of every version of the return, the newest first."""
    sheet = found.sheet
    rows = ResultPackage.objects.visible_to(user).filter(
        sheet__form=sheet.form, sheet__region=sheet.region, sheet__period=sheet.period
    )
    return rows.select_related("sheet", "letter", "file", "made_by")


def _package(made: ResultPackage) -> dict[str, Any]:
    return {
        "id": made.pk, "sheet": made.sheet_id, "version": made.sheet.version,
        "number": made.letter.number, "sha256": made.sha256, "size": made.file.size,
        "made_by": made.made_by.name, "made_at": made.made_at, "reported_on": made.reported_on,
        "receipt": made.receipt, "files": made.manifest["files"],
    }  # fmt: skip
