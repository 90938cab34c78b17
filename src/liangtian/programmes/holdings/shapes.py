"""What the API of holdings takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field, WithJsonSchema

from liangtian.platform.ledgers.query import LARGEST
from liangtian.platform.shapes import Bounds, Surface, one_of
from liangtian.programmes.holdings.models import Contract, Holder, ParcelLineage, ParcelVersion

Key = Annotated[int, Field(ge=1, le=LARGEST)]
Ownership = Annotated[str, one_of(ParcelVersion.Ownership)]
HolderKind = Annotated[str, one_of(Holder.Kind)]
Mu = Annotated[Decimal, Field(gt=0, max_digits=12, decimal_places=2)]
Year = Annotated[int, Field(ge=1, le=9999)]
# A GeoJSON line (EPSG:4490).
Line = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"type": "string", "enum": ["LineString"]},
                "coordinates": {
                    "type": "array",
                    "items": {"type": "array", "items": {"type": "number"}},
                },
            },
        }
    ),
]


class UnitOut(Schema):
    id: int
    kind: str
    kind_label: str
    name: str


class UnitIn(Schema):
    name: Annotated[str, Field(max_length=60)]


class OptionsOut(Schema):
    """What can be chosen when a parcel, a holder's paper or a crop is entered."""

    units: list[UnitOut]
    way: list[str]
    source_paper: list[str]
    land_kind: list[str]
    actual_use: list[str]
    irrigation: list[str]
    season: list[str]
    crop: list[str]
    building_kind: list[str]
    paper_kind: list[str]


class ParcelIn(Schema):
    """What is entered of a parcel beside its figure."""

    ownership: Annotated[str, Field(max_length=10)]
    way: Annotated[str, Field(max_length=20)]
    source_paper: Annotated[str, Field(max_length=40)]
    actual_use: Annotated[str, Field(max_length=20)]
    unit_id: Key | None = None
    corps: bool = False
    holder_id: Key | None = None
    cultivator_id: Key | None = None
    paper_number: Annotated[str, Field(max_length=100)] = ""
    land_kind: Annotated[str, Field(max_length=20)] = ""
    irrigation: Annotated[str, Field(max_length=20)] = ""
    reclaimed_year: Year | None = None
    place_name: Annotated[str, Field(max_length=100)] = ""
    note: Annotated[str, Field(max_length=300)] = ""


class RegisterParcelIn(Schema):
    parcel: ParcelIn
    geometry: Surface
    on: date
    code: Annotated[str, Field(max_length=40)] = ""


class ChangeParcelIn(Schema):
    parcel: ParcelIn
    on: date
    reason: Annotated[str, Field(max_length=300)]


class BoundaryIn(Schema):
    geometry: Surface
    on: date
    reason: Annotated[str, Field(max_length=300)]


class BoundaryPreviewIn(Schema):
    geometry: Surface
    on: date


class OverlapOut(Schema):
    """Ground shared with a neighbour, more than the tolerance."""

    code: str
    shared_m2: float
    geometry: Surface


class BoundaryPreviewOut(Schema):
    """What a drawn boundary would make of a parcel; `problem` is empty when it may be saved."""

    area_mu: float
    before_mu: float
    difference_mu: float
    region: str
    overlaps: list[OverlapOut]
    problem: str


class NeighbourOut(Schema):
    parcel_id: int
    code: str
    geometry: Surface


class SplitIn(Schema):
    line: Line
    on: date
    reason: Annotated[str, Field(max_length=300)]


class MergeIn(Schema):
    parcels: Annotated[list[Key], Field(max_length=50)]
    on: date
    reason: Annotated[str, Field(max_length=300)]
    # Where the parcels differ in an attribute, the parcel whose value the new one takes.
    from_parcel: dict[str, Key] = {}


class HolderRef(Schema):
    id: int
    name: str
    kind: HolderKind
    kind_label: str


class PlaceRef(Schema):
    code: str
    name: str
    path: str


class ParcelStateOut(Schema):
    """A parcel as it was in a stretch of time; `valid_to` is the first day it was something else."""

    id: int
    valid_from: date
    valid_to: date | None
    unit: UnitOut
    corps: bool
    area_m2: float
    area_mu: float
    holder: HolderRef | None
    cultivator: HolderRef | None
    ownership: Ownership
    ownership_label: str
    way: str
    source_paper: str
    paper_number: str
    land_kind: str
    actual_use: str
    irrigation: str
    reclaimed_year: int | None
    place_name: str
    note: str
    change: Annotated[str, one_of(ParcelVersion.Change)]
    change_label: str
    reason: str
    changed_by: str
    changed_at: datetime


class ParcelRelativeOut(Schema):
    """A parcel this one came out of, or one that came out of it."""

    parcel_id: int
    code: str
    kind: Annotated[str, one_of(ParcelLineage.Kind)]
    kind_label: str
    on: date
    reason: str
    area_mu: float


class ContractRef(Schema):
    id: int
    number: str
    kind: Annotated[str, one_of(Contract.Kind)]
    kind_label: str
    grantor: str
    holder: HolderRef
    starts_on: date
    ends_on: date
    ended_on: date | None
    end_reason: str
    price_label: str
    price_yuan: str | None
    terms: str
    area_mu: float
    parcels: list[str]
    file_id: int | None
    under: str | None
    beyond: int  # parcels of other townships, which are not shown


class ClassArea(Schema):
    code: str
    name: str
    area_mu: float


class ParcelClassesOut(Schema):
    """Areas by land class; `stale`: the parcel changed since and is measured again soon."""

    layer: str
    measured_at: datetime
    stale: bool
    rows: list[ClassArea]


class ParcelCropOut(Schema):
    year: int
    season: str
    crop: str
    area_mu: float


class BuildingOut(Schema):
    """A building at the field edge with its measured footprint."""

    id: int
    code: str
    kind: str
    parcel_id: int
    parcel: str
    built_year: int | None
    area_m2: float
    valid_from: date
    valid_to: date | None
    end_reason: str
    note: str
    geometry: Surface


class ParcelOut(Schema):
    """A parcel as of a day, with its whole history."""

    id: int
    code: str
    region: PlaceRef
    as_of: date | None
    state: ParcelStateOut
    geometry: Surface
    bounds: Bounds
    classes: ParcelClassesOut | None
    gone: bool
    states: list[ParcelStateOut]
    parents: list[ParcelRelativeOut]
    children: list[ParcelRelativeOut]
    contracts: list[ContractRef]
    crops: list[ParcelCropOut]
    buildings: list[BuildingOut]
    frozen_until: date | None


class PiecesOut(Schema):
    parcels: list[int]


class SownIn(Schema):
    crop: Annotated[str, Field(max_length=20)]
    area_mu: Mu


class CropsIn(Schema):
    year: Year
    season: Annotated[str, Field(max_length=20)]
    sown: Annotated[list[SownIn], Field(max_length=30)]


class BaseYearOut(Schema):
    id: int
    year: int
    as_of: date
    parcels: int
    area_mu: float
    corps_parcels: int
    corps_mu: float
    note: str
    frozen_by: str
    frozen_at: datetime


class FreezeYearIn(Schema):
    year: Year
    as_of: date
    note: Annotated[str, Field(max_length=300)] = ""
