"""What the enforcement API takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema

from liangtian.platform.cases.shapes import ConsultationOut, OpenStepOut, TaskOut
from liangtian.platform.jobs.api import JobOut
from liangtian.platform.shapes import Bounds, Surface, one_of
from liangtian.programmes.enforcement.many.forms import AcceptForAll, PlanForAll, ProgressForAll
from liangtian.programmes.enforcement.models import Batch, Outcome

OutcomeName = Annotated[str, one_of(Outcome)]
StageName = Literal[
    "received", "checking", "verified", "consulting", "judged", "confirmed", "disposition",
    "rectified", "accepted", "archived",
]  # fmt: skip


class FileRef(Schema):
    id: int
    name: str
    sha256: str


class BatchOut(Schema):
    id: int
    title: str
    period: str
    kind: Annotated[str, one_of(Batch.Kind)]
    file: FileRef
    crs_label: str
    encoding: str
    total: int
    confirmed: int
    imported_at: datetime
    imported_by: str


class BatchRef(Schema):
    id: int
    title: str
    period: str


class RegionRef(Schema):
    code: str
    name: str
    path: str


class CodeLabel(Schema):
    code: str
    label: str


class Attribute(Schema):
    label: str
    value: str | int | float | bool | None


class OverlayRowOut(Schema):
    category: str
    label: str
    m2: float
    mu: float


class OverlayLayerOut(Schema):
    layer_code: str
    layer_name: str
    version_id: int
    version_label: str
    rows: list[OverlayRowOut]
    inside_m2: float
    outside_m2: float


class OverlayOut(Schema):
    engine: str
    at: datetime
    layers: list[OverlayLayerOut]
    total_m2: float


class EarlierOut(Schema):
    id: int
    number: str
    batch_title: str
    period: str
    m2: float
    mu: float
    outcome: OutcomeName | None
    label: str
    judged: bool


class ReasonOut(Schema):
    text: str
    clause: str


class PartOut(Schema):
    source: str
    source_label: str
    number: str
    outcome: OutcomeName
    label: str
    m2: float
    mu: float
    geometry: Surface


class ProposalOut(Schema):
    outcome: OutcomeName
    label: str
    subclass: str | None
    subclass_label: str | None
    reasons: list[ReasonOut]
    flags: list[CodeLabel]
    parts: list[PartOut]
    pack: str
    pack_name: str
    pack_version: str
    pack_warning: str | None
    at: datetime


class JudgementOut(Schema):
    outcome: OutcomeName
    label: str
    overridden: bool
    reason: str
    by: str
    at: datetime


class PhotoOut(Schema):
    id: int
    file_id: int
    name: str
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    azimuth: float | None
    distance_m: float | None
    purpose: Literal["evidence", "rectified"]
    flags: list[str]
    sha256: str
    thumbnail: str
    url: str


class StepOut(Schema):
    at: datetime
    by: str
    on_behalf_of: str | None
    step: str
    step_label: str
    from_stage: str | None
    to_stage: str | None
    opinion: str


class MayOut(Schema):
    judge: bool
    reopen: bool
    evidence: bool
    export: bool


class OutcomeOut(Schema):
    value: OutcomeName
    label: str


class PatchOut(Schema):
    id: int
    number: str
    batch: BatchRef
    region: RegionRef
    stage: StageName
    stage_label: str
    monitoring_type: CodeLabel
    period_before: date | None
    period_after: date | None
    declared_area_mu: float | None
    area_m2: float
    area_mu: float
    farmland_mu: float | None
    pbf_mu: float | None
    attributes: list[Attribute]
    geometry: Surface
    bounds: Bounds
    overlay: OverlayOut | None
    earlier: list[EarlierOut]
    proposal: ProposalOut | None
    judgement: JudgementOut | None
    photos: list[PhotoOut]
    history: list[StepOut]
    may: MayOut
    flow: str
    steps: list[OpenStepOut]
    task: TaskOut | None
    consultations: list[ConsultationOut]
    previous_id: int | None
    next_id: int | None
    outcomes: list[OutcomeOut]


class PartIn(Schema):
    order: int
    outcome: str | None = None
    subclass: str | None = None
    number: str | None = None
    homestead: bool = False
    affordable_housing: bool = False


class ConfirmIn(Schema):
    outcome: str
    reason: str = ""
    parts: list[PartIn] = []


class ReopenIn(Schema):
    reason: str


class AssignIn(Schema):
    to_user: int | None = None
    note: str = ""


class StepIn(Schema):
    opinion: str = ""


class AskedIn(Schema):
    """What is asked for all; `plan`, `progress` or `accept` is the form of the door of that name."""

    step: str
    note: str = ""
    preview: bool = False
    plan: PlanForAll | None = None
    progress: ProgressForAll | None = None
    accept: AcceptForAll | None = None


class ManyIn(AskedIn):
    ids: list[int]
    whole: bool = False


class ListedIn(AskedIn):
    query: dict[str, str] = {}


class DoorOut(Schema):
    """A door for many patches: where in the flow it begins, and the filters under which the ledger lists them."""

    name: str
    label: str
    filters: dict[str, str]
    form: bool
    note: bool


class ManyRow(Schema):
    id: int
    number: str
    done: bool
    message: str


class ManyOut(Schema):
    """What became of each; or the job that does it in the background where they are too many."""

    done: int
    refused: int
    rows: list[ManyRow]
    job: JobOut | None
    not_looked_at: int  # by a preview that is too long to look at all of them
