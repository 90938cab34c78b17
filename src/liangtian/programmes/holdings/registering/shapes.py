"""What the API of registrations takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import Registration
from liangtian.programmes.holdings.shapes import HolderRef, Key, PlaceRef

Note = Annotated[str, Field(max_length=300)]


class RegistrationPaperIn(Schema):
    kind: Annotated[str, Field(max_length=40)]
    file_id: Key


Papers = Annotated[list[RegistrationPaperIn], Field(max_length=30)]


class RegistrationIn(Schema):
    """An application of the parcel's holder."""

    right: Annotated[str, Field(max_length=20)]
    applied_on: date
    papers: Papers = []


class RegistrationPapersIn(Schema):
    papers: Annotated[list[RegistrationPaperIn], Field(min_length=1, max_length=30)]


class RegistrationCheckIn(Schema):
    """`correct`: more papers are wanted; it stays as it is."""

    outcome: Literal["pass", "correct", "refuse"]
    note: Note = ""


class RegistrationSurveyIn(Schema):
    on: date
    surveyor: Annotated[str, Field(max_length=60)]
    unit_code: Annotated[str, Field(max_length=60)]
    file_id: Key | None = None


class RegistrationDecisionIn(Schema):
    approve: bool
    opinion: Note = ""


class RegistrationEntryIn(Schema):
    certificate: Annotated[str, Field(max_length=100)]
    registered_on: date


class RegistrationReasonIn(Schema):
    reason: Note


class RegistrationOptionsOut(Schema):
    """What an application is entered with."""

    rights: list[str]
    paper_kinds: list[str]


class RegistrationHitOut(Schema):
    label: str
    department: str
    area_m2: str
    state: str
    state_label: str
    opinion: str


class RegistrationFileOut(Schema):
    id: int
    name: str
    kind: str


class RegistrationStepOut(Schema):
    state_label: str
    on: date
    by: str
    note: str
    at: datetime


class RegistrationRef(Schema):
    """A registration in a list."""

    id: int
    parcel_id: int
    code: str
    right: str
    applied_on: date
    state: Annotated[str, one_of(Registration.State)]
    state_label: str
    unit_code: str
    certificate: str
    registered_on: date | None


class RegistrationOut(RegistrationRef):
    """A registration with its papers, what the check found, and its steps; `blocked` says why it may not go on."""

    region: PlaceRef
    holder: HolderRef
    area_mu: float
    surveyed_on: date | None
    surveyor: str
    judged: str
    compared: bool
    hits: list[RegistrationHitOut]
    files: list[RegistrationFileOut]
    steps: list[RegistrationStepOut]
    blocked: str
    acts: list[Literal["papers", "check", "survey", "decide", "enter", "withdraw"]]
