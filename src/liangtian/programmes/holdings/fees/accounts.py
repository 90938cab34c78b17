"""The accounts of the fees in the book: who owes, what came in, where the money lies. All are the county's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TYPE_CHECKING

from liangtian.platform.books.models import Account
from liangtian.platform.books.services import open_accounts
from liangtian.programmes.holdings.models import Charge, Payment

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

YUAN = "CNY"
_MONEY = {
    "bank": ("银行存款", Account.Kind.ASSETS, False),
    "treasury": ("国库", Account.Kind.ASSETS, False),
    "short": ("现金短款", Account.Kind.EXPENSES, False),
    "over": ("现金长款", Account.Kind.INCOME, False),
}


def receivables(
    user: User, county: Region, owers: Collection[tuple[str, int]], on: date
) -> dict[tuple[str, int], Account]:
    """What each holder (kind of charge, holder) owes; guarded, so that nobody pays more than is owed."""
    wanted = sorted(set(owers))
    made = open_accounts(user, [
        _account(county, f"应收:{_named(kind)}:{holder}", f"应收{_named(kind)} 户档{holder}",
                 Account.Kind.ASSETS, on, guarded=True)
        for kind, holder in wanted
    ])  # fmt: skip
    return dict(zip(wanted, made, strict=True))


def advances(user: User, county: Region, holders: Collection[int], on: date) -> dict[int, Account]:
    """What each holder paid in advance (预收); guarded."""
    wanted = sorted(set(holders))
    made = open_accounts(user, [
        _account(county, f"预收:{holder}", f"预收缴费 户档{holder}", Account.Kind.LIABILITIES, on,
                 guarded=True)
        for holder in wanted
    ])  # fmt: skip
    return dict(zip(wanted, made, strict=True))


def income(user: User, county: Region, kinds: Collection[str], on: date) -> dict[str, Account]:
    """The income of each kind of charge."""
    wanted = sorted(set(kinds))
    made = open_accounts(user, [
        _account(county, f"收入:{_named(one)}:{county.code}", f"{county.name}{_named(one)}收入",
                 Account.Kind.INCOME, on)
        for one in wanted
    ])  # fmt: skip
    return dict(zip(wanted, made, strict=True))


def waived(user: User, county: Region, kinds: Collection[str], on: date) -> dict[str, Account]:
    """What was remitted of each kind of charge."""
    wanted = sorted(set(kinds))
    made = open_accounts(user, [
        _account(county, f"减免:{_named(one)}:{county.code}", f"{county.name}{_named(one)}减免",
                 Account.Kind.EXPENSES, on)
        for one in wanted
    ])  # fmt: skip
    return dict(zip(wanted, made, strict=True))


def money(user: User, county: Region, which: str, on: date) -> Account:
    """One of the county's accounts of money: bank, treasury, short, over."""
    name, kind, guarded = _MONEY[which]
    one = _account(
        county, f"{name}:{county.code}", f"{county.name}{name}", kind, on, guarded=guarded
    )
    return open_accounts(user, [one])[0]


def drawer(user: User, county: Region, clerk: User, on: date) -> Account:
    """The cash in a clerk's hands (库存现金); guarded: nobody hands over what isn't there."""
    one = _account(county, f"库存现金:{county.code}:{clerk.pk}", f"库存现金 收费员{clerk.name}",
                   Account.Kind.ASSETS, on, guarded=True)  # fmt: skip
    return open_accounts(user, [one])[0]


def till(user: User, county: Region, clerk: User, method: str, on: date) -> Account:
    """Where money of a method lies: cash with the clerk, all else in the bank."""
    if method == Payment.Method.CASH:
        return drawer(user, county, clerk, on)
    return money(user, county, "bank", on)


def _named(kind: str) -> str:
    return str(Charge(kind).label)


def _account(
    county: Region, code: str, name: str, kind: Account.Kind, on: date, *, guarded: bool = False
) -> Account:
    return Account(
        code=code, name=name, kind=kind, commodity=YUAN, guarded=guarded, region=county,
        opened_on=on,
    )  # fmt: skip
