"""What each illegal part should hold in the indicator reserve (增违挂钩), by the rules of the pack."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from liangtian.geo.area import from_mu
from liangtian.platform.books.reserve import FARMLAND, PADDY
from liangtian.platform.people.models import User
from liangtian.policy.accountability import Treatment
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.models import PatchArea, PatchPart
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
    """What a part should hold of each indicator, and why it is not less."""

    part: PatchPart
    amounts: dict[str, Amounts]
    reason: str


def targets(user: User, asked: ratio.Asked) -> list[Target]:
    """Every part of the year whose farmland counts in the numerator before it is put right, oldest first."""
    found = ratio.counted(user, asked)
    raw = [replace(one, restored_mu=Decimal(0), regularised_mu=Decimal(0)) for one in found.patches]
    treated = ratio.assessment(raw, asked).treatments
    kept = [
        (part, one) for part, one in zip(found.parts, treated, strict=True) if one.numerator_mu > 0
    ]
    kept.sort(key=lambda pair: (pair[0].patch.batch.period, pair[0].patch.number, pair[0].order))
    paddy = _paddy_shares([part for part, _ in kept])
    return [_target(part, one, paddy.get(part.patch_id, Decimal(0))) for part, one in kept]


def _target(part: PatchPart, treated: Treatment, paddy: Decimal) -> Target:
    disposition = getattr(part, "disposition", None)
    confirmed = bool(
        disposition and disposition.accepted_on and disposition.prefecture_on
        and disposition.prefecture_number and disposition.region_on and disposition.region_number
    )  # fmt: skip
    penalised = bool(disposition and (disposition.penalty_number or disposition.penalty_on))
    restored = part.restored_mu if confirmed else Decimal(0)
    spent = part.regularised_mu if penalised else Decimal(0)
    farmland = _amounts(treated.numerator_mu, spent, restored, _m2(part, treated.numerator_mu))
    amounts = {FARMLAND: farmland}
    if paddy:
        of_paddy = [int((Decimal(n) * paddy).to_integral_value()) for n in (
            farmland.wanted, farmland.spent, farmland.released)]  # fmt: skip
        amounts[PADDY] = _whole(of_paddy, farmland)
    reasons = [NOT_CONFIRMED] if part.restored_mu and not confirmed else []
    reasons += [NO_PENALTY] if part.regularised_mu and not penalised else []
    return Target(part, amounts, "；".join(reasons))


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


def _m2(part: PatchPart, mu: Decimal) -> Decimal:
    """The measured area where all of it counts, else the mu in m²."""
    if part.farmland_m2 is not None and mu == part.farmland_mu:
        return Decimal(part.farmland_m2)
    return from_mu(mu)


def _paddy_shares(parts: Sequence[PatchPart]) -> dict[int, Decimal]:
    """The share of paddy in the farmland of each patch, by the survey layer it was measured against."""
    ids = {part.patch_id for part in parts}
    rows = PatchArea.objects.filter(
        patch_id__in=ids, version__layer__code=SURVEY, category=PADDY_CLASS
    )
    paddy: dict[int, Decimal] = defaultdict(Decimal)
    for patch_id, m2 in rows.values_list("patch_id", "m2"):
        paddy[patch_id] += m2
    farmland = {part.patch_id: part.patch.farmland_m2 for part in parts}
    return {
        patch: min(Decimal(1), m2 / whole)
        for patch, m2 in paddy.items()
        if (whole := farmland.get(patch))
    }
