"""Comparison with departments over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings.comparing.opinions import decide
from liangtian.programmes.holdings.comparing.pages import comparison_out
from liangtian.programmes.holdings.comparing.running import start
from liangtian.programmes.holdings.shapes import Key

router = Router(tags=["comparison"])


class ComparisonZoneOut(Schema):
    """A department's zone: the layer it is read from ("" without one) and what the department has said."""

    id: str
    label: str
    department: str
    clause: str
    layer: str
    mine: bool
    hits: int
    open: int
    confirmed: int
    rejected: int
    late: int
    area_mu: float


class DepartmentComparisonOut(Schema):
    done_at: datetime | None
    by: str
    parcels: int
    latest: int | None
    zones: list[ComparisonZoneOut]


class DecideHitsIn(Schema):
    """What a department says of some of its hits."""

    hits: Annotated[list[Key], Field(min_length=1, max_length=1000)]
    confirmed: bool
    opinion: Annotated[str, Field(max_length=300)]
    paper_number: Annotated[str, Field(max_length=100)] = ""


class DecidedOut(Schema):
    decided: int


@router.get("/comparison", response=DepartmentComparisonOut)
def comparison(request: HttpRequest) -> dict[str, Any]:
    """The current comparison, zone by zone."""
    return comparison_out(user_of(request))


@router.post("/comparison", response=DepartmentComparisonOut)
def begin(request: HttpRequest) -> dict[str, Any]:
    """Compare every parcel of the county anew, in the background."""
    user = user_of(request)
    start(user)
    return comparison_out(user)


@router.post("/hits/decide", response=DecidedOut)
def answer(request: HttpRequest, body: DecideHitsIn) -> dict[str, int]:
    """Confirm or reject hits of one's own department."""
    done = decide(
        user_of(request), body.hits, confirmed=body.confirmed, opinion=body.opinion,
        paper_number=body.paper_number,
    )  # fmt: skip
    return {"decided": done}
