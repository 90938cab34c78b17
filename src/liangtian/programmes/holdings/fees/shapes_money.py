"""What the API of collecting takes and gives. Amounts of money are yuan as text, exact to the fen."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.fees.shapes import Amount, BillDueOut, Said
from liangtian.programmes.holdings.models import Payment, Receipt
from liangtian.programmes.holdings.shapes import HolderRef, Key

Number = Annotated[int, Field(ge=1, le=10**12)]
Token = Annotated[str, Field(min_length=8, max_length=64)]


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


class FeeAccountOut(Schema):
    """What a holder owes, has in advance and paid lately."""

    holder: HolderRef
    place: str
    owed: str
    overdue: str
    advance: str
    due: list[BillDueOut]
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


class OffsetIn(Schema):
    token: Token


class RefundIn(Schema):
    amount: Amount
    method: Annotated[str, Field(max_length=10)]
    reason: Said
    token: Token


class FeeReasonIn(Schema):
    reason: Said


class PaymentShareOut(Schema):
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
    shares: list[PaymentShareOut]
    made_at: datetime
    settled_on: date | None
    entry_id: int
    reversal_id: int | None
    reason: str
    receipt_state: Annotated[str, one_of(Receipt.State)] | None
    may_reverse: bool


class ReceiptBookIn(Schema):
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


class OpenDayOut(Schema):
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
    days: list[OpenDayOut]
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
    sure: bool


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
