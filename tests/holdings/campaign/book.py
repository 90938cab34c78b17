"""The script's own book of the campaign: what was surveyed, charged, paid and waived, and what follows from it.

Nothing here asks the system but for the area of a figure, which is held against another way of reckoning it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")
KINDS = {"rent": "租赁金", "water": "水费", "resource": "水资源费"}


def cents(value: Decimal | str | float) -> Decimal:
    """To the fen, half up."""
    return Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)


@dataclass
class Plot:
    """A parcel as it was surveyed; `judged` as the last confirmed judgement says."""

    code: str
    town: str
    id: int = 0
    mu: Decimal = NOTHING
    corps: bool = False
    holder: int = 0
    judged: bool = False


@dataclass
class Owed:
    """A bill as it must be, in yuan."""

    holder: int
    town: str
    kind: str
    year: int
    amount: Decimal
    paid: Decimal = NOTHING
    waived: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        """What is still owed."""
        return self.amount - self.paid - self.waived


@dataclass
class Book:
    """Everything the campaign did, and the money of it; `spread` in the order of age, as the rule of payments is."""

    plots: dict[str, Plot] = field(default_factory=dict)
    bills: list[Owed] = field(default_factory=list)
    advances: dict[int, Decimal] = field(default_factory=dict)
    cash: dict[str, Decimal] = field(default_factory=dict)  # not handed over yet, by clerk
    bank: Decimal = NOTHING
    treasury: Decimal = NOTHING

    def of(self, *, town: str = "", holder: int = 0, kind: str = "", year: int = 0) -> list[Owed]:
        """Bills of a township, a holder, a kind, a year, or of all of these."""
        return [
            one
            for one in self.bills
            if town in ("", one.town) and holder in (0, one.holder) and kind in ("", one.kind)
            and year in (0, one.year)
        ]  # fmt: skip

    def land(self, town: str = "", *, corps: bool = False) -> list[Plot]:
        """The parcels of a township; land of XPCC stands apart."""
        return [p for p in self.plots.values() if town in ("", p.town) and p.corps is corps]

    def pay(self, holder: int, amount: str) -> Decimal:
        """Oldest debt first; what is too much is kept in advance. Returns what went to bills."""
        left = Decimal(amount)
        for one in sorted(self.of(holder=holder), key=lambda b: b.year):
            share = min(left, one.left)
            one.paid += share
            left -= share
        if left:
            self.advances[holder] = self.advances.get(holder, NOTHING) + left
        return Decimal(amount) - left

    def holders(self) -> Iterator[int]:
        """Everybody who was ever billed."""
        yield from sorted({one.holder for one in self.bills})


def total(bills: list[Owed], name: str) -> Decimal:
    """The sum of one of their figures."""
    return sum((getattr(one, name) for one in bills), NOTHING)
