"""What the API of water takes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, WithJsonSchema

from liangtian.programmes.holdings.shapes import Key, Mu, Year

Count = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Price = Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=4)]
Reason = Annotated[str, Field(max_length=300)]
MonthText = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2024-05"])]
# A GeoJSON point or line (EPSG:4490).
Figure = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "required": ["type", "coordinates"],
            "properties": {
                "type": {"type": "string", "enum": ["Point", "LineString", "MultiLineString"]},
                "coordinates": {"type": "array", "items": {}},
            },
        }
    ),
]


class WaterSourceIn(Schema):
    """A well (机电井) or canal (渠道)."""

    kind: Annotated[str, Field(max_length=6)]
    code: Annotated[str, Field(max_length=40)]
    name: Annotated[str, Field(max_length=100)]
    region: Annotated[str, Field(max_length=14)]
    holder_id: Key | None = None
    level: Annotated[str, Field(max_length=8)] = ""
    parent_id: Key | None = None
    permit: Annotated[str, Field(max_length=60)] = ""
    permit_until: date | None = None
    depth_m: Annotated[Decimal, Field(max_digits=7, decimal_places=2)] | None = None
    pump_m3h: Annotated[Decimal, Field(max_digits=9, decimal_places=2)] | None = None
    closed_on: date | None = None
    note: Reason = ""
    geometry: Figure | None = None


class ServedIn(Schema):
    parcel_id: Key
    area_mu: Mu


class ServeIn(Schema):
    """The parcels a source waters from a day on, in place of those before."""

    parcels: Annotated[list[ServedIn], Field(max_length=2000)]
    on: date


class MeterIn(Schema):
    kind: Annotated[str, Field(max_length=6)]
    number: Annotated[str, Field(max_length=40)]
    rollover: Count
    factor: Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=2)] = Decimal(1)
    fitted_on: date
    first: Count


class RemoveMeterIn(Schema):
    on: date
    last: Count
    reason: Reason
    rolled: bool = False


class SwapMeterIn(Schema):
    removal: RemoveMeterIn
    meter: MeterIn


class CoefficientIn(Schema):
    per_kwh: Price
    valid_from: date
    document: Annotated[str, Field(max_length=200)]
    clause: Annotated[str, Field(max_length=60)] = ""


class TierIn(Schema):
    """A slab over the quota; `up_to` as a share of it, null for no end."""

    up_to: Annotated[Decimal, Field(gt=0, max_digits=8, decimal_places=4)] | None
    mode: Literal["multiply", "add"]
    value: Price


class WaterTariffIn(Schema):
    source_kind: Annotated[str, Field(max_length=6)]
    land: Annotated[str, Field(max_length=10)]
    price: Price
    resource: Price
    tiers: Annotated[list[TierIn], Field(max_length=10)] = []
    valid_from: date
    valid_to: date | None = None
    document: Annotated[str, Field(max_length=200)]
    clause: Annotated[str, Field(max_length=60)] = ""


class WaterSeasonIn(Schema):
    year: Year
    name: Annotated[str, Field(max_length=20)]
    starts_on: date
    ends_on: date
    per_mu: Price
    document: Annotated[str, Field(max_length=200)]
    clause: Annotated[str, Field(max_length=60)] = ""


class SeenIn(Schema):
    fitting_id: Key
    on: date
    value: Count


class ReadingsIn(Schema):
    month: MonthText
    readings: Annotated[list[SeenIn], Field(max_length=500)]


class CorrectReadingIn(Schema):
    on: date
    value: Count
    reason: Reason


class SettleReadingIn(Schema):
    reason: Reason
    rolled: bool = False


class ReadingFileIn(Schema):
    file_id: Key
    kind: Annotated[str, Field(max_length=6)]
    month: MonthText


class ReadingColumnsIn(Schema):
    mapping: dict[str, Annotated[str, Field(max_length=100)]]


class WaterChargeIn(Schema):
    """A season's charges up to a month."""

    season_id: Key
    month: MonthText
    due_on: date


class AllotIn(Schema):
    season_id: Key
    on: date


class SheetQuery(Schema):
    """Which meters of a month are asked for."""

    region: Annotated[str, Field(max_length=14)] = ""
    kind: Literal["", "water", "power"] = ""
    show: Literal["all", "missing", "doubtful"] = "all"
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
