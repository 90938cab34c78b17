"""A patch from hand to hand: who may do what, what the database refuses, what the history keeps."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.cases import delegating, handing, inbox
from liangtian.platform.cases.models import Case, CaseStep, Task
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.programmes.enforcement import judging
from liangtian.programmes.enforcement.checking import CheckForm, save_check
from liangtian.programmes.enforcement.data_checks.services import let_pass
from liangtian.programmes.enforcement.many import taking
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.parts import PartJudgement
from tests.conftest import People
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
FOUND = CheckForm(situation="built", checked_on=date(2026, 3, 20), land_use="仓库")


def stage(patch: Patch) -> str:
    return Case.objects.get(pk=patch.case_id).stage


def task(patch: Patch) -> Task:
    return Task.objects.get(case=patch.case_id, closed_at=None)


def departing(people: People, patch: Patch) -> None:
    told = [PartJudgement(1, subclass="facility", number="示例备〔2026〕1号")]
    judging.judge(people.clerk, patch.pk, "other", "现场核实为设施农业用房", told)


def test_a_patch_goes_out_comes_back_is_judged_sent_back_and_confirmed(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    judging.assign(people.clerk, patch.pk)
    assert inbox.waiting_for(people.township_a).count() == 1
    assert inbox.waiting_for(people.township_b).count() == 0
    with pytest.raises(Conflict, match="还没有填写实地核查表"):
        judging.step(people.township_a, patch.pk, "return", "现场无法进入，说明见函")
    save_check(people.township_a, patch.pk, FOUND)
    with pytest.raises(Conflict, match="现有照片 0 张，要求至少 4 张；缺少朝东、南、西、北方向"):
        judging.step(people.township_a, patch.pk, "return")
    judging.step(people.township_a, patch.pk, "return", "现场无法进入，说明见函")
    departing(people, patch)
    assert stage(patch) == "judged"
    judging.step(people.reviewer, patch.pk, "send_back", "备案文号未见，请补充")
    assert Patch.objects.get(pk=patch.pk).judgement_outcome == ""
    departing(people, patch)
    with pytest.raises(Conflict, match="照片不足"):
        judging.step(people.reviewer, patch.pk, "review")
    let_pass(people.reviewer, patch.pk, "E01", 0, "现场无法进入，核查说明见函")
    judging.step(people.reviewer, patch.pk, "review")
    assert stage(patch) == "confirmed"
    patch.refresh_from_db()
    assert (patch.judged_by, patch.confirmed_by) == (people.clerk, people.reviewer)
    steps = [s.step for s in CaseStep.objects.filter(case=patch.case_id)]
    assert steps == [
        "receive", "assign", "return", "submit", "send_back", "submit", "review",
    ]  # fmt: skip
    assert task(patch).title == "下达处置或归档"


def test_who_judged_cannot_alone_confirm(register: Register, people: People) -> None:
    departing(people, register.a_illegal)
    with pytest.raises(Conflict, match="由您本人判定，须由另一人复核"):
        judging.step(people.clerk, register.a_illegal.pk, "review")
    assert stage(register.a_illegal) == "judged"


def test_the_database_refuses_a_stage_without_a_step_and_any_change_of_a_step(
    register: Register,
) -> None:
    case = Case.objects.filter(pk=register.a_illegal.case_id)
    step = CaseStep.objects.filter(case=register.a_illegal.case_id)
    for forbidden in (
        lambda: case.update(stage="confirmed"),
        lambda: case.update(stage="nowhere"),
        lambda: step.update(opinion="改写"),
        lambda: step._raw_delete(step.db),
        lambda: CaseStep.objects.create(
            case=case.get(), step="x", from_stage="judged", to_stage="confirmed"
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()
    assert case.get().stage == "received"


def test_a_step_is_taken_back_only_while_nobody_touched_what_came_of_it(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    departing(people, patch)
    with pytest.raises(Conflict, match="不是您办理的"):
        judging.step(people.reviewer, patch.pk, "withdraw")
    judging.step(people.clerk, patch.pk, "withdraw")
    assert (stage(patch), Patch.objects.get(pk=patch.pk).judgement_outcome) == ("received", "")
    judging.assign(people.clerk, patch.pk)
    handing.claim(people.township_a, task(patch).pk)
    with pytest.raises(Conflict, match="已由下一环节签收"):
        judging.step(people.clerk, patch.pk, "withdraw")


def test_what_one_has_claimed_another_cannot_do_unless_he_stands_in(
    register: Register, people: People, second_clerk: Any
) -> None:
    patch = register.a_illegal
    handing.claim(people.clerk, task(patch).pk)
    with pytest.raises(Conflict, match="已由张示例签收"):
        handing.claim(second_clerk, task(patch).pk)
    with pytest.raises(Conflict, match="由张示例承办"):
        judging.judge(second_clerk, patch.pk, "illegal")
    today = timezone.localdate()
    delegating.delegate(people.clerk, second_clerk.pk, today, today + timedelta(days=3), "出差")
    assert inbox.waiting_for(second_clerk, "delegated").count() == 1
    judging.judge(second_clerk, patch.pk, "illegal")
    last = CaseStep.objects.filter(case=patch.case_id).order_by("-id")[0]
    assert (last.by, last.on_behalf_of) == (second_clerk, people.clerk)


def test_a_delegation_out_of_its_period_or_ended_gives_nothing(
    register: Register, people: People, second_clerk: Any
) -> None:
    today = timezone.localdate()
    later = delegating.delegate(
        people.clerk, second_clerk.pk, today + timedelta(days=1), today + timedelta(days=2), "休假"
    )
    assert not delegating.stands_in_for(second_clerk, people.clerk)
    delegating.end_delegation(people.clerk, later.pk)
    now = delegating.delegate(people.clerk, second_clerk.pk, today, today, "休假")
    assert delegating.stands_in_for(second_clerk, people.clerk)
    delegating.end_delegation(second_clerk, now.pk)
    assert not delegating.stands_in_for(second_clerk, people.clerk)
    with pytest.raises(Refused, match="没有相同的角色"):
        delegating.delegate(people.clerk, people.reviewer.pk, today, today, "休假")


def test_every_task_of_a_leaver_goes_to_the_one_who_follows(
    register: Register, people: People, second_clerk: Any, leader: Any
) -> None:
    for patch in (register.a_illegal, register.b_legal):
        handing.claim(people.clerk, task(patch).pk)
    with pytest.raises(Forbidden):
        handing.hand_over(people.clerk, people.clerk.pk, second_clerk.pk, "调离")
    assert handing.hand_over(leader, people.clerk.pk, second_clerk.pk, "调离") == 2
    assert inbox.waiting_for(second_clerk, "mine").count() == 2
    assert Message.objects.filter(user=second_clerk, title__contains="2 项待办").count() == 1
    moves = [(m.act, m.from_user, m.to_user) for m in task(register.a_illegal).moves.all()]
    assert moves[-1] == ("handover", people.clerk, second_clerk)


def test_urging_tells_those_at_the_desk_once_a_day(register: Register, people: People) -> None:
    judging.assign(people.clerk, register.a_illegal.pk)
    handing.urge(people.clerk, task(register.a_illegal).pk)
    assert Message.objects.get(user=people.township_a).title.startswith("张示例催办")
    with pytest.raises(Conflict, match="今天已催办"):
        handing.urge(people.clerk, task(register.a_illegal).pk)


def test_the_clock_of_a_patch_runs_until_it_is_confirmed_and_again_when_reopened(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    clock = Deadline.objects.get(source_id=patch.case_id, obligation="month_clear")
    assert not clock.done_on
    judging.judge(people.clerk, patch.pk, "illegal")
    clock.refresh_from_db()
    assert not clock.done_on
    judging.step(people.reviewer, patch.pk, "review")
    clock.refresh_from_db()
    assert clock.done_on == timezone.localdate()
    assert clock.done_by == people.reviewer
    judging.reopen(people.clerk, patch.pk, "收到新的批准文件")
    clock.refresh_from_db()
    assert not clock.done_on
    assert task(patch).deadline == clock


def test_many_at_once_tells_of_each_or_leaves_all(register: Register, people: People) -> None:
    judging.judge(people.clerk, register.a_illegal.pk, "illegal")
    ids = [register.a_illegal.pk, register.b_legal.pk, 999_999]
    told = taking.take(people.clerk, ids, taking.Asked("confirm"), whole=False, preview=True)
    assert ([row["done"] for row in told["rows"]], stage(register.b_legal)) == (
        [False, True, False], "received",
    )  # fmt: skip
    whole = taking.take(people.clerk, ids, taking.Asked("confirm"), whole=True)
    assert (whole["done"], stage(register.b_legal)) == (0, "received")
    each = taking.take(people.clerk, ids, taking.Asked("confirm"), whole=False)
    assert [row["done"] for row in each["rows"]] == [False, True, False]
    assert "待复核" in each["rows"][0]["message"]
    assert stage(register.b_legal) == "judged"


def test_the_inbox_costs_the_same_for_any_number_of_rows(
    register: Register, people: People, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(people.clerk)
    with django_assert_max_num_queries(10):
        rows = client.get("/api/inbox").json()["rows"]
    assert len(rows) == 3
    assert {row["due"] for row in rows} <= {"later", "soon"}
    with django_assert_max_num_queries(8):  # the session, rights, offices, tasks, unread notices
        assert client.get("/api/inbox/counts").json()["todo"] == 3


def test_an_old_case_without_a_task_gets_one_with_its_clock(
    register: Register, people: People
) -> None:
    from liangtian.platform.cases.services import mend_tasks

    Task.objects.all().delete()
    Deadline.objects.all().delete()
    Case.objects.filter(pk=register.a_illegal.case_id).update(
        opened_at=timezone.make_aware(datetime(2026, 1, 10, 9))
    )
    assert mend_tasks() == 3
    assert task(register.a_illegal).deadline is not None
    assert task(register.a_illegal).deadline.due_on == date(2026, 2, 28)  # type: ignore[union-attr]
    assert mend_tasks() == 0
