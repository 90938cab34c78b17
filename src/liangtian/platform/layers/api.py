"""Layers over HTTP: the list, tiles, what lies at a point, import and publication."""

from __future__ import annotations

from collections import defaultdict
from typing import Annotated, Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from ninja import Router
from pydantic import Field

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.jobs.api import job_out
from liangtian.platform.layers import services
from liangtian.platform.layers.api_reports import router as reports_router
from liangtian.platform.layers.api_versions import router as versions_router
from liangtian.platform.layers.models import Layer, LayerProblem, LayerVersion
from liangtian.platform.layers.preview import LayerReadingOut, read_file
from liangtian.platform.layers.queries import features_at, version_for, versions_for
from liangtian.platform.layers.shapes import (
    IdentifiedOut,
    LayerImportIn,
    LayerImportOut,
    LayerOut,
    LayerProblemPage,
    VersionOut,
    WithdrawIn,
    identified_out,
    layer_out,
    own_version,
    problem_out,
    version_out,
)
from liangtian.platform.layers.tiles import layer_tile, tile_key
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require, scope_geometry

router = Router(tags=["layers"])
router.add_router("", versions_router)
router.add_router("", reports_router)
PROBLEMS_PER_PAGE = 50
LONGEST_NUMBER = 18  # digits that fit the key of a row
TILE_TYPE = "application/vnd.mapbox-vector-tile"


@router.get("", response=list[LayerOut])
def layers(request: HttpRequest) -> list[dict[str, Any]]:
    """Every layer of the catalogue with the versions the user may see, newest first."""
    user = user_of(request)
    require(user, "layers.view")
    if user.may("layers.import"):
        services.settle_abandoned()
    return [
        layer_out(layer, versions, user)
        for layer, versions in _with_versions(user, list(Layer.objects.select_related("owner")))
    ]


@router.get("/identify", response=list[IdentifiedOut])
def identify(
    request: HttpRequest,
    lon: Annotated[float, Field(ge=-180, le=180)],
    lat: Annotated[float, Field(ge=-90, le=90)],
    versions: str = "",
) -> list[dict[str, Any]]:
    """What the given versions (ids, separated by commas) hold at a point, cut to the user's region."""
    user = user_of(request)
    require(user, "layers.view")
    found = features_at(user, lon, lat, _numbers(versions))
    return [identified_out(*hit) for hit in found]


@router.post("/imports", response=LayerImportOut)
def start_import(request: HttpRequest, body: LayerImportIn) -> dict[str, Any]:
    """Make a version from an uploaded file; a job fills it."""
    user = user_of(request)
    require(user, "layers.import")
    layer = _layer(body.layer_code)
    file: StoredFile = StoredFile.objects.fetch_for(user, pk=body.file_id)
    version, job = services.start_import(
        user, file, layer, body.label, body.valid_from, valid_to=body.valid_to,
        encoding=body.encoding, category_field=body.category_field, source_layer=body.source_layer,
    )  # fmt: skip
    return {"version": _one(user, version), "job": job_out(job)}


@router.get("/files/{file_id}/reading", response=LayerReadingOut)
def reading(
    request: HttpRequest,
    file_id: int,
    layer_code: str,
    source_layer: str = "",
    encoding: Annotated[str, Field(max_length=20)] = "",
) -> LayerReadingOut:
    """An uploaded file as an import would read it: layers, fields, coordinates, first rows."""
    user = user_of(request)
    require(user, "layers.import")
    file: StoredFile = StoredFile.objects.fetch_for(user, pk=file_id)
    services.require_layer_file(file)
    return read_file(file, _layer(layer_code), source_layer=source_layer, encoding=encoding)


@router.get("/versions/{version_id}/tiles/{z}/{x}/{y}.mvt")
def tile(request: HttpRequest, version_id: int, z: int, x: int, y: int) -> HttpResponse:
    """A vector tile; the browser asks again each time and mostly hears that nothing changed."""
    user = user_of(request)
    require(user, "layers.view")
    version, scope = version_for(user, version_id), scope_geometry(user)
    etag = quote_etag(f"{tile_key(version, scope)}/{z}/{x}/{y}")
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in asked or f"W/{etag}" in asked:
        response: HttpResponse = HttpResponseNotModified()
    else:
        data = layer_tile(version, scope, z, x, y)
        response = HttpResponse(data, content_type=TILE_TYPE)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response


@router.get("/versions/{version_id}", response=VersionOut)
def show(request: HttpRequest, version_id: int) -> dict[str, Any]:
    """One version, to follow its import."""
    user = user_of(request)
    require(user, "layers.view")
    return _one(user, version_for(user, version_id))


@router.get("/versions/{version_id}/problems", response=LayerProblemPage)
def problems(
    request: HttpRequest,
    version_id: int,
    page: Annotated[int, Field(ge=1, le=10**7)] = 1,
    rule: str = "",
) -> dict[str, Any]:
    """What was found wrong in a version, what was left out first; of one rule when it is named."""
    user = user_of(request)
    require(user, "layers.import")
    rows = LayerProblem.objects.filter(version=own_version(user, version_id))
    if rule:
        rows = rows.filter(rule=rule)
    start = (page - 1) * PROBLEMS_PER_PAGE
    shown = rows[start : start + PROBLEMS_PER_PAGE]
    return {"rows": [problem_out(p) for p in shown], "total": rows.count()}


@router.post("/versions/{version_id}/publish", response=VersionOut)
def publish(request: HttpRequest, version_id: int, take_over: bool = False) -> dict[str, Any]:
    """Put a checked version into use; `take_over` agrees that it replaces versions in force."""
    user = user_of(request)
    require(user, "layers.publish")
    version = own_version(user, version_id)
    return _one(user, services.publish(user, version, take_over=take_over))


@router.post("/versions/{version_id}/withdraw", response=VersionOut)
def withdraw(request: HttpRequest, version_id: int, body: WithdrawIn) -> dict[str, Any]:
    """Take a version out of use."""
    user = user_of(request)
    require(user, "layers.publish")
    return _one(user, services.withdraw(user, own_version(user, version_id), body.reason))


def _layer(code: str) -> Layer:
    layer = Layer.objects.filter(code=code).first()
    if layer is None:
        raise Refused(f"没有代码为“{code}”的图层。", fields={"layer_code": "没有该图层"})
    return layer


def _with_versions(user: User, rows: list[Layer]) -> list[tuple[Layer, list[dict[str, Any]]]]:
    scope = scope_geometry(user)
    seen = list(versions_for(user))
    counts = _problem_counts(user, seen)
    by_layer: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for version in seen:
        shown = version_out(version, scope=scope, problems=counts.get(version.pk))
        by_layer[version.layer_id].append(shown)
    return [(layer, by_layer[layer.pk]) for layer in rows]


def _one(user: User, version: LayerVersion) -> dict[str, Any]:
    counts = _problem_counts(user, [version])
    return version_out(version, scope=scope_geometry(user), problems=counts.get(version.pk))


def _problem_counts(user: User, versions: list[LayerVersion]) -> dict[int, int]:
    """Number of problems of each version, for those who may read them."""
    if not user.may("layers.import"):
        return {}
    rows = LayerProblem.objects.filter(version__in=versions).values("version").order_by("version")
    counted = {row["version"]: row["n"] for row in rows.annotate(n=Count("pk"))}
    return {version.pk: counted.get(version.pk, 0) for version in versions}


def _numbers(text: str) -> list[int]:
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not all(part.isdecimal() and len(part) <= LONGEST_NUMBER for part in parts):
        raise Refused(f"图层版本“{text}”应为用逗号隔开的编号。", fields={"versions": "应为编号"})
    return [int(part) for part in parts]
