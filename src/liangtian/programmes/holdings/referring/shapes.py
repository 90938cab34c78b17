"""What the API of referrals and petitions takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import Petition, Referral
from liangtian.programmes.holdings.shapes import HolderRef, Key, PlaceRef

Files = Annotated[list[Key], Field(max_length=20)]
Text = Annotated[str, Field(max_length=1000)]
Note = Annotated[str, Field(max_length=300)]


class MatterFileOut(Schema):
    id: int
    name: str
    answer: bool


class ReferralIn(Schema):
    """About a parcel, a holder, or both."""

    authority: Annotated[str, Field(max_length=10)]
    receiver: Annotated[str, Field(max_length=100)]
    text: Text
    basis: Note
    parcel_id: Key | None = None
    holder_id: Key | None = None
    files: Files = []


class ReferralDecisionIn(Schema):
    approve: bool
    opinion: Note = ""


class ReferralDayIn(Schema):
    on: date


class ReferralAnswerIn(Schema):
    on: date
    answer: Text
    files: Files = []


class MatterReasonIn(Schema):
    reason: Note


class ReferralRef(Schema):
    """A referral in a list."""

    id: int
    authority: Annotated[str, one_of(Referral.Authority)]
    authority_label: str
    receiver: str
    parcel_id: int | None
    code: str
    text: str
    state: Annotated[str, one_of(Referral.State)]
    state_label: str
    sent_on: date | None
    answered_on: date | None
    answer: str


class ReferralOut(ReferralRef):
    """A referral with its documents; `letter` is the number of its letter once it is issued."""

    region: PlaceRef
    holder: HolderRef | None
    basis: str
    note: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime | None
    letter: str
    letter_id: int | None
    files: list[MatterFileOut]
    acts: list[Literal["decide", "letter", "send", "answer", "cancel"]]


class PetitionIn(Schema):
    """About a parcel, a holder, or both."""

    name: Annotated[str, Field(max_length=100)]
    channel: Annotated[str, Field(max_length=10)]
    kind: Annotated[str, Field(max_length=20)]
    text: Text
    received_on: date
    phone: Annotated[str, Field(max_length=30)] = ""
    id_number: Annotated[str, Field(max_length=30)] = ""
    parcel_id: Key | None = None
    holder_id: Key | None = None
    files: Files = []


class PetitionAnswerIn(Schema):
    answer: Text
    files: Files = []


class PetitionCloseIn(Schema):
    """`retracted`: it was taken back before it was answered."""

    result: Note
    retracted: bool = False


class PetitionRef(Schema):
    """A petition in a list, who made it masked."""

    id: int
    name: str
    channel_label: str
    kind: str
    text: str
    parcel_id: int | None
    code: str
    received_on: date
    due_on: date
    late: bool
    state: Annotated[str, one_of(Petition.State)]
    state_label: str
    answered_on: date | None
    answer: str


class PetitionOut(PetitionRef):
    """A petition with its papers."""

    region: PlaceRef
    holder: HolderRef | None
    id_number: str
    phone: str
    logged_by: str
    logged_at: datetime
    answered_by: str
    closed_on: date | None
    result: str
    files: list[MatterFileOut]
    acts: list[Literal["answer", "close", "retract"]]


class PetitionerOut(Schema):
    name: str
    id_number: str
    phone: str


class MatterChoiceOut(Schema):
    value: str
    label: str


class MatterOptionsOut(Schema):
    """What a referral and a petition are entered with."""

    authorities: list[MatterChoiceOut]
    channels: list[MatterChoiceOut]
    kinds: list[str]
    days: int
    clause: str


class MattersOut(Schema):
    """What was referred and petitioned about a parcel or a holder."""

    referrals: list[ReferralRef]
    petitions: list[PetitionRef]
