"""Satellite patches (卫片图斑): batches, patches, what was found, judged, decided and put right."""

from liangtian.programmes.enforcement.models.batches import (
    AREA,
    Batch,
    BatchImport,
    FieldMapping,
    ImportProblem,
    StagedPatch,
)
from liangtian.programmes.enforcement.models.checks import FieldCheck, LeadingCheck
from liangtian.programmes.enforcement.models.dispositions import Disposition, DispositionStep
from liangtian.programmes.enforcement.models.dossiers import (
    ArchivedDossier,
    DossierPaper,
    DossierRun,
)
from liangtian.programmes.enforcement.models.freezes import (
    Freeze,
    FreezeMove,
    FreezeProposal,
    FreezeRun,
)
from liangtian.programmes.enforcement.models.meetings import (
    AgendaItem,
    AgendaOpinion,
    Meeting,
    MeetingMember,
)
from liangtian.programmes.enforcement.models.military import MilitaryPatch
from liangtian.programmes.enforcement.models.patches import (
    EarlierOverlap,
    Outcome,
    Patch,
    PatchArea,
    PatchPart,
    PatchPhoto,
)
from liangtian.programmes.enforcement.models.problems import PatchProblem
from liangtian.programmes.enforcement.models.projects import InfrastructureProject
from liangtian.programmes.enforcement.models.results import ResultPackage
from liangtian.programmes.enforcement.models.warnings import TownshipWarning

__all__ = [
    "AREA",
    "AgendaItem",
    "AgendaOpinion",
    "ArchivedDossier",
    "Batch",
    "BatchImport",
    "Disposition",
    "DispositionStep",
    "DossierPaper",
    "DossierRun",
    "EarlierOverlap",
    "FieldCheck",
    "FieldMapping",
    "Freeze",
    "FreezeMove",
    "FreezeProposal",
    "FreezeRun",
    "ImportProblem",
    "InfrastructureProject",
    "LeadingCheck",
    "Meeting",
    "MeetingMember",
    "MilitaryPatch",
    "Outcome",
    "Patch",
    "PatchArea",
    "PatchPart",
    "PatchPhoto",
    "PatchProblem",
    "ResultPackage",
    "StagedPatch",
    "TownshipWarning",
]
