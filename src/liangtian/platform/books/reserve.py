"""The reserve of indicators (补充耕地指标储备库) of a county in the book: what is free, frozen, spent.

Every programme that freezes or spends indicators posts to these accounts, so that what one froze another
cannot spend. Free and frozen can't be overdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from liangtian.geo.area import from_mu, round_m2, to_mu
from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Account
from liangtian.platform.books.services import open_accounts

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

FARMLAND, PADDY = "FARMLAND-M2", "PADDY-M2"
KEPT = (FARMLAND, PADDY)
_PARTS = (
    ("储备", "储备库可用指标", Account.Kind.ASSETS, True),
    ("冻结", "储备库冻结指标", Account.Kind.ASSETS, True),
    ("核减", "储备库核减指标", Account.Kind.EXPENSES, False),
    ("来源", "储备库指标来源", Account.Kind.EQUITY, False),
)


@dataclass(frozen=True, slots=True)
class Reserve:
    """The four accounts of one indicator of a county; their balances are as of when they were read."""

    free: Account
    frozen: Account
    spent: Account
    source: Account


def reserves(user: User, county: Region, on: date) -> dict[str, Reserve]:
    """The accounts by commodity, opened where they are not there. Runs in the caller's transaction."""
    wanted = [
        Account(
            region=county, code=f"指标:{part}:{county.code}", name=f"{county.name}{name}",
            kind=kind, commodity=commodity, guarded=guarded, opened_on=on,
        )
        for commodity in KEPT
        for part, name, kind, guarded in _PARTS
    ]  # fmt: skip
    return _grouped(open_accounts(user, wanted))


def standing(county: Region) -> dict[str, Reserve]:
    """The accounts as they stand; a commodity without any is left out."""
    codes = [f"指标:{part}:{county.code}" for part, *_ in _PARTS]
    found = {(a.commodity, a.code): a for a in Account.objects.filter(code__in=codes)}
    return _grouped(
        [
            found[commodity, code]
            for commodity in KEPT
            if all((commodity, code) in found for code in codes)
            for code in codes
        ]
    )


def shown_mu(smallest: int, commodity: str = FARMLAND) -> Decimal:
    """What the book keeps in 0.01 m², as offices read it: 亩 to 0.01, half away from zero."""
    return round_m2(to_mu(COMMODITIES[commodity].amount(smallest)))


def kept_of_mu(mu: Decimal, commodity: str = FARMLAND) -> int:
    """An area written in 亩 as the book keeps it: m² half up to 0.01, in smallest units."""
    return COMMODITIES[commodity].smallest(from_mu(mu))


def _grouped(accounts: Sequence[Account]) -> dict[str, Reserve]:
    width = len(_PARTS)
    return {
        accounts[start].commodity: Reserve(*accounts[start : start + width])
        for start in range(0, len(accounts), width)
    }
