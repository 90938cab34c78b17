"""Sketches over HTTP: keep, change, check, shape, import, export, overlay."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile
from pydantic import Field
from shapely.geometry.base import BaseGeometry

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.sketches import rules, services
from liangtian.platform.sketches.analysis import analyse
from liangtian.platform.sketches.documents import analysis_pdf, analysis_xlsx
from liangtian.platform.sketches.files import drafts_from, write_sketches
from liangtian.platform.sketches.models import Sketch
from liangtian.platform.sketches.services import Draft
from liangtian.platform.sketches.shapes import (
    AnalyseIn,
    AnalysisOut,
    FiguresOut,
    GeometryIn,
    ShapedOut,
    ShapeIn,
    SketchChangeIn,
    SketchIn,
    SketchOut,
    SketchPage,
    analysis_out,
    figures_out,
    geometry_out,
    sketch_out,
)

router = Router(tags=["sketches"])
MOST_ON_A_PAGE = 200


@router.get("", response=SketchPage)
def sketches(
    request: HttpRequest,
    q: str = "",
    page: Annotated[int, Field(ge=1, le=10**6)] = 1,
    size: Annotated[int, Field(ge=1, le=MOST_ON_A_PAGE)] = 100,
) -> dict[str, Any]:
    """One's own sketches and those shared in the office, lately changed first."""
    user = _drawer(request)
    rows = Sketch.objects.visible_to(user).select_related("owner", "office")
    if q.strip():
        rows = rows.filter(Q(name__icontains=q.strip()) | Q(note__icontains=q.strip()))
    start = (page - 1) * size
    return {
        "rows": [sketch_out(user, row) for row in rows[start : start + size]],
        "total": rows.count(),
    }


@router.post("", response=SketchOut)
def create(request: HttpRequest, body: SketchIn) -> dict[str, Any]:
    """Keep a drawing."""
    user = _drawer(request)
    (sketch,) = services.create(user, [_draft(body)])
    return sketch_out(user, sketch)


@router.post("/check", response=FiguresOut)
def check(request: HttpRequest, body: GeometryIn) -> dict[str, Any]:
    """The exact figures of a drawing, or what is wrong with it and where; nothing is kept."""
    _drawer(request)
    return figures_out(rules.figures(rules.read_geometry(body.geometry)))


@router.post("/shape", response=list[ShapedOut])
def shape(request: HttpRequest, body: ShapeIn) -> list[dict[str, Any]]:
    """Split by a line, merge, or cut a hole; nothing is kept."""
    _drawer(request)
    geoms = [rules.read_geometry(one) for one in body.geometries]
    tool = rules.read_geometry(body.tool) if body.tool else None
    return [
        {**figures_out(rules.figures(geom)), "geometry": geometry_out(geom)}
        for geom in _shaped(body.act, geoms, tool)
    ]


@router.post("/import", response=list[SketchOut])
def take_in(request: HttpRequest, file: File[UploadedFile]) -> list[dict[str, Any]]:
    """Every figure of a vector file or boundary-point TXT becomes a sketch."""
    user = _drawer(request)
    name = Path((file.name or "").replace("\\", "/")).name
    if (file.size or 0) > settings.SKETCH_FILE_BYTES:
        most = settings.SKETCH_FILE_BYTES // 1024**2
        raise Refused(f"文件超过 {most} MB。大批数据请在“参考图层”中导入。", status=413)
    with tempfile.TemporaryDirectory(prefix="liangtian-") as room:
        path = Path(room) / (name or "file")
        with path.open("wb") as out:
            for chunk in file.chunks():
                out.write(chunk)
        drafts = drafts_from(path)
    return [sketch_out(user, row) for row in services.create(user, drafts, f"文件 {name}")]


@router.get("/export")
def export(request: HttpRequest, ids: str, format: str) -> HttpResponse:
    """Chosen sketches as a file: geojson, gpkg, shp, kml or txt (boundary points)."""
    user = _drawer(request)
    wanted = [int(part) for part in ids.split(",") if part.strip().isdecimal()][:MOST_ON_A_PAGE]
    rows = Sketch.objects.visible_to(user).select_related("owner", "office")
    found = list(rows.filter(pk__in=wanted).order_by("pk"))
    if len(found) < len(set(wanted)) or not found:
        raise NotFound("没有所选的标绘，或不是您和本机构共享的标绘。")
    name, content = write_sketches(found, format, user)
    services.note_export(user, found, format)
    return _file(name, content, "application/octet-stream")


@router.post("/analysis", response=AnalysisOut)
def analysis(request: HttpRequest, body: AnalyseIn) -> dict[str, Any]:
    """Areas by category of a drawn plot in each chosen layer version."""
    user = _drawer(request)
    return analysis_out(analyse(user, rules.read_geometry(body.geometry), body.versions))


@router.post("/analysis.xlsx")
def analysis_workbook(request: HttpRequest, body: AnalyseIn) -> HttpResponse:
    """The same as an Excel workbook, one sheet per layer version."""
    user = _drawer(request)
    found = analyse(user, rules.read_geometry(body.geometry), body.versions)
    return _file(*analysis_xlsx(user, found, body.name), XLSX)


@router.post("/analysis.pdf")
def analysis_report(request: HttpRequest, body: AnalyseIn) -> HttpResponse:
    """The same as a PDF report with a map."""
    user = _drawer(request)
    found = analyse(user, rules.read_geometry(body.geometry), body.versions)
    return _file(*analysis_pdf(user, found, body.name), "application/pdf")


@router.get("/{sketch_id}", response=SketchOut)
def show(request: HttpRequest, sketch_id: int) -> dict[str, Any]:
    """One sketch."""
    user = _drawer(request)
    rows = Sketch.objects.select_related("owner", "office")
    return sketch_out(user, rows.fetch_for(user, pk=sketch_id))


@router.put("/{sketch_id}", response=SketchOut)
def change(request: HttpRequest, sketch_id: int, body: SketchChangeIn) -> dict[str, Any]:
    """Change one's own sketch."""
    user = _drawer(request)
    return sketch_out(user, services.change(user, sketch_id, body.revision, _draft(body)))


@router.delete("/{sketch_id}", response=None)
def remove(request: HttpRequest, sketch_id: int) -> None:
    """Delete one's own sketch."""
    services.delete(_drawer(request), sketch_id)


def _drawer(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, services.PERMISSION)
    return user


def _draft(body: SketchIn) -> Draft:
    geom = rules.read_geometry(body.geometry)
    return Draft(body.name, geom, body.note, body.colour, body.shared)


def _shaped(act: str, geoms: list[BaseGeometry], tool: BaseGeometry | None) -> list[BaseGeometry]:
    if act == "merge":
        return [rules.merge(geoms)]
    if tool is None or len(geoms) != 1:
        raise Refused("请选择一个图形，并画出分割线或洞。")
    return rules.split(geoms[0], tool) if act == "split" else [rules.cut_hole(geoms[0], tool)]


def _file(name: str, content: bytes, kind: str) -> HttpResponse:
    return attach(HttpResponse(content, content_type=kind), name)
