"""Runs of bills: previewed, posted once, changed figures reversed and issued anew, nothing guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.programmes.holdings.fees import runs, tariffs
from liangtian.programmes.holdings.fees.arrears import overdue_holders, owed
from liangtian.programmes.holdings.models import Bill, BillRun, RentTariff
from tests.conftest import County, People, Run
from tests.fees.money import (
    billed,
    due,
    leased,
    pay,
    previewed,
    state_land,
    tariff,
    trial_balance_is_nought,
)
from tests.holdings.land import contract, person

Lease = tuple[Any, Any]


def amounts(**which: Any) -> list[tuple[int, int]]:
    rows = Bill.objects.filter(reversed_on=None, **which).order_by("year", "pk")
    return [(bill.year, bill.amount) for bill in rows]


def test_three_years_are_billed_each_at_its_own_tariff(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    run = billed(people.clerk, run_jobs)
    assert amounts() == [(2021, 240_000), (2022, 600_000), (2023, 600_000)]
    assert (run.state, run.new, run.unchanged) == (BillRun.State.POSTED, 3, 0)
    first = Bill.objects.order_by("year")[0]
    assert (first.period_from, first.period_to) == (date(2021, 7, 1), date(2021, 12, 31))
    part = first.basis["parts"][0]
    assert (part["rate"], part["area_mu"], part["months"]) == ("80.00", "60.00", 6)
    assert part["document"] == "青政办〔2021〕5号"
    assert trial_balance_is_nought()


def test_running_again_changes_nothing(people: People, lease: Lease, run_jobs: Run) -> None:
    billed(people.clerk, run_jobs)
    before = list(Bill.objects.order_by("pk").values())
    run = billed(people.clerk, run_jobs)
    assert (run.new, run.unchanged, run.replaced, run.gone) == (0, 3, 0, 0)
    assert list(Bill.objects.order_by("pk").values()) == before


def test_the_preview_tells_totals_places_and_differences(
    people: People, lease: Lease, run_jobs: Run, finance: Any
) -> None:
    run = previewed(people.clerk, run_jobs)
    assert run.preview["totals"]["new"] == [3, 1_440_000]
    assert [(p["name"], p["year"], p["amount"]) for p in run.preview["places"]] == [
        ("柳塘镇", 2021, 240_000), ("柳塘镇", 2022, 600_000), ("柳塘镇", 2023, 600_000),
    ]  # fmt: skip
    assert Bill.objects.count() == 0
    runs.confirm_run(people.clerk, run.pk)
    run_jobs()
    tariff(people.clerk, finance, 2023, "110")
    again = previewed(people.clerk, run_jobs)
    assert again.preview["totals"]["changed"] == [1, 660_000]
    assert again.preview["totals"]["unchanged"] == [2, 840_000]


def test_a_changed_tariff_reverses_and_issues_anew_and_keeps_what_was_paid(
    people: People, lease: Lease, run_jobs: Run, finance: Any
) -> None:
    _, holder = lease
    billed(people.clerk, run_jobs)
    pay(people.clerk, holder, "14000.00")
    assert due(holder) == [(2023, "400.00")]
    tariff(people.clerk, finance, 2023, "90")
    run = billed(people.clerk, run_jobs)
    assert (run.replaced, run.unchanged) == (1, 2)
    assert amounts(year=2023) == [(2023, 540_000)]
    assert due(holder) == []
    from liangtian.programmes.holdings.fees.paying import advance_of

    assert advance_of(holder) == 20_000  # 5600 had been paid for what now costs 5400
    assert trial_balance_is_nought()


def test_what_is_no_longer_owed_is_taken_back(
    people: People, lease: Lease, run_jobs: Run, finance: Any
) -> None:
    from liangtian.programmes.holdings.contracts import end_contract
    from liangtian.programmes.holdings.models import Contract

    _, holder = lease
    billed(people.clerk, run_jobs)
    pay(people.clerk, holder, "14400.00")
    end_contract(
        people.clerk, Contract.objects.get().pk, date(2022, 12, 31), "承租人退地，双方解除合同"
    )
    from liangtian.programmes.holdings.models import ParcelVersion

    ParcelVersion.objects.update(way="划拨")
    run = previewed(people.clerk, run_jobs)
    assert run.preview["totals"]["gone"] == [1, 600_000]
    runs.confirm_run(people.clerk, run.pk)
    run_jobs()
    assert amounts() == [(2021, 240_000), (2022, 600_000)]
    assert trial_balance_is_nought()


def test_what_cannot_be_known_is_listed_and_not_guessed(
    people: People, finance: Any, run_jobs: Run
) -> None:
    tariff(people.clerk, finance, 2022, "100")
    holder = person(people.clerk)
    state_land(people.clerk, 0, None, way="无手续占用")
    state_land(people.clerk, 300, holder, way="无手续占用", graded=False)
    state_land(people.clerk, 600, holder, way="无手续占用", on=date(2023, 5, 20))
    state_land(people.clerk, 900, holder, way="划拨")
    run = previewed(people.clerk, run_jobs, 2021, 2023)
    said = sorted({(p.parcel_id, p.years, p.reason) for p in run.problems.all()})
    assert [(years, reason) for _, years, reason in said] == [
        ("2021—2023", "没有登记权利人或实际经营者"),
        ("2021—2023", "没有定级"),
        ("2021—2023", "登记以前没有合同，不能确定使用人"),
    ]
    assert run.preview["problems"] == 3


def test_a_year_without_a_tariff_is_listed(people: People, lease: Lease, run_jobs: Run) -> None:
    run = previewed(people.clerk, run_jobs, 2020, 2022)
    assert run.preview["totals"]["new"][0] == 2  # the lease begins in 2021
    RentTariff.objects.filter(first_year=2021).update(state="replaced")
    run = previewed(people.clerk, run_jobs, 2021, 2022)
    assert "没有2021年二级耕地的租赁金标准" in {p.reason for p in run.problems.all()}


@pytest.mark.parametrize(
    ("terms", "wanted"),
    [
        ({"price_kind": "per_mu", "price_yuan": Decimal("33.33")}, 199_980),
        ({"price_kind": "per_year", "price_yuan": Decimal("5000.01")}, 500_001),
        ({"price_kind": "free", "price_yuan": None}, None),
    ],
)
def test_the_contract_decides_where_it_names_a_price(
    people: People, finance: Any, run_jobs: Run, terms: Any, wanted: int | None
) -> None:
    leased(people.clerk, **terms)
    billed(people.clerk, run_jobs, 2022, 2022)
    assert amounts() == ([(2022, wanted)] if wanted else [])


def test_collective_land_and_xpcc_land_pay_no_rent(
    people: People, finance: Any, run_jobs: Run
) -> None:
    tariff(people.clerk, finance, 2022, "100")
    holder = person(people.clerk)
    land = state_land(people.clerk, 0, holder, corps=True, way="租赁")
    contract(people.clerk, land, holder, kind="lease", price_kind="tariff", price_yuan=None)
    run = previewed(people.clerk, run_jobs, 2024, 2024)
    assert run.preview["totals"]["new"] == [0, 0]


def test_a_year_changing_hands_is_billed_to_both_by_months(
    people: People, finance: Any, run_jobs: Run
) -> None:
    from liangtian.programmes.holdings import parcels

    tariff(people.clerk, finance, 2022, "100")
    first, second = person(people.clerk, "王一", 1), person(people.clerk, "王二", 2)
    land = state_land(people.clerk, 0, first, way="无手续占用")
    from dataclasses import replace

    from tests.holdings.land import FORM

    form = replace(
        FORM, ownership="state", way="无手续占用", source_paper="租赁合同", holder_id=second.pk
    )
    parcels.change(people.clerk, land.parcel_id, form, date(2022, 4, 10), "转给另一户耕种")
    billed(people.clerk, run_jobs, 2022, 2022)
    months = {
        bill.holder_id: sum(p["months"] for p in bill.basis["parts"]) for bill in Bill.objects.all()
    }
    assert months == {first.pk: 4, second.pk: 8}


def test_a_run_whose_ground_moved_after_the_preview_is_not_posted(
    people: People, lease: Lease, run_jobs: Run, finance: Any
) -> None:
    run = previewed(people.clerk, run_jobs)
    tariff(people.clerk, finance, 2023, "120")
    runs.confirm_run(people.clerk, run.pk)
    (job,) = run_jobs()
    assert (job.status, "重新预览" in job.error) == ("failed", True)
    assert Bill.objects.count() == 0


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    people: People, finance: Any, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from liangtian.programmes.holdings.fees import assessing

    monkeypatch.setattr(assessing, "AT_ONCE", 1)
    tariff(people.clerk, finance, 2021, "80")
    for west in (0, 300, 600):
        leased(people.clerk, west)
    run = previewed(people.clerk, run_jobs)
    runs.confirm_run(people.clerk, run.pk)
    whole: Any = vars(runs)["post_bills"]
    calls: list[Any] = []

    def failing(*args: Any) -> Any:
        if len(calls) == 2:
            raise RuntimeError("killed")
        calls.append(args)
        return whole(*args)

    monkeypatch.setattr(runs, "post_bills", failing)
    assert run_jobs()[-1].status == "failed"
    run.refresh_from_db()
    assert (run.state, run.new, Bill.objects.count()) == (BillRun.State.POSTING, 6, 6)
    assert trial_balance_is_nought()
    monkeypatch.setattr(runs, "post_bills", whole)
    runs.confirm_run(people.clerk, run.pk)
    assert run_jobs()[-1].status == "done"
    run.refresh_from_db()
    assert (run.state, run.new, run.unchanged) == (BillRun.State.POSTED, 9, 0)
    assert trial_balance_is_nought()


def test_posting_is_array_work(
    people: People, finance: Any, run_jobs: Run, django_assert_max_num_queries: Any
) -> None:
    tariff(people.clerk, finance, 2015, "80")
    for west in range(0, 2400, 300):
        leased(people.clerk, west, starts_on=date(2015, 1, 1))
    run = previewed(people.clerk, run_jobs, 2015, 2024)
    runs.confirm_run(people.clerk, run.pk)
    with django_assert_max_num_queries(75):
        runs.post_run(people.clerk, run.pk, lambda share, note: None)
    assert Bill.objects.count() > 30


def test_a_tariff_is_approved_by_another_person_and_then_stands(
    people: People, finance: Any
) -> None:
    form = tariffs.TariffForm(
        2021, "通知", "青政办〔2021〕1号", [tariffs.RateForm("二级", "耕地", Decimal("80"))]
    )
    made = tariffs.enter_tariff(people.clerk, form)
    with pytest.raises(Forbidden):
        tariffs.decide_tariff(people.clerk, made.pk, approve=True, opinion="")
    with pytest.raises(IntegrityError), transaction.atomic():
        RentTariff.objects.filter(pk=made.pk).update(
            state="approved", decided_by=people.clerk, decided_at=made.entered_at
        )
    tariffs.decide_tariff(finance, made.pk, approve=True, opinion="同意")
    for attempt in (
        lambda: made.rates.update(rate=1),
        lambda: RentTariff.objects.filter(pk=made.pk).update(number="改"),
        lambda: made.rates.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    with pytest.raises(Conflict, match="已办理"):
        tariffs.decide_tariff(finance, made.pk, approve=False, opinion="再审一次，不同意")


def test_bills_are_not_changed_or_deleted_in_the_database(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    billed(people.clerk, run_jobs)
    rows = Bill.objects.all()
    for attempt in (
        lambda: rows.update(amount=1),
        lambda: rows.update(paid=10**9),
        lambda: rows.update(reversed_on=date(2024, 1, 1)),
        rows.delete,
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_arrears_are_told_by_holder_year_and_day(
    people: People, lease: Lease, run_jobs: Run
) -> None:
    from django.utils import timezone

    _, holder = lease
    billed(people.clerk, run_jobs)
    pay(people.clerk, holder, "5000.00")
    rows = Bill.objects.all()
    found = owed(rows)
    assert [(o.year, o.due, o.overdue) for o in found] == [(2022, 340_000, 0), (2023, 600_000, 0)]
    later = timezone.localdate().replace(year=timezone.localdate().year + 1)
    assert [o.overdue for o in owed(rows, later)] == [340_000, 600_000]
    assert overdue_holders(rows, 30, ["rent"], later) == {holder.pk: 940_000}
    assert owed(rows, date(2020, 1, 1)) == []


def test_who_may_not_run_bills(people: People, county: County) -> None:
    form = runs.RunForm("990121", 2021, 2023, date(2099, 1, 1))
    with pytest.raises(Forbidden):
        runs.start_run(people.township_a, form)
    with pytest.raises(Refused):
        runs.start_run(people.clerk, runs.RunForm("990121", 2023, 2021, date(2099, 1, 1)))
