"""Issuing bills of every kind of charge: array work, one transaction per chunk, the same thing once.

A bill whose figures changed is reversed and issued anew; what was paid for it goes over to the new one, and
what is too much becomes the holder's advance (预缴).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.models import Account, Entry
from liangtian.platform.books.services import Draft, Side, post, reversing
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.fees.accounts import advances, income, receivables
from liangtian.programmes.holdings.models import (
    Bill,
    BillRun,
    Charge,
    Holder,
    Payment,
    PaymentShare,
    Waiver,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

AT_ONCE = 1_000  # bills in a transaction
_KEYS = 500  # of a query: SQLite takes few values
_SAME = ("amount", "holder_id", "period_from", "period_to")
_Key = TypeVar("_Key", str, int)
_Opened = tuple[dict[tuple[str, int], Account], dict[int, Account]]


@dataclass(frozen=True, slots=True)
class BillDraft:
    """A bill to be issued; `key` names what it is for: `rent:<parcel>:<whose>:<year>`. `amount` in fen, above 0.

    `basis` is JSON: the figures and clauses it was computed from. `text` says in the book what it is.
    """

    key: str
    kind: str
    region_id: str
    holder_id: int
    year: int
    period_from: date
    period_to: date
    amount: int
    basis: Mapping[str, Any]
    text: str
    parcel_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """How many bills were issued, stood as they were, were reversed and issued anew; `held`: changed, but
    partly waived, so that a person has to look first."""

    new: int = 0
    unchanged: int = 0
    replaced: int = 0
    held: int = 0

    def __add__(self, other: Posted) -> Posted:
        return Posted(
            self.new + other.new, self.unchanged + other.unchanged,
            self.replaced + other.replaced, self.held + other.held,
        )  # fmt: skip


def post_bills(user: User, run: BillRun, drafts: Iterable[BillDraft]) -> Posted:
    """Issue bills of a run; what stands unchanged stays. The caller has checked who may do it.

    Raises Refused for an amount that isn't above nought, a key that comes twice, a closed period.
    """
    done, rest = Posted(), iter(drafts)
    while some := list(islice(rest, AT_ONCE)):
        with transaction.atomic():
            done += _post_some(user, run, some)
    return done


def cancel_bills(user: User, run: BillRun, bills: Sequence[Bill]) -> int:
    """Reverse bills that are no longer owed; what was paid for them becomes the holder's advance.

    One transaction; bills that are partly waived stay. Returns how many were reversed.
    """
    with transaction.atomic():
        parts = _parted([bill.pk for bill in bills])
        locked = [bill for part in parts for bill in _locked(pk__in=part)]
        free = [bill for bill in locked if not bill.waived]
        _reverse(_Act(user, run.county, run.issued_on), free, [])
        if free:
            record(user, "fees.bills.cancel", run, after={"count": len(free)})
    return len(free)


def reverse_bill(user: User, bill_id: int, reason: str) -> Bill:
    """Reverse one bill by hand; what was paid for it becomes the holder's advance.

    The next run issues it anew unless what was wrong in the register is put right. Raises Forbidden, NotFound,
    Refused for who issued it, Conflict for one that is reversed, partly waived or awaits a decision on that.
    """
    require(user, "fees.view", "fees.approve")
    said = reason_given(reason, "冲销账单")
    with transaction.atomic():
        seen: Bill = Bill.objects.fetch_for(user, pk=bill_id)
        Holder.objects.select_for_update(no_key=True).get(pk=seen.holder_id)
        locked = Bill.objects.select_for_update(of=("self",)).select_related(
            "county", "region", "run"
        )
        bill: Bill = locked.get(pk=bill_id)
        _require_reversible(user, bill)
        bill.reversed_by, bill.reason = user, said
        _reverse(_Act(user, bill.county, timezone.localdate()), [bill], [])
        record(user, "fees.bills.reverse", bill, note=said,
               after={"reversed_on": bill.reversed_on, "amount": bill.amount})  # fmt: skip
    return bill


def _require_reversible(user: User, bill: Bill) -> None:
    if bill.reversed_on:
        raise Conflict(f"{bill}已冲销。")
    if bill.run.made_by_id == user.pk:
        raise Refused("开单人不能冲销自己开的账单，请由另一人办理。")
    if bill.waived:
        raise Conflict("该账单有已批准的减免，请先撤销减免再冲销。")
    if bill.waivers.filter(state=Waiver.State.ASKED).exists():
        raise Conflict("该账单有待审批的减免申请，请先审批再冲销。")


def _post_some(user: User, run: BillRun, drafts: Sequence[BillDraft]) -> Posted:
    _check(drafts)
    there = {
        bill.key: bill
        for part in _parted([d.key for d in drafts])
        for bill in _locked(key__in=part)
    }
    fresh = [d for d in drafts if d.key not in there]
    changed = [d for d in drafts if d.key in there and differs(there[d.key], d)]
    held = [d for d in changed if there[d.key].waived]
    again = [d for d in changed if not there[d.key].waived]
    if fresh or again:
        act = _Act(user, run.county, run.issued_on, run)
        _reverse(act, [there[d.key] for d in again], [*fresh, *again])
        record(user, "fees.bills.issue", run, after={"new": len(fresh), "replaced": len(again)})
    return Posted(len(fresh), len(drafts) - len(fresh) - len(changed), len(again), len(held))


def _check(drafts: Sequence[BillDraft]) -> None:
    if len({d.key for d in drafts}) < len(drafts):
        raise Refused("同一计费对象在一次开单中出现了两次。")
    if wrong := next((d for d in drafts if d.amount <= 0), None):
        raise Refused(f"“{wrong.text}”的金额不大于零，不能开单。")


def _parted(keys: Sequence[_Key]) -> Iterator[Sequence[_Key]]:
    for start in range(0, len(keys), _KEYS):
        yield keys[start : start + _KEYS]


def _locked(**which: Any) -> list[Bill]:
    rows = Bill.objects.select_for_update(of=("self",)).filter(reversed_on=None, **which)
    return list(rows.select_related("region").order_by("pk"))


def differs(bill: Bill, draft: BillDraft) -> bool:
    """Whether a bill has to be reversed and issued anew."""
    return any(getattr(bill, name) != getattr(draft, name) for name in _SAME)


@dataclass(frozen=True, slots=True)
class _Act:
    """In whose name, in whose books and on which day; `run`: the one that issues, none for a reversal by hand."""

    user: User
    county: Region
    on: date
    run: BillRun | None = None


def _reverse(act: _Act, old: Sequence[Bill], new: Sequence[BillDraft]) -> None:
    """Reverse the old bills, issue the new ones in the same posting, and carry over what was paid."""
    carried = _Carried(act, old, new)
    issues = _issues([d.key for d in new])
    drafts = _reversals(old, act.on) + _issued(act, new, issues) + carried.drafts()
    posted = zip(drafts, post(act.user, drafts), strict=True)
    entries = {draft.key: entry for draft, entry in posted}
    for bill in old:
        bill.reversed_on, bill.reversal = act.on, entries[f"reverse:{bill.entry_id}"]
        bill.paid = 0
    changed = ["reversed_on", "reversal", "paid", "reversed_by", "reason"]
    Bill.objects.bulk_update(old, changed, batch_size=_KEYS)
    made = Bill.objects.bulk_create(
        [_bill(act, d, issues.get(d.key, 0) + 1, entries, carried.paid(d.key)) for d in new],
        batch_size=_KEYS,
    )
    carried.keep(entries, {bill.key: bill for bill in made})


def _issues(keys: Sequence[str]) -> dict[str, int]:
    """How often each was issued before."""
    found: dict[str, int] = {}
    for part in _parted(keys):
        rows = Bill.objects.filter(key__in=part).order_by().values("key")
        found |= {row["key"]: row["last"] for row in rows.annotate(last=Max("issue"))}
    return found


def _reversals(bills: Sequence[Bill], on: date) -> list[Draft]:
    if not bills:
        return []
    rows = Entry.objects.select_related("region").prefetch_related("lines__account")
    ids = [bill.entry_id for bill in bills]
    return [
        reversing(entry, on)
        for start in range(0, len(ids), _KEYS)
        for entry in rows.filter(pk__in=ids[start : start + _KEYS])
    ]


def _entry_key(key: str, issue: int) -> str:
    return f"fees.bill:{key}:{issue}"


def _issued(act: _Act, new: Sequence[BillDraft], issues: Mapping[str, int]) -> list[Draft]:
    if not new:
        return []
    regions = Region.objects.in_bulk({d.region_id for d in new})
    on = act.on
    dues = receivables(act.user, act.county, {(d.kind, d.holder_id) for d in new}, on)
    incomes = income(act.user, act.county, {d.kind for d in new}, on)
    return [
        Draft(
            _entry_key(d.key, issues.get(d.key, 0) + 1), on, d.text, regions[d.region_id],
            (Side(dues[d.kind, d.holder_id], d.amount), Side(incomes[d.kind], -d.amount)),
        )
        for d in new
    ]  # fmt: skip


def _bill(act: _Act, draft: BillDraft, issue: int, entries: Mapping[str, Entry], paid: int) -> Bill:
    assert act.run is not None
    return Bill(
        key=draft.key, issue=issue, kind=draft.kind, county=act.county,
        region_id=draft.region_id, holder_id=draft.holder_id, parcel_id=draft.parcel_id, run=act.run,
        year=draft.year, period_from=draft.period_from, period_to=draft.period_to,
        issued_on=act.on, due_on=act.run.due_on, amount=draft.amount, paid=paid,
        basis=dict(draft.basis), entry=entries[_entry_key(draft.key, issue)],
    )  # fmt: skip


class _Carried:
    """What was paid for bills that are reversed: first to the holder's advance, then to the new bill."""

    def __init__(self, act: _Act, old: Sequence[Bill], new: Sequence[BillDraft]) -> None:
        self.act = act
        self.paid_before = {bill.key: bill for bill in old if bill.paid}
        self.amounts = {bill.key: bill.paid for bill in self.paid_before.values()}
        self.onward = {
            d.key: min(self.amounts[d.key], d.amount)
            for d in new
            if d.key in self.amounts and self.paid_before[d.key].holder_id == d.holder_id
        }
        self.accounts: _Opened = self._opened() if self.paid_before else ({}, {})

    def paid(self, key: str) -> int:
        """What the new bill of that key has paid from the start."""
        return self.onward.get(key, 0)

    def drafts(self) -> list[Draft]:
        """The postings: out of the old bill into the advance, from there into the new one."""
        dues, ahead = self.accounts
        made = []
        for key, bill in self.paid_before.items():
            due, advance = dues[bill.kind, bill.holder_id], ahead[bill.holder_id]
            amount, onward = self.amounts[key], self.onward.get(key, 0)
            region, on = bill.region, self.act.on
            made.append(Draft(self._token("release", bill), on, f"账单更正转预缴 {bill}", region,
                              (Side(due, amount), Side(advance, -amount))))  # fmt: skip
            if onward:
                made.append(Draft(self._token("offset", bill), on, f"预缴抵扣更正后账单 {bill}", region,
                                  (Side(advance, onward), Side(due, -onward))))  # fmt: skip
        return made

    def keep(self, entries: Mapping[str, Entry], made: Mapping[str, Bill]) -> None:
        """The rows that say where the money went."""
        if not self.paid_before:
            return
        rows, bills = [], []
        for key, bill in self.paid_before.items():
            rows.append(self._row("release", bill, self.amounts[key], entries))
            bills.append(bill)
            if onward := self.onward.get(key, 0):
                rows.append(self._row("offset", bill, onward, entries))
                bills.append(made[key])
        kept = Payment.objects.bulk_create(rows, batch_size=_KEYS)
        PaymentShare.objects.bulk_create(
            [
                PaymentShare(payment=row, bill=bill, amount=row.amount)
                for row, bill in zip(kept, bills, strict=True)
            ],
            batch_size=_KEYS,
        )

    def _opened(self) -> _Opened:
        user, county, on = self.act.user, self.act.county, self.act.on
        owers: Collection[Bill] = self.paid_before.values()
        dues = receivables(user, county, {(b.kind, b.holder_id) for b in owers}, on)
        return dues, advances(user, county, {b.holder_id for b in owers}, on)

    def _token(self, sort: str, bill: Bill) -> str:
        return f"fees.{sort}:{bill.pk}"

    def _row(self, sort: str, bill: Bill, amount: int, entries: Mapping[str, Entry]) -> Payment:
        token = self._token(sort, bill)
        return Payment(
            sort=sort, method=Payment.Method.ADVANCE, county_id=bill.county_id,
            region_id=bill.region_id, holder_id=bill.holder_id, on=self.act.on,
            amount=amount, prepaid=amount if sort == "release" else -amount, token=token,
            note=f"{Charge(bill.kind).label}账单更正", clerk=self.act.user, entry=entries[token],
        )  # fmt: skip
