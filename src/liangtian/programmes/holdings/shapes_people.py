"""What the API of holders and contracts takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field

from liangtian.programmes.holdings.shapes import (
    BuildingOut,
    ContractRef,
    HolderKind,
    HolderRef,
    Key,
    Mu,
    PlaceRef,
)

Yuan = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]


class HolderIn(Schema):
    kind: Annotated[str, Field(max_length=10)]
    name: Annotated[str, Field(max_length=100)]
    region: Annotated[str, Field(max_length=14)]
    paper: Annotated[str, Field(max_length=12)] = ""
    id_number: Annotated[str, Field(max_length=60)] = ""
    phone: Annotated[str, Field(max_length=30)] = ""
    note: Annotated[str, Field(max_length=300)] = ""
    namesake: bool = False


class MergeHoldersIn(Schema):
    away: Key
    reason: Annotated[str, Field(max_length=300)]


class HolderReasonIn(Schema):
    reason: Annotated[str, Field(max_length=300)]


class SeekHolderIn(Schema):
    """A whole identity number; it is looked for and kept nowhere."""

    number: Annotated[str, Field(max_length=60)]


class HolderPaperIn(Schema):
    kind: Annotated[str, Field(max_length=40)]
    file_id: Key
    number: Annotated[str, Field(max_length=100)] = ""
    parcel_id: Key | None = None


class HolderPaperOut(Schema):
    id: int
    kind: str
    number: str
    parcel: str | None
    file_id: int
    file_name: str
    added_at: datetime
    added_by: str


class HeldOut(Schema):
    parcel_id: int
    code: str
    place: str
    corps: bool
    role: str
    area_mu: float
    ownership_label: str
    way: str
    actual_use: str
    source_paper: str
    since: date


class HolderOut(Schema):
    """One household, one file (一户一档), of what the reader may see."""

    id: int
    name: str
    kind: HolderKind
    kind_label: str
    region: PlaceRef
    paper: str
    paper_label: str
    id_number: str
    phone: str
    note: str
    entered_by: str
    entered_at: datetime
    merged_into: HolderRef | None
    merged: list[HolderRef]
    namesakes: list[HolderRef]
    parcels: list[HeldOut]
    area_mu: float
    corps_mu: float
    contracts: list[ContractRef]
    buildings: list[BuildingOut]
    papers: list[HolderPaperOut]


class IdentityOut(Schema):
    name: str
    id_number: str
    phone: str


class LineIn(Schema):
    parcel_id: Key
    area_mu: Mu


class ContractIn(Schema):
    kind: Annotated[str, Field(max_length=10)]
    number: Annotated[str, Field(max_length=60)]
    holder_id: Key
    starts_on: date
    ends_on: date
    price_kind: Annotated[str, Field(max_length=10)]
    lines: Annotated[list[LineIn], Field(max_length=500)]
    grantor: Annotated[str, Field(max_length=100)] = ""
    price_yuan: Yuan | None = None
    signed_on: date | None = None
    terms: Annotated[str, Field(max_length=300)] = ""
    renews_id: Key | None = None
    under_id: Key | None = None
    file_id: Key | None = None


class EndContractIn(Schema):
    on: date
    reason: Annotated[str, Field(max_length=300)]
