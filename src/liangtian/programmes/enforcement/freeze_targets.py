"""What each illegal part should hold in the indicator reserve (增违挂钩), by the rules of the pack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from liangtian.geo.area import from_mu, round_m2, to_mu
from liangtian.platform.books.reserve import FARMLAND, PADDY
from liangtian.platform.people.models import User
from liangtian.policy.accountability import AssessedPatch
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.assessing import Beside
from liangtian.programmes.enforcement.models import PatchArea
from liangtian.programmes.enforcement.proposing import SURVEY

PADDY_CLASS = "0101"  # 水田
NO_PENALTY = "补办了手续但没有登记处罚决定，暂不核减"
NOT_CONFIRMED = "已拆除复耕，待市级验收和自治区（省级）确认后解除"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Of one part and indicator, smallest units: what it froze in all, of it spent and released."""

    wanted: int
    spent: int
    released: int

    @property
    def held(self) -> int:
        """What should lie frozen."""
        return self.wanted - self.spent - self.released


@dataclass(frozen=True, slots=True)
class Target:
    """What a part, named by its key, should hold of each indicator, and why it is not less."""

    part: int
    amounts: dict[str, Amounts]
    reason: str


@dataclass(frozen=True, slots=True)
class _Part:
    """What is asked of a part beside what the ratio asks, in the order of `_COLUMNS`; areas in m²."""

    period: str
    number: str
    order: int
    pk: int
    patch: int
    farmland_m2: Decimal | None
    of_patch_m2: Decimal | None
    penalty_number: str | None
    penalty_on: date | None
    accepted_on: date | None
    papers_above: tuple[Any, ...]  # of prefecture and region: numbers and days

    @property
    def confirmed(self) -> bool:
        """Whether prefecture and region have agreed to what was accepted."""
        return bool(self.accepted_on and all(self.papers_above))

    @property
    def penalised(self) -> bool:
        """Whether a penalty is registered."""
        return bool(self.penalty_number or self.penalty_on)


_COLUMNS = (
    "patch__batch__period", "patch__number", "order", "pk", "patch_id", "farmland_m2",
    "patch__farmland_m2", "disposition__penalty_number", "disposition__penalty_on",
    "disposition__accepted_on", "disposition__prefecture_number", "disposition__prefecture_on",
    "disposition__region_number", "disposition__region_on",
)  # fmt: skip


def targets(user: User, asked: ratio.Asked) -> list[Target]:
    """Every part of the year whose farmland counts in the numerator before it is put right, oldest first."""
    found = ratio.counted(user, asked, *_COLUMNS)
    raw = [replace(one, restored_mu=Decimal(0), regularised_mu=Decimal(0)) for one in found.patches]
    treated = ratio.assessment(raw, asked).treatments
    kept = [
        (_part(row), patch, one.numerator_mu)
        for row, patch, one in zip(found.beside, found.patches, treated, strict=True)
        if one.numerator_mu > 0
    ]
    kept.sort(key=lambda row: (row[0].period, row[0].number, row[0].order))
    paddy = _paddy_shares([part for part, _, _ in kept])
    return [_target(*row, paddy.get(row[0].patch, Decimal(0))) for row in kept]


def _part(row: Beside) -> _Part:
    period, number, order, pk, patch, m2, whole, penalty, penalty_on, accepted_on, *above = row
    return _Part(
        period, number, order, pk, patch, m2, whole, penalty, penalty_on, accepted_on, tuple(above)
    )


def _target(part: _Part, patch: AssessedPatch, counts_mu: Decimal, paddy: Decimal) -> Target:
    restored = patch.restored_mu if part.confirmed else Decimal(0)
    spent = patch.regularised_mu if part.penalised else Decimal(0)
    m2 = _frozen_m2(part, counts_mu, whole=counts_mu == patch.farmland_mu)
    farmland = _amounts(counts_mu, spent, restored, m2)
    amounts = {FARMLAND: farmland}
    if paddy:
        of_paddy = [int((Decimal(n) * paddy).to_integral_value()) for n in (
            farmland.wanted, farmland.spent, farmland.released)]  # fmt: skip
        amounts[PADDY] = _whole(of_paddy, farmland)
    reasons = [NOT_CONFIRMED] if patch.restored_mu and not part.confirmed else []
    reasons += [NO_PENALTY] if patch.regularised_mu and not part.penalised else []
    return Target(part.pk, amounts, "；".join(reasons))


def _frozen_m2(part: _Part, counts_mu: Decimal, whole: bool) -> Decimal:
    """The measured area where all of it counts and reads in mu as the judgement does, else those mu in m².

    The hundredths of the parts of a patch are levelled to sum to it, so a part's mu may be 0.01 off its area.
    """
    measured = Decimal(part.farmland_m2 or 0)
    alike = part.farmland_m2 is not None and round_m2(to_mu(measured)) == round_m2(counts_mu)
    return measured if whole and alike else from_mu(counts_mu)


def _whole(paddy: Sequence[int], farmland: Amounts) -> Amounts:
    """Nothing stays frozen of what is wholly put right, whatever the rounding says."""
    wanted, spent, released = paddy
    if farmland.held == 0:
        spent, released = (spent, wanted - spent) if farmland.released else (wanted, 0)
    return Amounts(wanted, min(spent, wanted), min(released, wanted - min(spent, wanted)))


def _amounts(whole_mu: Decimal, spent_mu: Decimal, released_mu: Decimal, m2: Decimal) -> Amounts:
    """Shares of an area in hundredths of m²; the parts never exceed the whole."""
    wanted = int((m2 * 100).to_integral_value(ROUND_HALF_UP))
    spent_mu = min(spent_mu, whole_mu)
    released_mu = min(released_mu, whole_mu - spent_mu)
    rest = int((wanted * (whole_mu - spent_mu - released_mu) / whole_mu).to_integral_value())
    spent = int((wanted * spent_mu / whole_mu).to_integral_value())
    spent = min(spent, wanted - rest)
    if not released_mu:
        spent = wanted - rest
    return Amounts(wanted, spent, wanted - rest - spent)


def _paddy_shares(parts: Sequence[_Part]) -> dict[int, Decimal]:
    """The share of paddy in the farmland of each patch, by the survey layer it was measured against."""
    ids = {part.patch for part in parts}
    rows = PatchArea.objects.filter(
        patch_id__in=ids, version__layer__code=SURVEY, category=PADDY_CLASS
    )
    paddy: dict[int, Decimal] = defaultdict(Decimal)
    for patch_id, m2 in rows.values_list("patch_id", "m2"):
        paddy[patch_id] += m2
    farmland = {part.patch: part.of_patch_m2 for part in parts}
    return {
        patch: min(Decimal(1), m2 / whole)
        for patch, m2 in paddy.items()
        if (whole := farmland.get(patch))
    }
