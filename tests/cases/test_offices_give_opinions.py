"""会办: several offices are asked at once, each answers for itself, and the patch comes back by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import DatabaseError

from liangtian.platform.calendar.models import Deadline, Message
from liangtian.platform.cases import handing, inbox
from liangtian.platform.cases.desks import people_at
from liangtian.platform.cases.machine import Desk
from liangtian.platform.cases.models import Case, CaseStep, Consultation, OfficeOpinion, Task
from liangtian.platform.cases.opinions import Asked, answer, asked_of
from liangtian.platform.cases.services import take_step
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Office, Role, User
from liangtian.programmes.enforcement import asking, judging
from liangtian.programmes.enforcement.flow import FLOW
from tests.conftest import County, People
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
QUESTION = "该地块是否属高标准农田，请提供意见"
BUREAUS = ("agriculture", "forestry", "water")


class Asking:
    """Three bureaus of the county with a person each, and a patch to ask them about."""

    def __init__(self, county: County, people: People, register: Register) -> None:
        self.patch = register.a_illegal
        self.clerk = people.clerk
        self.people: dict[str, User] = {}
        self.offices: dict[str, Office] = {}
        for role in BUREAUS:
            office = Office.objects.create(
                code=f"99-{role}", name=f"示例{role}局", kind="bureau", region=county.county
            )
            self.offices[role] = office
            self.people[role] = self.person(role, office)

    def person(self, role: str, office: Office, username: str = "") -> User:
        user = User.objects.create_user(
            username or f"of_{role}", None, name=f"{role}经办", office=office, region=office.region
        )
        user.roles.add(Role.objects.get(code=role))
        return user

    def ask(self, *roles: str, rule: Any = "all", question: str = QUESTION) -> Consultation:
        ids = [self.offices[role].pk for role in roles or BUREAUS]
        asking.consult(self.clerk, self.patch.pk, Asked(question, ids, rule))
        return Consultation.objects.latest("pk")

    def task(self, role: str) -> Task:
        return Task.objects.get(parallel=True, office=self.offices[role], closed_at=None)

    @property
    def stage(self) -> str:
        return Case.objects.get(pk=self.patch.case_id).stage


@pytest.fixture
def bureaus(county: County, people: People, register: Register) -> Asking:
    return Asking(county, people, register)


def test_each_office_answers_for_itself_and_the_patch_comes_back_to_who_asked(
    bureaus: Asking,
) -> None:
    made = bureaus.ask()
    assert (bureaus.stage, made.needed) == ("consulting", 3)
    due = Deadline.objects.get(obligation="opinions", source_id=bureaus.patch.case_id)
    assert made.due_on == due.due_on
    for role in BUREAUS:
        user = bureaus.people[role]
        (mine,) = inbox.tasks_out(user, inbox.waiting_for(user))
        assert (mine["opinion"], mine["due_on"]) == (True, due.due_on)
        assert Message.objects.filter(user=user, title__contains="征求意见").count() == 1
        shown = asked_of(user, bureaus.task(role).pk)
        assert shown.consultation.question == QUESTION
        stance = "disagree" if role == "water" else "agree"
        answer(user, bureaus.task(role).pk, stance, "经核对，意见如上所述")
        assert not inbox.waiting_for(user).exists()
    assert bureaus.stage == "verified"
    back = Task.objects.get(case=bureaus.patch.case_id, closed_at=None)
    assert back.holder == bureaus.clerk
    due.refresh_from_db()
    assert due.done_on is not None
    steps = list(CaseStep.objects.filter(case=bureaus.patch.case_id).order_by("id"))
    assert [s.step for s in steps] == ["receive", "consult", "opine", "opine", "opine", "conclude"]
    assert steps[-1].opinion == "会办意见已收齐：同意 2 家，不同意 1 家。"
    assert {o.stance for o in OfficeOpinion.objects.filter(consultation=made)} == {
        "agree", "disagree",
    }  # fmt: skip


def test_a_majority_is_enough_where_that_was_asked_and_the_rest_need_not_answer(
    bureaus: Asking,
) -> None:
    made = bureaus.ask(rule="majority")
    assert made.needed == 2
    late = bureaus.task("water")
    for role in ("agriculture", "forestry"):
        answer(bureaus.people[role], bureaus.task(role).pk, "agree", "同意按违法处理")
    assert bureaus.stage == "verified"
    with pytest.raises(Conflict, match="已答复，或征求意见已结束"):
        answer(bureaus.people["water"], late.pk, "agree", "同意按违法处理")
    assert not inbox.waiting_for(bureaus.people["water"]).exists()


def test_nobody_answers_for_another_office_and_nobody_outside_sees_the_question(
    bureaus: Asking, people: People
) -> None:
    bureaus.ask("agriculture", "forestry")
    task = bureaus.task("agriculture")
    with pytest.raises(Forbidden, match="由其他单位答复"):
        answer(bureaus.people["forestry"], task.pk, "agree", "同意按违法处理")
    for outsider in (bureaus.people["water"], bureaus.people["forestry"], people.township_b):
        with pytest.raises(NotFound):
            asked_of(outsider, task.pk)
    with pytest.raises(NotFound):
        answer(people.township_b, task.pk, "agree", "同意按违法处理")
    with pytest.raises(Conflict):  # nobody judges while others are asked
        judging.judge(people.clerk, bureaus.patch.pk, "illegal")
    with pytest.raises(Conflict):  # nor says himself that enough have answered
        take_step(FLOW, bureaus.patch.case, "conclude", people.clerk)


def test_one_of_the_office_may_claim_the_question_and_then_answers_alone(bureaus: Asking) -> None:
    bureaus.ask("agriculture")
    other = bureaus.person("agriculture", bureaus.offices["agriculture"], "second")
    task = bureaus.task("agriculture")
    handing.claim(bureaus.people["agriculture"], task.pk)
    with pytest.raises(Forbidden, match="由agriculture经办答复"):
        answer(other, task.pk, "agree", "同意按违法处理")
    with pytest.raises(Refused, match="不在承办机构"):
        handing.give(
            bureaus.people["agriculture"], task.pk, bureaus.people["water"].pk, "业务不归我局"
        )
    answer(bureaus.people["agriculture"], task.pk, "none", "")
    assert bureaus.stage == "verified"


def test_what_is_asked_wrongly_is_refused(bureaus: Asking, county: County) -> None:
    empty = Office.objects.create(code="99-x", name="无人局", kind="bureau", region=county.county)
    with pytest.raises(Refused, match="至少 5 个字"):
        bureaus.ask(question="请看")
    bureaus.offices["x"] = empty
    with pytest.raises(Refused, match="请选择征求意见的单位"):
        bureaus.ask("x")
    made = bureaus.ask("agriculture")
    with pytest.raises(Refused, match="至少 5 个字"):
        answer(bureaus.people["agriculture"], bureaus.task("agriculture").pk, "disagree", "否")
    with pytest.raises(Conflict, match="会办中"):
        bureaus.ask("forestry")
    with pytest.raises(IntegrityError), transaction.atomic():
        OfficeOpinion.objects.filter(consultation=made).update(stance="agree")  # by nobody
    with pytest.raises(DatabaseError), transaction.atomic():
        Consultation.objects.filter(pk=made.pk).update(needed=0)


def test_the_asking_is_ended_with_a_reason_and_asked_again(bureaus: Asking) -> None:
    first = bureaus.ask("agriculture", "water")
    answer(bureaus.people["water"], bureaus.task("water").pk, "agree", "不影响河道行洪")
    judging.step(bureaus.clerk, bureaus.patch.pk, "stop_asking", "农业农村局逾期未复，先行判定")
    first.refresh_from_db()
    assert first.ended_at is not None
    assert bureaus.stage == "verified"
    assert not Task.objects.filter(parallel=True, closed_at=None).exists()
    again = bureaus.ask("agriculture")
    answer(bureaus.people["agriculture"], bureaus.task("agriculture").pk, "agree", "同意按违法处理")
    assert again.pk != first.pk
    assert bureaus.stage == "verified"


def test_a_task_lies_with_the_offices_of_its_kind_where_somebody_there_can_do_it(
    bureaus: Asking, people: People, county: County
) -> None:
    bureau = Office.objects.create(
        code="99-zr", name="示例自然资源局", kind="bureau", region=county.county
    )
    section = Office.objects.create(
        code="99-zr-zf", name="执法大队", kind="section", region=county.county, parent=bureau
    )
    party = Office.objects.create(
        code="99-zf", name="示例县人民政府", kind="department", region=county.county
    )
    patch = bureaus.patch
    # So far the clerk's office is of no particular kind: the task lies with the whole region.
    assert Task.objects.get(case=patch.case_id, closed_at=None).office_kind == ""
    judging.assign(people.clerk, patch.pk)
    User.objects.filter(pk=people.clerk.pk).update(office=section)
    judging.step(people.clerk, patch.pk, "recall", "改由县级直接核查")
    task = Task.objects.get(case=patch.case_id, closed_at=None)
    assert task.office_kind == "bureau" == _desk().office
    clerk = User.objects.get(pk=people.clerk.pk)
    assert inbox.waiting_for(clerk).filter(pk=task.pk).exists()  # a section of the bureau
    elsewhere = bureaus.person("county_clerk", party)
    assert not inbox.waiting_for(elsewhere).filter(pk=task.pk).exists()
    with pytest.raises(Forbidden):
        handing.claim(elsewhere, task.pk)
    assert [p.pk for p in people_at(task)] == [clerk.pk]


def _desk() -> Desk:
    desk = FLOW.state("received").desk
    assert desk is not None
    return desk
