"""The arithmetic of water charges (水费): meters, slabs, shares. Pure and exact; no database.

Worked in docs/algorithms/water.md, whose tables are the fixtures of the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Literal

CUBIC = Decimal("0.01")  # volumes are kept to 0.01 m³
FEN = Decimal("0.01")
Mode = Literal["multiply", "add"]


@dataclass(frozen=True)
class Tier:
    """A slab over the quota (超定额): up to which share above it (None: no end), and its price.

    `multiply`: base price × value; `add`: base price + value, yuan/m³. A volume that just reaches the bound
    still belongs to the lower tier.
    """

    up_to: Decimal | None
    mode: Mode
    value: Decimal


@dataclass(frozen=True)
class Slab:
    """What lies in one tier: m³ and yuan/m³; `over` names the tier (0: within the quota)."""

    over: int
    m3: Decimal
    price: Decimal

    @property
    def yuan(self) -> Decimal:
        """Exact; rounded only when everything is added up."""
        return self.m3 * self.price


def check_tiers(tiers: Sequence[Tier]) -> str:
    """What is wrong with a table of tiers (Chinese), empty when nothing is."""
    bounds = [tier.up_to for tier in tiers]
    if bounds and bounds[-1] is not None:
        return "最后一档不应有上限"
    if None in bounds[:-1]:
        return "只有最后一档可以没有上限"
    known = [b for b in bounds if b is not None]
    if any(b <= 0 for b in known) or sorted(set(known)) != known:
        return "各档上限应大于零并逐档增加"
    if any(t.value < 0 or (t.mode == "multiply" and t.value < 1) for t in tiers):
        return "倍数应不小于 1，加价应不小于 0"
    return ""


def slabs(m3: Decimal, quota: Decimal, base: Decimal, tiers: Sequence[Tier]) -> list[Slab]:
    """A volume laid into the tiers, each part at its own price (累进). Without tiers all is at the base price."""
    if not tiers or m3 <= quota:
        return [Slab(0, m3, base)] if m3 else []
    found = [Slab(0, quota, base)] if quota else []
    below = quota
    for number, tier in enumerate(tiers, start=1):
        bound = m3 if tier.up_to is None else min(m3, quota * (1 + tier.up_to))
        price = base * tier.value if tier.mode == "multiply" else base + tier.value
        if bound > below:
            found.append(Slab(number, bound - below, price))
        below = max(below, bound)
    return found


def cost(m3: Decimal, quota: Decimal, base: Decimal, tiers: Sequence[Tier]) -> Decimal:
    """Yuan for a volume, rounded half up to the fen once, at the end."""
    return rounded(sum((s.yuan for s in slabs(m3, quota, base, tiers)), Decimal(0)))


def cost_between(
    before: Decimal, after: Decimal, quota: Decimal, base: Decimal, tiers: Sequence[Tier]
) -> Decimal:
    """Yuan for what a season's volume grew by: the months of a season add up to the season."""
    return cost(after, quota, base, tiers) - cost(before, quota, base, tiers)


def slabs_between(
    before: Decimal, after: Decimal, quota: Decimal, base: Decimal, tiers: Sequence[Tier]
) -> list[Slab]:
    """The same growth, tier by tier, as a bill shows it."""
    had = {s.over: s.m3 for s in slabs(before, quota, base, tiers)}
    grown = [
        Slab(s.over, s.m3 - had.get(s.over, Decimal(0)), s.price)
        for s in slabs(after, quota, base, tiers)
    ]
    return [s for s in grown if s.m3]


def rounded(yuan: Decimal) -> Decimal:
    """To the fen, half up."""
    return yuan.quantize(FEN, ROUND_HALF_UP)


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen."""
    return int(rounded(yuan) * 100)


def water_of(kwh: Decimal, per_kwh: Decimal) -> Decimal:
    """m³ from power (以电折水), half up to 0.01."""
    return (kwh * per_kwh).quantize(CUBIC, ROUND_HALF_UP)


def quota_of(per_mu: Decimal, mu: Decimal) -> Decimal:
    """The quota of a season, m³, half up to 0.01."""
    return (per_mu * mu).quantize(CUBIC, ROUND_HALF_UP)


def used(
    before: Decimal, after: Decimal, rollover: Decimal, factor: Decimal, *, rolled: bool = False
) -> Decimal:
    """What a meter counted between two readings, times its factor (倍率).

    `rolled`: it passed its end (翻转) and began again at nought. Raises ValueError for a reading that went
    back without having rolled over, and for one that rolled over without going back.
    """
    if rolled != (after < before):
        raise ValueError("a reading goes back exactly when the meter rolled over")
    return (after - before + (rollover if rolled else 0)) * factor


def split(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """A volume over shares, each to 0.01, their sum exactly the volume: largest remainder (最大余额法).

    Of equal remainders the first comes first. Raises ValueError without any weight.
    """
    whole = sum(weights, Decimal(0))
    if whole <= 0 or min(weights) < 0:
        raise ValueError("nothing to share by")
    exact = [total * w / whole for w in weights]
    parts = [x.quantize(CUBIC, ROUND_FLOOR) for x in exact]
    left = int((total - sum(parts, Decimal(0))) / CUBIC)
    order = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in order[:left]:
        parts[i] += CUBIC
    return parts
