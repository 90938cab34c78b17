"""The accountability ratio over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.attachments import XLSX, attach
from liangtian.platform.audit.services import record
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.policy.accountability import Accountability, Treatment
from liangtian.policy.accountability_forecast import COURSES, Forecast
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.models import PatchPart
from liangtian.programmes.enforcement.ratio_alike import alike, patches_of
from liangtian.programmes.enforcement.ratio_book import ratio_xlsx
from liangtian.programmes.enforcement.ratio_parts import Side, page_of, to_restore
from liangtian.programmes.enforcement.ratio_parts import what_if as restored_if
from liangtian.programmes.enforcement.ratio_sums import Place, places, to_the_years_end

router = Router(tags=["enforcement"])
PAGE = 50


class RatioAsked(Schema):
    year: int = Field(ge=2000, le=2999)
    region: str = ""


class RatioPageAsked(RatioAsked):
    side: Side = "all"
    page: int = Field(1, ge=1, le=100_000)


class RatioReason(Schema):
    text: str
    clause: str


class RatioFigures(Schema):
    numerator_mu: Decimal
    denominator_mu: Decimal
    ratio: Decimal | None
    open_mu: Decimal


class RatioPlace(RatioFigures):
    region: str
    name: str
    level: str
    in_scope: bool | None


class RatioMonth(RatioFigures):
    month: str
    new_illegal_mu: Decimal
    off_numerator_mu: Decimal


class RatioCourse(Schema):
    course: str
    label: str
    numerator_mu: Decimal
    denominator_mu: Decimal
    ratio: Decimal | None
    in_scope: bool
    to_restore_mu: Decimal


class RatioForecast(Schema):
    months: list[RatioMonth]
    months_left: int
    courses: list[RatioCourse]
    assumptions: list[str]


class RatioPart(Schema):
    id: int
    patch: int
    number: str
    region: str
    legality: str
    farmland_mu: Decimal
    regularised_mu: Decimal
    restored_mu: Decimal
    open_mu: Decimal
    numerator_mu: Decimal
    denominator_mu: Decimal
    reasons: list[RatioReason]


class RatioParts(Schema):
    count: int
    page: int
    page_size: int
    parts: list[RatioPart]


class RatioOut(RatioFigures):
    region: str
    name: str
    level: str
    year: int
    years: list[int]
    counted: int
    threshold_mu: Decimal | None
    share_percent: Decimal
    in_scope: bool | None
    reasons: list[RatioReason]
    pack: str
    pack_version: str
    unsettled: int
    unsettled_mu: Decimal
    places: list[RatioPlace]
    to_restore: list[RatioPart] | None
    to_restore_number: int
    to_restore_mu: Decimal
    forecast: RatioForecast | None


class WhatIfIn(Schema):
    year: int = Field(ge=2000, le=2999)
    region: str = ""
    restored: list[int] = Field(max_length=5000)


class WhatIfOut(Schema):
    numerator_mu: Decimal
    denominator_mu: Decimal
    ratio: Decimal | None
    in_scope: bool | None
    reasons: list[RatioReason]


@router.get("/ratio", response=RatioOut)
def accountability(request: HttpRequest, wanted: Query[RatioAsked]) -> dict[str, Any]:
    """The ratio of a region and patch year, its regions below, the fewest parts to restore, the year's end."""
    user = user_of(request)
    asked = ratio.asked_for(user, wanted.region, wanted.year)
    rows = alike(user, asked)
    patches = patches_of(rows)
    result = ratio.assessment(patches, asked)
    unsettled = ratio.not_settled(user, asked)
    named = to_restore(user, asked, rows)
    below = sorted(places(rows, asked), key=lambda one: -one.open_mu)
    return {
        **_figures(result, ratio.open_mu(patches)),
        "region": asked.region.code, "name": asked.region.name, "level": asked.region.level,
        "year": asked.year, "years": ratio.years(user), "counted": sum(row.number for row in rows),
        "threshold_mu": result.threshold_mu if asked.assessed_itself else None,
        "share_percent": result.share_percent,
        "in_scope": result.in_scope if asked.assessed_itself else None,
        "reasons": _reasons(result.reasons) if asked.assessed_itself else [],
        "pack": result.pack, "pack_version": result.pack_version,
        "unsettled": unsettled.number, "unsettled_mu": unsettled.farmland_mu,
        "places": [_place(place) for place in below],
        "to_restore": None if named is None else [_part(*one) for one in named.first],
        "to_restore_number": named.number if named else 0,
        "to_restore_mu": named.open_mu if named else Decimal(0),
        "forecast": _forecast(to_the_years_end(rows, asked)),
    }  # fmt: skip


@router.get("/ratio/parts", response=RatioParts)
def parts(request: HttpRequest, wanted: Query[RatioPageAsked]) -> dict[str, Any]:
    """How every part counts and why, fifty at a time."""
    user = user_of(request)
    asked = ratio.asked_for(user, wanted.region, wanted.year)
    count, rows = page_of(user, asked, wanted.side, (wanted.page - 1) * PAGE, PAGE)
    return {
        "count": count, "page": wanted.page, "page_size": PAGE,
        "parts": [_part(part, treated) for part, treated in rows],
    }  # fmt: skip


@router.post("/ratio/what-if", response=WhatIfOut)
def what_if(request: HttpRequest, body: WhatIfIn) -> dict[str, Any]:
    """The ratio as it would be with the named parts restored; nothing is changed."""
    user = user_of(request)
    asked = ratio.asked_for(user, body.region, body.year)
    result = restored_if(user, asked, body.restored)
    return {
        "numerator_mu": result.numerator_mu, "denominator_mu": result.denominator_mu,
        "ratio": result.ratio,
        "in_scope": result.in_scope if asked.assessed_itself else None,
        "reasons": _reasons(result.reasons) if asked.assessed_itself else [],
    }  # fmt: skip


@router.get("/ratio.xlsx")
def workbook(request: HttpRequest, wanted: Query[RatioAsked]) -> HttpResponse:
    """The same as a workbook: the regions below, and how every part counts."""
    user = user_of(request)
    require(user, "enforcement.export")
    asked = ratio.asked_for(user, wanted.region, wanted.year)
    found = ratio.counted(user, asked, "patch__region__name")
    result = ratio.assessment(found.patches, asked)
    below = sorted(places(alike(user, asked), asked), key=lambda one: -one.open_mu)
    content = ratio_xlsx(user, asked, [name for (name,) in found.beside], result, below)
    with transaction.atomic():
        record(user, "enforcement.ratio.export", f"{asked.region.name}{asked.year}年度",
               region=asked.region, after={"parts": len(found.patches)})  # fmt: skip
    return attach(
        HttpResponse(content, content_type=XLSX),
        f"违法占用耕地面积比例-{asked.region.name}-{asked.year}.xlsx",
    )


def _figures(result: Accountability, open_mu: Decimal) -> dict[str, Any]:
    return {
        "numerator_mu": result.numerator_mu, "denominator_mu": result.denominator_mu,
        "ratio": result.ratio, "open_mu": open_mu,
    }  # fmt: skip


def _reasons(reasons: Any) -> list[dict[str, str]]:
    return [{"text": reason.text, "clause": reason.clause} for reason in reasons]


def _place(place: Place) -> dict[str, Any]:
    itself = place.region.level in ("prefecture", "county")
    return {
        **_figures(place.result, place.open_mu), "region": place.region.code,
        "name": place.region.name, "level": place.region.level,
        "in_scope": place.result.in_scope if itself else None,
    }  # fmt: skip


def _part(part: PatchPart, treated: Treatment) -> dict[str, Any]:
    patch = treated.patch
    return {
        "id": part.pk, "patch": part.patch_id, "number": patch.id,
        "region": part.patch.region.name, "legality": patch.legality,
        "farmland_mu": patch.farmland_mu, "regularised_mu": patch.regularised_mu,
        "restored_mu": patch.restored_mu, "open_mu": patch.open_mu,
        "numerator_mu": treated.numerator_mu, "denominator_mu": treated.denominator_mu,
        "reasons": _reasons(treated.reasons),
    }  # fmt: skip


def _forecast(found: Forecast | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "months": [
            {
                "month": f"{one.month:%Y-%m}", "numerator_mu": one.state.numerator_mu,
                "denominator_mu": one.state.denominator_mu, "ratio": one.state.ratio,
                "open_mu": one.state.numerator_mu, "new_illegal_mu": one.new_illegal_mu,
                "off_numerator_mu": one.off_numerator_mu,
            }
            for one in found.months
        ],
        "months_left": found.months_left,
        "courses": [
            {
                "course": end.course, "label": COURSES[end.course],
                "numerator_mu": end.numerator_mu, "denominator_mu": end.denominator_mu,
                "ratio": end.ratio, "in_scope": end.in_scope,
                "to_restore_mu": end.to_restore_mu,
            }
            for end in found.courses
        ],
        "assumptions": list(found.assumptions),
    }  # fmt: skip
