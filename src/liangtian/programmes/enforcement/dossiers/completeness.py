"""Whether a dossier is whole (卷宗齐全): the pack lists what belongs into it, the database tells what is there.

Each item of the pack has two conditions here, both as database expressions: whether it is asked of this patch
at all, and whether it is there. Page, ledger, cover sheet and batch read the same expressions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.cases.models import OfficeOpinion
from liangtian.policy.dossier_items import DossierItem
from liangtian.policy.pack import Pack
from liangtian.press.dossier import Check, State
from liangtian.programmes.enforcement.flow import (
    ACCEPTED,
    ARCHIVED,
    CHECKING,
    CONFIRMED,
    CONSULTING,
    DISPOSITION,
    JUDGED,
    RECEIVED,
    RECTIFIED,
    VERIFIED,
)
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    Disposition,
    DossierPaper,
    FieldCheck,
    LeadingCheck,
    Meeting,
    Outcome,
    Patch,
    PatchPart,
    PatchPhoto,
)
from liangtian.programmes.enforcement.rules import pack_in_use

WHOLE, LACKING, ONGOING = "whole", "lacking", "ongoing"
LABELS = {WHOLE: "齐全", LACKING: "缺件", ONGOING: "办理中"}
REACHED = {
    RECEIVED: 0, CHECKING: 0, VERIFIED: 1, CONSULTING: 1, JUDGED: 2, CONFIRMED: 3, DISPOSITION: 4,
    RECTIFIED: 5, ACCEPTED: 6, ARCHIVED: 6,
}  # fmt: skip
ALWAYS = Q(pk__isnull=False)


@dataclass(frozen=True)
class Test:
    """`there`: it lies in the dossier; `asked`: it belongs into the dossier of this patch."""

    there: Callable[[Pack], Q]
    asked: Q = ALWAYS


def _photos(**wanted: object) -> QuerySet[PatchPhoto]:
    return PatchPhoto.objects.filter(patch=OuterRef("pk"), **wanted).order_by()


def _enough_photos(pack: Pack) -> Q:
    """As many as the pack asks: there is one before which so many others lie."""
    least = pack.value("enforcement.evidence_min_photos", timezone.localdate()).integer
    rows = _photos(purpose=PatchPhoto.Purpose.EVIDENCE).values("pk")
    return Q(Exists(rows[max(least - 1, 0) : least]))


def _paper(*kinds: str) -> Q:
    rows = DossierPaper.objects.filter(patch=OuterRef("pk"), kind__in=kinds, removed_at=None)
    return Q(Exists(rows))


def _dispositions(*wanted: Q, **named: object) -> QuerySet[Disposition]:
    return Disposition.objects.filter(*wanted, part__patch=OuterRef("pk"), **named)


def _none(rows: QuerySet[Disposition]) -> Q:
    return ~Q(Exists(rows))


def _demolished_without_photo() -> QuerySet[Disposition]:
    later = PatchPhoto.objects.filter(
        patch=OuterRef("part__patch"), purpose=PatchPhoto.Purpose.RECTIFIED,
        taken_at__date__gte=OuterRef("demolished_on"),
    )  # fmt: skip
    return _dispositions(~Q(Exists(later)), demolish=True)


_ILLEGAL = PatchPart.objects.filter(patch=OuterRef("pk"), judgement=Outcome.ILLEGAL)
_AGENDA = AgendaItem.objects.filter(patch=OuterRef("pk"), meeting__status=Meeting.Status.SIGNED)
_UNANSWERED = OfficeOpinion.objects.filter(
    consultation__case=OuterRef("case"), consultation__ended_at=None, stance=""
)
_ASKED = OfficeOpinion.objects.filter(consultation__case=OuterRef("case"))
_PLACED = _photos(lon__isnull=False, azimuth__isnull=False, purpose=PatchPhoto.Purpose.EVIDENCE)
_DUTY = PatchPart.objects.filter(patch=OuterRef("pk"), project__isnull=False)
_CASE = Disposition.Handling.CASE
_MEASURED = Q(measured_at__isnull=False)
_HAS_CASE = Q(Exists(_dispositions(handling=_CASE)))
_NO_PENALTY = _dispositions(Q(penalty_number="") | Q(penalty_on=None), handling=_CASE)
_NO_PAPERS = _dispositions(Q(papers_number="") | Q(papers_on=None), complete_papers=True)
_NO_CASE_NUMBER = _dispositions(Q(case_number="") | Q(case_filed_on=None), handling=_CASE)

TESTS: Mapping[str, Test] = {
    "situation": Test(lambda pack: _MEASURED),
    "proposal": Test(lambda pack: Q(proposal__isnull=False)),
    "opinions": Test(lambda pack: ~Q(Exists(_UNANSWERED)), Q(Exists(_ASKED))),
    "minutes": Test(lambda pack: Q(Exists(_AGENDA.filter(postponed=False))),
                    Q(Exists(AgendaItem.objects.filter(patch=OuterRef("pk"))))),
    "judgement": Test(lambda pack: ~Q(judgement_outcome="")),
    "review": Test(lambda pack: Q(confirmed_by__isnull=False)),
    "image_before": Test(lambda pack: _paper(DossierPaper.Kind.IMAGE_BEFORE)),
    "image_after": Test(lambda pack: _paper(DossierPaper.Kind.IMAGE_AFTER)),
    "maps": Test(lambda pack: _MEASURED),
    "photos": Test(_enough_photos),
    "photo_places": Test(lambda pack: Q(Exists(_PLACED))),
    "field_check": Test(lambda pack: Q(Exists(
        FieldCheck.objects.filter(patch=OuterRef("pk"), returned_at__isnull=False)))),
    "leading_check": Test(lambda pack: Q(Exists(LeadingCheck.objects.filter(patch=OuterRef("pk")))),
                          Q(proposal__flags__key_patch=True)),
    "approval": Test(lambda pack: _paper(DossierPaper.Kind.APPROVAL)),
    "duty": Test(lambda pack: ~Q(Exists(_DUTY.filter(project__duty_done=False))), Q(Exists(_DUTY))),
    "disposition": Test(lambda pack: ~Q(Exists(_ILLEGAL.filter(disposition=None)))),
    "case_file": Test(lambda pack: Q(Exists(_dispositions())) & _none(_NO_CASE_NUMBER)),
    "penalty": Test(lambda pack: _none(_NO_PENALTY), _HAS_CASE),
    "penalty_paper": Test(lambda pack: _paper(DossierPaper.Kind.PENALTY), _HAS_CASE),
    "demolition": Test(lambda pack: _none(_dispositions(demolish=True, demolished_on=None)),
                       Q(Exists(_dispositions(demolish=True)))),
    "rectified_photos": Test(lambda pack: _none(_demolished_without_photo()),
                             Q(Exists(_dispositions(demolish=True)))),
    "papers": Test(lambda pack: _none(_NO_PAPERS), Q(Exists(_dispositions(complete_papers=True)))),
    "acceptance": Test(lambda pack: Q(Exists(_dispositions()))
                       & _none(_dispositions(accepted_on=None))
                       & ~Q(Exists(_ILLEGAL.filter(disposition=None)))),
}  # fmt: skip


def items_of(pack: Pack) -> list[DossierItem]:
    """What the pack asks for. Raises KeyError for an item whose code no program knows."""
    return [item for item in pack.dossier if TESTS[item.code]]


def _applies(item: DossierItem) -> Q:
    of_outcome = Q(judgement_outcome__in=item.outcomes) if item.outcomes else ALWAYS
    return of_outcome & TESTS[item.code].asked


def _due(item: DossierItem) -> Q:
    since = REACHED[item.since]
    return Q(case__stage__in=[stage for stage, rank in REACHED.items() if rank >= since])


def status_of_rows() -> Combinable:
    """The database expression of 齐全, 缺件 or 办理中."""
    pack = pack_in_use()
    lacking, open_still = Q(pk__isnull=True), Q(judgement_outcome="")
    for item in items_of(pack):
        absent = _applies(item) & ~TESTS[item.code].there(pack)
        lacking |= absent & _due(item)
        open_still |= absent
    return Case(
        When(lacking, then=Value(LACKING)),
        When(open_still, then=Value(ONGOING)),
        default=Value(WHOLE),
        output_field=CharField(),
    )


@dataclass(frozen=True)
class Completeness:
    """What a patch's dossier has and lacks."""

    checks: list[Check]
    codes: list[str]
    advice: Mapping[str, str]

    @property
    def missing(self) -> list[Check]:
        """What should be there by now."""
        return [check for check in self.checks if check.state == "missing"]

    @property
    def later(self) -> list[Check]:
        """What comes with later steps."""
        return [check for check in self.checks if check.state == "later"]

    @property
    def status(self) -> str:
        """Key of `LABELS`."""
        if self.missing:
            return LACKING
        return ONGOING if self.later else WHOLE

    @property
    def verdict(self) -> str:
        """In a sentence."""
        asked = [check for check in self.checks if check.state != "not_needed"]
        there = sum(check.state == "there" for check in asked)
        said = f"应有材料 {len(asked)} 项，已有 {there} 项，缺 {len(self.missing)} 项"
        return f"{said}，{len(self.later)} 项待后续环节补入。" if self.later else f"{said}。"


def completeness_of(patches: Iterable[int]) -> dict[int, Completeness]:
    """The dossiers of patches, by their keys, in one query."""
    pack = pack_in_use()
    items, rows, names = _asked_of_all(pack.version, timezone.localdate())
    wanted = rows.filter(pk__in=list(patches))
    found = wanted.values("pk", "judgement_outcome", *names, stage=F("case__stage"))
    return {row["pk"]: _told(items, row) for row in found}


@lru_cache(maxsize=4)
def _asked_of_all(version: str, on: date) -> tuple[list[DossierItem], QuerySet[Patch], list[str]]:
    """What is asked of any patch, put together once a day and pack: some fifty conditions take their time."""
    pack = pack_in_use()
    items, names = items_of(pack), list[str]()
    rows: QuerySet[Patch] = Patch.objects.order_by()
    for item in items:
        test = TESTS[item.code]
        rows = rows.annotate(**{
            f"there_{item.code}": Case(When(test.there(pack), then=Value(True)), default=Value(False)),
            f"asked_{item.code}": Case(When(test.asked, then=Value(True)), default=Value(False)),
        })  # fmt: skip
        names += [f"there_{item.code}", f"asked_{item.code}"]
    return items, rows, names


def _told(items: list[DossierItem], row: Mapping[str, object]) -> Completeness:
    checks = []
    for item in items:
        state = _state(item, row)
        said = item.advice if state == "missing" else _said(item, row) if state != "there" else ""
        checks.append(Check(item.label, state, said, item.clause))
    return Completeness(
        checks, [item.code for item in items], {item.code: item.advice for item in items}
    )


def _state(item: DossierItem, row: Mapping[str, object]) -> State:
    outcome = row["judgement_outcome"]
    if not row[f"asked_{item.code}"] or (
        item.outcomes and outcome and outcome not in item.outcomes
    ):
        return "not_needed"
    if item.outcomes and not outcome:
        return "later"
    if row[f"there_{item.code}"]:
        return "there"
    return "missing" if REACHED[str(row["stage"])] >= REACHED[item.since] else "later"


def _said(item: DossierItem, row: Mapping[str, object]) -> str:
    outcome = str(row["judgement_outcome"])
    if not row[f"asked_{item.code}"]:
        return "本图斑不涉及"
    if item.outcomes and not outcome:
        return "判定后确定是否需要"
    if item.outcomes and outcome not in item.outcomes:
        return f"判定为{Outcome(outcome).label}，不需要"
    return "待后续环节补入"
