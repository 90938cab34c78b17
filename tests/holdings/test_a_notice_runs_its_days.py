"""A notice shows what the register says for at least the pack's days, and never changes once it is up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.db import IntegrityError, transaction
from python_calamine import CalamineWorkbook

from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.programmes.holdings import parcels
from liangtian.programmes.holdings.models import Notice, NoticeParcel, ParcelStanding
from liangtian.programmes.holdings.notices import drafting, objecting, papers, stage
from liangtian.programmes.holdings.notices.pages import notice_out, phase_of, standing_out
from liangtian.programmes.holdings.notices.waiting import waiting_villages
from tests.conftest import People, Run, SignedIn
from tests.holdings import land
from tests.holdings.notices import CONTACT, FORM, SAID, VILLAGE, on, published

DAY = date(2025, 3, 3)
LAST = DAY + timedelta(days=15)
AFTER = LAST + timedelta(days=1)


@pytest.fixture
def three(people: People) -> list[Any]:
    """Three parcels of a village of township A: of a household, of a company, of nobody yet; one of XPCC apart."""
    household = land.person(people.clerk, "王演示")
    company = land.company(people.clerk)
    made = [
        land.parcel(people.clerk, 1_000, 1_000, holder_id=household.pk),
        land.parcel(people.clerk, 1_200, 1_000, holder_id=company.pk),
        land.parcel(people.clerk, 1_400, 1_000),
    ]
    land.parcel(people.clerk, 1_600, 1_000, corps=True, ownership="state")
    return made


def test_a_draft_takes_all_that_waits_but_not_xpcc_land(people: People, three: list[Any]) -> None:
    assert waiting_villages(people.township_a)[0]["waiting"] == 3
    draft = drafting.draft(people.township_a, FORM)
    rows = list(draft.rows.order_by("number"))
    assert [row.code for row in rows] == [one.code for one in three]
    assert [row.holder_name for row in rows] == ["王*示", "示例农业有限公司", ""]
    assert (draft.parcels, draft.region_id) == (3, VILLAGE)
    assert draft.title == "柳塘村农用地清查成果公示"
    smaller = drafting.edit(people.township_a, draft.pk, FORM, [three[2].parcel_id])
    assert smaller.parcels == 2
    drafting.discard(people.township_a, draft.pk)
    assert not Notice.objects.exists()


def test_who_may_not_or_has_nothing_to_show_drafts_no_notice(
    people: People, three: list[Any]
) -> None:
    with pytest.raises(Forbidden):
        drafting.draft(people.reviewer, FORM)
    with pytest.raises(NotFound):
        drafting.draft(people.township_b, FORM)
    with pytest.raises(Refused, match="异议受理"):
        drafting.draft(people.clerk, replace(FORM, contact=" "))
    published(people.clerk, DAY)
    with on(DAY), pytest.raises(Refused, match="没有待公示的地块"):
        drafting.draft(people.clerk, FORM)


def test_fifteen_days_are_the_least_and_the_first_day_does_not_count(
    people: People, three: list[Any]
) -> None:
    with on(DAY):
        draft = drafting.draft(people.clerk, FORM)
        with pytest.raises(Refused, match=f"应到 {LAST} 或以后") as wrong:
            drafting.publish(people.clerk, draft.pk, DAY, LAST - timedelta(days=1))
        assert set(wrong.value.fields) == {"ends_on"}
        with pytest.raises(Refused, match="公示开始日期"):
            drafting.publish(people.clerk, draft.pk, DAY - timedelta(days=1))
        up = drafting.publish(people.clerk, draft.pk)
    assert (up.starts_on, up.ends_on, up.days) == (DAY, LAST, 15)
    assert "五.4" in up.clause
    assert [phase_of(up, day) for day in (DAY, LAST, AFTER)] == ["running", "running", "over"]


def test_a_draft_that_is_not_what_the_register_says_is_not_published(
    people: People, three: list[Any]
) -> None:
    with on(DAY):
        draft = drafting.draft(people.clerk, FORM)
        parcels.change(people.clerk, three[0].parcel_id, replace(land.FORM, actual_use="园地"),
                       DAY, "改种香梨果树")  # fmt: skip
        with pytest.raises(Conflict, match="涉及 1 个地块"):
            drafting.publish(people.clerk, draft.pk)
        drafting.edit(people.clerk, draft.pk, FORM)
        drafting.publish(people.clerk, draft.pk)


def test_what_is_published_is_kept_by_the_database(people: People, three: list[Any]) -> None:
    up = published(people.clerk, DAY)
    row = up.rows.first()
    acts: list[Callable[[], object]] = [
        lambda: Notice.objects.filter(pk=up.pk).update(ends_on=DAY + timedelta(days=1)),
        lambda: Notice.objects.filter(pk=up.pk).update(state="draft", token="", starts_on=None,
                                                       ends_on=None),
        lambda: NoticeParcel.objects.filter(pk=row.pk).update(holder_name="李**"),
        lambda: NoticeParcel.objects.filter(pk=row.pk)._raw_delete("default"),
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


def test_a_parcel_moves_on_only_after_its_notice_ran_out_without_objection(
    people: People, three: list[Any]
) -> None:
    parcel = three[0].parcel
    with pytest.raises(Conflict, match="还没有公示"):
        stage.require_cleared(parcel)
    up = published(people.clerk, DAY)
    with on(LAST):
        assert standing_out(parcel)["stage"] == "running"
        with pytest.raises(Conflict, match="正在公示"):
            stage.require_cleared(parcel)
        objection = objecting.log(people.township_a, up.pk, SAID, LAST)
    with on(AFTER):
        assert standing_out(parcel)["stage"] == "objected"
        with pytest.raises(Conflict, match="未答复的公示异议"):
            stage.require_cleared(parcel)
        assert stage.require_cleared(three[1].parcel).number == 2
        objecting.answer(
            people.township_a, objection.pk, upheld=False, said="复测面积无误，维持公示"
        )
        assert standing_out(parcel)["stage"] == "passed"
        assert stage.require_cleared(parcel).number == 1


def test_an_objection_upheld_has_the_parcel_surveyed_and_noticed_again(
    people: People, three: list[Any]
) -> None:
    parcel, up = three[0].parcel, published(people.clerk, DAY)
    with on(LAST):
        objection = objecting.log(people.clerk, up.pk, SAID, LAST)
        assert objection.due_on == LAST + timedelta(days=15)
        objecting.answer(people.clerk, objection.pk, upheld=True, said="东边界确有差错，重新测量")
        with pytest.raises(Conflict, match="不能再答复"):
            objecting.retract(people.clerk, objection.pk, "异议人不再坚持")
    with on(AFTER):
        with pytest.raises(Conflict, match="应重新公示"):
            stage.require_cleared(parcel)
        again = drafting.draft(people.clerk, FORM)
        assert [row.code for row in again.rows.all()] == [three[0].code]
        again = drafting.publish(people.clerk, again.pk)
    assert ParcelStanding.objects.get(parcel=parcel).notice_id == again.pk
    with on(AFTER + timedelta(days=16)):
        assert stage.require_cleared(parcel).notice_id == again.pk


def test_a_parcel_changed_after_its_notice_must_be_noticed_again(
    people: People, three: list[Any]
) -> None:
    published(people.clerk, DAY)
    with on(AFTER):
        parcels.change(people.clerk, three[0].parcel_id, replace(land.FORM, actual_use="园地"),
                       AFTER, "改种香梨果树")  # fmt: skip
        with pytest.raises(Conflict, match="公示的不是现状"):
            stage.require_cleared(three[0].parcel)


def test_a_notice_taken_back_lets_its_parcels_wait_again(people: People, three: list[Any]) -> None:
    up = published(people.clerk, DAY)
    with on(DAY):
        drafting.withdraw(people.clerk, up.pk, "村界有误，更正后再公示")
        assert standing_out(three[0].parcel)["stage"] == "waiting"
        assert waiting_villages(people.clerk)[0]["waiting"] == 3
    other = published(people.clerk, DAY)
    with on(AFTER), pytest.raises(Conflict, match="期满，不能撤回"):
        drafting.withdraw(people.clerk, other.pk, "村界有误，更正后再公示")


def test_objections_are_filed_within_the_days_and_name_what_is_wrong(
    people: People, three: list[Any]
) -> None:
    up = published(people.clerk, DAY)
    with on(AFTER):
        with pytest.raises(Refused, match="公示期内"):
            objecting.log(people.clerk, up.pk, SAID, AFTER)
        bad = replace(SAID, kind="天气", text="", id_number="990121197001010018")
        with pytest.raises(Refused) as wrong:
            objecting.log(people.clerk, up.pk, bad, LAST)
        assert set(wrong.value.fields) == {"kind", "text", "id_number"}
        with pytest.raises(Refused, match="没有这个序号"):
            objecting.log(people.clerk, up.pk, replace(SAID, number=9), LAST)
        one = objecting.log(people.clerk, up.pk, replace(SAID, number=None, lot="村北沙丘"), LAST)
        assert (one.parcel_id, one.lot, one.number) == (None, "村北沙丘", 1)
        assert stage.require_cleared(three[0].parcel)  # land not on the list holds nothing up


def test_map_list_and_workbook_say_the_same(
    people: People, three: list[Any], run_jobs: Run, signed_in: SignedIn
) -> None:
    up = published(people.clerk, DAY)
    with on(DAY):
        run_jobs()
        up.refresh_from_db()
        assert up.map_file is not None
        assert up.table_file is not None
        browser = signed_in(people.clerk)
        sent = {
            what: browser.get(f"/api/holdings/notices/{up.pk}/papers/{what}").content
            for what in ("map", "table", "xlsx")
        }
    with up.map_file.open() as kept:
        assert kept.read() == sent["map"]
    map_text, map_size = _text(sent["map"])
    assert map_size == (1191, 842)  # A3 lying down, points
    table_text, _ = _text(sent["table"])
    for text in (map_text, table_text):
        assert "公示期：2025年3月3日至2025年3月18日" in text
        assert CONTACT in text
        assert "王演示" not in text
        assert "990121197" not in text
    total = f"{papers.printed_mu(list(up.rows.all())):,.2f}"
    assert total in table_text
    assert total in map_text
    told = CalamineWorkbook.from_filelike(BytesIO(sent["xlsx"])).get_sheet_by_index(0).to_python()
    assert any("王*示" in row for row in told)
    assert any(float(total) in row for row in told)


def _text(pdf: bytes) -> tuple[str, tuple[int, ...]]:
    document = pypdfium2.PdfDocument(pdf)
    size = tuple(round(side) for side in document[0].get_size())
    text = "".join(page.get_textpage().get_text_range() for page in document)
    return text.replace("\r\n", "").replace("\n", ""), size


def test_the_page_counts_what_is_unanswered_and_keeps_the_link_to_publishers(
    people: People, three: list[Any]
) -> None:
    up = published(people.clerk, DAY)
    with on(DAY):
        objecting.log(people.clerk, up.pk, SAID, DAY)
        up.refresh_from_db()
        page = notice_out(people.clerk, up)
        assert (page["unanswered"], page["villages"][0]["rows"][0]["objections"]) == (1, 1)
        assert page["token"] == up.token
        assert notice_out(people.reviewer, up)["token"] == ""
        assert page["objections"][0]["name"] == "王*示"
