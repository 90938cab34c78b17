"""What the API of notices takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import Notice, Objection
from liangtian.programmes.holdings.notices.stage import Stage
from liangtian.programmes.holdings.shapes import Key, PlaceRef

Number = Annotated[int, Field(ge=1, le=1_000_000)]
Files = Annotated[list[Key], Field(max_length=20)]


class NoticeIn(Schema):
    """A draft: the villages whose waiting parcels it shows, but for those left out."""

    villages: Annotated[list[Annotated[str, Field(max_length=14)]], Field(max_length=200)]
    title: Annotated[str, Field(max_length=100)] = ""
    contact: Annotated[str, Field(max_length=200)] = ""
    note: Annotated[str, Field(max_length=300)] = ""
    left_out: Annotated[list[Key], Field(max_length=10_000)] = []


class PublishIn(Schema):
    """Without a day from today; without an end for as long as the pack says at least."""

    starts_on: date | None = None
    ends_on: date | None = None


class NoticeReasonIn(Schema):
    reason: Annotated[str, Field(max_length=300)]


class NoticeRowOut(Schema):
    number: int
    parcel_id: int
    code: str
    holder: str
    place: str
    area_mu: str
    ownership: str
    way: str
    source_paper: str
    actual_use: str
    objections: int


class NoticeVillageOut(Schema):
    code: str
    name: str
    area_mu: float
    rows: list[NoticeRowOut]


class ObjectionRef(Schema):
    id: int
    number: int
    parcel_id: int | None
    lot: str
    name: str
    kind: str
    state: Annotated[str, one_of(Objection.State)]
    state_label: str
    filed_on: date
    due_on: date
    late: bool


class NoticeOut(Schema):
    """A notice; `phase` is its state with its dates: draft, coming, running, over, withdrawn."""

    id: int
    title: str
    issuer: str
    contact: str
    note: str
    state: Annotated[str, one_of(Notice.State)]
    phase: str
    region: PlaceRef
    days: int | None
    clause: str
    starts_on: date | None
    ends_on: date | None
    parcels: int
    area_mu: float
    villages: list[NoticeVillageOut]
    left_out: list[int]
    token: str
    created_by: str
    created_at: datetime
    published_by: str
    published_at: datetime | None
    withdrawn_on: date | None
    withdrawn_reason: str
    has_papers: bool
    papers_failed: str
    objections: list[ObjectionRef]
    unanswered: int


class WaitingOut(Schema):
    """A village with parcels that wait for a notice."""

    code: str
    name: str
    waiting: int


class NoticeOptionsOut(Schema):
    """What a notice and an objection are entered with."""

    days: int
    clause: str
    answer_days: int
    kinds: list[str]
    villages: list[WaitingOut]


class ObjectionIn(Schema):
    """An objection made in person or in writing; `number` is the parcel's place in the list."""

    name: Annotated[str, Field(max_length=100)]
    phone: Annotated[str, Field(max_length=30)] = ""
    id_number: Annotated[str, Field(max_length=30)] = ""
    number: Number | None = None
    lot: Annotated[str, Field(max_length=60)] = ""
    kind: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=1000)]
    filed_on: date
    files: Files = []


class AnswerIn(Schema):
    upheld: bool
    answer: Annotated[str, Field(max_length=1000)]
    files: Files = []


class ObjectionFileOut(Schema):
    id: int
    name: str
    answer: bool


class ObjectionOut(ObjectionRef):
    notice_id: int
    notice_title: str
    region: PlaceRef
    id_number: str
    phone: str
    text: str
    channel: Annotated[str, one_of(Objection.Channel)]
    channel_label: str
    logged_by: str
    logged_at: datetime
    answer: str
    answered_on: date | None
    answered_by: str
    files: list[ObjectionFileOut]


class ObjectorOut(Schema):
    name: str
    id_number: str
    phone: str


class ParcelNoticeOut(Schema):
    id: int
    title: str
    number: int
    phase: str
    starts_on: date | None
    ends_on: date | None


class ParcelStandingOut(Schema):
    """How far a parcel has come."""

    stage: Annotated[str, one_of(Stage)]
    stage_label: str
    noticed_until: date | None
    judged: str
    notices: list[ParcelNoticeOut]
    objections: list[ObjectionRef]


class PublicRowOut(Schema):
    number: int
    code: str
    holder: str
    place: str
    area_mu: str
    ownership: str
    way: str
    source_paper: str
    actual_use: str


class PublicVillageOut(Schema):
    name: str
    area_mu: float
    rows: list[PublicRowOut]


class PublicNoticeOut(Schema):
    """What everybody sees at the link."""

    title: str
    issuer: str
    contact: str
    note: str
    clause: str
    starts_on: date
    ends_on: date
    parcels: int
    area_mu: float
    villages: list[PublicVillageOut]
    kinds: list[str]
    has_map: bool
    has_table: bool


class PublicObjectionIn(Schema):
    """An objection sent from the page of the link."""

    name: Annotated[str, Field(max_length=100)]
    phone: Annotated[str, Field(max_length=30)]
    number: Number | None = None
    lot: Annotated[str, Field(max_length=60)] = ""
    kind: Annotated[str, Field(max_length=20)]
    text: Annotated[str, Field(max_length=1000)]


class PublicObjectionOut(Schema):
    number: int
    due_on: date
