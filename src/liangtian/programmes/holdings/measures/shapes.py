"""What the API of measures on arrears takes and gives."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Schema
from pydantic import Field

from liangtian.platform.shapes import one_of
from liangtian.programmes.holdings.models import Dunning, Measure
from liangtian.programmes.holdings.shapes import HolderRef, Key, PlaceRef

Keys = Annotated[list[Key], Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(max_length=300)]


class MeasureKindIn(Schema):
    kind: Literal["water", "power"]


class RefreshedOut(Schema):
    proposed: int
    changed: int
    releasing: int
    cancelled: int


class MeasureStepIn(Schema):
    """The same step with several measures."""

    ids: Keys
    step: Literal["notice", "approve", "execute", "release", "cancel"]
    on: date
    note: Note = ""


class TakenOut(Schema):
    """What became of one; `said` is empty when the step was taken."""

    id: int
    said: str


class MeasureLetterIn(Schema):
    which: Literal["notice", "order"]


class MeasureReasonOut(Schema):
    code: str
    text: str
    clause: str


class MeasureStepOut(Schema):
    state_label: str
    on: date
    note: str
    at: datetime
    by: str


class StopMeasureOut(Schema):
    id: int
    kind: Annotated[str, one_of(Measure.Kind)]
    kind_label: str
    state: Annotated[str, one_of(Measure.State)]
    state_label: str
    said: str
    reasons: list[MeasureReasonOut]
    fen: int
    noticed_on: date | None
    notice_until: date | None
    executed_on: date | None
    released_on: date | None
    proposed_at: datetime
    region: PlaceRef
    holder: HolderRef | None
    source: str | None
    source_id: int | None
    proposed_by: str
    approved_by: str | None
    letter: str | None
    letter_id: int | None
    steps: list[MeasureStepOut]


class PrepareDunningIn(Schema):
    kind: Literal["before", "due", "after", "letter"]
    region: Annotated[str, Field(max_length=14)] = ""


class PreparedOut(Schema):
    made: int


class IssueDunningIn(Schema):
    ids: Keys
    series_id: Key


class DeliverDunningIn(Schema):
    ids: Keys
    on: date
    way: Annotated[str, one_of(Dunning.Way)]
    receiver: Annotated[str, Field(max_length=60)] = ""
    note: Note = ""
    refused: bool = False


class DunningItemOut(Schema):
    bill: int
    kind: str
    label: str
    year: int
    due_on: date
    fen: int


class DunningOut(Schema):
    id: int
    kind: Annotated[str, one_of(Dunning.Kind)]
    kind_label: str
    as_of: date
    fen: int
    items: list[DunningItemOut]
    round: int
    state: Annotated[str, one_of(Dunning.State)]
    state_label: str
    letter: str | None
    letter_id: int | None
    delivered_on: date | None
    way_label: str
    receiver: str
    note: str
    holder: HolderRef
    region: PlaceRef
    made_by: str
    made_at: datetime
