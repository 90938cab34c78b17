"""The map over HTTP: base maps, figures to snap to, printing."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.errors import Refused
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.maps.atlas import AtlasOrder, print_atlas
from liangtian.platform.maps.basemaps import Basemap, basemaps
from liangtian.platform.maps.printing import Order, print_map, printed_file
from liangtian.platform.maps.proxy import basemap_tile
from liangtian.platform.maps.snapping import figures_to_snap
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.shapes import Bounds
from liangtian.platform.sketches.shapes import AnyGeometry, geometry_out

router = Router(tags=["maps"])
LONGEST_NUMBER = 18  # digits that fit the key of a row
KEPT_SECONDS = 7 * 24 * 3600


class BasemapPartOut(Schema):
    url: str
    matrix: Literal["w", "c"]
    min_zoom: int
    max_zoom: int


class BasemapOut(Schema):
    code: str
    name: str
    attribution: str
    licence: str
    parts: list[BasemapPartOut]


class SnapOut(Schema):
    geometries: list[AnyGeometry]
    more: bool


class AtlasIn(Schema):
    """A whole region on sheets that join."""

    title: str
    region: Annotated[str, Field(max_length=14)] = ""
    paper: Literal["a4", "a3"] = "a4"
    scale: int
    versions: Annotated[list[int], Field(max_length=60)] = []
    prefixed: bool = False
    grid: bool = True
    labels: bool = True
    note: Annotated[str, Field(max_length=200)] = ""


class PrintIn(Schema):
    title: str
    paper: Literal["a4", "a3"] = "a4"
    portrait: bool = False
    scale: int | None = None
    bounds: Bounds
    versions: Annotated[list[int], Field(max_length=60)] = []
    sources: Annotated[list[str], Field(max_length=20)] = []
    prefixed: bool = False
    grid: bool = True
    labels: bool = True
    note: Annotated[str, Field(max_length=200)] = ""


@router.get("/basemaps", response=list[BasemapOut])
def list_basemaps(request: HttpRequest) -> list[dict[str, Any]]:
    """The base maps of this installation; keys of those with proxy stay on the server."""
    require(user_of(request), "layers.view")
    return [_basemap_out(one) for one in basemaps()]


@router.get("/basemaps/{code}/{number}/{z}/{x}/{y}")
def base_tile(  # noqa: PLR0917 -- all from the path
    request: HttpRequest,
    code: str,
    number: int,
    z: Annotated[int, Field(ge=0, le=24)],
    x: int,
    y: int,
) -> HttpResponse:
    """A tile of a base map, fetched by this server."""
    require(user_of(request), "layers.view")
    data, kind = basemap_tile(code, number, z, x, y)
    response = HttpResponse(data, content_type=kind)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    return response


@router.get("/snapping", response=SnapOut)
def snapping(
    request: HttpRequest, bounds: str, versions: str = "", sources: str = ""
) -> dict[str, Any]:
    """Exact figures of visible layers in a small window (`bounds` w,s,e,n), cut to the user's region."""
    user = user_of(request)
    window = _bounds(bounds)
    numbers = [int(v) for v in versions.split(",") if v.isdecimal() and len(v) <= LONGEST_NUMBER]
    geoms, more = figures_to_snap(user, window, numbers, sources.split(","))
    return {"geometries": [geometry_out(geom) for geom in geoms], "more": more}


@router.post("/print", response=JobOut)
def print_(request: HttpRequest, body: PrintIn) -> dict[str, Any]:
    """The map to scale as PDF; a job makes it."""
    return job_out(print_map(user_of(request), Order(**body.dict())))


@router.post("/atlas", response=JobOut)
def print_atlas_(request: HttpRequest, body: AtlasIn) -> dict[str, Any]:
    """A region (without `region`: all of the user's) to scale on sheets that join, as one PDF; a job makes it."""
    return job_out(print_atlas(user_of(request), AtlasOrder(**body.dict())))


@router.get("/prints/{job_id}/file")
def printed(request: HttpRequest, job_id: UUID) -> FileResponse:
    """The PDF that a job of the user has made, as long as it is kept."""
    user = user_of(request)
    require(user, "layers.view")
    path, name = printed_file(user, job_id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def _basemap_out(one: Basemap) -> dict[str, Any]:
    def url(number: int) -> str:
        if one.proxy:
            return f"/api/maps/basemaps/{one.code}/{number}/{{z}}/{{x}}/{{y}}"
        part = one.parts[number]
        return part.url.replace("{s}", part.subdomains[0]).replace("{key}", part.key)

    return {
        "code": one.code,
        "name": one.name,
        "attribution": one.attribution,
        "licence": one.licence,
        "parts": [
            {"url": url(n), "matrix": p.matrix, "min_zoom": p.min_zoom, "max_zoom": p.max_zoom}
            for n, p in enumerate(one.parts)
        ],
    }


def _bounds(text: str) -> Bounds:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise Refused("范围应为“西,南,东,北”四个数。", fields={"bounds": "格式不对"}) from error
    return west, south, east, north
