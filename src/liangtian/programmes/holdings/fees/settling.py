"""Day-end settlement (日结): a clerk counts the cash and hands the day over, finance checks and pays it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.services import Draft, Side, post
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.fees import accounts
from liangtian.programmes.holdings.fees.rules import fen, yuan
from liangtian.programmes.holdings.models import Payment, Settlement

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_MONEY = (Payment.Sort.TAKEN, Payment.Sort.REFUND)


@dataclass(frozen=True, slots=True)
class Day:
    """What a clerk took on a day and has not handed over: fen, refunds taken off."""

    on: date
    payments: int
    cash: int
    other: int


def open_days(user: User) -> list[Day]:
    """The user's days that are not settled, the oldest first."""
    require(user, "fees.view", "fees.collect")
    days: dict[date, list[int]] = {}
    for row in _unsettled(user):
        sums = days.setdefault(row.on, [0, 0, 0])
        sign = 1 if row.sort == Payment.Sort.TAKEN else -1
        sums[0] += 1
        sums[1 if row.method == Payment.Method.CASH else 2] += sign * row.amount
    return [Day(on, *sums) for on, sums in sorted(days.items())]


def settle(user: User, on: date, counted: Decimal, reason: str) -> Settlement:
    """Hand over one's day with the cash that was counted; a difference needs a reason.

    Days are settled in their order. Raises Forbidden, Refused, Conflict when there is nothing to settle.
    """
    days = open_days(user)
    if not days or on != days[0].on:
        first = f"，应先日结 {days[0].on}" if days else ""
        raise Conflict(f"{on} 没有可日结的收款{first}。")
    day = days[0]
    cash = _counted(counted)
    if day.cash < 0 or day.other < 0:
        raise Conflict("当日退款大于收款，不能单独日结，请联系财政部门。")
    said = reason_given(reason, "现金差额") if cash != day.cash else ""
    with transaction.atomic():
        rows = list(_unsettled(user, on).select_for_update())
        if len(rows) != day.payments or user.region is None:
            raise Conflict("当日收款有变动，请刷新后重新日结。")
        row: Settlement = Settlement.objects.create(
            region=user.region, clerk=user, on=on, cash=day.cash, counted=cash, other=day.other,
            payments=day.payments, reason=said,
        )  # fmt: skip
        Payment.objects.filter(pk__in=[one.pk for one in rows]).update(settlement=row)
        record(user, "fees.day.settle", row, note=said, after={
            "cash": str(yuan(day.cash)), "counted": str(yuan(cash)), "other": str(yuan(day.other)),
        })  # fmt: skip
    return row


def check(user: User, settlement_id: int) -> Settlement:
    """Confirm what another person handed over and post it into the treasury (缴库).

    Raises Forbidden, NotFound, Refused for one's own day, Conflict when it was checked.
    """
    require(user, "fees.view", "fees.finance")
    with transaction.atomic():
        row: Settlement = Settlement.objects.select_for_update().fetch_for(user, pk=settlement_id)
        if row.checked_by_id:
            raise Conflict(f"{row}已复核。")
        if row.clerk_id == user.pk:
            raise Refused("收费员不能复核自己的日结，请由另一人复核。")
        sides = _paid_in(user, row)
        if sides:
            draft = Draft(
                f"fees.day:{row.pk}", timezone.localdate(), f"{row}缴库"[:200], row.region, sides
            )
            row.entry = post(user, [draft])[0]
        row.checked_by, row.checked_at = user, timezone.now()
        row.save(update_fields=["checked_by", "checked_at", "entry"])
        record(user, "fees.day.check", row, after={"entry": str(row.entry or "")})
    return row


def _paid_in(user: User, row: Settlement) -> tuple[Side, ...]:
    """Cash and bank to the treasury; what was counted short or over stands apart."""
    on = timezone.localdate()
    first = row.taken.select_related("county").first()
    if first is None:
        raise Conflict(f"{row}没有收款。")
    county = first.county
    amounts = {
        accounts.drawer(user, county, row.clerk, on): -row.cash,
        accounts.money(user, county, "bank", on): -row.other,
        accounts.money(user, county, "treasury", on): row.counted + row.other,
        accounts.money(user, county, "short", on): max(row.cash - row.counted, 0),
        accounts.money(user, county, "over", on): min(row.cash - row.counted, 0),
    }
    return tuple(Side(account, amount) for account, amount in amounts.items() if amount)


def _unsettled(user: User, on: date | None = None) -> Any:
    rows = Payment.objects.filter(clerk=user, settlement=None, reversed_on=None, sort__in=_MONEY)
    return rows.order_by("on", "pk") if on is None else rows.filter(on=on)


def _counted(counted: Decimal) -> int:
    try:
        cash = fen(counted)
    except ValueError:
        cash = -1
    if cash < 0:
        raise Refused("实点现金应不小于零，最多两位小数。", fields={"counted": "应不小于零"})
    return cash
