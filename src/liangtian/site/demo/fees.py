"""Rent of the sample county's state land for three years: some paid, some owed, one payment reversed, one waiver."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.programmes.holdings.fees import paying, receipts, runs, settling, tariffs, waiving
from liangtian.programmes.holdings.fees.rules import yuan
from liangtian.programmes.holdings.models import Bill, BillRun, Charge, Parcel
from liangtian.site.demo.clock import clock_at, morning

TARIFFS = ((2021, ("90", "80", "70")), (2022, ("112", "100", "88")))
GRADES = ("一级", "二级", "三级")
YEARS = (2021, 2023)
ISSUED, DUE = date(2024, 4, 8), date(2024, 6, 30)
_SERIES = "NT2024"
_EVERY = 4  # holders in turn: paid in full, in part, not at all, by transfer


class Charging:
    """What is charged and collected, and by whom."""

    def __init__(self, clerk: User, collector: User, finance: User) -> None:
        self.clerk, self.collector, self.finance = clerk, collector, finance

    def fill(self) -> None:
        """All of it at once, or nothing."""
        with transaction.atomic(), clock_at(morning(ISSUED)):
            self._tariffs()
            self._grades()
            self._bill()
            for number, who in enumerate((self.collector, self.clerk)):
                form = receipts.BookForm(
                    who.username, _SERIES, 1 + 100 * number, 100 + 100 * number
                )
                receipts.issue_book(self.finance, form)
        with transaction.atomic(), clock_at(morning(ISSUED + timedelta(days=20))):
            self._collect()

    def _tariffs(self) -> None:
        for year, rates in TARIFFS:
            form = tariffs.TariffForm(
                year, f"青禾县{year}年国有农用地租赁金标准", f"青政办〔{year}〕5号",
                [
                    tariffs.RateForm(grade, use, Decimal(rate))
                    for grade, rate in zip(GRADES, rates, strict=True) for use in ("耕地", "园地")
                ],
                clause="第三条",
            )  # fmt: skip
            made = tariffs.enter_tariff(self.clerk, form)
            tariffs.decide_tariff(self.finance, made.pk, approve=True, opinion="同意")

    def _grades(self) -> None:
        """Townships lie in grades one after the other; a village stays without one."""
        towns = sorted({code[:9] for code in Parcel.objects.values_list("region_id", flat=True)})
        for number, town in enumerate(towns):
            grade = GRADES[number % len(GRADES)]
            tariffs.grade_region(self.clerk, town, grade, YEARS[0], "青禾县基准地价成果（2021年）")

    def _bill(self) -> None:
        county = self.clerk.region
        if county is None:
            raise ValueError("the sample clerk has no county")
        run = runs.open_run(self.clerk, Charge.RENT, county, YEARS, DUE)
        runs.preview_run(run.pk, _quiet)
        BillRun.objects.filter(pk=run.pk).update(state=BillRun.State.POSTING)
        runs.post_run(self.clerk, run.pk, _quiet)

    def _collect(self) -> None:
        rent = Bill.objects.filter(kind=Charge.RENT, reversed_on=None)
        bills = rent.order_by("holder_id", "year")
        holders = list(dict.fromkeys(bill.holder_id for bill in bills))
        for number, holder in enumerate(holders):
            owed = sum(bill.due for bill in bills if bill.holder_id == holder)
            if number % _EVERY == 0:
                self._take(self.clerk, holder, owed, "cash")
            elif number % _EVERY == 1:
                self._take(self.clerk, holder, owed // 3, "scan")
            elif number % _EVERY == _EVERY - 1:
                self._take(self.clerk, holder, owed, "transfer")
        self._correct(holders)
        for day in settling.open_days(self.clerk):
            handed = settling.settle(self.clerk, day.on, yuan(day.cash), "")
            settling.check(self.finance, handed.pk)

    def _correct(self, holders: list[int]) -> None:
        """One payment was entered for the wrong holder; one who lost the harvest is let off part."""
        if len(holders) <= 2:
            return
        wrong = self._take(self.clerk, holders[2], 10_000, "cash")
        paying.reverse_payment(self.finance, wrong, "记错缴费人，应记另一户")
        bill = Bill.objects.filter(holder=holders[2], kind=Charge.RENT).order_by("year")[0]
        form = waiving.WaiverForm(
            bill.pk, yuan(bill.due // 2), "青政复〔2024〕7号", "当年遭受雹灾绝收，经县政府批准减半"
        )
        waiving.decide(self.finance, waiving.ask(self.clerk, form).pk, approve=True, opinion="同意")

    def _take(self, who: User, holder: int, amount: int, method: str) -> int:
        form = paying.PaymentForm(
            holder, yuan(amount), method, f"demo-{method}-{holder}-{amount}",
            reference="" if method == "cash" else f"2024042800{holder:05d}", kinds=(Charge.RENT.value,),
        )  # fmt: skip
        return paying.take_payment(who, form).pk


def load_fees(clerk: User, collector: User, finance: User) -> None:
    """Charge and collect in the sample county, once, where it has land to charge for."""
    if not Bill.objects.filter(kind=Charge.RENT).exists() and timezone.localdate() > DUE:
        Charging(clerk, collector, finance).fill()


def _quiet(share: float, note: str) -> None:
    return None
