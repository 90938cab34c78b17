"""Remissions (减免) of bills: asked for with an approval document, decided by another person."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.models import Entry
from liangtian.platform.books.services import Draft, Side, post, reversing
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.fees import accounts
from liangtian.programmes.holdings.fees.rules import fen, yuan
from liangtian.programmes.holdings.models import Bill, Waiver

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class WaiverForm:
    """How much of a bill is to be remitted (yuan), by which document and why."""

    bill_id: int
    amount: Decimal
    document: str
    reason: str
    file_id: int | None = None


def ask(user: User, form: WaiverForm) -> Waiver:
    """Ask for a remission. Raises Forbidden, NotFound, Refused, Conflict when one is asked for already."""
    require(user, "fees.view", "fees.ask")
    said = reason_given(form.reason, "减免")
    if not form.document.strip():
        raise Refused("减免须有批准文件。", fields={"document": "必填"})
    with transaction.atomic():
        bill: Bill = Bill.objects.select_for_update().fetch_for(user, pk=form.bill_id)
        amount = _within(bill, form.amount)
        if Waiver.objects.filter(bill=bill, state=Waiver.State.ASKED).exists():
            raise Conflict("该账单已有待审批的减免申请。")
        if form.file_id:
            StoredFile.objects.fetch_for(user, pk=form.file_id)
        row: Waiver = Waiver.objects.create(
            region=bill.region, bill=bill, amount=amount, document=form.document.strip(),
            reason=said, file_id=form.file_id, asked_by=user,
        )  # fmt: skip
        record(user, "fees.waiver.ask", row, after={"amount": str(yuan(amount))}, note=said)
    return row


def decide(user: User, waiver_id: int, *, approve: bool, opinion: str) -> Waiver:
    """Approve or refuse what another person asked for; approved, the bill owes that much less.

    Raises Forbidden, NotFound, Refused for one's own, Conflict when the bill no longer owes so much.
    """
    require(user, "fees.view", "fees.approve")
    with transaction.atomic():
        seen: Waiver = Waiver.objects.fetch_for(user, pk=waiver_id)
        bills = Bill.objects.select_for_update(of=("self",)).select_related("county", "region")
        bill = bills.get(pk=seen.bill_id)
        row: Waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
        if row.state != Waiver.State.ASKED:
            raise Conflict(f"该减免已办理，现为“{row.get_state_display()}”。")
        if row.asked_by_id == user.pk:
            raise Refused("申请人不能审批自己的申请，请由另一人审批。")
        said = opinion.strip()[:300] if approve else reason_given(opinion, "不批准")
        row.state = Waiver.State.APPROVED if approve else Waiver.State.REFUSED
        row.decided_by, row.decided_at, row.opinion = user, timezone.now(), said
        if approve:
            _remit(user, row, bill)
        row.save()
        record(user, "fees.waiver.decide", row, after={"state": row.get_state_display()}, note=said)
    return row


def undo(user: User, waiver_id: int, reason: str) -> Waiver:
    """Undo a remission that another person approved; the bill owes that much again.

    Raises Forbidden, NotFound, Refused for who approved it, Conflict for one that isn't approved.
    """
    require(user, "fees.view", "fees.approve")
    said = reason_given(reason, "撤销减免")
    with transaction.atomic():
        seen: Waiver = Waiver.objects.fetch_for(user, pk=waiver_id)
        bill = Bill.objects.select_for_update().get(pk=seen.bill_id)
        row: Waiver = Waiver.objects.select_for_update().get(pk=waiver_id)
        if row.state != Waiver.State.APPROVED:
            raise Conflict(f"该减免现为“{row.get_state_display()}”，不能撤销。")
        if row.decided_by_id == user.pk:
            raise Refused("批准人不能撤销自己批准的减免，请由另一人办理。")
        entries = Entry.objects.select_related("region").prefetch_related("lines__account")
        entry = entries.get(pk=row.entry_id)
        row.reversal = post(user, [reversing(entry, timezone.localdate())])[0]
        row.state = Waiver.State.UNDONE
        row.undone_by, row.undone_at, row.undone_why = user, timezone.now(), said
        row.save()
        bill.waived -= row.amount
        bill.save(update_fields=["waived"])
        record(user, "fees.waiver.undo", row, after={"amount": str(yuan(row.amount))}, note=said)
    return row


def _remit(user: User, row: Waiver, bill: Bill) -> None:
    if row.amount > bill.due:
        raise Conflict(f"账单现只欠 {yuan(bill.due)} 元，少于申请减免的 {yuan(row.amount)} 元。")
    on = timezone.localdate()
    given = accounts.waived(user, bill.county, [bill.kind], on)[bill.kind]
    owers = [(bill.kind, bill.holder_id)]
    due = accounts.receivables(user, bill.county, owers, on)[bill.kind, bill.holder_id]
    sides = (Side(given, row.amount), Side(due, -row.amount))
    text = f"减免 {bill} {row.document}"[:200]
    row.entry = post(user, [Draft(f"fees.waiver:{row.pk}", on, text, bill.region, sides)])[0]
    bill.waived += row.amount
    bill.save(update_fields=["waived"])


def _within(bill: Bill, asked: Decimal) -> int:
    try:
        amount = fen(asked)
    except ValueError:
        amount = 0
    if not 0 < amount <= bill.due:
        raise Refused(
            f"减免金额应大于零，且不超过账单未缴的 {yuan(bill.due)} 元。",
            fields={"amount": f"应不超过 {yuan(bill.due)}"},
        )
    return amount
