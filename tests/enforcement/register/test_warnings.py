"""Warnings to townships: proposed by figures, decided by a leader, sent, answered, escalated."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import docx
import pytest
import python_calamine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.cases import inbox
from liangtian.platform.documents.services import create_series
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Role, User
from liangtian.programmes.enforcement import judging, warnings
from liangtian.programmes.enforcement.models import PatchPart, TownshipWarning
from liangtian.programmes.enforcement.rules import pack_in_use
from liangtian.programmes.enforcement.warning_figures import standings
from tests.conftest import PASSWORD, County, People, SignedIn
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
API = "/api/enforcement/warnings"


@pytest.fixture
def leader(people: People, county: County) -> User:
    user = User.objects.create_user(
        "leader", PASSWORD, name="孙假定", office=people.clerk.office, region=county.county
    )
    user.roles.add(Role.objects.get(code="leader"))
    return user


@pytest.fixture
def year(register: Register, people: People) -> int:
    """15 mu of township A illegal and confirmed, in a batch of this year; B has nothing open."""
    now = timezone.localdate().year
    register.batch.period = f"{now}-03"
    register.batch.save(update_fields=["period"])
    judging.judge(people.clerk, register.a_illegal.pk, "illegal", "现场核实，没有任何批准手续")
    judging.step(people.reviewer, register.a_illegal.pk, "review")
    return now


def of(measure: str) -> TownshipWarning:
    rows = TownshipWarning.objects.select_related("case", "letter")
    found: TownshipWarning = rows.get(measure=measure, ended_at=None)
    return found


def stage(measure: str) -> str:
    return of(measure).case.stage


def sent(people: People, leader: User, measure: str) -> TownshipWarning:
    warning = of(measure)
    warnings.decide(leader, warning.pk, "同意")
    warnings.draft_letter(people.clerk, warning.pk)
    series = create_series(people.clerk, f"示例卫{warning.pk}")
    return warnings.send(people.clerk, warning.pk, series.pk)


def overdue(warning: TownshipWarning) -> None:
    clocks = Deadline.objects.filter(source_kind="enforcement.warning", source_id=warning.case_id)
    past = timezone.localdate() - timedelta(days=3)
    clocks.update(starts_on=past, first_due_on=past, due_on=past)


def test_figures_and_places_come_from_settled_parts_disposals_and_deadlines(
    register: Register, county: County, year: int
) -> None:
    today, pack = timezone.localdate(), pack_in_use()
    late = Deadline.objects.filter(source_id=register.a_split.case_id, obligation="month_clear")
    late.update(starts_on=today - timedelta(days=9), due_on=today - timedelta(days=1))
    assert late.exists()
    b, a = standings(county.county.code, year, today, pack)
    assert (b.region.name, b.place, b.share) == ("石桥镇", 1, None)
    assert (a.region.name, a.place, a.share) == ("柳塘镇", 2, Decimal(0))
    assert a.figures["illegal_mu"] == a.figures["open_illegal_mu"] > 10
    assert (int(a.figures["late_judgements"]), int(b.figures["late_judgements"])) == (1, 0)
    assert a.figures["place_from_worst"] == 1
    part = PatchPart.objects.get(patch=register.a_illegal)
    part.restored_mu = Decimal("10.00")
    part.save(update_fields=["restored_mu"])
    after = standings(county.county.code, year, today, pack)[1]
    assert after.figures["open_illegal_mu"] == a.figures["illegal_mu"] - 10
    assert after.share == 1000 / a.figures["illegal_mu"]
    assert standings(county.county.code, year - 1, today, pack)[1].figures["illegal_mu"] == 0
    for mark in (
        "old_construction",
        "farm_damage",
    ):  # in neither figure of the ratio, so in none here
        PatchPart.objects.filter(pk=part.pk).update(**{mark: True})
        left = standings(county.county.code, year, today, pack)
        assert all(one.figures["open_illegal_mu"] == 0 for one in left), mark
        PatchPart.objects.filter(pk=part.pk).update(**{mark: False})


def test_what_the_rules_call_for_is_proposed_once_and_can_be_repeated_from_what_is_kept(
    people: People, leader: User, year: int
) -> None:
    assert (
        warnings.propose(people.clerk) == 2
    )  # last of all with land open; much open, nothing put right
    assert (warnings.propose(people.clerk), warnings.propose_all()) == (0, 0)
    assert {w.measure for w in TownshipWarning.objects.all()} == {"notice", "supervision"}
    notice = of("notice")
    assert notice.reasons[0]["text"] == "末位排名（倒数第几）1，不多于3"
    assert "五.(一)" in notice.reasons[0]["clause"]
    assert warnings.holds_again(notice)
    notice.figures["open_illegal_mu"] = "0"
    assert not warnings.holds_again(notice)
    assert inbox.waiting_for(leader).count() == 2
    assert Message.objects.filter(user=leader, link=f"/warnings/{notice.pk}").count() == 1


def test_what_a_leader_dropped_is_not_proposed_again_for_the_same_reasons(
    register: Register, people: People, leader: User, year: int
) -> None:
    warnings.propose_all()
    with pytest.raises(Refused):
        warnings.drop(leader, of("notice").pk, "不")
    warnings.drop(leader, of("notice").pk, "刚开过调度会，暂不通报")
    assert warnings.propose_all() == 0
    part = PatchPart.objects.get(patch=register.a_illegal)
    part.restored_mu = Decimal("1.00")
    part.save(update_fields=["restored_mu"])
    assert warnings.propose_all() == 1
    assert stage("notice") == "proposed"


def test_only_a_leader_decides_and_never_what_he_proposed_himself(
    people: People, leader: User, county: County, year: int
) -> None:
    reason = "部署不到位，整改进展缓慢"
    args = (county.township_b.code, "joint", year, reason)
    made = warnings.propose_by_hand(people.clerk, *args)
    assert (made.proposed_by, made.reasons) == (people.clerk, [])
    with pytest.raises(Conflict, match="正在办理"):
        warnings.propose_by_hand(people.clerk, *args)
    for who in (people.clerk, people.reviewer, people.township_b):
        with pytest.raises(Forbidden):
            warnings.decide(who, made.pk)
    leader.roles.add(Role.objects.get(code="county_clerk"))
    leader = User.objects.get(pk=leader.pk)
    own = warnings.propose_by_hand(leader, county.township_a.code, "joint", year, reason)
    with pytest.raises(Conflict, match="须由另一人决定"):
        warnings.decide(leader, own.pk)
    with pytest.raises(IntegrityError), transaction.atomic():
        TownshipWarning.objects.filter(pk=own.pk).update(
            decided_by=leader, decided_at=timezone.now()
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        TownshipWarning.objects.filter(pk=own.pk).update(sent_on=date(2026, 3, 1))
    assert warnings.decide(leader, made.pk).decided_by == leader


def test_the_notice_goes_out_as_a_word_letter_with_the_ranking_as_a_table(
    people: People, leader: User, year: int, signed_in: SignedIn
) -> None:
    warnings.propose_all()
    with pytest.raises(Conflict, match="不能拟制文书"):
        warnings.draft_letter(people.clerk, of("notice").pk)
    warning = sent(people, leader, "notice")
    answer = signed_in(people.township_a).get(f"{API}/{warning.pk}/letter.docx")
    document = docx.Document(BytesIO(answer.content))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert "示例卫" in text
    assert "柳塘镇人民政府：" in text
    assert "五.(一)" in text
    assert "收到之日起10个工作日内" in text
    (table,) = document.tables
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[:2] for row in rows] == [["名次", "乡镇"], ["1", "石桥镇"], ["2", "柳塘镇"]]
    assert rows[2][4] == "0.00%"
    assert "{" not in text + str(rows)


@pytest.mark.parametrize("measure", ["reminder", "supervision", "talk", "joint", "transfer"])
def test_every_measure_has_a_letter_that_can_be_written(
    measure: str, people: People, leader: User, county: County, year: int
) -> None:
    args = (county.township_a.code, measure, year, "整改不实，督促无果")
    warnings.propose_by_hand(people.clerk, *args)
    letter = sent(people, leader, measure).letter
    assert letter is not None
    assert letter.file is not None
    with letter.file.open() as stream:
        text = "\n".join(p.text for p in docx.Document(stream).paragraphs)
    assert "整改不实，督促无果" in text
    assert "{" not in text


def test_a_township_answers_its_own_warning_and_the_county_closes_it(
    people: People, leader: User, year: int, signed_in: SignedIn
) -> None:
    warnings.propose_all()
    hidden = of("notice")
    with pytest.raises(NotFound):  # not before it was sent
        warnings.fetch_warning(people.township_a, hidden.pk)
    warning = sent(people, leader, "notice")
    assert inbox.waiting_for(people.township_a).count() == 1
    with pytest.raises(NotFound):
        warnings.reply(people.township_b, warning.pk, "并非本镇事项，请核对")
    clerk = signed_in(people.township_a)
    form = {"kind": "document", "file": SimpleUploadedFile("整改方案.pdf", b"%PDF-1.4\n%%EOF\n")}
    file = clerk.post("/api/files", form).json()
    body = {"text": "已制定整改措施，月底前拆除复耕", "file_id": file["id"]}
    answer = clerk.post(f"{API}/{warning.pk}/reply", body, content_type="application/json")
    assert (answer.status_code, answer.json()["stage"]) == (200, "answered")
    assert answer.json()["reply_file"]["name"] == "整改方案.pdf"
    running = Deadline.objects.filter(
        source_id=warning.case_id, obligation="warn_reply", done_on=None
    )
    assert not running.exists()
    warnings.return_reply(people.clerk, warning.pk, "没有写明责任人和时限")
    assert (stage("notice"), running.count()) == ("sent", 1)
    warnings.reply(people.township_a, warning.pk, "已补充责任人和时限，见附件")
    closed = warnings.close(people.clerk, warning.pk, "措施可行")
    assert (closed.case.stage, closed.ended_by) == ("closed", people.clerk)
    acts = set(
        AuditEntry.objects.filter(act__startswith="enforcement.warning.").values_list(
            "act", flat=True
        )
    )
    assert {f"enforcement.warning.{a}" for a in
            ("propose", "decide", "letter", "send", "reply", "return_reply", "close")} <= acts  # fmt: skip


def test_an_overdue_answer_calls_for_a_talk_and_an_unheeded_talk_for_transfer(
    people: People, leader: User, county: County, year: int
) -> None:
    warnings.propose_all()
    overdue(sent(people, leader, "notice"))
    assert warnings.propose_all() == 1
    talk = sent(people, leader, "talk")
    with pytest.raises(Conflict, match="约谈"):
        warnings.close(people.clerk, talk.pk, "约谈已经开完")
    today = timezone.localdate()
    with pytest.raises(Refused):
        warnings.hold(people.clerk, talk.pk, today + timedelta(days=1))
    warnings.hold(people.clerk, talk.pk, today)
    due = Deadline.objects.get(source_id=talk.case_id, obligation="talk_report")
    assert (due.starts_on, due.done_on, due.in_workdays) == (today, None, True)
    warnings.report(people.clerk, talk.pk, today)
    due.refresh_from_db()
    assert due.done_on == today
    Deadline.objects.filter(pk=due.pk).delete()
    overdue(talk)
    assert warnings.propose_all() == 1
    transfer = sent(people, leader, "transfer")
    assert (stage("transfer"), transfer.needs_reply) == ("answered", False)
    warnings.hold(people.clerk, transfer.pk, today)
    assert Deadline.objects.filter(
        source_id=transfer.case_id, obligation="accountability_report"
    ).exists()
    warnings.report(people.clerk, transfer.pk, today)
    warnings.close(people.clerk, transfer.pk)


def test_an_unanswered_warning_is_closed_with_a_reason_only(
    people: People, leader: User, year: int
) -> None:
    warnings.propose_all()
    warning = sent(people, leader, "notice")
    with pytest.raises(Refused):
        warnings.close(people.clerk, warning.pk)
    assert warnings.close(people.clerk, warning.pk, "图斑已全部整改验收").end_note


def test_each_sees_the_ranking_the_ledger_and_the_list_of_his_own(
    people: People, leader: User, year: int, signed_in: SignedIn
) -> None:
    warnings.propose_all()
    sent(people, leader, "supervision")

    def seen(user: Any) -> tuple[list[str], list[str], int]:
        client = signed_in(user)
        ranking = client.get(f"{API}/ranking").json()["rows"]
        listed = client.get(API).json()
        ledger = client.get("/api/ledgers/enforcement.warnings/rows").json()
        return [r["township"] for r in ranking], [w["measure"] for w in listed], ledger["total"]

    assert seen(people.clerk) == (["石桥镇", "柳塘镇"], ["supervision", "notice"], 2)
    assert seen(people.township_a) == (["柳塘镇"], ["supervision"], 1)
    assert seen(people.township_b) == (["石桥镇"], [], 0)
    sheet = signed_in(people.clerk).get(f"{API}/ranking.xlsx").content
    cells = python_calamine.CalamineWorkbook.from_filelike(BytesIO(sheet)).get_sheet_by_index(0)
    assert any("石桥镇" in row for row in cells.to_python())


def test_the_figures_of_a_county_take_a_fixed_number_of_queries(
    year: int, county: County, django_assert_max_num_queries: Any
) -> None:
    warnings.propose_all()
    with django_assert_max_num_queries(6):
        standings(county.county.code, year, timezone.localdate(), pack_in_use())
