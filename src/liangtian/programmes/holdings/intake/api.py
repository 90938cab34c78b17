"""The import of ledgers over HTTP."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Forbidden
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.intake import pages, services
from liangtian.programmes.holdings.intake.shapes import (
    ColumnsIn,
    DecideIn,
    HoldersDecidedOut,
    IntakeOut,
    IntakeProblemPage,
    IntakeReadingIn,
    IntakeSummary,
    StagedHolderPage,
    StagedRowPage,
    StartIntakeIn,
    WordsIn,
)
from liangtian.programmes.holdings.intake.workbook import marked_workbook, template_xlsx
from liangtian.programmes.holdings.models import Intake, IntakeProblem

router = Router(tags=["holdings"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LATEST = 100
Page = Annotated[int, Field(ge=1, le=100_000)]
Size = Annotated[int, Field(ge=1, le=200)]


@router.get("/intakes", response=list[IntakeSummary])
def intakes(request: HttpRequest) -> list[dict[str, Any]]:
    """The latest imports of the user's region."""
    user = user_of(request)
    require(user, "holdings.view", services.PERMISSION)
    rows = Intake.objects.visible_to(user).select_related(
        "table", "figures", "created_by", "job", "region"
    )
    return [pages.summary_out(services.settle(row)) for row in rows[:LATEST]]


@router.post("/intakes", response=IntakeOut)
def start(request: HttpRequest, body: StartIntakeIn) -> dict[str, Any]:
    """Look at uploaded files and propose how they are read and matched."""
    user = user_of(request)
    require(user, "holdings.view", services.PERMISSION)
    table, figures = (
        StoredFile.objects.fetch_for(user, pk=key, kind=services.FILE_KIND) if key else None
        for key in (body.table_id, body.figures_id)
    )
    made = services.start_intake(user, body.title, body.on, table, figures)
    return pages.intake_out(user, made)


@router.get("/intakes/template.xlsx")
def template(request: HttpRequest) -> HttpResponse:
    """The empty ledger to fill in."""
    user = user_of(request)
    require(user, "holdings.view", services.PERMISSION)
    return _workbook(template_xlsx(), "承包地块台账模板.xlsx")


@router.get("/intakes/{intake_id}", response=IntakeOut)
def show(request: HttpRequest, intake_id: int) -> dict[str, Any]:
    """An import as it stands."""
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.put("/intakes/{intake_id}/reading", response=IntakeOut)
def reading(request: HttpRequest, intake_id: int, body: IntakeReadingIn) -> dict[str, Any]:
    """Another sheet, header or layer."""
    services.choose_reading(user_of(request), _fetch(request, intake_id), body.dict())
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.put("/intakes/{intake_id}/columns", response=IntakeOut)
def columns(request: HttpRequest, intake_id: int, body: ColumnsIn) -> dict[str, Any]:
    """Fix which column says what."""
    intake = _fetch(request, intake_id)
    services.match_columns(user_of(request), intake, body.mapping, body.constants, body.code_field)
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.put("/intakes/{intake_id}/words", response=IntakeOut)
def words(request: HttpRequest, intake_id: int, body: WordsIn) -> dict[str, Any]:
    """Fix what the words of the coded columns mean, and start the check."""
    services.check(user_of(request), _fetch(request, intake_id), body.words)
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.get("/intakes/{intake_id}/problems", response=IntakeProblemPage)
def problems(
    request: HttpRequest, intake_id: int, page: Page = 1, size: Size = 50, severity: str = ""
) -> dict[str, Any]:
    """What was found, cell by cell."""
    rows = _fetch(request, intake_id).problems.order_by("row", "pk")
    if severity in IntakeProblem.Severity.values:
        rows = rows.filter(severity=severity)
    begin = (page - 1) * size
    return {
        "rows": [pages.problem_out(p) for p in rows[begin : begin + size]],
        "total": rows.count(),
    }


@router.get("/intakes/{intake_id}/rows", response=StagedRowPage)
def staged(request: HttpRequest, intake_id: int, page: Page = 1, size: Size = 50) -> dict[str, Any]:
    """The rows that may enter."""
    rows = _fetch(request, intake_id).staged.select_related("holder", "region").defer("geom")
    begin = (page - 1) * size
    shown = rows.order_by("row")[begin : begin + size]
    return {"rows": [pages.row_out(r) for r in shown], "total": rows.count()}


@router.get("/intakes/{intake_id}/holders", response=StagedHolderPage)
def holders(
    request: HttpRequest, intake_id: int, page: Page = 1, size: Size = 50
) -> dict[str, Any]:
    """The holders that a person has to tell apart."""
    rows = pages.asked(_fetch(request, intake_id))
    begin = (page - 1) * size
    shown = pages.holders_out(user_of(request), list(rows[begin : begin + size]))
    return {"rows": shown, "total": rows.count(), "open": rows.filter(decision="").count()}


@router.put("/intakes/{intake_id}/holders", response=HoldersDecidedOut)
def decide(request: HttpRequest, intake_id: int, body: DecideIn) -> dict[str, Any]:
    """Say whether holders of the file are the same as others."""
    decided = services.decide(
        user_of(request), _fetch(request, intake_id), body.holders, body.decision, body.chosen
    )
    return {"decided": decided}


@router.post("/intakes/{intake_id}/enter", response=IntakeOut)
def enter(request: HttpRequest, intake_id: int) -> dict[str, Any]:
    """Let the decided rows in."""
    services.enter(user_of(request), _fetch(request, intake_id))
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.post("/intakes/{intake_id}/discard", response=IntakeOut)
def discard(request: HttpRequest, intake_id: int) -> dict[str, Any]:
    """Give up what has not entered."""
    services.discard(user_of(request), _fetch(request, intake_id))
    return pages.intake_out(user_of(request), _fetch(request, intake_id))


@router.get("/intakes/{intake_id}/marked.xlsx")
def marked(request: HttpRequest, intake_id: int) -> HttpResponse:
    """The workbook with every faulty cell marked; numbers stand in it in full, so that it is not for everyone."""
    user = user_of(request)
    intake = _fetch(request, intake_id)
    if intake.created_by_id != user.pk and not user.may("personal.unmask"):
        raise Forbidden("表格中有完整的个人信息，只有导入人和有权查看完整信息的人可以下载。")
    data = marked_workbook(intake)
    saw(user, "holdings.intake.marked", intake)
    return _workbook(data, f"{intake.title}（标注问题）.xlsx")


def _workbook(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _fetch(request: HttpRequest, intake_id: int) -> Intake:
    user = user_of(request)
    require(user, "holdings.view", services.PERMISSION)
    found: Intake = Intake.objects.select_related(
        "table", "figures", "created_by", "job", "job__created_by", "region"
    ).fetch_for(user, pk=intake_id)
    return services.settle(found)
