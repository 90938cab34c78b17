"""What the API of judgements takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import Disposition, Judgement
from liangtian.programmes.holdings.shapes import Key, PlaceRef

Keys = Annotated[list[Key], Field(min_length=1, max_length=200)]


class TestOut(Schema):
    """One condition in words, what the parcel says to it, whether it holds."""

    text: str
    found: str
    held: bool


class RowTraceOut(Schema):
    row: str
    label: str
    judged: str
    judged_label: str
    clause: str
    held: bool
    fired: bool
    tests: list[TestOut]


class ParcelFactOut(Schema):
    label: str
    value: str


class TrialOut(Schema):
    """What the table says of a parcel today."""

    parcel_id: int
    code: str
    region: PlaceRef
    area_mu: float
    outcome: str
    label: str
    tag: str
    reason: str
    clause: str
    warnings: list[str]
    measure: str
    facts: list[ParcelFactOut]
    trace: list[RowTraceOut]
    blocked: str


class JudgementClassOut(Schema):
    id: str
    label: str
    tag: str
    measure: str


class TableRowOut(Schema):
    id: str
    label: str
    when: list[str]
    judged: str
    judged_label: str
    tag: str
    reason: str
    clause: str


class ZoneOut(Schema):
    id: str
    label: str
    department: str
    clause: str


class OfficeRef(Schema):
    id: int
    name: str


class MeetingRef(Schema):
    id: int
    title: str
    held_on: date


class JudgementTableOut(Schema):
    """The table in force today, and what else is chosen from."""

    pack: str
    version: str
    rows: list[TableRowOut]
    classes: list[JudgementClassOut]
    zones: list[ZoneOut]
    measures: list[str]
    offices: list[OfficeRef]
    meetings: list[MeetingRef]
    ready: int
    waiting: int


class ProposeIn(Schema):
    parcels: Keys


class ParcelsProposedOut(Schema):
    """How many were proposed for, and why the others were not."""

    proposed: int
    not_ready: list[str]


class JudgeAllIn(Schema):
    region: Annotated[str, Field(max_length=14)] = ""


class JudgeConfirmIn(Schema):
    """Without an outcome the proposals stand."""

    judgements: Keys
    outcome: Annotated[str, Field(max_length=40)] = ""
    reason: Annotated[str, Field(max_length=300)] = ""
    meeting: Key | None = None


class ConfirmedOut(Schema):
    confirmed: int


class ReviewIn(Schema):
    title: Annotated[str, Field(max_length=100)]
    held_on: date
    place: Annotated[str, Field(max_length=100)]
    chair: Annotated[str, Field(max_length=40)]
    members: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=40)]
    file_id: Key | None = None


class DispositionIn(Schema):
    measure: Annotated[str, Field(max_length=40)]
    plan: Annotated[str, Field(max_length=500)]
    office_id: Key
    due_on: date | None = None


class DispositionEndIn(Schema):
    done: bool
    result: Annotated[str, Field(max_length=500)]
    file_id: Key | None = None


class ParcelDispositionOut(Schema):
    id: int
    measure: str
    plan: str
    office: str
    due_on: date
    late: bool
    state: Annotated[str, one_of(Disposition.State)]
    state_label: str
    result: str
    file_id: int | None
    created_by: str
    ended_on: date | None


class EarlierJudgementOut(Schema):
    id: int
    label: str
    proposed_at: datetime
    state_label: str


class ParcelJudgementOut(Schema):
    """A judgement as it was proposed and, once it is, confirmed."""

    id: int
    parcel_id: int
    code: str
    region: PlaceRef
    area_mu: float
    state: Annotated[str, one_of(Judgement.State)]
    state_label: str
    proposed: str
    proposed_label: str
    tag: str
    reason: str
    clause: str
    warnings: list[str]
    row: str
    facts: list[ParcelFactOut]
    proposed_by: str
    proposed_at: datetime
    outcome: str
    outcome_label: str
    override_reason: str
    confirmed_by: str
    confirmed_at: datetime | None
    meeting: MeetingRef | None
    may_confirm: bool
    trace: list[RowTraceOut]
    dispositions: list[ParcelDispositionOut]
    earlier: list[EarlierJudgementOut]
