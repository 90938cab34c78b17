"""The register on the main map over HTTP."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags, quote_etag
from ninja import Query, Router, Schema
from pydantic import Field, WithJsonSchema

from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.colouring import BY, LABELS, legend, may
from liangtian.programmes.holdings.onmap.summary import Clicked, summaries
from liangtian.programmes.holdings.onmap.tiles import building_tile
from liangtian.programmes.holdings.water.tiles import water_tile

router = Router(tags=["holdings"])
TILE_TYPE = "application/vnd.mapbox-vector-tile"
Keys = Annotated[str, Field(pattern=r"^([0-9]{1,15}(,[0-9]{1,15}){0,19})?$", max_length=320)]
AnyFigure = Annotated[dict[str, Any], WithJsonSchema({"type": "object", "required": ["type"]})]


class TileQuery(Schema):
    """As of which day, and by what parcels are coloured."""

    as_of: date | None = None
    by: Literal["way", "ownership", "judgement", "arrears"] = "way"


class LegendLine(Schema):
    label: str
    colour: str


class ColouringOut(Schema):
    """One way to colour parcels; `by` goes into the address of the tiles."""

    by: Literal["way", "ownership", "judgement", "arrears"]
    label: str
    classes: list[LegendLine]


class MapFact(Schema):
    label: str
    value: str


class MapThingOut(Schema):
    """A parcel, well, canal or building under the pointer."""

    kind: Literal["parcel", "well", "canal", "building"]
    id: int
    label: str
    title: str
    to: str
    facts: list[MapFact]
    geometry: AnyFigure | None


class ClickedQuery(Schema):
    """Keys of what was clicked, separated by commas."""

    parcels: Keys = ""
    sources: Keys = ""
    buildings: Keys = ""


@router.get("/map/colours", response=list[ColouringOut])
def colours(request: HttpRequest) -> list[dict[str, Any]]:
    """By what the user may colour parcels, and the legend of each."""
    user = user_of(request)
    require(user, "holdings.view")
    return [
        {"by": by, "label": LABELS[by],
         "classes": [{"label": name, "colour": colour} for name, colour in legend(by)]}
        for by in BY
        if may(user, by)
    ]  # fmt: skip


@router.get("/map/things", response=list[MapThingOut])
def things(request: HttpRequest, clicked: Query[ClickedQuery]) -> list[dict[str, Any]]:
    """A few facts of what was clicked on the map."""
    keys = {
        name: [int(key) for key in text.split(",") if key] for name, text in clicked.dict().items()
    }
    return summaries(user_of(request), Clicked(**keys))


@router.get("/buildings/tiles/{z}/{x}/{y}.mvt")
def buildings(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Buildings of the user's region as a vector tile."""
    return tile_answer(request, building_tile(user_of(request), z, x, y))


@router.get("/water/tiles/{z}/{x}/{y}.mvt")
def water(request: HttpRequest, z: int, x: int, y: int) -> HttpResponse:
    """Wells and canals of the user's region as a vector tile."""
    return tile_answer(request, water_tile(user_of(request), z, x, y))


def tile_answer(request: HttpRequest, data: bytes) -> HttpResponse:
    """A tile that the browser keeps and asks about again."""
    etag = quote_etag(hashlib.sha256(data).hexdigest()[:32])
    asked = parse_etags(request.headers.get("If-None-Match", ""))
    if etag in asked or f"W/{etag}" in asked:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(data, content_type=TILE_TYPE, status=200 if data else 204)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
