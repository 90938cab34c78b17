"""A campaign over HTTP from the survey's files to the reports; after each stage all figures agree to the fen."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.conftest import Run
from tests.holdings.campaign import county, figures, money
from tests.holdings.campaign.book import Owed, cents
from tests.holdings.campaign.script import API, Campaign

SURVEYED, NOTICED = date(2024, 3, 1), date(2024, 3, 4)
OVER = NOTICED + timedelta(days=16)  # the notice's first day does not count
AGAIN_OVER = OVER + timedelta(days=16)
BILLED, COUNTER, REFUND = date(2024, 5, 6), date(2024, 5, 20), date(2024, 5, 21)
LATE = date(2024, 8, 1)
STOPPED = LATE + timedelta(days=16)


@pytest.mark.django_db
def test_a_campaign_through_the_public_addresses_agrees_with_its_own_book_to_the_fen(
    run_jobs: Run, tmp_path: Path
) -> None:
    county.people()
    campaign = Campaign(tmp_path, run_jobs)
    with campaign.day(SURVEYED):
        campaign.survey()
        figures.check(campaign)
    _notices(campaign)
    _judgements(campaign)
    _bills(campaign)
    _counter(campaign)
    _arrears(campaign)


def _notices(campaign: Campaign) -> None:
    with campaign.day(NOTICED):
        west = campaign.give_notice("990121100", ["L1", "L2", "L3", "L4"])
        campaign.give_notice("990121101", ["S1", "S2"])
        first = campaign.object_to(west, 1, "与邻户以水渠为界，应多三分地")
        second = campaign.object_to(west, 2, "南边界线多划了五米")
        campaign.refused("shiqiao", f"{API}/objections/{first}/answer",
                         {"upheld": False, "answer": "不是本镇的地块，不予受理"}, 404)  # fmt: skip
        campaign.answer("liutang", first, upheld=False, said="经复测，面积与公示一致")
        assert len(campaign.propose(["L1", "L3"])) == 2  # still shown
    with campaign.day(NOTICED + timedelta(days=8)):
        campaign.answer("liutang", second, upheld=True, said="经复测，南界应北移五米")
        campaign.survey_again("L2")
        figures.check(campaign)


def _judgements(campaign: Campaign) -> None:
    with campaign.day(OVER):
        (said,) = campaign.propose(["L1", "L2", "L3", "L4", "S1", "S2"])
        assert "L2" in said
        campaign.confirm(["L1", "L3", "S1"])
        told = {"title": "第一次研判会审", "held_on": str(OVER), "place": "三楼会议室", "chair": "周拟定",
                "members": ["李样本", "何示范"]}  # fmt: skip
        meeting = campaign.at("reviewer").post("review", f"{API}/reviews", told)["id"]
        campaign.confirm(["L4", "S2"], meeting=meeting)
        campaign.give_notice("990121100", ["L2"])
    with campaign.day(AGAIN_OVER):
        assert campaign.propose(["L2"]) == []
        campaign.confirm(["L2"])
        figures.check(campaign)


def _bills(campaign: Campaign) -> None:
    plots = campaign.book.plots
    with campaign.day(BILLED):
        campaign.contract("L1", "14.50")
        campaign.contract("L2", "14.00", "120.00", price_kind="per_mu", starts_on="2021-01-01")
        campaign.contract("S1", "15.00", "5000.01", price_kind="per_year", starts_on="2021-01-01")
        money.tariffs(campaign)
        l1, l2, s1 = plots["L1"].holder, plots["L2"].holder, plots["S1"].holder
        rates = {2021: cents("580.00"), 2022: cents("1450.00"), 2023: cents("1450.00")}
        bills = [Owed(l1, "990121100", "rent", year, sum_) for year, sum_ in rates.items()]
        for year in rates:
            bills.append(Owed(l2, "990121100", "rent", year, cents("1680.00")))
            bills.append(Owed(s1, "990121101", "rent", year, cents("5000.01")))
        money.rent(campaign, bills, problems=2)  # L4, and L1 before its lease began
        figures.check(campaign)
        money.water(campaign, "L3", "14.00")
        figures.check(campaign)


def _counter(campaign: Campaign) -> None:
    with campaign.day(COUNTER):
        money.receipts(campaign)
        money.pay(campaign, "L1", "1000.00")
        money.wrong_payment(campaign, "L2", "500.00")
        figures.check(campaign)
        money.waive(campaign, "L2", 2022, "480.00")
        money.pay(campaign, "L2", "2000.00")
        money.pay(campaign, "S1", "20000.00", method="transfer", reference="B-20240520-1")
        money.settle(campaign, "liutang")
        figures.check(campaign)
        figures.holder_files(campaign)
    with campaign.day(REFUND):
        money.give_back(campaign, "S1")
        campaign.register("L1", 1)
        money.nothing_new(campaign)
        figures.check(campaign)


def _arrears(campaign: Campaign) -> None:
    with campaign.day(LATE):
        figures.check(campaign)
        money.dun(campaign)
        stop = money.stop_list(campaign, "L3")
    with campaign.day(STOPPED):
        money.step(campaign, "reviewer", stop, "approve")
        money.step(campaign, "clerk", stop, "execute")
        money.pay(campaign, "L3", "579.50")
        money.pay(campaign, "L1", "2480.00")
        money.settle(campaign, "liutang")
        money.release(campaign, stop)
        figures.check(campaign)
        figures.holder_files(campaign)
        figures.water_report(campaign, campaign.season, campaign.m3)
