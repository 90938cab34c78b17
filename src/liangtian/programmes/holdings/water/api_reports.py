"""Reports over HTTP: water use, base lists for subsidies."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.water import statistics, subsidy
from liangtian.programmes.holdings.water.api import workbook

router = Router(tags=["water"])
Season = Annotated[int, Query(ge=1)]
Year = Annotated[int, Query(ge=1900, le=2100)]


class WaterUseLine(Schema):
    township: str
    code: str
    source: str
    land: str
    holders: int
    mu: float
    quota: float
    m3: float
    per_mu: float


class SubsidyLineOut(Schema):
    township: str
    village: str
    holder_id: int | None
    holder: str
    parcels: int
    mu: float


class SubsidyOut(Schema):
    as_of: date
    crops: list[str]
    lines: list[SubsidyLineOut]


@router.get("/use", response=list[WaterUseLine])
def use(request: HttpRequest, season_id: Season) -> list[dict[str, Any]]:
    """Water use of a season by township, source and class of land."""
    lines = statistics.use_lines(user_of(request), season_id)[1]
    return [statistics.line_out(line) for line in lines]


@router.get("/use.xlsx")
def use_file(request: HttpRequest, season_id: Season) -> HttpResponse:
    """The same as Excel."""
    title, content = statistics.use_xlsx(user_of(request), season_id)
    return workbook(f"{title}.xlsx", content)


@router.get("/subsidy", response=SubsidyOut)
def subsidy_list(request: HttpRequest, year: Year, crop: str) -> dict[str, Any]:
    """Sown area of each holder of a crop in a year."""
    user = user_of(request)
    return {
        "lines": [subsidy.line_out(line) for line in subsidy.subsidy_lines(user, year, crop)],
        "as_of": subsidy.as_of(user, year), "crops": subsidy.subsidy_crops(),
    }  # fmt: skip


@router.get("/subsidy.xlsx")
def subsidy_file(
    request: HttpRequest, year: Year, crop: str, reason: Annotated[str, Query(max_length=300)] = ""
) -> HttpResponse:
    """The same as Excel; with a reason, names and numbers in full."""
    title, content = subsidy.subsidy_xlsx(user_of(request), year, crop, reason)
    return workbook(f"{title}.xlsx", content)
