"""The book in Beancount's text format (https://beancount.github.io/docs/beancount_language_syntax.html).

An outside program can then check that every entry balances and every balance is right.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Account, Entry, Line
from liangtian.platform.books.reading import trial_balance

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_ROOTS = {
    "assets": "Assets",
    "liabilities": "Liabilities",
    "equity": "Equity",
    "income": "Income",
    "expenses": "Expenses",
}
_AT_ONCE = 1000


def beancount(user: User, through: date) -> Iterator[str]:
    """Lines of text: every account the user may see, the entries until a day, and the balances after it.

    Only whole entries are written: for a user below the county whose entries touch accounts elsewhere, those
    accounts are opened too, without a balance.
    """
    yield 'option "title" "量田账簿"'
    yield 'option "operating_currency" "CNY"'
    yield ""
    for commodity in COMMODITIES.values():
        yield f"1970-01-01 commodity {commodity.code}"
        yield f'  name: "{commodity.name}（{commodity.unit}）"'
    yield ""
    entries = Entry.objects.visible_to(user).filter(sealed=True, on__lte=through)
    mine = Account.objects.visible_to(user)
    touched = Account.objects.filter(lines__entry__in=entries)
    for account in (mine | touched).distinct().order_by("code", "commodity"):
        yield f"{account.opened_on} open {_name(account)} {account.commodity}"
    yield ""
    lines = Prefetch("lines", Line.objects.select_related("account"))
    for entry in entries.order_by("on", "pk").prefetch_related(lines).iterator(_AT_ONCE):
        yield from _entry(entry)
    for balance in trial_balance(user, through):
        code = balance.account.commodity
        yield f"{through + timedelta(days=1)} balance {_name(balance.account)}  {balance.amount} {code}"


def _entry(entry: Entry) -> Iterator[str]:
    yield f'{entry.on} * "{_quoted(entry.text)}"'
    yield f'  voucher: "{entry.county_id}-{entry.year}-{entry.number:06d}"'
    yield f'  key: "{_quoted(entry.key)}"'
    for line in entry.lines.all():
        commodity = COMMODITIES[line.account.commodity]
        yield f"  {_name(line.account)}  {commodity.amount(line.amount)} {commodity.code}"
    yield ""


def _name(account: Account) -> str:
    """Under Beancount's root of its kind; the same code holds several commodities in accounts of their own.

    Beancount wants a capital or a digit first: Chinese parts get an X, which no part of a code has before them.
    """
    parts = [part if part[0].isascii() else f"X{part}" for part in account.code.split(":")]
    return ":".join([_ROOTS[account.kind], *parts, account.commodity.title().replace("-", "")])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
