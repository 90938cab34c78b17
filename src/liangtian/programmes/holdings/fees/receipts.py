"""Receipts (票据): ranges of numbers given to clerks, drawn in order, void with a reason, written off whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.models import User as Person
from liangtian.platform.people.scope import below, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Payment, Receipt, ReceiptBook

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

LONGEST = 10_000  # numbers in one range
_BEYOND = 10**12


@dataclass(frozen=True)
class BookForm:
    """A range of numbers handed to a clerk."""

    clerk: str  # user name
    series: str
    first: int
    last: int


def issue_book(user: User, form: BookForm) -> ReceiptBook:
    """Give a range of receipts to a clerk. Raises Forbidden, NotFound, Refused, Conflict when it overlaps."""
    require(user, "fees.view", "fees.finance")
    _check(form)
    clerk = Person.objects.filter(username=form.clerk, is_active=True).first()
    if (
        clerk is None
        or not clerk.region_id
        or not clerk.region_id.startswith(user.region_id or "-")
    ):
        raise NotFound("没有这个收费员，或不在您的管辖范围内。请核对用户名。")
    if not clerk.may("fees.collect"):
        raise Refused("该人员没有收费开票权限，不能领用票据。", fields={"clerk": "没有收费权限"})
    with transaction.atomic():
        county = Region.objects.select_for_update(no_key=True).get(code=county_of(clerk.region_id))
        row = ReceiptBook(
            region_id=clerk.region_id, county=county, series=form.series.strip(), first=form.first,
            last=form.last, following=form.first, clerk=clerk, issued_by=user,
            issued_on=timezone.localdate(),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict("该号段与已发放的票据重叠，请核对票据代码和起止号码。") from error
        record(user, "fees.receipts.issue", row, after={"clerk": clerk.name})
    return row


def collectors(user: User) -> list[Person]:
    """Who may be given receipts: whoever collects in the user's region."""
    people = Person.objects.filter(below(user.region_id or "-"), is_active=True)
    found = people.select_related("office").prefetch_related("roles").order_by("region", "username")
    return [one for one in found if one.may("fees.collect")]


def draw(user: User, payment: Payment) -> Receipt:
    """The next number of the clerk's oldest open range, for a payment. In the caller's transaction.

    Raises Refused when the clerk has none left.
    """
    rows = ReceiptBook.objects.select_for_update().filter(
        clerk=user, county=payment.county_id, written_off_on=None
    )
    book = next((b for b in rows.order_by("series", "first") if b.following <= b.last), None)
    if book is None:
        raise Refused("您没有可用的票据号码，请先向财政部门领用票据。")
    return _next(user, book, payment=payment)


def void_next(user: User, book_id: int, reason: str) -> Receipt:
    """The next number was spoiled (作废). Raises Forbidden, NotFound, Refused, Conflict when none is left."""
    require(user, "fees.view", "fees.collect")
    said = reason_given(reason, "作废票据")
    with transaction.atomic():
        book = _locked(user, book_id)
        if book.clerk_id != user.pk:
            raise Refused("只能作废本人领用的票据。")
        if book.following > book.last:
            raise Conflict("该号段已用完。")
        row = _next(user, book, state=Receipt.State.VOID, reason=said)
        record(user, "fees.receipts.void", row, note=said)
    return row


def void_of(user: User, payment: Payment, reason: str) -> None:
    """The receipt of a payment that was reversed is void. In the caller's transaction."""
    Receipt.objects.filter(payment=payment, state=Receipt.State.USED).update(
        state=Receipt.State.VOID, reason=reason
    )


def write_off(user: User, book_id: int) -> ReceiptBook:
    """Write off a range whose numbers are all accounted for; unused ones are handed back (核销).

    Raises Forbidden, NotFound, Refused for one's own, Conflict when numbers are missing.
    """
    require(user, "fees.view", "fees.finance")
    with transaction.atomic():
        book = _locked(user, book_id)
        if book.clerk_id == user.pk:
            raise Refused("领用人不能核销自己的票据，请由另一人办理。")
        if missing := gaps(book):
            raise Conflict(
                f"号码 {'、'.join(map(str, missing[:10]))} 没有使用或作废记录，不能核销。"
            )
        book.written_off_on, book.written_off_by = timezone.localdate(), user
        book.save(update_fields=["written_off_on", "written_off_by"])
        record(user, "fees.receipts.off", book, after={"unused": book.last - book.following + 1})
    return book


def gaps(book: ReceiptBook) -> list[int]:
    """Numbers that were drawn but are neither used nor void."""
    there = set(book.receipts.values_list("number", flat=True))
    return [n for n in range(book.first, book.following) if n not in there]


def _next(user: User, book: ReceiptBook, **told: object) -> Receipt:
    number = book.following
    book.following = number + 1
    book.save(update_fields=["following"])
    row: Receipt = Receipt.objects.create(
        region_id=book.region_id, book=book, number=number, made_by=user, **told
    )
    return row


def _locked(user: User, book_id: int) -> ReceiptBook:
    book: ReceiptBook = ReceiptBook.objects.select_for_update().fetch_for(user, pk=book_id)
    if book.written_off_on:
        raise Conflict(f"票据 {book} 已核销。")
    return book


def _check(form: BookForm) -> None:
    wrong = {}
    if not form.series.strip():
        wrong["series"] = "必填"
    if not 0 < form.first <= form.last < _BEYOND:
        wrong["last"] = "终止号码应不小于起始号码"
    elif form.last - form.first >= LONGEST:
        wrong["last"] = f"一次最多领用 {LONGEST} 份"
    if wrong:
        raise Refused("票据没有发放，请改正标出的各项。", fields=wrong)
