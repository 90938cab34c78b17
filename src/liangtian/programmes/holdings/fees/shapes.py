"""What the API of the fees takes and gives. Amounts of money are yuan as text, exact to the fen."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import (
    BillRun,
    Charge,
    RentTariff,
    Waiver,
)
from liangtian.programmes.holdings.shapes import HolderRef, Key, Year

Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Said = Annotated[str, Field(max_length=300)]
Kind = Annotated[str, one_of(Charge)]


class FeeChoiceOut(Schema):
    value: str
    label: str


class FeeOptionsOut(Schema):
    """What can be chosen when fees are charged and collected."""

    grades: list[str]
    uses: list[str]
    kinds: list[FeeChoiceOut]
    methods: list[FeeChoiceOut]
    clerks: list[FeeChoiceOut]
    receipts_left: int
    next_receipt: str


class RentRateIn(Schema):
    grade: Annotated[str, Field(max_length=20)]
    use: Annotated[str, Field(max_length=20)]
    rate: Amount


class RentRateOut(Schema):
    grade: str
    use: str
    rate: str


class RentTariffIn(Schema):
    first_year: Year
    last_year: Year | None = None
    document: Annotated[str, Field(max_length=120)]
    number: Annotated[str, Field(max_length=60)]
    clause: Annotated[str, Field(max_length=60)] = ""
    rates: Annotated[list[RentRateIn], Field(max_length=200)]


class RentTariffOut(Schema):
    id: int
    first_year: int
    last_year: int | None
    document: str
    number: str
    clause: str
    state: Annotated[str, one_of(RentTariff.State)]
    state_label: str
    entered_by: str
    entered_at: datetime
    decided_by: str
    decided_at: datetime | None
    opinion: str
    rates: list[RentRateOut]


class FeeDecisionIn(Schema):
    approve: bool
    opinion: Said = ""


class GradeIn(Schema):
    grade: Annotated[str, Field(max_length=20)]
    from_year: Year
    basis: Annotated[str, Field(max_length=120)]


class GradeRegionIn(GradeIn):
    region: Annotated[str, Field(max_length=20)]


class GradeOut(Schema):
    grade: str
    from_year: int
    basis: str
    entered_by: str


class GradedOut(Schema):
    parcels: int


class RentRunIn(Schema):
    region: Annotated[str, Field(max_length=20)]
    first_year: Year
    last_year: Year
    due_on: date


class BillRunPlaceOut(Schema):
    code: str
    name: str
    year: int
    count: int
    amount: str


class BillRunTotalOut(Schema):
    state: str
    label: str
    count: int
    amount: str


class BillRunOut(Schema):
    """A run of bills: what the preview says, and how far it is posted."""

    id: int
    kind: Kind
    kind_label: str
    region: str
    first_year: int
    last_year: int
    issued_on: date
    due_on: date
    state: Annotated[str, one_of(BillRun.State)]
    state_label: str
    made_by: str
    made_at: datetime
    posted_at: datetime | None
    parcels: int
    problems: int
    totals: list[BillRunTotalOut]
    places: list[BillRunPlaceOut]
    posted: list[BillRunTotalOut]
    job: str | None
    may_preview: bool
    may_confirm: bool
    may_drop: bool


class RunProblemOut(Schema):
    parcel_id: int
    code: str
    years: str
    reason: str
    ungraded: bool


class RunProblemPage(Schema):
    rows: list[RunProblemOut]
    total: int


class BillDueOut(Schema):
    """A bill that something is left of."""

    id: int
    kind: Kind
    kind_label: str
    year: int
    parcel: str
    period_from: date
    period_to: date
    amount: str
    paid: str
    waived: str
    left: str
    due_on: date
    overdue: bool


class WaiverIn(Schema):
    bill_id: Key
    amount: Amount
    document: Annotated[str, Field(max_length=100)]
    reason: Said
    file_id: Key | None = None


class WaiverOut(Schema):
    id: int
    bill_id: int
    amount: str
    document: str
    reason: str
    state: Annotated[str, one_of(Waiver.State)]
    state_label: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    opinion: str
    file_id: int | None
    file_name: str
    undone_by: str
    undone_at: datetime | None
    undone_why: str
    may_decide: bool
    may_undo: bool


class BillShareOut(Schema):
    payment_id: int
    on: date
    sort_label: str
    method_label: str
    amount: str
    reversed: bool


class BillOut(BillDueOut):
    """A bill with what it was computed from and what was done about it."""

    holder: HolderRef
    place: str
    parcel_id: int | None
    issue: int
    issued_on: date
    run_id: int
    basis: dict[str, Any]
    entry_id: int
    reversed_on: date | None
    reversal_id: int | None
    reversed_by: str
    reason: str
    shares: list[BillShareOut]
    waivers: list[WaiverOut]
    may_ask: bool
    may_reverse: bool


class CollectedOut(Schema):
    """What a unit owed, paid and still owes of a year."""

    code: str
    name: str
    year: int
    bills: int
    amount: str
    paid: str
    waived: str
    left: str
    rate: float | None
