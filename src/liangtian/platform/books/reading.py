"""What the book says: a trial balance as of a day, an account's lines, and whether the kept balances are right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Account, Line

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True, slots=True)
class Balance:
    """An account's balance as of a day: a debit positive, in the unit of its commodity."""

    account: Account
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Movement:
    """A line of an account with the balance after it."""

    line: Line
    amount: Decimal
    balance: Decimal


def trial_balance(user: User, on: date) -> list[Balance]:
    """Every account the user may see with its balance at the end of a day; those at nought too.

    Over a whole county the sums are nought in every commodity; below it they need not be.
    """
    sealed = Q(lines__entry__sealed=True, lines__entry__on__lte=on)
    accounts = Account.objects.visible_to(user).annotate(
        then=Coalesce(Sum("lines__amount", filter=sealed), 0)
    )
    return [
        Balance(a, COMMODITIES[a.commodity].amount(a.then))
        for a in accounts.select_related("region").order_by("code", "commodity")
    ]


def movements(account: Account, until: date) -> Iterator[Movement]:
    """The account's lines in the order of the book, each with the balance after it."""
    commodity, balance = COMMODITIES[account.commodity], 0
    lines = Line.objects.filter(account=account, entry__sealed=True, entry__on__lte=until)
    for line in lines.select_related("entry").order_by("entry__on", "entry_id", "pk").iterator():
        balance += line.amount
        yield Movement(line, commodity.amount(line.amount), commodity.amount(balance))


@dataclass(frozen=True, slots=True)
class AccountPage:
    """Some of an account's lines, how many there are, and the balance after all of them."""

    movements: tuple[Movement, ...]
    count: int
    balance: Decimal


def account_page(account: Account, until: date, page: int, size: int) -> AccountPage:
    """The lines of one page, the oldest first; what lies before it is added up by the database."""
    commodity = COMMODITIES[account.commodity]
    lines = Line.objects.filter(account=account, entry__sealed=True, entry__on__lte=until)
    order = ("entry__on", "entry_id", "pk")
    count, start = lines.count(), (page - 1) * size
    earlier = lines.order_by(*order).values("amount")[:start]
    running = int(earlier.aggregate(there=Coalesce(Sum("amount"), 0))["there"]) if start else 0
    shown = []
    for line in lines.select_related("entry").order_by(*order)[start : start + size]:
        running += line.amount
        shown.append(Movement(line, commodity.amount(line.amount), commodity.amount(running)))
    total = lines.aggregate(there=Coalesce(Sum("amount"), 0))["there"]
    return AccountPage(tuple(shown), count, commodity.amount(int(total)))


def wrong_balances() -> list[str]:
    """Codes of accounts whose kept balance is not the sum of their lines; empty when all is right."""
    sums = Coalesce(Sum("lines__amount", filter=Q(lines__entry__sealed=True)), 0)
    wrong = Account.objects.annotate(there=sums).exclude(balance=F("there"))
    return list(wrong.order_by("code").values_list("code", flat=True))
