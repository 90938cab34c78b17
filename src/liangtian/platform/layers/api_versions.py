"""What happens to a version over HTTP: checks, publication, flattening, owner, comparison, export."""

from __future__ import annotations

import json
from typing import Annotated, Any

import shapely
from django.http import FileResponse, HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.geo.area import round_m2, to_mu
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.layers import derived, flattening, services
from liangtian.platform.layers.exporting import export_path
from liangtian.platform.layers.models import (
    Layer,
    LayerChange,
    LayerComparison,
    LayerCut,
    LayerExport,
)
from liangtian.platform.layers.queries import version_for
from liangtian.platform.layers.shapes import LayerOut, layer_out, own_version
from liangtian.platform.people.models import Office
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.shapes import Bounds, Surface

router = Router(tags=["layers"])
CUTS_PER_PAGE = 50
CHANGES_SHOWN = 500  # the largest changed figures, drawn on the page; the workbook has all
Page = Annotated[int, Field(ge=1, le=10**7)]


class LayerCheckOut(Schema):
    """One rule and what came of it; `listed` of the `count` findings can be read one by one."""

    rule: str
    title: str
    source: str
    advice: str
    severity: str
    count: int
    listed: int
    skipped: str


class LayerPlanOut(Schema):
    """What publishing a version would mean."""

    overlaps: int
    overlap_m2: str
    takes_over: list[str]
    flatten_rules: dict[str, str]


class LayerFlattenIn(Schema):
    rule: str
    take_over: bool = False


class LayerOfficeOut(Schema):
    """An office that may answer for a layer."""

    code: str
    name: str


class LayerOwnerIn(Schema):
    office_code: str | None = None


class LayerCutOut(Schema):
    """Ground that went from one figure (`row`) to the one that kept it."""

    row: int
    fid: str
    keeper_row: int
    keeper_fid: str
    area_m2: str
    area_mu: str
    geometry: Surface | None


class LayerCutPage(Schema):
    rows: list[LayerCutOut]
    total: int


class LayerComparisonIn(Schema):
    before_id: int
    after_id: int


class LayerComparisonBrief(Schema):
    id: int
    layer_name: str
    before_label: str
    after_label: str
    done: bool
    changed: int
    job: JobOut | None


class LayerMatrixCell(Schema):
    before: str
    after: str
    area_m2: str
    area_mu: str


class LayerClassTotal(Schema):
    category: str
    label: str
    before_m2: str
    after_m2: str
    change_m2: str


class LayerChangeOut(Schema):
    row: int
    fid: str
    before: str
    after: str
    area_m2: str
    geometry: Surface


class LayerComparisonOut(LayerComparisonBrief):
    before_id: int
    after_id: int
    matrix: list[LayerMatrixCell]
    totals: list[LayerClassTotal]
    changes: list[LayerChangeOut]
    bounds: Bounds | None


class LayerExportIn(Schema):
    format: str
    region_code: str | None = None


class LayerExportOut(Schema):
    id: int
    layer_name: str
    version_label: str
    format: str
    format_label: str
    region_name: str
    file_name: str
    sha256: str
    size: int
    features: int
    gone: bool
    created_at: str
    job: JobOut | None


@router.get("/versions/{version_id}/checks", response=list[LayerCheckOut])
def checks(request: HttpRequest, version_id: int) -> list[dict[str, Any]]:
    """Every rule that was run over a version, with its count."""
    user = user_of(request)
    require(user, "layers.import")
    return own_version(user, version_id).checks


@router.get("/versions/{version_id}/plan", response=LayerPlanOut)
def plan(request: HttpRequest, version_id: int) -> dict[str, Any]:
    """What has to be agreed to before this version can be published."""
    user = user_of(request)
    require(user, "layers.publish")
    version = own_version(user, version_id)
    total = version.problems.filter(rule=flattening.OVERLAP, row=0).first()
    flat = version.flattened is not None
    return {
        "overlaps": 0 if flat else flattening.overlapping(version),
        "overlap_m2": str(total.area_m2) if total and not flat else "0.00",
        "takes_over": [str(one) for one in services.in_force_with(version)],
        "flatten_rules": flattening.RULES,
    }


@router.post("/versions/{version_id}/flatten", response=JobOut)
def flatten(request: HttpRequest, version_id: int, body: LayerFlattenIn) -> dict[str, Any]:
    """Give shared ground to one figure each, then publish; a job does it."""
    user = user_of(request)
    require(user, "layers.publish")
    version = own_version(user, version_id)
    return job_out(services.flatten(user, version, body.rule, take_over=body.take_over))


@router.get("/versions/{version_id}/cuts", response=LayerCutPage)
def cuts(request: HttpRequest, version_id: int, page: Page = 1) -> dict[str, Any]:
    """What flattening took from which figure, and who kept it."""
    user = user_of(request)
    require(user, "layers.import")
    rows = LayerCut.objects.filter(version=own_version(user, version_id))
    start = (page - 1) * CUTS_PER_PAGE
    return {
        "rows": [
            {
                "row": c.row, "fid": c.fid, "keeper_row": c.keeper_row, "keeper_fid": c.keeper_fid,
                "area_m2": str(c.area_m2), "area_mu": str(round_m2(to_mu(c.area_m2))),
                "geometry": json.loads(shapely.to_geojson(c.geom)) if c.geom else None,
            }
            for c in rows[start : start + CUTS_PER_PAGE]
        ],
        "total": rows.count(),
    }  # fmt: skip


@router.get("/offices", response=list[LayerOfficeOut])
def offices(request: HttpRequest) -> list[Office]:
    """The offices of the user's county that a layer can be given to."""
    user = user_of(request)
    require(user, "layers.publish")
    return services.possible_owners(user)


@router.put("/{code}/owner", response=LayerOut)
def owner(request: HttpRequest, code: str, body: LayerOwnerIn) -> dict[str, Any]:
    """Say which office answers for a layer."""
    user = user_of(request)
    require(user, "layers.publish")
    layer = Layer.objects.filter(code=code).first()
    if layer is None:
        raise NotFound
    office = Office.objects.filter(code=body.office_code).first() if body.office_code else None
    if body.office_code and office is None:
        raise Refused("没有该机构。", fields={"office_code": "无效"})
    return layer_out(services.assign_owner(user, layer, office), [], user)


@router.get("/comparisons", response=list[LayerComparisonBrief])
def comparisons(request: HttpRequest) -> list[dict[str, Any]]:
    """Comparisons made in the user's county, newest first."""
    user = user_of(request)
    require(user, "layers.view")
    rows = LayerComparison.objects.visible_to(user).select_related(
        "before__layer", "after__layer", "job__created_by"
    )
    return [_brief(one) for one in rows[:100]]


@router.post("/comparisons", response=LayerComparisonBrief)
def compare(request: HttpRequest, body: LayerComparisonIn) -> dict[str, Any]:
    """Compare two versions of a layer; the result is kept."""
    user = user_of(request)
    require(user, "layers.import")
    before, after = own_version(user, body.before_id), own_version(user, body.after_id)
    return _brief(derived.start_comparison(user, before, after))


@router.get("/comparisons/{comparison_id}", response=LayerComparisonOut)
def comparison(request: HttpRequest, comparison_id: int) -> dict[str, Any]:
    """The matrix, the totals by class, and the largest changed figures."""
    user = user_of(request)
    require(user, "layers.view")
    found: LayerComparison = LayerComparison.objects.fetch_for(user, pk=comparison_id)
    layer = found.after.layer
    rows = LayerChange.objects.filter(comparison=found)
    shown = list(rows[:CHANGES_SHOWN]) if found.done else []
    bounds = shapely.total_bounds([one.geom for one in shown]).tolist() if shown else None
    return {
        **_brief(found),
        "before_id": found.before_id, "after_id": found.after_id,
        "matrix": found.matrix,
        "totals": [
            {**t, "label": layer.category_name(t["category"]) if t["category"] else "图层以外及取整差"}
            for t in found.totals
        ],
        "changes": [
            {
                "row": c.row, "fid": c.fid, "before": c.before, "after": c.after,
                "area_m2": str(c.area_m2), "geometry": json.loads(shapely.to_geojson(c.geom)),
            }
            for c in shown
        ],
        "bounds": bounds,
    }  # fmt: skip


@router.post("/comparisons/{comparison_id}/exports", response=LayerExportOut)
def export_changes(request: HttpRequest, comparison_id: int) -> dict[str, Any]:
    """Write every changed figure out as a GeoPackage; a job does it."""
    user = user_of(request)
    require(user, "layers.export")
    found: LayerComparison = LayerComparison.objects.fetch_for(user, pk=comparison_id)
    return export_out(derived.start_changes_export(user, found))


@router.get("/exports", response=list[LayerExportOut])
def exports(request: HttpRequest) -> list[dict[str, Any]]:
    """The user's own exports, newest first."""
    user = user_of(request)
    require(user, "layers.view")
    rows = LayerExport.objects.visible_to(user).filter(created_by=user)
    rows = rows.select_related(
        "version__layer", "region", "job__created_by", "comparison__before", "comparison__after"
    )
    return [export_out(one) for one in rows[:100]]


@router.post("/versions/{version_id}/exports", response=LayerExportOut)
def export(request: HttpRequest, version_id: int, body: LayerExportIn) -> dict[str, Any]:
    """Write a version out, cut to the user's region or one below it; a job does it."""
    user = user_of(request)
    require(user, "layers.export")
    version = version_for(user, version_id)
    return export_out(derived.start_export(user, version, body.format, body.region_code))


@router.get("/exports/{export_id}/file")
def export_file(request: HttpRequest, export_id: int) -> FileResponse:
    """The packed file, for who may export in its region; each download is on record.

    A report is also for who asked for it.
    """
    user = user_of(request)
    require(user, "layers.view")
    mine = LayerExport.objects.filter(created_by=user, format=LayerExport.Format.XLSX)
    if not mine.filter(pk=export_id).exists():
        require(user, "layers.export")
    found: LayerExport = LayerExport.objects.fetch_for(user, pk=export_id)
    path = export_path(found)
    if not found.file_name or not path.is_file():
        raise NotFound("文件还没有写好，或已清理。请重新导出。")
    derived.note_download(user, found)
    return FileResponse(path.open("rb"), as_attachment=True, filename=found.file_name)


def _brief(one: LayerComparison) -> dict[str, Any]:
    return {
        "id": one.pk, "layer_name": one.after.layer.name, "before_label": one.before.label,
        "after_label": one.after.label, "done": one.done, "changed": one.changed,
        "job": job_out(one.job) if one.job else None,
    }  # fmt: skip


def export_out(one: LayerExport) -> dict[str, Any]:
    return {
        "id": one.pk, "layer_name": one.version.layer.name, "version_label": _label(one),
        "format": one.format, "format_label": one.get_format_display(),
        "region_name": one.region.name, "file_name": one.file_name, "sha256": one.sha256,
        "size": one.size, "features": one.features,
        "gone": bool(one.file_name) and not export_path(one).is_file(), "created_at": one.created_at.isoformat(),
        "job": job_out(one.job) if one.job else None,
    }  # fmt: skip


def _label(one: LayerExport) -> str:
    if one.comparison is None:
        report = one.format == LayerExport.Format.XLSX
        return f"{one.version.label}检查报告" if report else str(one.version.label)
    if one.format == LayerExport.Format.XLSX:
        return f"比较报告({one.comparison.before.label} → {one.comparison.after.label})"
    return f"变化图形({one.comparison.before.label} → {one.comparison.after.label})"
