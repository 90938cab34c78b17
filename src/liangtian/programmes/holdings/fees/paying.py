"""Taking money (收款), oldest debt first; moving what was paid in advance; undoing by reversal only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.models import Account, Entry
from liangtian.platform.books.services import Draft, Side, post, reversing
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.fees import accounts, receipts
from liangtian.programmes.holdings.fees.arrears import ORDER, of_holder, outstanding
from liangtian.programmes.holdings.fees.rules import Debt, allocate, fen, yuan
from liangtian.programmes.holdings.models import (
    Bill,
    Charge,
    Holder,
    Payment,
    PaymentShare,
    Settlement,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_HANDED = (Payment.Method.CASH, Payment.Method.TRANSFER, Payment.Method.SCAN)


@dataclass(frozen=True)
class PaymentForm:
    """Money on the counter: yuan, how it came, and for which kinds of charge (none: for all).

    `token` is the sender's own for this payment: the same form sent twice is one payment.
    """

    holder_id: int
    amount: Decimal
    method: str
    token: str
    payer: str = ""
    reference: str = ""
    note: str = ""
    kinds: Sequence[str] = ()
    receipt: bool = True


def take_payment(user: User, form: PaymentForm) -> Payment:
    """Take money, pay the oldest debts with it, draw the receipt; what is too much is kept in advance.

    Only bills that the user may see are paid. Raises Forbidden, NotFound, Refused for entries or when the
    user has no receipts left, Conflict after the day was settled or for a token used otherwise.
    """
    require(user, "fees.view", "fees.collect")
    amount = _checked(form)
    with transaction.atomic():
        holder = lock_holder(user, form.holder_id)
        if found := _there(user, form.token, holder, Payment.Sort.TAKEN, amount):
            return found
        on = open_day(user)
        shares, left = _shared(user, holder, amount, form.kinds)
        money = accounts.till(user, holder.county, user, form.method, on)
        sides = (Side(money, amount), *_credits(user, holder, shares, left, on))
        told = {"sort": Payment.Sort.TAKEN, "method": form.method, "payer": form.payer.strip(),
                "reference": form.reference.strip(), "note": form.note.strip()}  # fmt: skip
        row = _kept(user, holder, (amount, left), form.token, sides, **told)
        _share(row, shares)
        receipt = receipts.draw(user, row) if form.receipt else None
        record(user, "fees.payment.take", row, after={
            "amount": str(yuan(amount)), "method": row.get_method_display(), "prepaid": str(yuan(left)),
            "bills": [bill.pk for bill, _ in shares], "receipt": str(receipt or ""),
        })  # fmt: skip
    return row


def offset(user: User, holder_id: int, token: str) -> Payment:
    """Pay debts with what the holder paid in advance. Raises Conflict when there is none, or no debt."""
    require(user, "fees.view", "fees.collect")
    with transaction.atomic():
        holder = lock_holder(user, holder_id)
        if found := _there(user, token, holder, Payment.Sort.OFFSET):
            return found
        ahead = advance_of(holder)
        shares, left = _shared(user, holder, ahead, ())
        amount = ahead - left
        if not amount:
            raise Conflict("没有可抵扣的预缴，或没有待缴账单。")
        on = timezone.localdate()
        advance = accounts.advances(user, holder.county, [holder.pk], on)[holder.pk]
        sides = (Side(advance, amount), *_credits(user, holder, shares, 0, on))
        row = _kept(user, holder, (amount, -amount), token, sides, sort=Payment.Sort.OFFSET,
                    method=Payment.Method.ADVANCE)  # fmt: skip
        _share(row, shares)
        record(user, "fees.payment.offset", row, after={"amount": str(yuan(amount))})
    return row


@dataclass(frozen=True)
class RefundForm:
    """How much is given back (yuan), how, and why."""

    amount: Decimal
    method: str
    reason: str
    token: str


def refund(user: User, holder_id: int, form: RefundForm) -> Payment:
    """Give back what was paid in advance. Raises Forbidden, NotFound, Refused, Conflict beyond the advance."""
    require(user, "fees.view", "fees.finance")
    said = reason_given(form.reason, "退款")
    whole = _money(form.amount)
    if form.method not in _HANDED:
        raise Refused("退款没有办理，请选择方式。", fields={"method": "请选择方式"})
    with transaction.atomic():
        holder = lock_holder(user, holder_id)
        if found := _there(user, form.token, holder, Payment.Sort.REFUND, whole):
            return found
        on = open_day(user)
        advance = accounts.advances(user, holder.county, [holder.pk], on)[holder.pk]
        money = accounts.till(user, holder.county, user, form.method, on)
        sides = (Side(advance, whole), Side(money, -whole))
        row = _kept(user, holder, (whole, -whole), form.token, sides, sort=Payment.Sort.REFUND,
                    method=form.method, note=said)  # fmt: skip
        record(user, "fees.payment.refund", row, after={"amount": str(yuan(whole))}, note=said)
    return row


def reverse_payment(user: User, payment_id: int, reason: str) -> Payment:
    """Undo a payment that another person took; its receipt is void, its bills are open again.

    After the day was settled the money goes back from the treasury. Raises Forbidden, NotFound, Refused,
    Conflict for one that can't be undone.
    """
    require(user, "fees.view", "fees.finance")
    said = reason_given(reason, "冲销收款")
    with transaction.atomic():
        seen: Payment = Payment.objects.fetch_for(user, pk=payment_id)
        Holder.objects.select_for_update(no_key=True).get(pk=seen.holder_id)
        rows = Payment.objects.select_for_update(of=("self",)).select_related(
            "settlement", "county"
        )
        row: Payment = rows.get(pk=payment_id)
        _require_reversible(user, row)
        shares = list(row.shares.select_related("bill"))
        if any(share.bill.reversed_on for share in shares):
            raise Conflict("该笔收款的账单已更正，款项已转入预缴，不能冲销；请改办预缴退款。")
        on = timezone.localdate()
        row.reversal = post(user, [_undoing(user, row, on)])[0]
        _unshare(shares)
        row.reversed_on, row.reversed_by, row.reason = on, user, said
        row.save(update_fields=["reversed_on", "reversed_by", "reversal", "reason"])
        receipts.void_of(user, row, said)
        record(user, "fees.payment.reverse", row, after={"reversed_on": on}, note=said)
    return row


def lock_holder(user: User, holder_id: int) -> Holder:
    """The holder, one payment at a time. Raises NotFound, Conflict for one that was joined into another."""
    seen: Holder = Holder.objects.fetch_for(user, pk=holder_id)
    if seen.merged_into_id:
        raise Conflict("该户已并入其他权利人，请在并入的权利人名下办理。")
    rows = Holder.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("county", "region").get(pk=seen.pk)  # type: ignore[no-any-return]


def advance_of(holder: Holder) -> int:
    """What a holder has paid in advance, fen."""
    found = Account.objects.filter(code=f"预收:{holder.pk}", commodity=accounts.YUAN).first()
    return -found.balance if found else 0


def open_day(user: User) -> date:
    """Today, unless the user has settled it. Raises Conflict."""
    on = timezone.localdate()
    if Settlement.objects.filter(clerk=user, on=on).exists():
        raise Conflict("您今天已日结，不能再收款。请于次日办理，或由其他收费员办理。")
    return on


def debts(user: User, holder: Holder, kinds: Sequence[str] = ()) -> list[Bill]:
    """The holder's open bills that the user may see, in the order in which they are paid."""
    rows = outstanding(Bill.objects.visible_to(user).filter(of_holder(holder)))
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    found = rows.select_related("parcel", "region")
    return sorted(found, key=lambda b: (b.year, ORDER[b.kind], b.due_on, b.pk))


def _there(
    user: User, token: str, holder: Holder, sort: str, amount: int | None = None
) -> Payment | None:
    """What was done under the token before. Conflict when it was something else."""
    found: Payment | None = Payment.objects.filter(token=token).first()
    if found is None:
        return None
    told = (found.clerk_id, found.holder_id, found.sort, found.amount)
    if told != (user.pk, holder.pk, sort, found.amount if amount is None else amount):
        raise Conflict("该提交标识已用于另一笔收款，请刷新页面后重新办理。")
    return found


def _checked(form: PaymentForm) -> int:
    wrong = {}
    if form.method not in _HANDED:
        wrong["method"] = "请选择方式"
    if form.method != Payment.Method.CASH and not form.reference.strip():
        wrong["reference"] = "转账、扫码应填写流水号"
    if not form.token.strip():
        wrong["token"] = "必填"
    if set(form.kinds) - set(Charge.values):
        wrong["kinds"] = "没有这个费种"
    if wrong:
        raise Refused("没有收款，请改正标出的各项。", fields=wrong)
    return _money(form.amount)


def _money(amount: Decimal) -> int:
    try:
        whole = fen(amount)
    except ValueError:
        whole = 0
    if whole <= 0:
        raise Refused("金额应大于零，最多两位小数。", fields={"amount": "应大于零，最多两位小数"})
    return whole


def _shared(
    user: User, holder: Holder, amount: int, kinds: Sequence[str]
) -> tuple[list[tuple[Bill, int]], int]:
    """Which bills the amount pays, locked; and what is left over."""
    keys = [bill.pk for bill in debts(user, holder, kinds)]
    locked = outstanding(Bill.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    bills = {bill.pk: bill for bill in locked}
    open_ = [Debt(b.pk, b.year, ORDER[b.kind], b.due_on, b.due) for b in bills.values()]
    shares, left = allocate(amount, open_)
    return [(bills[key], part) for key, part in shares], left


def _credits(
    user: User, holder: Holder, shares: Sequence[tuple[Bill, int]], left: int, on: date
) -> list[Side]:
    owers = {(bill.kind, bill.holder_id) for bill, _ in shares}
    dues = accounts.receivables(user, holder.county, owers, on)
    sides = [Side(dues[b.kind, b.holder_id], -part, f"账单 {b.pk}") for b, part in shares]
    if left:
        advance = accounts.advances(user, holder.county, [holder.pk], on)[holder.pk]
        sides.append(Side(advance, -left, "预缴"))
    return sides


def _kept(
    user: User, holder: Holder, amounts: tuple[int, int], token: str, sides: tuple[Side, ...],
    **told: Any,
) -> Payment:  # fmt: skip
    """Post and keep a payment: `amounts` are the whole and what it adds to the advance."""
    on, amount = timezone.localdate(), amounts[0]
    region = holder.region
    if user.region is not None and not holder.region_id.startswith(user.region_id or "-"):
        region = user.region  # a company of the county paying at a township's counter
    text = f"{Payment.Sort(told['sort']).label} 户档{holder.pk}"
    entry = post(user, [Draft(f"fees.payment:{token}", on, text, region, sides)])[0]
    row: Payment = Payment.objects.create(
        region=region, county=holder.county, holder=holder, on=on, amount=amount,
        prepaid=amounts[1], token=token, clerk=user, entry=entry, **told,
    )  # fmt: skip
    return row


def _share(row: Payment, shares: Sequence[tuple[Bill, int]]) -> None:
    for bill, part in shares:
        bill.paid += part
    Bill.objects.bulk_update([bill for bill, _ in shares], ["paid"])
    PaymentShare.objects.bulk_create(
        PaymentShare(payment=row, bill=bill, amount=part) for bill, part in shares
    )


def _unshare(shares: Sequence[PaymentShare]) -> None:
    given = {share.bill_id: share.amount for share in shares}
    bills = list(Bill.objects.select_for_update().filter(pk__in=given).order_by("pk"))
    for bill in bills:
        bill.paid -= given[bill.pk]
    Bill.objects.bulk_update(bills, ["paid"])


def _require_reversible(user: User, row: Payment) -> None:
    if row.reversed_on or row.sort == Payment.Sort.RELEASE:
        raise Conflict("该笔收款已冲销，或由账单更正产生，不能冲销。")
    if row.clerk_id == user.pk:
        raise Refused("收款人不能冲销自己的收款，请由另一人办理。")
    if row.settlement and not row.settlement.checked_by_id:
        raise Conflict("该笔收款所在的日结尚未复核，请先复核日结再冲销。")


def _undoing(user: User, row: Payment, on: date) -> Draft:
    """The entry with its signs turned; money that was handed over comes from the treasury."""
    entry = (
        Entry.objects.prefetch_related("lines__account")
        .select_related("region")
        .get(pk=row.entry_id)
    )
    plain = reversing(entry, on)
    if row.settlement_id is None:
        return plain
    treasury = accounts.money(user, row.county, "treasury", on)
    first, *rest = plain.sides
    money = {accounts.till(user, row.county, row.clerk, row.method, on).pk}
    sides = [
        Side(treasury, s.amount, s.text) if s.account.pk in money else s for s in (first, *rest)
    ]
    return Draft(f"fees.reverse:{row.pk}", on, f"退库 {entry}"[:200], entry.region, tuple(sides))
