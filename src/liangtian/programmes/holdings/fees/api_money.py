"""Collecting over HTTP: the counter, payments, receipts, day-end settlements, bank statements."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile

from liangtian.platform.audit.services import saw
from liangtian.platform.errors import Refused
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.fees import banking, paying, receipts, settling
from liangtian.programmes.holdings.fees.notice_paper import notice_pdf
from liangtian.programmes.holdings.fees.pages import (
    account_out,
    book_out,
    brief_out,
    payment_out,
    payments_of,
    seek,
    settlement_out,
)
from liangtian.programmes.holdings.fees.receipt_paper import receipt_pdf
from liangtian.programmes.holdings.fees.rules import yuan
from liangtian.programmes.holdings.fees.shapes_money import (
    BankLineOut,
    BankOut,
    BankTakenOut,
    FeeAccountOut,
    FeeReasonIn,
    MatchIn,
    OffsetIn,
    PayerOut,
    PaymentIn,
    PaymentOut,
    ReceiptBookIn,
    ReceiptBookOut,
    RefundIn,
    SeekPayerIn,
    SettleIn,
    SettlementOut,
    SettlementsOut,
)
from liangtian.programmes.holdings.models import (
    BankLine,
    Holder,
    Payment,
    Receipt,
    ReceiptBook,
    Settlement,
)

router = Router(tags=["fees"])
MOST = 100  # settlements, ranges of receipts and confirmed lines listed
LARGEST = 20 * 1024**2  # bytes of a statement


@router.post("/seek", response=list[PayerOut])
def seek_payer(request: HttpRequest, body: SeekPayerIn) -> list[dict[str, Any]]:
    """Holders by whole name, parcel code or whole identity number."""
    return seek(user_of(request), body.text)


@router.get("/holders/{holder_id}", response=FeeAccountOut)
def account(request: HttpRequest, holder_id: int) -> dict[str, Any]:
    """What a holder owes and paid; that it was looked at is audited."""
    user = user_of(request)
    require(user, "fees.view")
    found = Holder.objects.select_related("region").fetch_for(user, pk=holder_id)
    saw(user, "holdings.holder.view", found)
    return account_out(user, found)


@router.get("/holders/{holder_id}/notice.pdf")
def notice_file(request: HttpRequest, holder_id: int) -> HttpResponse:
    """What a holder has to pay, on paper for handing over; that it was printed is audited."""
    content = notice_pdf(user_of(request), holder_id)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="notice-{holder_id}.pdf"'
    return response


@router.post("/payments", response=PaymentOut)
def pay(request: HttpRequest, body: PaymentIn) -> dict[str, Any]:
    """Take money; the oldest debt is paid first."""
    made = paying.take_payment(user_of(request), paying.PaymentForm(**body.dict()))
    return _payment(request, made.pk)


@router.get("/payments/{payment_id}", response=PaymentOut)
def payment(request: HttpRequest, payment_id: int) -> dict[str, Any]:
    """A payment and what it went to."""
    return _payment(request, payment_id)


@router.post("/payments/{payment_id}/reverse", response=PaymentOut)
def reverse(request: HttpRequest, payment_id: int, body: FeeReasonIn) -> dict[str, Any]:
    """Undo a payment that another person took."""
    paying.reverse_payment(user_of(request), payment_id, body.reason)
    return _payment(request, payment_id)


@router.post("/holders/{holder_id}/offset", response=PaymentOut)
def offset(request: HttpRequest, holder_id: int, body: OffsetIn) -> dict[str, Any]:
    """Pay debts with what was paid in advance."""
    made = paying.offset(user_of(request), holder_id, body.token)
    return _payment(request, made.pk)


@router.post("/holders/{holder_id}/refund", response=PaymentOut)
def refund(request: HttpRequest, holder_id: int, body: RefundIn) -> dict[str, Any]:
    """Give back what was paid in advance."""
    made = paying.refund(user_of(request), holder_id, paying.RefundForm(**body.dict()))
    return _payment(request, made.pk)


@router.get("/receipts/{receipt_id}.pdf")
def receipt_file(request: HttpRequest, receipt_id: int) -> HttpResponse:
    """A receipt to print; that it was printed is audited.

    Whoever collects hands it to the payer, so it names them in full; to others it is masked.
    """
    user = user_of(request)
    require(user, "fees.view")
    rows = Receipt.objects.select_related(
        "book__county", "payment__holder", "payment__clerk", "region"
    )
    found: Receipt = rows.fetch_for(user, pk=receipt_id)
    if found.payment is None:
        raise Refused("作废的空白票据没有内容可打印。")
    clear = user.may("fees.collect") or user.may("fees.finance")
    content = receipt_pdf(found, clear=clear)
    saw(user, "fees.receipt.print", found, after={"clear": clear})
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="receipt-{found.number:08d}.pdf"'
    return response


@router.get("/books", response=list[ReceiptBookOut])
def books(request: HttpRequest) -> list[dict[str, Any]]:
    """Ranges of receipts, the newest first; numbers missing from those in use."""
    user = user_of(request)
    require(user, "fees.view")
    rows = ReceiptBook.objects.visible_to(user)
    rows = rows.select_related("clerk", "region", "issued_by", "written_off_by").order_by("-pk")
    return _books(user, list(rows[:MOST]))


@router.post("/books", response=ReceiptBookOut)
def issue_book(request: HttpRequest, body: ReceiptBookIn) -> dict[str, Any]:
    """Give a range of receipts to a clerk."""
    user = user_of(request)
    return _books(user, [receipts.issue_book(user, receipts.BookForm(**body.dict()))])[0]


@router.post("/books/{book_id}/void", response=ReceiptBookOut)
def void_next(request: HttpRequest, book_id: int, body: FeeReasonIn) -> dict[str, Any]:
    """The next number was spoiled."""
    user = user_of(request)
    return _books(user, [receipts.void_next(user, book_id, body.reason).book])[0]


@router.post("/books/{book_id}/write-off", response=ReceiptBookOut)
def write_off(request: HttpRequest, book_id: int) -> dict[str, Any]:
    """Write a range off whose numbers are all accounted for."""
    user = user_of(request)
    return _books(user, [receipts.write_off(user, book_id)])[0]


@router.get("/settlements", response=SettlementsOut)
def settlements(request: HttpRequest) -> dict[str, Any]:
    """One's own days to settle, and what was settled in sight."""
    user = user_of(request)
    require(user, "fees.view")
    rows = Settlement.objects.visible_to(user).select_related("clerk", "region", "checked_by")
    days = settling.open_days(user) if user.may("fees.collect") else []
    return {
        "days": [
            {"on": d.on, "payments": d.payments, "cash": str(yuan(d.cash)),
             "other": str(yuan(d.other))}
            for d in days
        ],
        "settlements": [settlement_out(user, row) for row in rows[:MOST]],
    }  # fmt: skip


@router.post("/settlements", response=SettlementOut)
def settle(request: HttpRequest, body: SettleIn) -> dict[str, Any]:
    """Hand one's day over."""
    user = user_of(request)
    return settlement_out(user, settling.settle(user, body.on, body.counted, body.reason))


@router.post("/settlements/{settlement_id}/check", response=SettlementOut)
def check(request: HttpRequest, settlement_id: int) -> dict[str, Any]:
    """Confirm a day that another person handed over; the money goes to the treasury."""
    user = user_of(request)
    return settlement_out(user, settling.check(user, settlement_id))


@router.get("/bank", response=BankOut)
def bank(request: HttpRequest) -> dict[str, Any]:
    """What of the bank and of the payments is not matched yet, with suggestions."""
    user = user_of(request)
    found = banking.suggestions(user)
    done = BankLine.objects.visible_to(user).exclude(payment=None).select_related(
        "payment__clerk", "payment__receipt__book"
    ).order_by("-matched_at")  # fmt: skip
    return {
        "lines": [_line(one.line, one.payment, one.why) for one in found],
        "payments": [brief_out(one) for one in banking.unmatched_payments(user)],
        "matched": [_line(one, one.payment, one.why) for one in done[:MOST]],
    }


@router.post("/bank", response=BankTakenOut)
def import_statement(request: HttpRequest, file: File[UploadedFile]) -> dict[str, int]:
    """Take in a bank statement; lines known before are passed over."""
    user = user_of(request)
    require(user, "fees.view", "fees.finance")
    name = Path((file.name or "对账单").replace("\\", "/")).name
    if (file.size or 0) > LARGEST:
        raise Refused("对账单文件过大，请按月分开导入。", status=413)
    with tempfile.TemporaryDirectory(prefix="liangtian-bank-") as folder:
        path = Path(folder) / f"statement{Path(name).suffix.lower()}"
        path.write_bytes(b"".join(file.chunks()))
        taken = banking.import_statement(user, path, name)
    return {"new": taken.new, "known": taken.known, "skipped": taken.skipped}


@router.post("/bank/{line_id}/match", response=BankLineOut)
def match(request: HttpRequest, line_id: int, body: MatchIn) -> dict[str, Any]:
    """Confirm which payment a line is."""
    row = banking.match(user_of(request), line_id, body.payment_id, body.why)
    return _line(row, row.payment, row.why)


@router.post("/bank/{line_id}/unmatch", response=BankLineOut)
def unmatch(request: HttpRequest, line_id: int) -> dict[str, Any]:
    """Take a confirmation back."""
    return _line(banking.unmatch(user_of(request), line_id), None, "")


def _payment(request: HttpRequest, payment_id: int) -> dict[str, Any]:
    user = user_of(request)
    require(user, "fees.view")
    return payment_out(user, payments_of(user).fetch_for(user, pk=payment_id))


def _books(user: Any, rows: list[ReceiptBook]) -> list[dict[str, Any]]:
    there = Receipt.objects.filter(book__in=rows).values_list("book_id", "state")
    counts = Counter(there)
    made = []
    for row in rows:
        used, void = counts[row.pk, Receipt.State.USED], counts[row.pk, Receipt.State.VOID]
        drawn = row.following - row.first
        missing = receipts.gaps(row) if used + void < drawn else []
        made.append(book_out(user, row, used, void, missing))
    return made


def _line(row: BankLine, payment: Payment | None, why: str) -> dict[str, Any]:
    plain = ("on", "payer", "reference", "text")
    return {
        **{name: getattr(row, name) for name in plain},
        "id": row.pk, "amount": str(yuan(row.amount)), "why": why, "sure": why == banking.SURE,
        "payment": brief_out(payment) if payment else None,
    }  # fmt: skip
