"""What the API takes and gives of checks, dispositions, projects, meetings and the military register."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from ninja import Schema

from liangtian.platform.shapes import one_of
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    AgendaOpinion,
    Disposition,
    FieldCheck,
    InfrastructureProject,
    Meeting,
)
from liangtian.programmes.enforcement.shapes import CodeLabel, OutcomeName

SituationName = Annotated[str, one_of(FieldCheck.Situation)]
HandlingName = Annotated[str, one_of(Disposition.Handling)]


class CheckIn(Schema):
    situation: str
    checked_on: date
    land_user: str = ""
    land_use: str = ""
    started_on: date | None = None
    suggestion: str = ""
    papers: str = ""
    note: str = ""


class CheckOut(Schema):
    id: int
    situation: SituationName
    situation_label: str
    checked_on: date
    land_user: str
    land_use: str
    started_on: date | None
    suggestion: str
    suggestion_label: str
    papers: str
    note: str
    by: str
    saved_at: datetime
    returned_at: datetime | None


class MemberIn(Schema):
    name: str
    post: str = ""


class LeadingIn(Schema):
    checked_on: date
    members: list[MemberIn]
    finding: str
    file_id: int


class LeadingOut(Schema):
    checked_on: date
    members: list[MemberIn]
    finding: str
    file_id: int
    file_name: str
    by: str


class PlanIn(Schema):
    handling: str
    owner: int
    no_case_reason: str = ""
    demolish: bool = False
    complete_papers: bool = False
    papers_by_linkage: bool = False
    due_on: date | None = None
    note: str = ""


class ProgressIn(Schema):
    case_number: str = ""
    case_filed_on: date | None = None
    demolished_on: date | None = None
    papers_number: str = ""
    papers_on: date | None = None
    papers_mu: Decimal | None = None
    penalty_number: str = ""
    penalty_on: date | None = None
    fine_yuan: Decimal | None = None
    fine_paid_on: date | None = None
    confiscated_m2: Decimal | None = None
    confiscated_on: date | None = None


class AcceptanceIn(Schema):
    part: int
    accepted_on: date
    restored_mu: Decimal = Decimal(0)
    regularised_mu: Decimal = Decimal(0)
    note: str = ""
    prefecture_number: str = ""
    prefecture_on: date | None = None
    region_number: str = ""
    region_on: date | None = None


class AcceptIn(Schema):
    parts: list[AcceptanceIn]
    opinion: str = ""


class DispositionStepOut(Schema):
    order: int
    what: str
    due_on: date
    basis: str
    done_on: date | None
    done_by: str
    late: bool


class DispositionOut(ProgressIn):
    handling: HandlingName
    handling_label: str
    no_case_reason: str
    owner: int
    owner_name: str
    demolish: bool
    complete_papers: bool
    papers_by_linkage: bool
    due_on: date | None
    note: str
    entered_by: str
    reported_by: str
    reported_at: datetime | None
    accepted_by: str
    accepted_on: date | None
    acceptance_note: str
    prefecture_number: str
    prefecture_on: date | None
    region_number: str
    region_on: date | None
    steps: list[DispositionStepOut]


class JudgedPartOut(Schema):
    id: int
    order: int
    name: str
    m2: float
    mu: float
    farmland_mu: float | None
    number: str
    outcome: str
    judgement: str
    judgement_label: str
    subclass: str
    subclass_label: str
    old_construction: bool
    farm_damage: bool
    homestead: bool
    affordable_housing: bool
    project: int | None
    project_name: str
    restored_mu: float
    regularised_mu: float
    disposition: DispositionOut | None


class StagesOut(Schema):
    parts: list[JudgedPartOut]
    checks: list[CheckOut]
    leading: LeadingOut | None
    leading_wanted: bool
    meeting_wanted: str
    agenda: str
    subclasses: list[CodeLabel]


class ProjectIn(Schema):
    name: str
    sector: str
    listing: str
    listing_document: str
    listing_number: str
    listing_on: date
    duty_done: bool = False
    duty_on: date | None = None
    duty_note: str = ""
    duty_file_id: int | None = None


class ProjectOut(Schema):
    id: int
    name: str
    sector: Annotated[str, one_of(InfrastructureProject.Sector)]
    sector_label: str
    listing: Annotated[str, one_of(InfrastructureProject.Listing)]
    listing_label: str
    listing_document: str
    listing_number: str
    listing_on: date
    duty_done: bool
    duty_on: date | None
    duty_note: str
    duty_file_id: int | None


class ChooseProjectIn(Schema):
    project: int | None


class SeatIn(Schema):
    office: int
    name: str
    post: str = ""
    present: bool = True
    absence: str = ""


class MeetingIn(Schema):
    title: str
    held_on: date
    place: str
    chair: str
    recorder: str = ""
    members: list[SeatIn] = []


class SeatOut(SeatIn):
    id: int
    office_name: str


class SaidIn(Schema):
    member: int
    stance: Annotated[str, one_of(AgendaOpinion.Stance)]
    text: str = ""


class AgendaIn(Schema):
    patches: list[int]
    why: Literal["disputed", "key", "hand"] = "hand"


class DecisionIn(Schema):
    outcome: str = ""
    postponed: bool = False
    reason: str = ""
    opinions: list[SaidIn] = []


class AgendaOut(Schema):
    id: int
    order: int
    patch: int
    number: str
    place: str
    stage: str
    farmland_mu: float | None
    proposal: OutcomeName | None
    proposal_label: str
    judgement: str
    why: Annotated[str, one_of(AgendaItem.Why)]
    why_label: str
    outcome: str
    outcome_label: str
    postponed: bool
    reason: str
    choices: list[CodeLabel]
    opinions: list[SaidIn]


class MeetingRow(Schema):
    id: int
    title: str
    held_on: date
    place: str
    chair: str
    status: Annotated[str, one_of(Meeting.Status)]
    status_label: str
    items: int
    decided: int


class MeetingMay(Schema):
    edit: bool
    sign: bool


class MeetingOut(MeetingRow):
    recorder: str
    members: list[SeatOut]
    agenda: list[AgendaOut]
    created_by: str
    signed_by: str
    signed_at: datetime | None
    may: MeetingMay


class ToMeetOut(Schema):
    id: int
    number: str
    place: str
    stage: str


class MilitaryIn(Schema):
    form_number: str


class DispatchIn(Schema):
    number: str
    on: date


class MilitaryOut(Schema):
    id: int
    number: str
    period: str
    form_number: str
    registered_by: str
    registered_at: datetime
    dispatch_number: str
    dispatched_on: date | None
