"""Money is taken once, oldest debt first; receipts run in order; mistakes are reversed, days settled, banks matched."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.books.models import Account
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.programmes.holdings.fees import banking, paying, receipts, settling, waiving
from liangtian.programmes.holdings.models import BankLine, Bill, Payment, Receipt
from tests.conftest import People, Run
from tests.fees.money import billed, book, due, pay, token, trial_balance_is_nought

Lease = tuple[Any, Any]


@pytest.fixture
def holder(people: People, lease: Lease, run_jobs: Run) -> Any:
    """Owes 2400, 6000 and 6000 yuan of three years."""
    billed(people.clerk, run_jobs)
    return lease[1]


def balance(start: str) -> int:
    return sum(Account.objects.filter(code__startswith=start).values_list("balance", flat=True))


def test_5000_yuan_leave_3400_and_6000(people: People, holder: Any) -> None:
    made = pay(people.clerk, holder, "5000.00")
    assert due(holder) == [(2022, "3400.00"), (2023, "6000.00")]
    assert [(s.bill.year, s.amount) for s in made.shares.order_by("pk")] == [
        (2021, 240_000), (2022, 260_000),
    ]  # fmt: skip
    assert (balance("库存现金"), balance("应收:租赁金")) == (500_000, 940_000)
    assert trial_balance_is_nought()


def test_the_same_form_sent_twice_is_one_payment(people: People, holder: Any) -> None:
    first = pay(people.clerk, holder, "100.00", token="once-only")
    assert pay(people.clerk, holder, "100.00", token="once-only") == first
    with pytest.raises(Conflict, match="另一笔"):
        pay(people.clerk, holder, "101.00", token="once-only")
    assert Payment.objects.count() == 1


def test_too_much_is_kept_in_advance_offset_later_and_given_back(
    people: People, holder: Any, finance: Any, run_jobs: Run
) -> None:
    made = pay(people.clerk, holder, "20000.00", method="transfer", reference="B-1")
    assert (made.prepaid, paying.advance_of(holder)) == (560_000, 560_000)
    with pytest.raises(Conflict, match="没有可抵扣"):
        paying.offset(people.clerk, holder.pk, token())
    billed(people.clerk, run_jobs, 2024, 2024)
    paying.offset(people.clerk, holder.pk, token())
    assert (due(holder), paying.advance_of(holder)) == ([(2024, "400.00")], 0)
    form = paying.RefundForm(Decimal("0.01"), "transfer", "多缴的款项退还本人", token())
    with pytest.raises(Conflict, match="余额不足"):
        paying.refund(finance, holder.pk, form)
    assert trial_balance_is_nought()


def test_an_advance_is_given_back(people: People, holder: Any, finance: Any) -> None:
    pay(people.clerk, holder, "15000.00", method="scan", reference="S-1")
    form = paying.RefundForm(Decimal("600.00"), "transfer", "多缴的款项退还本人", token())
    with pytest.raises(Forbidden):
        paying.refund(people.clerk, holder.pk, form)
    paying.refund(finance, holder.pk, form)
    assert (paying.advance_of(holder), balance("银行存款")) == (0, 1_440_000)
    assert trial_balance_is_nought()


def test_a_refund_is_not_taken_for_what_else_was_sent_under_its_mark(
    people: People, holder: Any, finance: Any
) -> None:
    pay(people.clerk, holder, "15000.00", method="scan", reference="S-1", token="once-only")

    def refund(yuan: str, mark: str) -> Any:
        form = paying.RefundForm(Decimal(yuan), "transfer", "多缴的款项退还本人", mark)
        return paying.refund(finance, holder.pk, form)

    with pytest.raises(Conflict, match="另一笔"):
        refund("600.00", "once-only")
    first = refund("100.00", "refund-once")
    assert refund("100.00", "refund-once") == first
    with pytest.raises(Conflict, match="另一笔"):
        refund("200.00", "refund-once")
    assert paying.advance_of(holder) == 50_000


def test_a_payment_is_undone_by_another_person_and_its_receipt_void(
    people: People, holder: Any, finance: Any
) -> None:
    book(finance, people.clerk)
    made = pay(people.clerk, holder, "2400.00", receipt=True)
    for user, reason in ((people.clerk, "记错了承租人，应记另一户"),):
        with pytest.raises(Forbidden):
            paying.reverse_payment(user, made.pk, reason)
    with pytest.raises(Refused, match="理由"):
        paying.reverse_payment(finance, made.pk, "错")
    paying.reverse_payment(finance, made.pk, "记错了承租人，应记另一户")
    assert due(holder)[0] == (2021, "2400.00")
    assert (balance("库存现金"), made.receipt.__class__.objects.get().state) == (0, "void")
    with pytest.raises(Conflict, match="已冲销"):
        paying.reverse_payment(finance, made.pk, "再冲一次看看行不行")
    own = pay(finance, holder, "1.00")
    with pytest.raises(Refused, match="收款人不能"):
        paying.reverse_payment(finance, own.pk, "记错了承租人，应记另一户")
    assert trial_balance_is_nought()


def test_a_township_takes_what_is_owed_in_it_and_no_more(people: People, holder: Any) -> None:
    assert pay(people.township_a, holder, "1.00").region_id == holder.region_id
    with pytest.raises(NotFound):
        pay(people.township_b, holder, "1.00")
    with pytest.raises(Forbidden):
        pay(people.reviewer, holder, "1.00")


@pytest.mark.parametrize(
    "odd", [{"amount": "0"}, {"method": "advance"}, {"method": "scan"}, {"kinds": ("tax",)}]
)
def test_entries_that_cannot_be_are_refused(people: People, holder: Any, odd: Any) -> None:
    with pytest.raises(Refused):
        pay(people.clerk, holder, odd.pop("amount", "10.00"), **odd)
    assert Payment.objects.count() == 0


def test_receipts_are_drawn_in_order_and_written_off_whole(
    people: People, holder: Any, finance: Any
) -> None:
    with pytest.raises(Refused, match="领用票据"):
        pay(people.clerk, holder, "1.00", receipt=True)
    own = book(finance, people.clerk, 1, 3)
    with pytest.raises(Conflict, match="重叠"):
        book(finance, people.township_a, 3, 9)
    with pytest.raises(Refused, match="没有收费"):
        book(finance, people.reviewer, 20, 30)
    assert [pay(people.clerk, holder, "1.00", receipt=True).receipt.number for _ in "ab"] == [1, 2]
    receipts.void_next(people.clerk, own.pk, "打印机卡纸，票据破损")
    with pytest.raises(Refused, match="领用票据"):
        pay(people.clerk, holder, "1.00", receipt=True)
    with pytest.raises(Forbidden):
        receipts.write_off(people.clerk, own.pk)
    own.refresh_from_db()
    assert receipts.gaps(own) == []
    assert receipts.write_off(finance, own.pk).written_off_by == finance


def test_a_missing_number_is_found_and_bars_writing_off(people: People, finance: Any) -> None:
    own = book(finance, people.clerk, 11, 20)
    type(own).objects.filter(pk=own.pk).update(following=13)
    own.refresh_from_db()
    assert receipts.gaps(own) == [11, 12]
    with pytest.raises(Conflict, match="11、12"):
        receipts.write_off(finance, own.pk)
    for attempt in (
        lambda: type(own).objects.filter(pk=own.pk).update(last=99),
        lambda: type(own).objects.filter(pk=own.pk).update(following=11),
        lambda: Receipt.objects.create(book=own, number=30, region=own.region, state="void",
                                       reason="x", made_by=people.clerk),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_waiver_needs_a_document_and_a_second_person(
    people: People, holder: Any, finance: Any
) -> None:
    bill = Bill.objects.get(year=2021)
    form = waiving.WaiverForm(
        bill.pk, Decimal("400.00"), "青政复〔2024〕7号", "受灾绝收，经批准减免"
    )
    with pytest.raises(Refused, match="批准文件"):
        waiving.ask(
            people.clerk, waiving.WaiverForm(bill.pk, Decimal("1"), " ", "受灾绝收，经批准减免")
        )
    with pytest.raises(Refused, match=r"2400\.00"):
        waiving.ask(
            people.clerk,
            waiving.WaiverForm(bill.pk, Decimal("2400.01"), "文", "受灾绝收，经批准减免"),
        )
    asked = waiving.ask(people.clerk, form)
    with pytest.raises(Conflict, match="已有待审批"):
        waiving.ask(people.clerk, form)
    with pytest.raises(Forbidden):
        waiving.decide(people.clerk, asked.pk, approve=True, opinion="")
    waiving.decide(finance, asked.pk, approve=True, opinion="同意")
    assert due(holder)[0] == (2021, "2000.00")
    assert balance("减免") == 40_000
    with pytest.raises(IntegrityError), transaction.atomic():
        type(asked).objects.filter(pk=asked.pk).update(amount=1)
    assert trial_balance_is_nought()


def test_a_waived_bill_is_not_changed_behind_the_approval(
    people: People, holder: Any, finance: Any, run_jobs: Run
) -> None:
    from tests.fees.money import tariff

    bill = Bill.objects.get(year=2023)
    form = waiving.WaiverForm(
        bill.pk, Decimal("400.00"), "青政复〔2024〕7号", "受灾绝收，经批准减免"
    )
    waiving.decide(finance, waiving.ask(people.clerk, form).pk, approve=True, opinion="同意")
    tariff(people.clerk, finance, 2023, "90")
    run = billed(people.clerk, run_jobs)
    assert (run.held, run.replaced) == (1, 0)
    assert Bill.objects.get(year=2023).amount == 600_000


def test_a_day_is_settled_counted_checked_and_then_closed(
    people: People, holder: Any, finance: Any
) -> None:
    today = timezone.localdate()
    pay(people.clerk, holder, "2400.00")
    wrong = pay(people.clerk, holder, "10.00")
    pay(people.clerk, holder, "600.00", method="transfer", reference="T-9")
    paying.reverse_payment(finance, wrong.pk, "记错了承租人，应记另一户")
    (day,) = settling.open_days(people.clerk)
    assert (day.payments, day.cash, day.other) == (2, 240_000, 60_000)
    with pytest.raises(Refused, match="现金差额"):
        settling.settle(people.clerk, today, Decimal("2399.00"), "")
    row = settling.settle(people.clerk, today, Decimal("2399.00"), "找零时多找了一元钱")
    with pytest.raises(Conflict, match="已日结"):
        pay(people.clerk, holder, "1.00")
    with pytest.raises(Forbidden):
        settling.check(people.clerk, row.pk)
    settling.check(finance, row.pk)
    assert (balance("国库"), balance("现金短款"), balance("库存现金"), balance("银行存款")) == (
        299_900, 100, 0, 0,
    )  # fmt: skip
    assert trial_balance_is_nought()


def test_after_the_day_is_settled_money_goes_back_from_the_treasury(
    people: People, holder: Any, finance: Any
) -> None:
    made = pay(people.clerk, holder, "2400.00")
    row = settling.settle(people.clerk, timezone.localdate(), Decimal("2400.00"), "")
    with pytest.raises(Conflict, match="尚未复核"):
        paying.reverse_payment(finance, made.pk, "记错了承租人，应记另一户")
    settling.check(finance, row.pk)
    paying.reverse_payment(finance, made.pk, "记错了承租人，应记另一户")
    assert (balance("国库"), balance("库存现金")) == (0, 0)
    assert due(holder)[0] == (2021, "2400.00")
    assert trial_balance_is_nought()


def test_payments_and_shares_are_not_changed_in_the_database(people: People, holder: Any) -> None:
    made = pay(people.clerk, holder, "10.00")
    rows, shares = Payment.objects.all(), made.shares.all()
    for attempt in (
        lambda: rows.update(amount=1), lambda: rows.update(on=date(2020, 1, 1)), rows.delete,
        lambda: shares.update(amount=1), shares.delete,
        lambda: made.shares.create(bill=Bill.objects.get(year=2023), amount=1),
        lambda: rows.update(reversed_by=people.clerk),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


STATEMENT = """\
示例银行对账单,,,,
交易日期,对方户名,贷方金额,借方金额,交易流水号
{day},王演示1,600.00,,T-9
{day},不相干的人,75.50,,X-1
{day},某户,,12.00,D-1
{later},王演示1,700.00,,U-2
"""


def statement(folder: Path) -> Path:
    today = timezone.localdate()
    path = folder / "流水.csv"
    later = today + timedelta(days=1)
    path.write_text(STATEMENT.format(day=today, later=f"{later:%Y%m%d}"), "gb18030")
    return path


def test_a_statement_is_taken_in_once_and_matches_are_confirmed_by_a_person(
    people: People, holder: Any, finance: Any, tmp_path: Path
) -> None:
    first = pay(people.clerk, holder, "600.00", method="transfer", reference="T-9")
    pay(people.clerk, holder, "600.00", method="transfer", reference="另一笔")
    second = pay(people.clerk, holder, "700.00", method="scan", reference="没写对")
    taken = banking.import_statement(finance, statement(tmp_path), "流水.csv")
    assert (taken.new, taken.known, taken.skipped) == (3, 0, 1)
    again = banking.import_statement(finance, statement(tmp_path), "流水.csv")
    assert (again.new, again.known) == (0, 3)
    found = {s.line.reference: (s.payment, s.why) for s in banking.suggestions(finance)}
    assert found == {
        "T-9": (first, "金额、流水号一致"),
        "X-1": (None, ""),
        "U-2": (second, "金额、户名一致，日期相差1日"),
    }
    line = BankLine.objects.get(reference="T-9")
    with pytest.raises(Refused, match="金额"):
        banking.match(finance, line.pk, second.pk, "")
    banking.match(finance, line.pk, first.pk, "金额、流水号一致")
    with pytest.raises(Conflict):
        banking.match(finance, BankLine.objects.get(reference="U-2").pk, first.pk, "")
    assert len(banking.unmatched_payments(finance)) == 2
    banking.unmatch(finance, line.pk)
    assert len(banking.unmatched_payments(finance)) == 3
    with pytest.raises(Forbidden):
        banking.import_statement(people.clerk, statement(tmp_path), "流水.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("甲,乙\n1,2\n", "表头"),
        ("交易日期,贷方金额\n昨天,5\n", "日期"),
        ("交易日期,贷方金额\n2024-01-01,五元\n", "不是数字"),
    ],
)
def test_a_statement_that_cannot_be_read_is_refused_with_its_line(
    finance: Any, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "x.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(Refused, match=said):
        banking.import_statement(finance, path, "x.csv")
    assert BankLine.objects.count() == 0


def _said(pdf: bytes) -> str:
    import pypdfium2

    text: str = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    return text


def test_the_printed_receipt_says_number_amount_and_capitals(
    people: People, holder: Any, finance: Any
) -> None:
    from liangtian.programmes.holdings.fees.receipt_paper import receipt_pdf

    book(finance, people.clerk, 7, 9)
    made = pay(people.clerk, holder, "5000.00", receipt=True, payer="李代交")
    text = _said(receipt_pdf(made.receipt, clear=True))
    for said in ("00000007", "伍仟元整", "5,000.00", "2021年租赁金", "2,600.00", "青禾县"):
        assert said in text
    assert (holder.name in text, "代交人：李代交" in text) == (True, True)
    text = _said(receipt_pdf(made.receipt, clear=False))
    assert (holder.name in text, "李代交" in text) == (False, False)


def test_the_counter_prints_the_full_name_and_who_only_looks_a_masked_one(
    people: People, holder: Any, finance: Any, client: Any
) -> None:
    from liangtian.platform.audit.models import AuditEntry

    book(finance, people.clerk)
    made = pay(people.clerk, holder, "1.00", receipt=True)
    for user, clear in ((people.clerk, True), (people.reviewer, False)):
        client.force_login(user)
        answer = client.get(f"/api/holdings/fees/receipts/{made.receipt.pk}.pdf")
        assert (holder.name in _said(answer.content)) is clear
        entry = AuditEntry.objects.filter(act="fees.receipt.print", actor=user).get()
        assert entry.after == {"clear": clear}
