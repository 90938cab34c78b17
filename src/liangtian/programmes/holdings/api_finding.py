"""Finding parcels over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import Surface
from liangtian.programmes.holdings.finding import Wanted, select
from liangtian.programmes.holdings.ground import figure

router = Router(tags=["holdings"])


class SelectionIn(Schema):
    """Conditions that must all hold; a number is looked for and kept nowhere."""

    code: Annotated[str, Field(max_length=40)] = ""
    place: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str, Field(max_length=100)] = ""
    number: Annotated[str, Field(max_length=60)] = ""
    reason: Annotated[str, Field(max_length=300)] = ""
    geometry: Surface | None = None
    as_of: date | None = None


class SelectedSum(Schema):
    label: str
    count: int
    area_mu: float


class SelectedParcel(Schema):
    parcel_id: int
    code: str
    place: str
    holder: str
    corps: bool
    area_mu: float
    inside_mu: float | None
    ownership_label: str
    way: str
    actual_use: str


class SelectionOut(Schema):
    """Sums of all that was found, XPCC land apart, and the first parcels one by one."""

    count: int
    area_mu: float
    inside_mu: float | None
    corps_count: int
    corps_mu: float
    by_ownership: list[SelectedSum]
    by_use: list[SelectedSum]
    by_way: list[SelectedSum]
    parcels: list[SelectedParcel]
    more: int


@router.post("/selection", response=SelectionOut)
def selection(request: HttpRequest, body: SelectionIn) -> dict[str, Any]:
    """Parcels by code, place, holder's name or number, or within a drawn figure, with their sums."""
    given = body.dict(exclude={"geometry"})
    geometry = None if body.geometry is None else figure(body.geometry)
    return select(user_of(request), Wanted(**given, geometry=geometry))
