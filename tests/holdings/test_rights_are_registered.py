"""A right is registered after notice and judgement, step by step, by more than one person, under a checked code."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.services import store
from liangtian.policy.unit_code import plain, wrong_unit_code
from liangtian.programmes.holdings import parcels
from liangtian.programmes.holdings.judging import confirming, proposing
from liangtian.programmes.holdings.models import Judgement, Parcel, ParcelVersion, Registration
from liangtian.programmes.holdings.notices.stage import require_cleared
from liangtian.programmes.holdings.registering import services
from tests.conftest import People
from tests.holdings import land
from tests.holdings.notices import on, published

UNIT = "990121001001GN00001W00000000"
RIGHT = "国有农用地使用权"


def paper(user: Any, region: Any, kind: str = "租赁合同") -> services.PaperForm:
    made = store([b"%PDF-1.7\n%%EOF\n"], f"{kind}.pdf", user=user, region=region, kind="document")
    return services.PaperForm(kind, made.pk)


@pytest.fixture
def parcel(people: People) -> Parcel:
    """A leased parcel of state land that was noticed and judged."""
    holder = land.person(people.clerk)
    version = land.parcel(people.clerk, 1_000, 1_000, ownership="state", way="租赁",
                          source_paper="租赁合同", holder_id=holder.pk)  # fmt: skip
    published(people.clerk, timezone.localdate() - timedelta(days=20))
    proposing.propose(people.clerk, [version.parcel_id])
    confirming.confirm(people.reviewer, [Judgement.objects.get().pk])
    return Parcel.objects.get(pk=version.parcel_id)


def applied(people: People, parcel: Parcel, *papers: services.PaperForm) -> Registration:
    return services.apply(people.township_a, parcel.pk, RIGHT, timezone.localdate(), papers)


def surveyed(people: People, parcel: Parcel, code: str = UNIT) -> Registration:
    row = applied(people, parcel, paper(people.township_a, parcel.region))
    services.check(people.clerk, row.pk, "pass", "材料齐全")
    form = services.SurveyForm(timezone.localdate(), "县测绘队", code)
    return services.survey(people.township_a, row.pk, form)


def test_a_right_goes_from_application_to_certificate_and_the_register_names_it(
    people: People, parcel: Parcel
) -> None:
    row = surveyed(people, parcel, " 990121001001gn00001w00000000 ")
    assert (row.unit_code, row.state) == (UNIT, "surveyed")
    services.decide(people.reviewer, row.pk, approve=True, opinion="同意登记")
    number = "示（2026）青禾县不动产权第0000001号"
    services.enter(people.clerk, row.pk, number, timezone.localdate())
    row.refresh_from_db()
    assert (row.state, row.certificate) == ("registered", number)
    now = ParcelVersion.objects.get(parcel=parcel, valid_to=None)
    assert (now.source_paper, now.paper_number) == ("不动产权证", number)
    assert [s.state for s in row.steps.all()] == [
        "applied", "checked", "surveyed", "approved", "registered",
    ]  # fmt: skip
    require_cleared(parcel)  # the certificate is no change of what was noticed
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(certificate="另一号")


def test_nothing_begins_before_the_notice_has_run_out(people: People) -> None:
    holder = land.person(people.clerk)
    version = land.parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    with pytest.raises(Conflict, match="还没有公示"):
        applied(people, version.parcel)
    published(people.clerk, timezone.localdate())
    with pytest.raises(Conflict, match="正在公示"):
        applied(people, version.parcel)
    with on(timezone.localdate() + timedelta(days=16)):
        row = applied(people, version.parcel, paper(people.township_a, version.region))
        with pytest.raises(Conflict, match="还没有研判"):
            services.check(people.clerk, row.pk, "pass", "")


def test_land_without_holder_or_of_others_is_not_applied_for(
    people: People, parcel: Parcel
) -> None:
    with pytest.raises(NotFound):
        services.apply(people.township_b, parcel.pk, RIGHT, timezone.localdate())
    with pytest.raises(Forbidden):
        services.apply(people.reviewer, parcel.pk, RIGHT, timezone.localdate())
    with pytest.raises(Refused) as wrong:
        services.apply(people.clerk, parcel.pk, "所有权", date(2099, 1, 1))
    assert set(wrong.value.fields) == {"right", "applied_on"}
    applied(people, parcel)
    with pytest.raises(Conflict, match="已有正在办理"):
        applied(people, parcel)


def test_who_took_it_in_or_checked_it_does_not_approve_it(people: People, parcel: Parcel) -> None:
    row = surveyed(people, parcel)
    with pytest.raises(Forbidden, match="由他人批准"):
        services.decide(people.clerk, row.pk, approve=True, opinion="同意")
    with pytest.raises(Forbidden):
        services.decide(people.township_a, row.pk, approve=True, opinion="同意")
    with pytest.raises(IntegrityError), transaction.atomic():
        Registration.objects.filter(pk=row.pk).update(state="approved", approved_by=people.clerk)
    with pytest.raises(Refused, match="理由"):
        services.decide(people.reviewer, row.pk, approve=False, opinion="否")
    with pytest.raises(Conflict, match="已核查"):
        services.enter(people.clerk, row.pk, "示第1号", timezone.localdate())
    assert (
        services.decide(people.reviewer, row.pk, approve=False, opinion="四至与邻宗不一致").state
        == "refused"
    )


def test_papers_are_wanted_and_may_be_asked_for_again(people: People, parcel: Parcel) -> None:
    row = applied(people, parcel)
    with pytest.raises(Refused, match="没有申请材料"):
        services.check(people.clerk, row.pk, "pass", "")
    row = services.check(people.clerk, row.pk, "correct", "请补交租赁合同原件")
    assert row.state == "applied"
    with pytest.raises(Refused, match="材料类型"):
        services.add_papers(people.clerk, row.pk, [services.PaperForm("照片", 1)])
    services.add_papers(people.township_a, row.pk, [paper(people.township_a, parcel.region)])
    assert services.check(people.clerk, row.pk, "pass", "").state == "checked"
    assert services.withdraw(people.clerk, row.pk, "申请人撤回申请").state == "withdrawn"
    assert applied(people, parcel).pk != row.pk


def test_land_judged_unlawful_is_not_registered(people: People, parcel: Parcel) -> None:
    row = applied(people, parcel, paper(people.township_a, parcel.region))
    judged = Judgement.objects.filter(parcel=parcel, state="confirmed")
    before = judged.get().outcome
    judged.update(outcome="unlawful_shoreline", reason="会审改定")
    with pytest.raises(Conflict, match="研判结论为违法"):
        services.check(people.clerk, row.pk, "pass", "材料齐全")
    judged.update(outcome=before)
    services.check(people.clerk, row.pk, "pass", "材料齐全")
    services.survey(people.township_a, row.pk,
                    services.SurveyForm(timezone.localdate(), "县测绘队", UNIT))  # fmt: skip
    judged.update(outcome="unlawful_new", reason="会审改定")
    with pytest.raises(Conflict, match="研判结论为违法"):
        services.decide(people.reviewer, row.pk, approve=True, opinion="同意登记")
    services.decide(people.reviewer, row.pk, approve=False, opinion="研判为新增开垦，不予登记")


def test_a_register_that_changed_after_the_survey_is_surveyed_again(
    people: People, parcel: Parcel
) -> None:
    row = surveyed(people, parcel)
    now = ParcelVersion.objects.get(parcel=parcel, valid_to=None)
    form = services._form(now)
    changed = {**form.__dict__, "reclaimed_year": 2001}
    parcels.change(
        people.clerk, parcel.pk, parcels.ParcelForm(**changed), timezone.localdate(), "补录开发年份"
    )
    with pytest.raises(Conflict, match="重新核查"):
        services.decide(people.reviewer, row.pk, approve=True, opinion="同意")
    services.survey(
        people.clerk, row.pk, services.SurveyForm(timezone.localdate(), "县测绘队", UNIT)
    )
    assert services.decide(people.reviewer, row.pk, approve=True, opinion="").state == "approved"


def test_a_unit_code_is_of_one_parcel(people: People, parcel: Parcel) -> None:
    surveyed(people, parcel)
    holder = land.person(people.clerk, "李演示", 2)
    other = land.parcel(people.clerk, 2_000, 1_000, holder_id=holder.pk)
    published(people.clerk, timezone.localdate() - timedelta(days=20))
    proposing.propose(people.clerk, [other.parcel_id])
    confirming.confirm(people.reviewer, [Judgement.objects.get(parcel=other.parcel_id).pk])
    with pytest.raises(Conflict, match="已用于其他地块"):
        surveyed(people, other.parcel)
    row = Registration.objects.get(parcel=other.parcel_id)
    for code in ("990121001001GN0001W00000000", "990122001001GN00001W00000000"):
        with pytest.raises(Refused) as wrong:
            services.survey(
                people.clerk, row.pk, services.SurveyForm(timezone.localdate(), "队", code)
            )
        assert "unit_code" in wrong.value.fields


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (UNIT, ""), ("990121001001JD00012F00010001", ""), (UNIT[:-1], "28 位"),
        ("990121001001GO00001W00000000", "格式"), ("990121001001XN00001W00000000", "格式"),
        ("990121001001GN00000W00000000", "宗地号"), ("990121001001GN00001W00000001", "W00000000"),
        ("990121001001GN00001F00000000", "不能全为 0"), ("990122001001GN00001W00000000", "990121"),
    ],
)  # fmt: skip
def test_codes_of_units_are_read_by_their_parts(code: str, said: str) -> None:
    found = wrong_unit_code(code, "990121")
    assert (said in found) if said else found == ""


@settings(max_examples=60)
@given(at=st.integers(0, 27), to=st.sampled_from("0123456789GJNWFXA*"), blank=st.integers(0, 28))
def test_a_code_with_one_wrong_character_is_a_code_of_the_county_or_refused(
    at: int, to: str, blank: int
) -> None:
    other = UNIT[:at] + to + UNIT[at + 1 :]
    assert plain(other[:blank] + " " + other[blank:].lower()) == other
    said = wrong_unit_code(other, "990121")
    digits = all(other[i].isdigit() for i in range(28) if i not in (12, 13, 19))
    assert bool(said) or (digits and other.startswith("990121") and other[12] in "GJZ")
