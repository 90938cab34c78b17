"""The register of holdings over HTTP: parcels, their past, dividing and joining them, survey units, frozen years."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from liangtian.platform.audit.services import saw
from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.people.request import user_of
from liangtian.programmes.holdings import (
    boundaries,
    classing,
    crops,
    dividing,
    parcels,
    units,
    years,
)
from liangtian.programmes.holdings.api_crops import router as seasons
from liangtian.programmes.holdings.api_finding import router as finding
from liangtian.programmes.holdings.api_holders import router as holders
from liangtian.programmes.holdings.buildings.api import router as buildings
from liangtian.programmes.holdings.codes import LISTS, listed
from liangtian.programmes.holdings.comparing.api import router as comparing
from liangtian.programmes.holdings.dossier.api import router as dossier
from liangtian.programmes.holdings.fees.api import router as fees
from liangtian.programmes.holdings.ground import figure
from liangtian.programmes.holdings.intake.api import router as intake
from liangtian.programmes.holdings.judging.api import router as judging
from liangtian.programmes.holdings.lists.api import router as lists
from liangtian.programmes.holdings.models import BaseYear
from liangtian.programmes.holdings.notices.api import router as notices
from liangtian.programmes.holdings.onmap.api import TileQuery, tile_answer
from liangtian.programmes.holdings.onmap.api import router as onmap
from liangtian.programmes.holdings.pages import fetch_parcel, parcel_out, unit_out
from liangtian.programmes.holdings.referring.api import router as referring
from liangtian.programmes.holdings.registering.api import router as registering
from liangtian.programmes.holdings.shapes import (
    BaseYearOut,
    BoundaryIn,
    BoundaryPreviewIn,
    BoundaryPreviewOut,
    ChangeParcelIn,
    CropsIn,
    FreezeYearIn,
    MergeIn,
    NeighbourOut,
    OptionsOut,
    ParcelIn,
    ParcelOut,
    PiecesOut,
    RegisterParcelIn,
    SplitIn,
    UnitIn,
    UnitOut,
)
from liangtian.programmes.holdings.tiles import parcel_tile

router = Router(tags=["holdings"])
router.add_router("", holders)
router.add_router("/fees", fees)
router.add_router("", notices)
router.add_router("", judging)
router.add_router("", comparing)
router.add_router("", dossier)
router.add_router("", intake)
router.add_router("", finding)
router.add_router("", buildings)
router.add_router("", onmap)
router.add_router("", seasons)
router.add_router("", lists)
router.add_router("", registering)
router.add_router("", referring)


@router.get("/options", response=OptionsOut)
def options(request: HttpRequest) -> dict[str, Any]:
    """Survey units and the entries of every choice."""
    found = [unit_out(u) for u in units.units_for(user_of(request))]
    return {"units": found, **{name: list(listed(name)) for name in LISTS}}


@router.post("/units", response=UnitOut)
def new_unit(request: HttpRequest, body: UnitIn) -> dict[str, Any]:
    """Enter a state-owned farm company as a survey unit."""
    return unit_out(units.save_company(user_of(request), body.name))


@router.put("/units/{unit_id}", response=UnitOut)
def rename_unit(request: HttpRequest, unit_id: int, body: UnitIn) -> dict[str, Any]:
    """Rename a survey unit."""
    return unit_out(units.save_company(user_of(request), body.name, unit_id))


@router.get("/tiles/{z}/{x}/{y}.mvt")
def tile(request: HttpRequest, z: int, x: int, y: int, asked: Query[TileQuery]) -> HttpResponse:
    """Parcels of the user's region as a vector tile, as of a day, with the class they are coloured by."""
    data = parcel_tile(user_of(request), z, x, y, asked.as_of, by=asked.by)
    return tile_answer(request, data)


@router.post("/parcels", response=ParcelOut)
def register(request: HttpRequest, body: RegisterParcelIn) -> dict[str, Any]:
    """Register a parcel, from a day on."""
    made = parcels.register(
        user_of(request), _form(body.parcel), figure(body.geometry), body.on, body.code
    )
    return _page(request, made.parcel_id)


@router.get("/parcels/{parcel_id}", response=ParcelOut)
def parcel(request: HttpRequest, parcel_id: int, as_of: date | None = None) -> dict[str, Any]:
    """A parcel as of a day, with its past and its relatives; that it was looked at is audited."""
    user = user_of(request)
    found = fetch_parcel(user, parcel_id)
    saw(user, "holdings.parcel.view", found)
    return parcel_out(user, found, as_of)


@router.post("/parcels/{parcel_id}/change", response=ParcelOut)
def change(request: HttpRequest, parcel_id: int, body: ChangeParcelIn) -> dict[str, Any]:
    """Enter what became different on a day."""
    parcels.change(user_of(request), parcel_id, _form(body.parcel), body.on, body.reason)
    return _page(request, parcel_id)


@router.get("/parcels/{parcel_id}/neighbours", response=list[NeighbourOut])
def neighbours(request: HttpRequest, parcel_id: int) -> list[dict[str, Any]]:
    """The parcels round about as they are today, to draw a new boundary along theirs."""
    return boundaries.neighbours(user_of(request), parcel_id)


@router.post("/parcels/{parcel_id}/boundary/preview", response=BoundaryPreviewOut)
def boundary_preview(
    request: HttpRequest, parcel_id: int, body: BoundaryPreviewIn
) -> dict[str, Any]:
    """What a drawn boundary would make of the parcel: area, and whose ground it would lie on."""
    return boundaries.preview(user_of(request), parcel_id, figure(body.geometry), body.on)


@router.post("/parcels/{parcel_id}/boundary", response=ParcelOut)
def boundary(request: HttpRequest, parcel_id: int, body: BoundaryIn) -> dict[str, Any]:
    """Correct the boundary from a day on."""
    parcels.redraw(user_of(request), parcel_id, figure(body.geometry), body.on, body.reason)
    return _page(request, parcel_id)


@router.post("/parcels/{parcel_id}/split", response=PiecesOut)
def split(request: HttpRequest, parcel_id: int, body: SplitIn) -> dict[str, Any]:
    """Divide the parcel along a line; answers with the pieces."""
    made = dividing.split(user_of(request), parcel_id, figure(body.line), body.on, body.reason)
    return {"parcels": [version.parcel_id for version in made]}


@router.post("/merging", response=PiecesOut)
def merge(request: HttpRequest, body: MergeIn) -> dict[str, Any]:
    """Make one parcel of neighbours."""
    made = dividing.merge(
        user_of(request), body.parcels, body.on, body.reason, from_parcel=body.from_parcel
    )
    return {"parcels": [made.parcel_id]}


@router.put("/parcels/{parcel_id}/crops", response=ParcelOut)
def sow(request: HttpRequest, parcel_id: int, body: CropsIn) -> dict[str, Any]:
    """What grew in a season of a year, in place of what was entered before."""
    sown = [crops.Sown(one.crop, one.area_mu) for one in body.sown]
    crops.save_crops(user_of(request), parcel_id, body.year, body.season, sown)
    return _page(request, parcel_id)


@router.post("/classes", response=JobOut)
def classes(request: HttpRequest) -> dict[str, Any]:
    """Overlay the user's parcels with the survey layer in force now, as a job."""
    return job_out(classing.order(user_of(request)))


@router.get("/years", response=list[BaseYearOut])
def base_years(request: HttpRequest) -> list[dict[str, Any]]:
    """The years frozen as base."""
    return [_year_out(row) for row in years.base_years(user_of(request))]


@router.post("/years", response=BaseYearOut)
def freeze(request: HttpRequest, body: FreezeYearIn) -> dict[str, Any]:
    """Freeze the register as of a day as the base of a year."""
    return _year_out(years.freeze_year(user_of(request), body.year, body.as_of, body.note))


def _form(body: ParcelIn) -> parcels.ParcelForm:
    return parcels.ParcelForm(**body.dict())


def _page(request: HttpRequest, parcel_id: int) -> dict[str, Any]:
    user = user_of(request)
    return parcel_out(user, fetch_parcel(user, parcel_id))


def _year_out(row: BaseYear) -> dict[str, Any]:
    plain = ("id", "year", "as_of", "parcels", "corps_parcels", "note", "frozen_at")
    return {
        **{name: getattr(row, name) for name in plain},
        "area_mu": years.printed_mu(row.region_id, row.as_of, corps=False),
        "corps_mu": years.printed_mu(row.region_id, row.as_of, corps=True),
        "frozen_by": row.frozen_by.name,
    }
