"""What the API of water gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema

from liangtian.platform.shapes import Bounds, one_of
from liangtian.programmes.holdings.models import Meter, Reading, ReadingFile, WaterSource
from liangtian.programmes.holdings.shapes import HolderRef, PlaceRef
from liangtian.programmes.holdings.water.shapes import Figure


class ReadingFindingOut(Schema):
    code: str
    label: str
    reason: str


class ReadingOut(Schema):
    id: int
    number: str
    month: date
    on: date
    value: float
    state: Annotated[str, one_of(Reading.State)]
    state_label: str
    way_label: str
    rolled: bool
    reason: str
    replaces: int | None
    findings: list[ReadingFindingOut]
    entered_by: str
    settled_by: str | None


class MeterFittingOut(Schema):
    id: int
    kind: Annotated[str, one_of(Meter.Kind)]
    kind_label: str
    number: str
    rollover: float
    factor: float
    fitted_on: date
    first: float
    removed_on: date | None
    last: float | None
    rolled: bool
    reason: str


class StandardOut(Schema):
    """A figure with its document, who entered and who approved it."""

    id: int
    label: str
    document: str
    clause: str
    entered_by: str
    entered_at: datetime
    approved_by: str | None
    approved_at: datetime | None


class CoefficientOut(StandardOut):
    per_kwh: float
    valid_from: date


class WaitingCoefficientOut(CoefficientOut):
    source_id: int
    source: str


class TierOut(Schema):
    up_to: str | None
    mode: str
    value: str


class WaterTariffOut(StandardOut):
    source_kind: str
    source_label: str
    land: str
    land_label: str
    price: float
    resource: float
    tiers: list[TierOut]
    valid_from: date
    valid_to: date | None


class WaterSeasonOut(StandardOut):
    year: int
    name: str
    starts_on: date
    ends_on: date
    per_mu: float


class WaterStandardsOut(Schema):
    tariffs: list[WaterTariffOut]
    seasons: list[WaterSeasonOut]
    coefficients: list[WaitingCoefficientOut]


class WaterServingOut(Schema):
    parcel_id: int
    code: str
    area_mu: float
    valid_from: date
    valid_to: date | None


class SourceRef(Schema):
    id: int
    name: str


class WaterSourceOut(Schema):
    id: int
    kind: Annotated[str, one_of(WaterSource.Kind)]
    kind_label: str
    code: str
    name: str
    level: str
    level_label: str
    permit: str
    permit_until: date | None
    depth_m: float | None
    pump_m3h: float | None
    closed_on: date | None
    note: str
    region: PlaceRef
    holder: HolderRef | None
    parent_id: int | None
    parent: str | None
    entered_by: str
    entered_at: datetime
    geometry: Figure | None
    bounds: Bounds | None
    branches: list[SourceRef]
    servings: list[WaterServingOut]
    fittings: list[MeterFittingOut]
    readings: list[ReadingOut]
    coefficients: list[CoefficientOut]


class SheetCounts(Schema):
    all: int
    missing: int
    doubtful: int


class SheetLineOut(Schema):
    fitting_id: int
    number: str
    kind_label: str
    factor: float
    source_id: int
    source: str
    place: str
    before: float
    before_on: date
    use: float | None
    reading: ReadingOut | None


class ReadingSheetOut(Schema):
    counts: SheetCounts
    total: int
    rows: list[SheetLineOut]


class ReadingFileLine(Schema):
    row: int
    state: str
    said: str
    column: str


class ReadingFileCounts(Schema):
    ready: int
    same: int
    wrong: int


class ReadingFileField(Schema):
    name: str
    label: str


class ReadingFileOut(Schema):
    id: int
    name: str
    kind: str
    kind_label: str
    month: date
    state: Annotated[str, one_of(ReadingFile.State)]
    state_label: str
    made_by: str
    made_at: datetime
    headings: list[str]
    mapping: dict[str, str]
    fields: list[ReadingFileField]
    counts: ReadingFileCounts
    lines: list[ReadingFileLine]


class WaterGapOut(Schema):
    code: str
    label: str
    source_id: int
    source: str
    place: str
    month: date
    detail: str
    m3: float


class WaterSlabOut(Schema):
    tier: int
    m3: str
    price: str


class WaterBasisReading(Schema):
    meter: str
    kind: str
    before: str
    before_on: date
    after: str
    after_on: date
    rolled: bool
    factor: str
    use: str
    per_kwh: str | None
    m3: str


class WaterBasisPart(Schema):
    source: str
    source_id: int
    parcel: str
    parcel_id: int
    mu: str
    m3: str
    of: str
    readings: list[WaterBasisReading]


class WaterBasisOut(Schema):
    """What a bill of water was computed from."""

    season: str
    month: str
    before_m3: str
    m3: str
    mu: str
    per_mu: str
    quota: str
    quota_document: str
    quota_clause: str
    source: str
    land: str
    document: str
    clause: str
    parts: list[WaterBasisPart]
    slabs: list[WaterSlabOut]


class WaterBillRow(Schema):
    holder_id: int
    holder: str
    kind: str
    kind_label: str
    month: str
    source: str
    land: str
    m3: float
    quota: float
    fen: int
    change: Literal["new", "changed", "same"]
    basis: WaterBasisOut


class WaterPreviewOut(Schema):
    season: str
    month: date
    m3: float
    water_fen: int
    resource_fen: int
    standing_fen: int
    bills: int
    new: int
    changed: int
    unchanged: int
    gone: int
    rows: list[WaterBillRow]
    gaps: list[WaterGapOut]


class AllottedOut(Schema):
    holders: int
    m3: float
