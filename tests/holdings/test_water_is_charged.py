"""From the meter to the bill: volumes, shares, quota, tiers; what is not read is listed and never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.programmes.holdings.measures.owing import dues
from liangtian.programmes.holdings.models import Bill, Reading, WaterUse
from liangtian.programmes.holdings.water import meters, readings, runs, sources, standards
from liangtian.programmes.holdings.water.charging import reckon
from liangtian.programmes.holdings.water.statistics import use_lines
from liangtian.programmes.holdings.water.subsidy import subsidy_lines, subsidy_xlsx
from tests.conftest import People, Run
from tests.holdings.land import parcel, person
from tests.holdings.waterworks import (
    BASIS,
    coefficient,
    fit,
    prices,
    read,
    serve,
    well,
)

APRIL, MAY = date(2024, 4, 30), date(2024, 5, 31)
DUE = date(2030, 1, 1)


@pytest.fixture
def watered(people: People) -> Any:
    """One household's parcel of 30 mu in all watered by a well with a power meter, everything approved."""
    clerk = people.clerk
    holder = person(clerk)
    land = parcel(clerk, 1_000, 0, size=(200, 100), holder_id=holder.pk)
    source = well(clerk)
    fitting = fit(clerk, source)
    serve(clerk, source, (land, "15.00"))
    coefficient(clerk, people.reviewer, source)
    return source, fitting, prices(clerk, people.reviewer), holder, land


def amounts(season: Any, month: date) -> dict[str, list[str]]:
    found = reckon(season, month.replace(day=1))
    return {
        kind: [f"{draft.amount / 100:.2f}" for draft in found.of(kind)]
        for kind in ("water", "resource")
    }


def post(user: Any, season: Any, month: date, run_jobs: Run) -> Any:
    runs.start(user, season.pk, month.replace(day=1), DUE)
    job = run_jobs()[-1]
    assert job.status == "done", job.error
    return job.result


def test_power_is_turned_into_water_and_billed(people: People, watered: Any, run_jobs: Run) -> None:
    _, fitting, priced, holder, land = watered
    read(people.clerk, fitting, APRIL, "2450")  # 1250 kWh × 2.6 = 3250 m³ on a quota of 3000 m³
    found = reckon(priced.season, date(2024, 4, 1))
    bill = found.of("water")[0]
    assert found.m3 == Decimal("3250.00")
    # 3000 × 0.12 + 250 × 0.18; the resource fee has no tiers
    assert amounts(priced.season, APRIL) == {"water": ["405.00"], "resource": ["162.50"]}
    part = bill.basis["parts"][0]
    assert (part["parcel"], part["readings"][0]["per_kwh"]) == (land.code, "2.6000")
    assert bill.basis["document"] == "示例价〔2024〕1号"
    assert post(people.clerk, priced.season, APRIL, run_jobs)["new"] == 2
    assert {b.kind: b.amount for b in Bill.objects.all()} == {"water": 40_500, "resource": 16_250}
    assert Bill.objects.filter(holder=holder).count() == 2
    again = post(people.clerk, priced.season, APRIL, run_jobs)
    assert (again["new"], again["unchanged"], again["replaced"]) == (0, 2, 0)
    assert len(dues(Bill.objects.all())) == 2


def test_the_months_of_a_season_share_one_quota(people: People, watered: Any) -> None:
    _, fitting, priced, _, _ = watered
    read(people.clerk, fitting, APRIL, "2200")  # 2600 m³
    read(people.clerk, fitting, MAY, "2700")  # 1300 m³ more: 400 within, 600 at 1.5, 300 at 2
    assert amounts(priced.season, MAY)["water"] == ["312.00", "228.00"]
    whole = 3000 * 0.12 + 600 * 0.18 + 300 * 0.24
    assert f"{312 + 228:.2f}" == f"{whole:.2f}"


def test_what_is_not_read_is_listed_and_comes_with_the_next_reading(
    people: People, watered: Any
) -> None:
    source, fitting, priced, _, _ = watered
    found = reckon(priced.season, date(2024, 4, 1))
    assert [(g.code, g.month.month) for g in found.gaps] == [("missing", 4)]
    assert not found.drafts
    read(people.clerk, fitting, MAY, "2450")
    found = reckon(priced.season, date(2024, 5, 1))
    assert found.m3 == Decimal("3250.00")
    assert [d.basis["month"] for d in found.of("water")] == ["2024-05"]
    assert [g.code for g in found.gaps] == ["missing"]
    assert source.code == "J001"


def test_a_doubtful_reading_does_not_count_until_it_is_settled(
    people: People, watered: Any
) -> None:
    _, fitting, priced, _, _ = watered
    row = read(people.clerk, fitting, APRIL, "900")
    assert (row.state, row.findings[0]["code"]) == ("doubtful", "backwards")
    found = reckon(priced.season, date(2024, 4, 1))
    assert ([g.code for g in found.gaps], found.drafts) == (["doubtful"], [])
    with pytest.raises(Refused, match="翻转"):
        readings.settle(people.clerk, row.pk, "抄表员坚持无误")
    with pytest.raises(NotFound):
        readings.settle(people.township_b, row.pk, "不是本镇的水井")
    fixed = readings.correct(people.clerk, row.pk, APRIL, Decimal(1900), "抄表员看错千位")
    row.refresh_from_db()
    assert (row.state, row.value, fixed.replaces_id) == ("replaced", Decimal(900), row.pk)
    assert reckon(priced.season, date(2024, 4, 1)).m3 == Decimal("1820.00")
    with pytest.raises(IntegrityError), transaction.atomic():
        Reading.objects.filter(pk=fixed.pk).update(value=1)
    with pytest.raises(Conflict, match="更正"):
        read(people.clerk, fitting, APRIL, "1900")


def test_a_meter_that_rolled_over_and_one_that_was_swapped_lose_nothing(
    people: People, watered: Any
) -> None:
    source, fitting, priced, _, _ = watered
    off = meters.Removal(date(2024, 4, 10), Decimal(1300), "电表烧坏更换")
    new = meters.MeterForm(
        "power", "D-2", Decimal(10_000), Decimal(1), off.on, Decimal(9_900)
    )  # fmt: skip
    second = meters.swap(people.clerk, fitting.pk, off, new)
    row = read(people.clerk, second, APRIL, "200")
    readings.settle(people.clerk, row.pk, "现场核对，表底已翻转", rolled=True)
    found = reckon(priced.season, date(2024, 4, 1))
    assert found.m3 == (100 + 300) * Decimal("2.6")
    assert not found.gaps
    with pytest.raises(Conflict, match="请先拆除"):
        fit(people.clerk, well(people.clerk, "J002"), "D-2", rollover=Decimal(10_000))
    assert source.fittings.count() == 2


def test_a_shared_well_is_split_by_area_and_xpcc_land_is_listed(
    people: People, watered: Any
) -> None:
    source, fitting, priced, _, land = watered
    other = parcel(people.clerk, 2_000, 0, holder_id=person(people.clerk, "赵假设", 2).pk)
    corps = parcel(people.clerk, 3_000, 0, corps=True)
    serve(people.clerk, source, (land, "15.00"), (other, "10.00"), (corps, "5.00"))
    read(people.clerk, fitting, APRIL, "1200.01")  # 0.03 m³
    found = reckon(priced.season, date(2024, 4, 1))
    assert [use.m3 for use in found.uses] == [Decimal("0.02"), Decimal("0.01")]
    assert [(g.code, g.m3) for g in found.gaps] == [("corps", Decimal("0.00"))]
    with pytest.raises(Refused, match="大于地块面积"):
        sources.serve(people.clerk, source.pk, [sources.Served(other.parcel_id, Decimal(99))], MAY)


def test_correcting_a_reading_replaces_its_bill_and_no_other(
    people: People, watered: Any, run_jobs: Run
) -> None:
    _, fitting, priced, _, _ = watered
    first = read(people.clerk, fitting, APRIL, "1700")
    read(people.clerk, fitting, MAY, "2000")
    assert post(people.clerk, priced.season, MAY, run_jobs)["new"] == 4
    readings.correct(people.clerk, first.pk, APRIL, Decimal(1800), "抄表员看错一位")
    shown = runs.preview(people.clerk, priced.season.pk, date(2024, 5, 1))
    assert (shown["changed"], shown["new"], shown["unchanged"]) == (4, 0, 0)
    done = post(people.clerk, priced.season, MAY, run_jobs)
    assert (done["replaced"], done["new"]) == (4, 0)
    standing = Bill.objects.filter(reversed_on=None)
    assert sum(b.amount for b in standing) == int(
        Decimal("2080") * (12 + 5)
    )  # the season's sum stays
    assert sum(u.m3 for u in WaterUse.objects.all()) == Decimal("2080.00")


def test_a_standard_counts_once_another_approved_it(people: People) -> None:
    source = well(people.clerk)
    row = standards.enter_coefficient(people.clerk, source.pk, Decimal("2.6"), APRIL, BASIS)
    with pytest.raises(Forbidden):
        standards.approve(people.clerk, "coefficient", row.pk)
    standards.approve(people.reviewer, "coefficient", row.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(per_kwh=3)
    with pytest.raises(Conflict):
        standards.withdraw(people.clerk, "coefficient", row.pk)
    form = standards.SeasonForm(2024, "春灌", date(2024, 3, 1), MAY, Decimal(200), BASIS)
    season = standards.enter_season(people.clerk, form)
    with pytest.raises(Refused, match="定额还没有审批"):
        runs.preview(people.clerk, season.pk, date(2024, 4, 1))


def test_use_is_told_by_township_and_allotted_by_land(
    people: People, watered: Any, run_jobs: Run
) -> None:
    _, fitting, priced, holder, _ = watered
    made = runs.allot(people.clerk, priced.season.pk, MAY)
    assert [(a.holder_id, a.m3) for a in made] == [(holder.pk, Decimal("3000.00"))]
    read(people.clerk, fitting, APRIL, "2450")
    post(people.clerk, priced.season, APRIL, run_jobs)
    line = use_lines(people.clerk, priced.season.pk)[1][0]
    assert (line.township, line.source, line.land) == ("柳塘镇", "机电井", "30年承包地")
    assert (line.mu, line.quota, line.m3) == (Decimal(15), Decimal(3000), Decimal(3250))
    assert use_lines(people.township_b, priced.season.pk)[1] == []


def test_the_base_list_of_a_subsidy_adds_up_what_each_sowed(people: People, watered: Any) -> None:
    from liangtian.programmes.holdings import crops

    _, _, _, holder, land = watered
    crops.save_crops(
        people.clerk, land.parcel_id, 2024, "春播", [crops.Sown("棉花", Decimal("12.50"))]
    )
    lines = subsidy_lines(people.clerk, 2024, "棉花")
    assert [(x.holder, x.parcels, x.mu) for x in lines] == [(holder, 1, Decimal("12.50"))]
    assert subsidy_lines(people.township_b, 2024, "棉花") == []
    with pytest.raises(Refused, match="补贴作物"):
        subsidy_lines(people.clerk, 2024, "香梨")
    title, content = subsidy_xlsx(people.clerk, 2024, "棉花", "发放2024年棉花补贴")
    assert title == "2024年棉花补贴面积底册"
    assert content.startswith(b"PK")
    with pytest.raises(Refused, match="理由"):
        subsidy_xlsx(people.clerk, 2024, "棉花", "发")
