"""What rent costs: pure arithmetic in whole fen, hundredths of a mu and months (docs/algorithms/rent.md).

A month belongs to whoever holds the land on its first day, so that a year changing hands is charged once
and whole. A bill is rounded half up to the fen, once, over all its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

MONTHS = 12
_CENTS = 100


@dataclass(frozen=True, slots=True)
class Part:
    """Months of one year at one price: `area` in mu to 0.01, `rate` in fen per mu and year."""

    months: int
    area: Decimal
    rate: int

    @property
    def exact(self) -> Fraction:
        """Fen before rounding."""
        return Fraction(hundredths(self.area) * self.rate * self.months, _CENTS * MONTHS)


@dataclass(frozen=True, slots=True)
class Flat:
    """Months of one year of a contract priced in fen per year, of which the parcel bears its share of area."""

    months: int
    area: Decimal
    whole: Decimal
    yearly: int

    @property
    def exact(self) -> Fraction:
        """Fen before rounding."""
        share = Fraction(hundredths(self.area), hundredths(self.whole))
        return Fraction(self.yearly * self.months, MONTHS) * share


def hundredths(mu: Decimal) -> int:
    """Hundredths of a mu of an area kept to two decimals. Raises ValueError for one with more."""
    scaled = mu.scaleb(2)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{mu} mu has more than two decimals")
    return int(scaled)


def charge(parts: Sequence[Part | Flat]) -> int:
    """What the parts of one bill cost together, fen, half up."""
    total = sum((part.exact for part in parts), Fraction(0))
    return (2 * total.numerator + total.denominator) // (2 * total.denominator)


def months_of(year: int, start: date, end: date | None) -> range:
    """Months (1 to 12) of a year whose first day lies in a term; both days belong to it, None: no end."""
    first = 1
    if start.year > year:
        return range(1, 1)
    if start.year == year:
        first = start.month + (start.day > 1)
    last = MONTHS
    if end is not None:
        if end.year < year:
            return range(1, 1)
        if end.year == year:
            last = end.month
    return range(first, max(last + 1, first))


@dataclass(frozen=True, slots=True)
class Debt:
    """A bill that is not paid: what is left, fen, and what it is paid in the order of."""

    bill: int
    year: int
    order: int  # of the kind of charge
    due_on: date
    left: int


def allocate(amount: int, debts: Sequence[Debt]) -> tuple[list[tuple[int, int]], int]:
    """What of a payment goes to which bill, the oldest year first, and what is left over (fen)."""
    shares = []
    for debt in sorted(debts, key=lambda d: (d.year, d.order, d.due_on, d.bill)):
        part = min(amount, debt.left)
        if part > 0:
            shares.append((debt.bill, part))
            amount -= part
    return shares, amount


def fen(yuan: Decimal) -> int:
    """Yuan as whole fen. Raises ValueError for an amount with fractions of a fen."""
    scaled = yuan.scaleb(2)
    if not yuan.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{yuan} yuan is no whole number of fen")
    return int(scaled)


def yuan(amount: int) -> Decimal:
    """Whole fen as yuan with two decimals."""
    return Decimal(amount).scaleb(-2).quantize(Decimal("0.01"), ROUND_HALF_UP)


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


def capitals(amount: int) -> str:
    """An amount of fen in Chinese capitals (大写金额), as receipts and notes write it.

    After the rules for settlement papers (支付结算办法 附一): one 零 for noughts between digits, 整 after yuan
    and jiao, none after fen. Raises ValueError below nought or from 10^16 yuan on.
    """
    whole, rest = divmod(amount, 100)
    if amount < 0 or whole >= 10**16:
        raise ValueError(f"{amount} fen cannot be written")
    jiao, cents = divmod(rest, 10)
    said = _whole(whole) + "元" if whole else ""
    if not rest:
        return (said or "零元") + "整"
    if jiao:
        said += _DIGITS[jiao] + "角"
    elif whole:
        said += "零"
    return said + (_DIGITS[cents] + "分" if cents else "整")


def _whole(number: int) -> str:
    said, pending = "", False
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            pending = bool(said)
            continue
        text = _group(group)
        if said and (pending or group < 1000):
            said += "零"
        said, pending = said + text + _GROUPS[place], False
    return said


def _group(group: int) -> str:
    said, pending = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += ("零" if pending and said else "") + _DIGITS[digit] + _PLACES[place]
            pending = False
        else:
            pending = True
    return said
