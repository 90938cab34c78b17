"""What is on file of a patch (图斑), as the data checks read it. Areas in m² unless named mu, exact Decimals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Reached = Literal["received", "verified", "judged", "disposed", "rectified", "accepted"]
STAGES: tuple[Reached, ...] = (
    "received", "verified", "judged", "disposed", "rectified", "accepted",
)  # fmt: skip
STAGE_WORDS: dict[Reached, str] = {
    "received": "接收下发图斑",
    "verified": "外业核查",
    "judged": "判定",
    "disposed": "处置",
    "rectified": "整改",
    "accepted": "验收",
}
_NOUGHT = Decimal(0)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a split patch, judged by itself."""

    m2: Decimal
    outcome: str
    document: str = ""
    farmland_m2: Decimal = _NOUGHT


@dataclass(frozen=True, slots=True)
class Photo:
    """A site photo. `direction` is the side of the compass it looks to, "" when unknown."""

    taken_on: date | None
    direction: str
    distance_m: Decimal | None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was decided, on which papers, by whom (ids of persons).

    `subclass` is an id of the pack's table; `legal_m2` is covered by papers in force.
    """

    outcome: str = ""
    proposed: str = ""
    subclass: str = ""
    reason: str = ""
    document: str = ""
    document_on: date | None = None
    document_until: date | None = None
    legal_m2: Decimal | None = None
    by: int | None = None
    on: date | None = None
    reviewed_by: int | None = None
    reviewed_on: date | None = None
    disputed: bool = False
    meeting_on: date | None = None
    on_site_on: date | None = None
    on_site_members: int = 0


@dataclass(frozen=True, slots=True)
class Flags:
    """How an illegal patch is marked for the accountability ratio and apart from it."""

    non_agricultural: bool = False
    new_house_on_farmland: bool = False
    homestead: bool = False
    affordable_housing: bool = False
    old_construction: bool = False
    farm_damage: bool = False
    infrastructure: str = "none"
    listing_document: str = ""
    duty_done: bool = False
    duty_evidence: bool = False


@dataclass(frozen=True, slots=True)
class Disposition:
    """How it is put right; `measures` are "restore", "papers", "case", "no_case". Areas in mu of farmland."""

    measures: frozenset[str] = frozenset()
    owner: str = ""
    due: date | None = None
    decided_by: int | None = None
    decided_on: date | None = None
    case_number: str = ""
    case_on: date | None = None
    penalty_number: str = ""
    penalty_on: date | None = None
    fine_yuan: Decimal = _NOUGHT
    no_case_reason: str = ""
    demolished_on: date | None = None
    restored_mu: Decimal = _NOUGHT
    papers_number: str = ""
    papers_on: date | None = None
    regularised_mu: Decimal = _NOUGHT
    accepted_by: int | None = None
    accepted_on: date | None = None


@dataclass(frozen=True, slots=True)
class PatchRecord:
    """Everything the checks ask of one patch, as of `on`. `stage` is the farthest it has come."""

    number: str
    stage: Reached
    on: date
    received_on: date
    area_m2: Decimal
    building: bool = False
    military: bool = False
    has_geometry: bool = True
    period_before: date | None = None
    period_after: date | None = None
    verified_on: date | None = None
    declared_m2: Decimal | None = None
    farmland_m2: Decimal | None = None
    pbf_m2: Decimal | None = None
    classes_m2: Mapping[str, Decimal] | None = None
    parts: tuple[Part, ...] = ()
    photos: tuple[Photo, ...] = ()
    judgement: Judgement = Judgement()
    flags: Flags = Flags()
    disposition: Disposition = Disposition()

    @property
    def farmland_mu(self) -> Decimal:
        """Farmland in mu, not rounded; 0 while nothing is measured."""
        return (self.farmland_m2 or _NOUGHT) * 3 / 2000

    def reached(self, stage: Reached) -> bool:
        """Whether the patch has come as far as a stage."""
        return STAGES.index(self.stage) >= STAGES.index(stage)
