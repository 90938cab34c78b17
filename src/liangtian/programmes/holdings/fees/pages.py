"""What the pages of the fees show: the counter's account, a bill, a payment, a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Sum
from django.utils import timezone

from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import require
from liangtian.platform.personal import masked
from liangtian.programmes.holdings.fees.arrears import of_holder, outstanding
from liangtian.programmes.holdings.fees.paying import advance_of, debts
from liangtian.programmes.holdings.fees.rules import yuan
from liangtian.programmes.holdings.fees.runs import target_of
from liangtian.programmes.holdings.holders import found_by_number
from liangtian.programmes.holdings.models import (
    Bill,
    BillRun,
    Charge,
    Holder,
    ParcelVersion,
    Payment,
    ReceiptBook,
    Settlement,
    Waiver,
)
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.pages import holder_ref, place_out

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

MOST = 20  # holders, and payments of one, that the counter lists
_NUMBER_LENGTH = 15  # characters from which a word is an identity number
_TOTALS = (
    ("new", "新开"), ("changed", "更正"), ("unchanged", "未变"), ("gone", "撤销"), ("held", "暂缓"),
)  # fmt: skip


def seek(user: User, text: str) -> list[dict[str, Any]]:
    """Holders by whole name, parcel code or whole identity number. Raises Forbidden."""
    require(user, "fees.view", "holdings.view")
    word = text.strip()
    rows = Holder.objects.visible_to(user).filter(merged_into=None)
    found: Sequence[Holder] = list(rows.filter(name=word).select_related("region")[:MOST])
    if not found:
        held = ParcelVersion.objects.visible_to(user).filter(code=word, valid_to=None)
        keys = {k for pair in held.values_list("holder", "cultivator") for k in pair if k}
        found = list(rows.filter(pk__in=keys).select_related("region"))
    if not found and len(word) >= _NUMBER_LENGTH:
        found = found_by_number(user, word)
    owed = _owed(user, found)
    return [
        {
            "id": one.pk, "name": shown_name(one), "kind_label": one.get_kind_display(),
            "place": place_out(one.region)["path"], "owed": str(yuan(owed.get(one.pk, (0, 0))[0])),
            "bills": owed.get(one.pk, (0, 0))[1],
        }
        for one in found
    ]  # fmt: skip


def _owed(user: User, holders: Sequence[Holder]) -> dict[int, tuple[int, int]]:
    rows = outstanding(Bill.objects.visible_to(user).filter(holder__in=holders))
    found = rows.order_by().values("holder_id").annotate(all=Sum("left"), n=Count("pk"))
    return {row["holder_id"]: (row["all"], row["n"]) for row in found}


def account_out(user: User, holder: Holder) -> dict[str, Any]:
    """What a holder owes within the reader's scope, has in advance, and paid lately."""
    open_, today = debts(user, holder), timezone.localdate()
    payments = payments_of(user).filter(of_holder(holder)).order_by("-pk")[:MOST]
    late = sum(bill.due for bill in open_ if bill.due_on < today)
    return {
        "holder": holder_ref(holder), "place": place_out(holder.region)["path"],
        "owed": str(yuan(sum(bill.due for bill in open_))), "overdue": str(yuan(late)),
        "advance": str(yuan(advance_of(holder))), "due": [due_out(bill) for bill in open_],
        "payments": [brief_out(one) for one in payments],
        "day_open": not Settlement.objects.filter(clerk=user, on=today).exists(),
    }  # fmt: skip


def due_out(bill: Bill) -> dict[str, Any]:
    """A bill with what is left of it."""
    return {
        "id": bill.pk, "kind": bill.kind, "kind_label": bill.get_kind_display(), "year": bill.year,
        "parcel": bill.parcel.code if bill.parcel else "", "period_from": bill.period_from,
        "period_to": bill.period_to, "amount": str(yuan(bill.amount)), "paid": str(yuan(bill.paid)),
        "waived": str(yuan(bill.waived)), "left": str(yuan(bill.due)), "due_on": bill.due_on,
        "overdue": bill.due > 0 and bill.due_on < timezone.localdate(),
    }  # fmt: skip


def bill_out(user: User, bill: Bill) -> dict[str, Any]:
    """A bill, what it was computed from, and what was paid and remitted of it."""
    shares = bill.shares.select_related("payment").order_by("pk")
    waivers = list(bill.waivers.select_related("asked_by", "decided_by", "undone_by", "file"))
    asked = any(one.state == Waiver.State.ASKED for one in waivers)
    return {
        **due_out(bill), "holder": holder_ref(bill.holder), "place": place_out(bill.region)["path"],
        "parcel_id": bill.parcel_id, "issue": bill.issue, "issued_on": bill.issued_on,
        "run_id": bill.run_id, "basis": bill.basis, "entry_id": bill.entry_id,
        "reversed_on": bill.reversed_on, "reversal_id": bill.reversal_id,
        "shares": [
            {
                "payment_id": one.payment_id, "on": one.payment.on,
                "sort_label": one.payment.get_sort_display(),
                "method_label": one.payment.get_method_display(), "amount": str(yuan(one.amount)),
                "reversed": one.payment.reversed_on is not None,
            }
            for one in shares
        ],
        "waivers": [waiver_out(user, one) for one in waivers],
        "reversed_by": bill.reversed_by.name if bill.reversed_by else "", "reason": bill.reason,
        "may_ask": user.may("fees.ask") and bill.due > 0 and not asked,
        "may_reverse": user.may("fees.approve") and bill.reversed_on is None and not bill.waived
        and not asked and bill.run.made_by_id != user.pk,
    }  # fmt: skip


def waiver_out(user: User, row: Waiver) -> dict[str, Any]:
    """A remission as asked for and decided."""
    return {
        "id": row.pk, "bill_id": row.bill_id, "amount": str(yuan(row.amount)),
        "document": row.document, "reason": row.reason, "state": row.state,
        "state_label": row.get_state_display(), "asked_by": row.asked_by.name,
        "asked_at": row.asked_at, "decided_by": row.decided_by.name if row.decided_by else "",
        "decided_at": row.decided_at, "opinion": row.opinion,
        "file_id": row.file_id, "file_name": row.file.name if row.file else "",
        "undone_by": row.undone_by.name if row.undone_by else "", "undone_at": row.undone_at,
        "undone_why": row.undone_why,
        "may_undo": row.state == Waiver.State.APPROVED and user.may("fees.approve")
        and row.decided_by_id != user.pk,
        "may_decide": row.state == Waiver.State.ASKED and user.may("fees.approve")
        and row.asked_by_id != user.pk,
    }  # fmt: skip


def payments_of(user: User) -> Any:
    """Payments the user may see, with all that a line of them shows."""
    rows = Payment.objects.visible_to(user)
    return rows.select_related("clerk", "receipt__book", "holder", "settlement")


def brief_out(row: Payment) -> dict[str, Any]:
    """A payment in one line."""
    receipt = getattr(row, "receipt", None)
    return {
        "id": row.pk, "on": row.on, "sort": row.sort, "sort_label": row.get_sort_display(),
        "method_label": row.get_method_display(), "amount": str(yuan(row.amount)),
        "receipt": str(receipt or ""), "receipt_id": receipt.pk if receipt else None,
        "clerk": row.clerk.name, "reversed_on": row.reversed_on,
    }  # fmt: skip


def payment_out(user: User, row: Payment) -> dict[str, Any]:
    """A payment with the bills it went to."""
    receipt = getattr(row, "receipt", None)
    shares = row.shares.select_related("bill__parcel").order_by("pk")
    return {
        **brief_out(row), "holder": holder_ref(row.holder), "payer": masked("name", row.payer),
        "reference": row.reference, "note": row.note, "prepaid": str(yuan(row.prepaid)),
        "shares": [
            {
                "bill_id": one.bill_id, "kind_label": one.bill.get_kind_display(),
                "year": one.bill.year, "parcel": one.bill.parcel.code if one.bill.parcel else "",
                "amount": str(yuan(one.amount)),
            }
            for one in shares
        ],
        "made_at": row.made_at, "settled_on": row.settlement.on if row.settlement else None,
        "entry_id": row.entry_id, "reversal_id": row.reversal_id, "reason": row.reason,
        "receipt_state": receipt.state if receipt else None,
        "may_reverse": row.reversed_on is None and row.sort != Payment.Sort.RELEASE
        and user.may("fees.finance") and row.clerk_id != user.pk,
    }  # fmt: skip


def run_out(user: User, run: BillRun) -> dict[str, Any]:
    """A run with its preview and how far it is posted."""
    found = run.preview
    totals = found.get("totals", {})
    job = Job.objects.filter(target=target_of(run)).order_by("-created_at").first()
    states = BillRun.State
    plain = (
        "kind",
        "first_year",
        "last_year",
        "issued_on",
        "due_on",
        "state",
        "made_at",
        "posted_at",
    )
    posted = {"new": run.new, "changed": run.replaced, "unchanged": run.unchanged, "gone": run.gone,
              "held": run.held}  # fmt: skip
    idle = job is None or job.finished
    may = user.may("fees.run") and idle and run.kind == Charge.RENT
    return {
        **{name: getattr(run, name) for name in plain},
        "id": run.pk, "kind_label": run.get_kind_display(), "region": run.region.name,
        "state_label": run.get_state_display(), "made_by": run.made_by.name,
        "parcels": found.get("parcels", 0), "problems": found.get("problems", 0),
        "totals": [
            {"state": name, "label": label, "count": totals[name][0],
             "amount": str(yuan(totals[name][1]))}
            for name, label in _TOTALS if name in totals
        ],
        "places": [
            {**place, "amount": str(yuan(place["amount"]))} for place in found.get("places", [])
        ],
        "posted": [
            {"state": name, "label": label, "count": posted[name], "amount": ""}
            for name, label in _TOTALS
        ],
        "job": str(job.pk) if job else None,
        "may_confirm": may and run.state in (states.PREVIEWED, states.POSTING),
        "may_preview": may and run.state in (states.OPEN, states.PREVIEWED),
        "may_drop": may and run.after == 0
        and run.state in (states.OPEN, states.PREVIEWED, states.POSTING),
    }  # fmt: skip


def book_out(user: User, book: ReceiptBook, used: int, void: int, missing: list[int]) -> dict[str, Any]:  # fmt: skip
    """A range of receipts with what became of its numbers."""
    plain = ("series", "first", "last", "following", "issued_on", "written_off_on")
    open_ = book.written_off_on is None
    return {
        **{name: getattr(book, name) for name in plain},
        "id": book.pk, "clerk": book.clerk.name, "unit": book.region.name,
        "issued_by": book.issued_by.name, "used": used, "void": void,
        "unused": book.last - book.following + 1, "missing": missing,
        "written_off_by": book.written_off_by.name if book.written_off_by else "",
        "may_void": open_ and book.clerk_id == user.pk and book.following <= book.last,
        "may_write_off": open_ and user.may("fees.finance") and book.clerk_id != user.pk,
    }  # fmt: skip


def settlement_out(user: User, row: Settlement) -> dict[str, Any]:
    """A day handed over."""
    return {
        "id": row.pk, "on": row.on, "clerk": row.clerk.name, "unit": row.region.name,
        "payments": row.payments, "cash": str(yuan(row.cash)), "counted": str(yuan(row.counted)),
        "other": str(yuan(row.other)), "difference": str(yuan(row.counted - row.cash)),
        "reason": row.reason, "made_at": row.made_at,
        "checked_by": row.checked_by.name if row.checked_by else "", "checked_at": row.checked_at,
        "entry_id": row.entry_id,
        "may_check": row.checked_by_id is None and user.may("fees.finance") and row.clerk_id != user.pk,
    }  # fmt: skip
