"""The reports of checks and comparisons as workbooks over HTTP: short ones at once, long ones by a job."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.layers import derived
from liangtian.platform.layers.api_versions import LayerExportOut, export_out
from liangtian.platform.layers.models import LayerComparison
from liangtian.platform.layers.report import comparison_sheets, findings_rows, findings_sheets
from liangtian.platform.layers.shapes import own_version
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.press.workbook import workbook_xlsx

router = Router(tags=["layers"])


@router.get("/versions/{version_id}/findings.xlsx")
def findings(request: HttpRequest, version_id: int) -> HttpResponse:
    """The report of the checks as a workbook."""
    user = user_of(request)
    require(user, "layers.import")
    version = own_version(user, version_id)
    derived.at_once(findings_rows(version))
    sheets = findings_sheets(user, version)
    return _workbook(workbook_xlsx(sheets), f"{version.layer.code}_{version.pk}_findings")


@router.post("/versions/{version_id}/report", response=LayerExportOut)
def findings_later(request: HttpRequest, version_id: int) -> dict[str, Any]:
    """The same where it is long: a job writes it, the list of exports has it."""
    user = user_of(request)
    require(user, "layers.import")
    return export_out(derived.start_report(user, own_version(user, version_id)))


@router.get("/comparisons/{comparison_id}/report.xlsx")
def comparison_report(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """Totals, matrix and every changed figure as a workbook."""
    user = user_of(request)
    require(user, "layers.view")
    found: LayerComparison = LayerComparison.objects.fetch_for(user, pk=comparison_id)
    derived.at_once(found.changed)
    return _workbook(workbook_xlsx(comparison_sheets(user, found)), f"comparison_{found.pk}")


@router.post("/comparisons/{comparison_id}/report", response=LayerExportOut)
def comparison_report_later(request: HttpRequest, comparison_id: int) -> dict[str, Any]:
    """The same where it is long: a job writes it, the list of exports has it."""
    user = user_of(request)
    require(user, "layers.view")
    found: LayerComparison = LayerComparison.objects.fetch_for(user, pk=comparison_id)
    return export_out(derived.start_report(user, found.after, found))


def _workbook(data: bytes, name: str) -> HttpResponse:
    return attach(HttpResponse(data, content_type=XLSX), f"{name}.xlsx")
