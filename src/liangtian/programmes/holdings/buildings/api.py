"""Buildings at the field edge over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.people.request import user_of
from liangtian.platform.shapes import Surface
from liangtian.programmes.holdings.buildings import services as buildings
from liangtian.programmes.holdings.ground import figure
from liangtian.programmes.holdings.shapes import BuildingOut, Key, Year

router = Router(tags=["holdings"])


class BuildingIn(Schema):
    """A building; without a parcel it is of the one it stands on, without a figure its own stays."""

    kind: Annotated[str, Field(max_length=20)]
    on: date
    parcel_id: Key | None = None
    built_year: Year | None = None
    note: Annotated[str, Field(max_length=300)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    geometry: Surface | None = None


class RemoveBuildingIn(Schema):
    on: date
    reason: Annotated[str, Field(max_length=300)]


@router.post("/buildings", response=BuildingOut)
def new_building(request: HttpRequest, body: BuildingIn) -> dict[str, Any]:
    """Enter a building with its footprint."""
    return buildings.building_out(buildings.save_building(user_of(request), *_form(body)))


@router.put("/buildings/{building_id}", response=BuildingOut)
def change_building(request: HttpRequest, building_id: int, body: BuildingIn) -> dict[str, Any]:
    """Change a building."""
    row = buildings.save_building(user_of(request), *_form(body), building_id)
    return buildings.building_out(row)


@router.post("/buildings/{building_id}/remove", response=BuildingOut)
def remove_building(
    request: HttpRequest, building_id: int, body: RemoveBuildingIn
) -> dict[str, Any]:
    """Note that it was pulled down."""
    row = buildings.remove_building(user_of(request), building_id, body.on, body.reason)
    return buildings.building_out(row)


def _form(body: BuildingIn) -> tuple[buildings.BuildingForm, Any]:
    given = body.dict()
    drawn = given.pop("geometry")
    return buildings.BuildingForm(**given), None if drawn is None else figure(drawn)
