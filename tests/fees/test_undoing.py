"""What was done by mistake is undone by a second person, with a reason, and the books stay right."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.programmes.holdings.fees import posting, runs, waiving
from liangtian.programmes.holdings.fees.arrears import owed
from liangtian.programmes.holdings.fees.paying import advance_of
from liangtian.programmes.holdings.models import Bill, BillRun, Waiver
from tests.conftest import County, People, Run
from tests.fees.money import billed, due, officer, pay, previewed, trial_balance_is_nought

Lease = tuple[Any, Any]
WHY = "面积登记有误，核对后冲销"


@pytest.fixture
def holder(people: People, lease: Lease, run_jobs: Run) -> Any:
    """Owes 2400, 6000 and 6000 yuan of three years."""
    billed(people.clerk, run_jobs)
    return lease[1]


def waived(people: People, finance: Any, amount: str = "400.00") -> Waiver:
    bill = Bill.objects.get(year=2021)
    form = waiving.WaiverForm(bill.pk, Decimal(amount), "青政复〔2024〕7号", "受灾绝收，经批准减免")
    return waiving.decide(finance, waiving.ask(people.clerk, form).pk, approve=True, opinion="")


def test_one_bill_is_reversed_by_a_second_person_and_what_was_paid_is_kept(
    people: People, holder: Any, finance: Any
) -> None:
    pay(people.clerk, holder, "5000.00")
    bill = Bill.objects.get(year=2022)
    with pytest.raises(Forbidden):
        posting.reverse_bill(people.clerk, bill.pk, WHY)
    with pytest.raises(Refused, match="理由"):
        posting.reverse_bill(finance, bill.pk, "错")
    done = posting.reverse_bill(finance, bill.pk, WHY)
    assert (done.reversed_by, done.reason, done.paid) == (finance, WHY, 0)
    assert (due(holder), advance_of(holder)) == ([(2023, "6000.00")], 260_000)
    with pytest.raises(Conflict, match="已冲销"):
        posting.reverse_bill(finance, bill.pk, WHY)
    assert trial_balance_is_nought()


def test_the_next_run_issues_anew_what_the_register_still_says(
    people: People, holder: Any, finance: Any, run_jobs: Run
) -> None:
    posting.reverse_bill(finance, Bill.objects.get(year=2021).pk, WHY)
    run = billed(people.clerk, run_jobs)
    assert (run.new, run.unchanged) == (1, 2)
    assert Bill.objects.get(year=2021, reversed_on=None).issue == 2
    assert trial_balance_is_nought()


def test_nobody_reverses_a_bill_of_a_run_of_his_own(
    people: People, holder: Any, finance: Any
) -> None:
    bill = Bill.objects.get(year=2021)
    BillRun.objects.update(made_by=finance)
    with pytest.raises(Refused, match="另一人"):
        posting.reverse_bill(finance, bill.pk, WHY)
    today = timezone.localdate()
    for told in (
        {"reversed_by": finance, "reason": WHY, "reversed_on": today, "reversal": bill.entry},
        {"reversed_by": people.clerk, "reversed_on": today, "reversal": bill.entry},
        {"reversed_by": people.clerk, "reason": WHY},
        {"reason": WHY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Bill.objects.filter(pk=bill.pk).update(**told)


def test_a_bill_with_a_waiver_is_not_reversed_behind_it(
    people: People, holder: Any, finance: Any, county: County
) -> None:
    bill = Bill.objects.get(year=2021)
    form = waiving.WaiverForm(bill.pk, Decimal("1.00"), "青政复〔2024〕7号", "受灾绝收，经批准减免")
    asked = waiving.ask(people.clerk, form)
    with pytest.raises(Conflict, match="待审批"):
        posting.reverse_bill(finance, bill.pk, WHY)
    waiving.decide(finance, asked.pk, approve=True, opinion="")
    with pytest.raises(Conflict, match="先撤销减免"):
        posting.reverse_bill(finance, bill.pk, WHY)
    leader = officer(county, "lingdao", "林试验", "leader")
    waiving.undo(leader, asked.pk, "批准文件适用的年度看错了")
    posting.reverse_bill(finance, bill.pk, WHY)
    assert due(holder) == [(2022, "6000.00"), (2023, "6000.00")]
    assert trial_balance_is_nought()


def test_a_waiver_is_undone_by_another_than_who_approved_it(
    people: People, holder: Any, finance: Any, county: County
) -> None:
    row = waived(people, finance)
    leader = officer(county, "lingdao", "林试验", "leader")
    assert due(holder)[0] == (2021, "2000.00")
    with pytest.raises(Forbidden):
        waiving.undo(people.clerk, row.pk, WHY)
    with pytest.raises(Refused, match="另一人"):
        waiving.undo(finance, row.pk, WHY)
    done = waiving.undo(leader, row.pk, "批准文件适用的年度看错了")
    assert (done.state, done.undone_by) == (Waiver.State.UNDONE, leader)
    assert due(holder)[0] == (2021, "2400.00")
    with pytest.raises(Conflict, match="已撤销"):
        waiving.undo(leader, row.pk, WHY)
    assert trial_balance_is_nought()
    again = waived(people, finance, "100.00")
    assert (again.pk != row.pk, due(holder)[0]) == (True, (2021, "2300.00"))


def test_a_day_of_the_past_still_knows_the_waiver_that_was_undone_later(
    people: People, holder: Any, finance: Any, county: County
) -> None:
    row = waived(people, finance)
    waiving.undo(officer(county, "lingdao", "林试验", "leader"), row.pk, "批准文件适用的年度看错了")
    past, today = timezone.now() - timedelta(days=3), timezone.localdate()
    from liangtian.platform.triggers import lifted

    with lifted("holdings_"):
        Waiver.objects.update(decided_at=past)
        Bill.objects.update(issued_on=today - timedelta(days=9))
    found = {o.year: o.due for o in owed(Bill.objects.all(), today - timedelta(days=1))}
    assert (found[2021], owed(Bill.objects.all())[0].due) == (200_000, 240_000)


def test_a_decided_waiver_changes_in_no_other_way(
    people: People, holder: Any, finance: Any
) -> None:
    row = waived(people, finance)
    rows = Waiver.objects.filter(pk=row.pk)
    for told in (
        {"state": "asked"}, {"state": "undone"}, {"opinion": "另说"}, {"decided_by": people.clerk},
        {"state": "undone", "undone_by": finance, "undone_at": timezone.now(), "undone_why": WHY,
         "reversal": row.entry},
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**told)


def test_a_run_is_worked_on_by_one_job_at_a_time(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    run = previewed(people.clerk, run_jobs)
    runs.confirm_run(people.clerk, run.pk)
    for act in (runs.confirm_run, runs.drop_run):
        with pytest.raises(Conflict, match="请待其完成"):
            act(people.clerk, run.pk)
    run_jobs()
    run.refresh_from_db()
    assert run.state == BillRun.State.POSTED


def test_a_run_given_up_before_its_first_bill_is_not_posted_by_a_job_that_comes_late(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    run = previewed(people.clerk, run_jobs)
    BillRun.objects.filter(pk=run.pk).update(state="posting")
    runs.drop_run(people.clerk, run.pk)
    with pytest.raises(Conflict, match="已放弃"):
        runs.post_run(people.clerk, run.pk, lambda share, note: None)
    assert Bill.objects.count() == 0


def test_a_second_worker_on_the_same_run_stops_and_posts_nothing_twice(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    run = previewed(people.clerk, run_jobs)
    BillRun.objects.filter(pk=run.pk).update(state="posting")

    def overtaken(share: float, note: str) -> None:
        if not Bill.objects.exists():
            runs.post_run(people.clerk, run.pk, lambda share, note: None)

    with pytest.raises(Conflict, match="他人办理"):
        runs.post_run(people.clerk, run.pk, overtaken)
    run.refresh_from_db()
    assert (run.state, run.new, Bill.objects.count()) == (BillRun.State.POSTED, 3, 3)
    assert trial_balance_is_nought()


def test_a_run_of_water_is_not_posted_as_rent(people: People, lease: Lease) -> None:
    run = BillRun.objects.create(
        kind="water", county=people.clerk.region, region=people.clerk.region, first_year=2023,
        last_year=2023, issued_on=timezone.localdate(), due_on=timezone.localdate(),
        made_by=people.clerk, state="posting",
    )  # fmt: skip
    for act in (runs.confirm_run, runs.preview_again, runs.drop_run):
        with pytest.raises(Conflict, match="水费核算"):
            act(people.clerk, run.pk)


def test_arrears_of_former_years_stand_on_the_dashboard_of_any_period(
    people: People, holder: Any
) -> None:
    from liangtian.platform.dashboards import reading
    from liangtian.platform.triggers import lifted
    from liangtian.programmes.holdings.fees.dashboards import FEES

    with lifted("holdings_"):
        past = timezone.localdate() - timedelta(days=9)
        Bill.objects.update(issued_on=past, due_on=past)
    asked = reading.ask(people.clerk, FEES, period="2023")
    found = reading.figures(FEES, asked)
    assert (found["arrears"], found["late"], found["amount"]) == (
        Decimal(14_400),
        3,
        Decimal(6_000),
    )
    towns = {place.name: place.values for place in reading.places(FEES, asked)}
    assert (towns["柳塘镇"]["arrears"], towns["柳塘镇"]["left"]) == (
        Decimal(14_400),
        Decimal(6_000),
    )


def test_the_sample_county_is_charged_rent_though_it_was_charged_water_before(
    people: People, finance: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from liangtian.site.demo import fees

    filled: list[bool] = []
    monkeypatch.setattr(fees.Charging, "fill", lambda self: filled.append(True))
    monkeypatch.setattr(Bill.objects.__class__, "exists", lambda self: True, raising=False)
    fees.load_fees(people.clerk, people.clerk, finance)
    assert filled == [True]
