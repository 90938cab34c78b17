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
    Payment,
    Receipt,
    RentTariff,
    Waiver,
)
from liangtian.programmes.holdings.shapes import HolderRef, Key, Year

Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=2)]
Said = Annotated[str, Field(max_length=300)]
Kind = Annotated[str, one_of(Charge)]
Number = Annotated[int, Field(ge=1, le=10**12)]
Token = Annotated[str, Field(min_length=8, max_length=64)]


class ChoiceOut(Schema):
    value: str
    label: str


class FeeOptionsOut(Schema):
    """What can be chosen when fees are charged and collected."""

    grades: list[str]
    uses: list[str]
    kinds: list[ChoiceOut]
    methods: list[ChoiceOut]
    receipts_left: int
    next_receipt: str


class RateIn(Schema):
    grade: Annotated[str, Field(max_length=20)]
    use: Annotated[str, Field(max_length=20)]
    rate: Amount


class RateOut(Schema):
    grade: str
    use: str
    rate: str


class TariffIn(Schema):
    first_year: Year
    last_year: Year | None = None
    document: Annotated[str, Field(max_length=120)]
    number: Annotated[str, Field(max_length=60)]
    clause: Annotated[str, Field(max_length=60)] = ""
    rates: Annotated[list[RateIn], Field(max_length=200)]


class TariffOut(Schema):
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
    rates: list[RateOut]


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


class RunIn(Schema):
    region: Annotated[str, Field(max_length=20)]
    first_year: Year
    last_year: Year
    due_on: date


class RunPlaceOut(Schema):
    code: str
    name: str
    year: int
    count: int
    amount: str


class RunTotalOut(Schema):
    state: str
    label: str
    count: int
    amount: str


class RunOut(Schema):
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
    totals: list[RunTotalOut]
    places: list[RunPlaceOut]
    posted: list[RunTotalOut]
    job: str | None
    may_confirm: bool
    may_drop: bool


class RunProblemOut(Schema):
    parcel_id: int
    code: str
    years: str
    reason: str


class RunProblemPage(Schema):
    rows: list[RunProblemOut]
    total: int


class SeekPayerIn(Schema):
    text: Annotated[str, Field(min_length=1, max_length=100)]


class PayerOut(Schema):
    """A holder as the counter's list shows it."""

    id: int
    name: str
    kind_label: str
    place: str
    owed: str
    bills: int


class DueOut(Schema):
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


class PaymentBrief(Schema):
    id: int
    on: date
    sort: Annotated[str, one_of(Payment.Sort)]
    sort_label: str
    method_label: str
    amount: str
    receipt: str
    receipt_id: int | None
    clerk: str
    reversed_on: date | None


class AccountOut(Schema):
    """What a holder owes, has in advance and paid lately."""

    holder: HolderRef
    place: str
    owed: str
    overdue: str
    advance: str
    due: list[DueOut]
    payments: list[PaymentBrief]
    day_open: bool


class PaymentIn(Schema):
    holder_id: Key
    amount: Amount
    method: Annotated[str, Field(max_length=10)]
    token: Token
    payer: Annotated[str, Field(max_length=100)] = ""
    reference: Annotated[str, Field(max_length=60)] = ""
    note: Said = ""
    kinds: Annotated[list[str], Field(max_length=10)] = []
    receipt: bool = True


class TokenIn(Schema):
    token: Token


class RefundIn(Schema):
    amount: Amount
    method: Annotated[str, Field(max_length=10)]
    reason: Said
    token: Token


class FeeReasonIn(Schema):
    reason: Said


class ShareOut(Schema):
    bill_id: int
    kind_label: str
    year: int
    parcel: str
    amount: str


class PaymentOut(PaymentBrief):
    """A payment with what it went to."""

    holder: HolderRef
    payer: str
    reference: str
    note: str
    prepaid: str
    shares: list[ShareOut]
    made_at: datetime
    settled_on: date | None
    entry_id: int
    reversal_id: int | None
    reason: str
    receipt_state: Annotated[str, one_of(Receipt.State)] | None
    may_reverse: bool


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
    may_decide: bool


class BillShareOut(Schema):
    payment_id: int
    on: date
    sort_label: str
    method_label: str
    amount: str
    reversed: bool


class BillOut(DueOut):
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
    shares: list[BillShareOut]
    waivers: list[WaiverOut]
    may_ask: bool


class BookIn(Schema):
    clerk: Annotated[str, Field(max_length=60)]
    series: Annotated[str, Field(max_length=20)]
    first: Number
    last: Number


class ReceiptBookOut(Schema):
    id: int
    series: str
    first: int
    last: int
    following: int
    clerk: str
    unit: str
    issued_by: str
    issued_on: date
    used: int
    void: int
    unused: int
    missing: list[int]
    written_off_on: date | None
    written_off_by: str
    may_void: bool
    may_write_off: bool


class DayOut(Schema):
    on: date
    payments: int
    cash: str
    other: str


class SettlementOut(Schema):
    id: int
    on: date
    clerk: str
    unit: str
    payments: int
    cash: str
    counted: str
    other: str
    difference: str
    reason: str
    made_at: datetime
    checked_by: str
    checked_at: datetime | None
    entry_id: int | None
    may_check: bool


class SettlementsOut(Schema):
    days: list[DayOut]
    settlements: list[SettlementOut]


class SettleIn(Schema):
    on: date
    counted: Amount
    reason: Said = ""


class BankLineOut(Schema):
    id: int
    on: date
    amount: str
    payer: str
    reference: str
    text: str
    payment: PaymentBrief | None
    why: str


class BankOut(Schema):
    """Lines of the bank without a payment, with suggestions; payments without a line; what was confirmed."""

    lines: list[BankLineOut]
    payments: list[PaymentBrief]
    matched: list[BankLineOut]


class BankTakenOut(Schema):
    new: int
    known: int
    skipped: int


class MatchIn(Schema):
    payment_id: Key
    why: Annotated[str, Field(max_length=100)] = ""


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
