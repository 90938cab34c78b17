"""What the API of the intake takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from liangtian.platform.jobs.api import JobOut
from liangtian.platform.shapes import Position, one_of
from liangtian.programmes.holdings.models import Intake, IntakeProblem, StagedHolder, StagedRow
from liangtian.programmes.holdings.shapes import HolderRef, Key


class StartIntakeIn(Schema):
    title: Annotated[str, Field(max_length=100)]
    on: date
    table_id: Key | None = None
    figures_id: Key | None = None


class IntakeReadingIn(Schema):
    """Which sheet with which header rows, which layer; empty: what looks best."""

    sheet: Annotated[str, Field(max_length=255)] = ""
    header: Annotated[list[Annotated[int, Field(ge=1, le=1000)]], Field(max_length=2)] | None = None
    layer: Annotated[str, Field(max_length=255)] = ""


class ColumnsIn(Schema):
    mapping: dict[str, str | None]
    constants: dict[str, str] = {}
    code_field: Annotated[str, Field(max_length=255)] = ""


class WordsIn(Schema):
    words: dict[str, dict[str, str]]


class DecideIn(Schema):
    holders: Annotated[list[Key], Field(min_length=1, max_length=1000)]
    decision: Annotated[str, Field(max_length=4)]
    chosen: Key | None = None


class IntakeFile(Schema):
    id: int
    name: str
    size: int


class IntakeTarget(Schema):
    name: str
    label: str
    group: str
    help: str
    coded: bool
    constant: bool
    needed: bool
    choices: list[str]


class PieceOut(Schema):
    name: str
    rows: int


class WordOut(Schema):
    word: str
    count: int
    choice: str


class IntakeReadingOut(Schema):
    sheet: str = ""
    header: list[int] = []
    layer: str = ""


class IntakeSummary(Schema):
    id: int
    title: str
    on: date
    region: str
    status: Annotated[str, one_of(Intake.Status)]
    status_label: str
    files: list[IntakeFile]
    count: int
    ready: int
    errors: int
    warnings: int
    waiting: int
    entered: int
    error: str | None
    created_at: datetime
    created_by: str


class IntakeOut(IntakeSummary):
    reading: IntakeReadingOut
    sheets: list[PieceOut]
    layers: list[PieceOut]
    lines: list[list[str]]
    crs_label: str
    notes: list[str]
    columns: list[str]
    code_fields: list[str]
    code_field: str
    skipped: int
    preview: list[dict[str, str]]
    targets: list[IntakeTarget]
    mapping: dict[str, str | None]
    constants: dict[str, str]
    remembered: bool
    matched: bool
    words: dict[str, list[WordOut]]
    job: JobOut | None
    mine: bool


class IntakeProblemOut(Schema):
    row: int
    target: str
    field: str
    value: str
    severity: Annotated[str, one_of(IntakeProblem.Severity)]
    severity_label: str
    reason: str
    advice: str
    location: Position | None


class IntakeProblemPage(Schema):
    rows: list[IntakeProblemOut]
    total: int


class StagedRowOut(Schema):
    """A row that may enter; areas in mu."""

    row: int
    act: Annotated[str, one_of(StagedRow.Act)]
    act_label: str
    code: str
    place: str
    holder: str
    decision: str
    area_mu: float
    contract_number: str
    contract_mu: float | None
    difference_mu: float | None
    entered: bool


class StagedRowPage(Schema):
    rows: list[StagedRowOut]
    total: int


class Candidate(HolderRef):
    """A holder of the register that may be the same."""

    id_number: str
    phone: str
    place: str
    parcels: list[str]


class StagedHolderOut(Schema):
    """A holder of the file that a person has to tell; numbers masked."""

    id: int
    first_row: int
    rows: int
    name: str
    id_number: str
    phone: str
    place: str
    question: str
    decision: Annotated[str, one_of(StagedHolder.Decision)]
    decision_label: str
    chosen: int | None
    parcels: list[str]
    candidates: list[Candidate]


class StagedHolderPage(Schema):
    rows: list[StagedHolderOut]
    total: int
    open: int


class HoldersDecidedOut(Schema):
    decided: int
