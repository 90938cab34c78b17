"""Crops of a whole village over HTTP: the table to fill in, saving it, the same table as a workbook."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.crop_sheet import RowForm, Season, crop_sheet, save_village
from liangtian.programmes.holdings.crop_workbook import crop_workbook
from liangtian.programmes.holdings.crops import Sown
from liangtian.programmes.holdings.shapes import Key, SownIn, Year

router = Router(tags=["holdings"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
RegionCode = Annotated[str, Field(max_length=14)]
SeasonName = Annotated[str, Field(max_length=20)]


class SeasonQuery(Schema):
    """A village, a year, a season."""

    region: RegionCode
    year: Year
    season: SeasonName


class CropOut(Schema):
    crop: str
    area_mu: float


class CropRowOut(Schema):
    """A parcel with what grows on it in the season and what grew the year before; areas in mu."""

    parcel_id: int
    code: str
    place: str
    holder: str
    area_mu: float
    sown: list[CropOut]
    last: list[CropOut]


class CropSheetOut(Schema):
    region: str
    region_name: str
    year: int
    season: str
    rows: list[CropRowOut]


class CropRowIn(Schema):
    """What is entered of a parcel; `was`: what the page showed before."""

    parcel_id: Key
    sown: Annotated[list[SownIn], Field(max_length=30)]
    was: Annotated[list[SownIn], Field(max_length=30)] | None = None


class CropSheetIn(Schema):
    region: RegionCode
    year: Year
    season: SeasonName
    rows: Annotated[list[CropRowIn], Field(max_length=5000)]


class CropsSavedOut(Schema):
    """How many parcels are entered otherwise than before."""

    changed: int


@router.get("/crops", response=CropSheetOut)
def sheet(request: HttpRequest, asked: Query[SeasonQuery]) -> dict[str, Any]:
    """The parcels of a village with their crops of a season."""
    return crop_sheet(user_of(request), Season(**asked.dict()))


@router.put("/crops", response=CropsSavedOut)
def save(request: HttpRequest, body: CropSheetIn) -> dict[str, Any]:
    """Save a season of a village: all rows or none."""
    rows = [
        RowForm(one.parcel_id, _sown(one.sown), None if one.was is None else _sown(one.was))
        for one in body.rows
    ]
    asked = Season(body.region, body.year, body.season)
    return {"changed": save_village(user_of(request), asked, rows)}


@router.get("/crops.xlsx")
def workbook(
    request: HttpRequest, asked: Query[SeasonQuery], last_year: bool = False
) -> HttpResponse:
    """The same table to fill in and hand in as a list; `last_year` fills empty rows with last year's crops."""
    found = crop_sheet(user_of(request), Season(**asked.dict()))
    response = HttpResponse(crop_workbook(found, last_year=last_year), content_type=XLSX)
    name = f"{found['region_name']}{asked.year}年{asked.season}种植情况.xlsx"
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return response


def _sown(rows: list[SownIn]) -> list[Sown]:
    return [Sown(one.crop, one.area_mu) for one in rows]
