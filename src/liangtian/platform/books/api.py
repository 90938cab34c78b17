"""The book over HTTP: trial balance, an account's lines, an entry, reversal, closing. Posting is done by programmes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.audit.services import record
from liangtian.platform.books import reading, services
from liangtian.platform.books.beancount import beancount
from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Account, Closing, Entry, Line
from liangtian.platform.errors import NotFound
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region

router = Router(tags=["books"])
PERMISSION = "books.view"
PAGE = 100


class AccountBalance(Schema):
    id: int
    code: str
    name: str
    kind: str
    kind_label: str
    commodity: str
    unit: str
    places: int
    region: str
    debit: Decimal
    credit: Decimal


class CommodityTotal(Schema):
    commodity: str
    name: str
    unit: str
    places: int
    debit: Decimal
    credit: Decimal


class TrialBalance(Schema):
    on: date
    balanced: bool
    whole: bool
    totals: list[CommodityTotal]
    accounts: list[AccountBalance]


class BookMovement(Schema):
    entry: int
    number: str
    on: date
    text: str
    debit: Decimal
    credit: Decimal
    balance: Decimal


class BookAccountOut(Schema):
    account: AccountBalance
    until: date
    count: int
    page: int
    page_size: int
    movements: list[BookMovement]


class BookEntryLine(Schema):
    account: int | None
    code: str
    name: str
    unit: str
    places: int
    debit: Decimal
    credit: Decimal
    text: str


class BookEntryOut(Schema):
    id: int
    number: str
    on: date
    text: str
    key: str
    region: str
    posted_by: str
    posted_at: datetime
    reverses: int | None
    reversed_by: int | None
    may_reverse: bool
    lines: list[BookEntryLine]


class ReverseIn(Schema):
    reason: str
    on: date


class ClosingIn(Schema):
    county: str
    through: date


class ClosingOut(Schema):
    county: str
    county_name: str
    through: date
    closed_by: str
    closed_at: datetime


class OnDay(Schema):
    on: date | None = None


class OnPage(OnDay):
    page: int = Field(1, ge=1, le=1_000_000)


@router.get("/trial-balance", response=TrialBalance)
def trial_balance(request: HttpRequest, asked: Query[OnDay]) -> dict[str, Any]:
    """Every account with its balance at the end of a day (today when none is given), and the sums."""
    user = user_of(request)
    require(user, PERMISSION)
    on = asked.on or timezone.localdate()
    balances = reading.trial_balance(user, on)
    totals = list(_totals(balances))
    whole = bool(user.region and user.region.level in ("county", "prefecture", "province"))
    return {
        "on": on,
        "balanced": all(total["debit"] == total["credit"] for total in totals),
        "whole": whole,
        "totals": totals,
        "accounts": [_account(b.account, b.amount) for b in balances],
    }


@router.get("/accounts/{account_id}", response=BookAccountOut)
def account(request: HttpRequest, account_id: int, asked: Query[OnPage]) -> dict[str, Any]:
    """The lines of an account until a day, a hundred at a time, each with the balance after it."""
    user = user_of(request)
    require(user, PERMISSION)
    found = Account.objects.visible_to(user).select_related("region").filter(pk=account_id).first()
    if found is None:
        raise NotFound
    until = asked.on or timezone.localdate()
    page = reading.account_page(found, until, asked.page, PAGE)
    return {
        "account": _account(found, page.balance),
        "until": until,
        "count": page.count,
        "page": asked.page,
        "page_size": PAGE,
        "movements": [_movement(movement) for movement in page.movements],
    }


@router.get("/entries/{entry_id}", response=BookEntryOut)
def entry(request: HttpRequest, entry_id: int) -> dict[str, Any]:
    """An entry with all its lines; accounts the user may not see are named without a link."""
    user = user_of(request)
    require(user, PERMISSION)
    return _entry(request, entry_id)


@router.post("/entries/{entry_id}/reverse", response=BookEntryOut)
def reverse(request: HttpRequest, entry_id: int, body: ReverseIn) -> dict[str, Any]:
    """Undo an entry by one of opposite signs; answers the entry that undoes it."""
    made = services.reverse(user_of(request), entry_id, body.reason, body.on)
    return _entry(request, made.pk)


@router.get("/closings", response=list[ClosingOut])
def closings(request: HttpRequest) -> list[dict[str, Any]]:
    """Through which day the counties in the user's region are closed, the last first."""
    user = user_of(request)
    require(user, PERMISSION)
    rows = Closing.objects.select_related("county", "closed_by").order_by("-through", "county_id")
    mine = (user.region_id or "")[: services.COUNTY_DIGITS]
    return [_closing(row) for row in rows.filter(county__code__startswith=mine)] if mine else []


@router.post("/closings", response=ClosingOut)
def close(request: HttpRequest, body: ClosingIn) -> dict[str, Any]:
    """Close a county's books through a day: nothing can be posted on or before it any more."""
    county = Region.objects.filter(code=body.county).first()
    require(user_of(request), "books.close")
    if county is None:
        raise NotFound
    return _closing(services.close(user_of(request), county, body.through))


@router.get("/beancount", response={200: str})
def as_beancount(request: HttpRequest, asked: Query[OnDay]) -> StreamingHttpResponse:
    """The book until a day in Beancount's text, so that another program can check it."""
    user = user_of(request)
    require(user, PERMISSION)
    through = asked.on or timezone.localdate()
    with transaction.atomic():
        record(user, "books.beancount", f"账簿至 {through}", region=user.region)
    lines = (f"{line}\n" for line in beancount(user, through))
    response = StreamingHttpResponse(lines, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="book-{through}.beancount"'
    return response


def _totals(balances: Iterable[reading.Balance]) -> Iterable[dict[str, Any]]:
    sums: dict[str, list[Decimal]] = {}
    for balance in balances:
        debit, credit = _sides(balance.amount)
        row = sums.setdefault(balance.account.commodity, [Decimal(0), Decimal(0)])
        row[0] += debit
        row[1] += credit
    for code, (debit, credit) in sorted(sums.items()):
        one = COMMODITIES[code]
        yield {
            "commodity": code, "name": one.name, "unit": one.unit, "places": one.places,
            "debit": debit, "credit": credit,
        }  # fmt: skip


def _sides(amount: Decimal) -> tuple[Decimal, Decimal]:
    """A signed amount as debit and credit."""
    return max(amount, Decimal(0)), max(-amount, Decimal(0))


def _account(account: Account, amount: Decimal) -> dict[str, Any]:
    commodity = COMMODITIES[account.commodity]
    debit, credit = _sides(amount)
    return {
        "id": account.pk, "code": account.code, "name": account.name, "kind": account.kind,
        "kind_label": account.get_kind_display(), "commodity": account.commodity,
        "unit": commodity.unit, "places": commodity.places, "region": account.region.name,
        "debit": debit, "credit": credit,
    }  # fmt: skip


def _movement(movement: reading.Movement) -> dict[str, Any]:
    entry = movement.line.entry
    debit, credit = _sides(movement.amount)
    return {
        "entry": entry.pk, "number": _number(entry), "on": entry.on, "text": entry.text,
        "debit": debit, "credit": credit, "balance": movement.balance,
    }  # fmt: skip


def _number(entry: Entry) -> str:
    return f"{entry.year}-{entry.number:06d}"


def _entry(request: HttpRequest, entry_id: int) -> dict[str, Any]:
    user = user_of(request)
    rows = Entry.objects.visible_to(user).select_related("region", "posted_by", "reversed_by")
    found = rows.filter(pk=entry_id, sealed=True).first()
    if found is None:
        raise NotFound
    mine = set(
        Account.objects.visible_to(user).filter(lines__entry=found).values_list("pk", flat=True)
    )
    undone = getattr(found, "reversed_by", None)
    return {
        "id": found.pk, "number": _number(found), "on": found.on, "text": found.text,
        "key": found.key, "region": found.region.name, "posted_by": found.posted_by.name,
        "posted_at": found.posted_at, "reverses": found.reverses_id,
        "reversed_by": undone.pk if undone else None,
        "may_reverse": user.may("books.reverse") and undone is None and found.reverses_id is None,
        "lines": [_line(line, mine) for line in found.lines.select_related("account")],
    }  # fmt: skip


def _line(line: Line, mine: set[int]) -> dict[str, Any]:
    account = line.account
    commodity = COMMODITIES[account.commodity]
    debit, credit = _sides(commodity.amount(line.amount))
    return {
        "account": account.pk if account.pk in mine else None, "code": account.code,
        "name": account.name, "unit": commodity.unit, "places": commodity.places,
        "debit": debit, "credit": credit, "text": line.text,
    }  # fmt: skip


def _closing(row: Closing) -> dict[str, Any]:
    return {
        "county": row.county_id, "county_name": row.county.name, "through": row.through,
        "closed_by": row.closed_by.name, "closed_at": row.closed_at,
    }  # fmt: skip
