"""A parcel past its notice is judged by the table, confirmed by another, and disposed of by a day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Office
from liangtian.programmes.holdings import parcels
from liangtian.programmes.holdings.judging import confirming, disposing, proposing
from liangtian.programmes.holdings.judging.pages import judgement_out, trial_out
from liangtian.programmes.holdings.models import Comparison, Disposition, Judgement, ParcelStanding
from tests.conftest import People, Run, SignedIn
from tests.holdings import land
from tests.holdings.notices import on, published

DAY = date(2025, 3, 3)
AFTER = DAY + timedelta(days=20)


@pytest.fixture
def judged_land(people: People) -> list[Any]:
    """Three parcels past their notice, compared with the departments: under contract, bare, of 2021 bare."""
    from django.utils import timezone

    holder = land.person(people.clerk)
    bare: dict[str, Any] = {"way": "无手续占用", "source_paper": "无"}
    made = [
        land.parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk),
        land.parcel(people.clerk, 1_200, 1_000, reclaimed_year=1990, **bare),
        land.parcel(people.clerk, 1_400, 1_000, reclaimed_year=2021, **bare),
    ]
    land.contract(people.clerk, made[0], holder)
    published(people.clerk, DAY)
    Comparison.objects.create(
        region=people.clerk.region, created_by=people.clerk, pack_version="-", current=True,
        done_at=timezone.now(),
    )  # fmt: skip
    return made


def _propose(people: People, made: list[Any]) -> list[Judgement]:
    with on(AFTER):
        proposing.propose(people.clerk, [one.parcel_id for one in made])
    return list(Judgement.objects.filter(state="proposed").order_by("parcel"))


def test_nothing_is_judged_while_its_notice_runs(people: People, judged_land: list[Any]) -> None:
    keys = [one.parcel_id for one in judged_land]
    with on(DAY):
        made, why = proposing.propose(people.clerk, keys)
        assert made == 0
        assert all("正在公示" in one for one in why)
        with pytest.raises(Refused, match="没有可以研判的地块"):
            proposing.start(people.clerk)
    with on(AFTER):
        assert proposing.propose(people.clerk, keys) == (3, [])
    with pytest.raises(Forbidden):
        proposing.propose(people.reviewer, keys)
    with pytest.raises(NotFound):
        proposing.propose(people.clerk, [*keys, 10**9])


def test_the_table_says_what_it_makes_of_a_parcel_and_why_no_other_row(
    people: People, judged_land: list[Any]
) -> None:
    with on(AFTER):
        said = trial_out(people.reviewer, judged_land[1].parcel_id)
    assert (said["outcome"], said["measure"]) == ("regularise", "补办登记手续")
    (fired,) = (one for one in said["trace"] if one["fired"])
    assert fired["row"] == "bare_early"
    assert said["blocked"] == ""
    assert {"label": "开发年份", "value": "1990"} in said["facts"]


def test_all_that_is_ready_is_proposed_for_in_the_background_once(
    people: People, judged_land: list[Any], run_jobs: Run
) -> None:
    with on(AFTER):
        proposing.start(people.clerk)
        run_jobs()
        assert dict(Judgement.objects.values_list("parcel", "proposed")) == {
            judged_land[0].parcel_id: "lawful", judged_land[1].parcel_id: "regularise",
            judged_land[2].parcel_id: "unlawful_new",
        }  # fmt: skip
        with pytest.raises(Refused, match="没有可以研判的地块"):
            proposing.start(people.clerk)


def test_who_proposed_does_not_confirm(people: People, judged_land: list[Any]) -> None:
    rows = _propose(people, judged_land)
    with on(AFTER):
        with pytest.raises(Forbidden, match="应由他人确认"):
            confirming.confirm(people.clerk, [rows[0].pk])
        assert judgement_out(people.clerk, rows[0])["may_confirm"] is False
        assert judgement_out(people.reviewer, rows[0])["may_confirm"] is True
        assert confirming.confirm(people.reviewer, [row.pk for row in rows[:2]]) == 2
    assert ParcelStanding.objects.get(parcel=rows[0].parcel_id).judged == "合法、手续完备"
    with on(AFTER), pytest.raises(Conflict, match="请刷新"):
        confirming.confirm(people.reviewer, [rows[0].pk])
    with pytest.raises(IntegrityError), transaction.atomic():
        Judgement.objects.filter(pk=rows[0].pk).update(confirmed_by=people.clerk)


def test_another_class_needs_a_reason_and_may_name_the_meeting(
    people: People, judged_land: list[Any]
) -> None:
    row = _propose(people, judged_land)[2]
    with on(AFTER):
        form = confirming.MeetingForm(
            "第一次会审", AFTER, "三楼会议室", "王假设", ["李样本", "林虚拟"]
        )
        meeting = confirming.hold(people.reviewer, form)
        with pytest.raises(Refused, match="理由"):
            confirming.confirm(people.reviewer, [row.pk], outcome="regularise")
        with pytest.raises(Refused, match="没有这个研判结论"):
            confirming.confirm(people.reviewer, [row.pk], outcome="fine", reason="会审认为可以")
        confirming.confirm(
            people.reviewer, [row.pk], outcome="regularise", reason="影像证明1996年已耕种",
            meeting_id=meeting.pk,
        )  # fmt: skip
    row.refresh_from_db()
    page = judgement_out(people.clerk, row)
    assert (page["outcome"], page["proposed"]) == ("regularise", "unlawful_new")
    assert (page["override_reason"], page["meeting"]["title"]) == (
        "影像证明1996年已耕种",
        "第一次会审",
    )


def test_a_judgement_does_not_outlive_a_change_of_the_land(
    people: People, judged_land: list[Any]
) -> None:
    from dataclasses import replace

    row = _propose(people, judged_land)[0]
    with on(AFTER):
        form = replace(land.FORM, actual_use="园地")
        parcels.change(people.clerk, row.parcel_id, form, AFTER, "改种香梨果树")
        with pytest.raises(Conflict, match="公示的不是现状"):
            confirming.confirm(people.reviewer, [row.pk])


def test_a_disposition_follows_a_confirmed_judgement_and_is_late_past_its_day(
    people: People, judged_land: list[Any], signed_in: SignedIn
) -> None:
    row = _propose(people, judged_land)[1]
    office = Office.objects.filter(region__code__startswith="990121").first()
    form = disposing.PlanForm(
        "补办登记手续", "由乡镇组织补办，六月底前完成", office.pk if office else 0
    )
    with on(AFTER):
        with pytest.raises(Conflict, match="还没有确认"):
            disposing.plan(people.clerk, row.parcel_id, form)
        confirming.confirm(people.reviewer, [row.pk])
        made = disposing.plan(people.clerk, row.parcel_id, form)
        assert made.due_on == AFTER + timedelta(days=90)
        with pytest.raises(Conflict, match="不能重复登记"):
            disposing.plan(people.clerk, row.parcel_id, form)
    late = made.due_on + timedelta(days=1)
    with on(late):
        (listed,) = (
            signed_in(people.clerk).get("/api/ledgers/holdings.dispositions/rows").json()["rows"]
        )
        assert listed["clock"] == "late"
        disposing.end(people.clerk, made.pk, done=True, result="已补办登记手续并归档")
    made.refresh_from_db()
    assert (made.state, made.ended_on) == (Disposition.State.DONE, late)
