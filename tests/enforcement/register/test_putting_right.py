"""From judgement to archive: parts, second persons, dispositions, meetings, military land."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangtian.platform.calendar.models import Deadline
from liangtian.platform.cases.models import Case, Task
from liangtian.platform.cases.services import mend_tasks
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.models import Office, Role, User
from liangtian.programmes.enforcement import (
    checking,
    disposing,
    judging,
    meeting,
    military,
    projects,
)
from liangtian.programmes.enforcement.assessing import assessed, parts_counted
from liangtian.programmes.enforcement.dossiers import services as dossiers
from liangtian.programmes.enforcement.flow import KIND
from liangtian.programmes.enforcement.imports.accepting import present_numbers
from liangtian.programmes.enforcement.many import taking
from liangtian.programmes.enforcement.models import (
    EarlierOverlap,
    MilitaryPatch,
    Patch,
    PatchPart,
    PatchPhoto,
)
from liangtian.programmes.enforcement.parts import PartJudgement, share_out
from liangtian.programmes.enforcement.photos import add_photos
from tests.conftest import County, People
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
NEVER = "全部拆除，恢复耕种条件"
LACKS = "试办案卷，材料不全"


def stage(patch: Patch) -> str:
    return Case.objects.get(pk=patch.case_id).stage


def person(county: County, username: str, role: str, office: Office | None = None) -> User:
    user = User.objects.create_user(
        username, None, name=f"{username}某", region=county.county, office=office
    )
    user.roles.add(Role.objects.get(code=role))
    return user


@pytest.fixture
def office(county: County) -> Office:
    return Office.objects.create(code="99-z", name="柳塘镇人民政府", region=county.township_a)


def confirmed(people: People, patch: Patch, outcome: str = "illegal", **rest: Any) -> PatchPart:
    judging.judge(people.clerk, patch.pk, outcome, **rest)
    judging.step(people.reviewer, patch.pk, "review")
    return patch.parts.get(order=1)


def after_photo(user: Any, patch: Patch, colour: str = "#112233") -> None:
    lon, lat = patch.geom.centroid.coords[0]
    taken = timezone.localtime().replace(tzinfo=None) - timedelta(minutes=1)
    add_photos(user, patch.pk, [("后.jpg", [jpeg(lon, lat, 10, taken, colour=colour)])])


def in_disposition(people: People, patch: Patch, office: Office, **measures: Any) -> PatchPart:
    part = confirmed(people, patch)
    plan = disposing.Plan("case", office.pk, **(measures or {"demolish": True}))
    disposing.plan(people.clerk, part.pk, plan)
    disposing.hand_down(people.clerk, patch.pk)
    return part


def file_away(people: People, patch: Patch) -> None:
    dossiers.archive(people.clerk, patch.pk, dossiers.first_filing(patch), LACKS)


def test_an_illegal_patch_is_put_right_accepted_by_another_and_archived(
    register: Register, people: People, office: Office
) -> None:
    patch, today = register.a_illegal, timezone.localdate()
    part = confirmed(people, patch)
    with pytest.raises(Conflict, match="处置验收后才能归档"):
        file_away(people, patch)
    with pytest.raises(Conflict, match="还没有拟定处置措施"):
        disposing.hand_down(people.clerk, patch.pk)
    disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk, demolish=True))
    disposing.hand_down(people.clerk, patch.pk)
    assert Task.objects.get(case=patch.case_id, closed_at=None).title == "落实整改"
    assert Deadline.objects.get(source_id=patch.case_id, obligation="rectify").done_on is None
    with pytest.raises(Conflict, match="未填立案文号和立案日期；图斑未填拆除日期"):
        disposing.report(people.township_a, patch.pk)
    done = disposing.Progress(
        case_number="示立〔2026〕1号", case_filed_on=today, demolished_on=today
    )
    disposing.progress(people.township_a, part.pk, done)
    with pytest.raises(Conflict, match="之后拍摄的整改照片"):
        disposing.report(people.township_a, patch.pk)
    after_photo(people.township_a, patch)
    disposing.report(people.township_a, patch.pk, NEVER)
    part.refresh_from_db()
    much = disposing.Acceptance(part.pk, today, part.farmland_mu + Decimal("0.01"))  # type: ignore[operator]
    with pytest.raises(Refused, match="超过耕地面积"):
        disposing.accept(people.clerk, patch.pk, [much])
    all_of_it = disposing.Acceptance(part.pk, today, part.farmland_mu or Decimal(0))
    disposing.accept(people.clerk, patch.pk, [all_of_it])
    assert stage(patch) == "accepted"
    file_away(people, patch)
    assert stage(patch) == "archived"
    assert not Task.objects.filter(case=patch.case_id, closed_at=None).exists()
    row = assessed(parts_counted(people.clerk, "2000-01", "2099-12").get(patch=patch))
    assert row.legality == "illegal"
    assert row.restored_mu == part.farmland_mu
    assert row.open_mu == 0


def test_who_reported_the_work_never_accepts_it(
    register: Register, people: People, office: Office
) -> None:
    patch, today = register.a_illegal, timezone.localdate()
    part = in_disposition(people, patch, office)
    done = disposing.Progress(
        case_number="示立〔2026〕1号", case_filed_on=today, demolished_on=today
    )
    disposing.progress(people.clerk, part.pk, done)
    after_photo(people.clerk, patch)
    disposing.report(people.clerk, patch.pk)
    with pytest.raises(Conflict, match="由您本人报验，须由另一人验收"):
        disposing.accept(people.clerk, patch.pk, [disposing.Acceptance(part.pk, today)])
    with (
        pytest.raises(IntegrityError, match="disposition_accepted_by_another"),
        transaction.atomic(),
    ):
        type(part.disposition).objects.update(accepted_by=people.clerk, accepted_on=today)
    disposing.reject(people.reviewer, patch.pk, "复耕未到位，继续整改")
    assert stage(patch) == "disposition"


def test_the_database_refuses_a_confirmation_by_who_judged(
    register: Register, people: People
) -> None:
    judging.judge(people.clerk, register.a_illegal.pk, "illegal")
    with pytest.raises(IntegrityError, match="patch_confirmed_by_another"), transaction.atomic():
        Patch.objects.filter(pk=register.a_illegal.pk).update(
            confirmed_by=people.clerk, confirmed_at=timezone.now()
        )


def test_legal_and_other_land_is_archived_without_disposition_and_can_be_called_back(
    register: Register, people: People, office: Office
) -> None:
    patch = register.b_legal
    part = confirmed(people, patch, "legal")
    with pytest.raises(Conflict, match="没有判定为违法的部分"):
        disposing.hand_down(people.clerk, patch.pk)
    with pytest.raises(Refused, match="只有判定为违法的部分需要处置"):
        disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk))
    file_away(people, patch)
    with pytest.raises(Conflict):
        judging.reopen(people.clerk, patch.pk, "收到新的举报材料")
    judging.step(people.clerk, patch.pk, "unarchive", "收到新的举报材料")
    assert stage(patch) == "confirmed"


def test_no_patch_is_archived_without_its_dossier(register: Register, people: People) -> None:
    patch = register.b_legal
    confirmed(people, patch, "legal")
    with pytest.raises(NotFound, match="archive"):
        judging.step(people.clerk, patch.pk, "archive")
    (row,) = taking.take(people.clerk, [patch.pk], taking.Asked("archive"), whole=False)["rows"]
    assert not row["done"]
    assert "缺件归档" in row["message"]
    told = taking.take(
        people.clerk, [patch.pk], taking.Asked("archive", LACKS), whole=False, preview=True
    )
    assert told["done"] == 1
    assert not patch.archived.exists()
    taking.take(people.clerk, [patch.pk], taking.Asked("archive", LACKS), whole=True)
    assert stage(patch) == "archived"
    (kept,) = patch.archived.all()
    assert (kept.file_number, kept.reason) == (patch.number, LACKS)


def test_parts_of_a_split_are_judged_apart_and_sum_to_the_patch(
    register: Register, people: People
) -> None:
    patch = register.a_split
    parts = list(patch.parts.all())
    assert sum(p.m2 for p in parts) == patch.area_m2
    assert sum(p.farmland_m2 or 0 for p in parts) == patch.farmland_m2
    legal, rest = (next(p for p in parts if p.outcome == o) for o in ("legal", "illegal"))
    with pytest.raises(Refused, match="各部分判定相同"):
        judging.judge(
            people.clerk, patch.pk, "split", parts=[PartJudgement(rest.order, outcome="legal")]
        )
    told = [PartJudgement(rest.order, homestead=True, subclass="stock")]
    judging.judge(people.clerk, patch.pk, "split", parts=told)
    rest.refresh_from_db()
    assert (rest.judgement, rest.homestead, rest.old_construction) == ("illegal", True, True)
    for forbidden in (
        lambda: PatchPart.objects.filter(pk=legal.pk).update(m2=legal.m2 + Decimal("0.01")),
        lambda: PatchPart.objects.filter(pk=legal.pk).delete(),
        lambda: PatchPart.objects.create(patch=patch, order=9, m2=1, judgement="legal"),
        lambda: Patch.objects.filter(pk=patch.pk).update(area_m2=patch.area_m2 + Decimal("0.01")),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            forbidden()


def test_more_than_its_farmland_is_never_put_right(register: Register, people: People) -> None:
    part = confirmed(people, register.a_illegal)
    whole = part.farmland_mu or Decimal(0)
    PatchPart.objects.filter(pk=part.pk).update(restored_mu=whole - 1, regularised_mu=1)
    with pytest.raises(IntegrityError, match="part_put_right"), transaction.atomic():
        PatchPart.objects.filter(pk=part.pk).update(restored_mu=whole, regularised_mu="0.01")
    legal = confirmed(people, register.b_legal, "legal")
    with pytest.raises(IntegrityError, match="part_marks"), transaction.atomic():
        PatchPart.objects.filter(pk=legal.pk).update(homestead=True)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    cents=st.lists(st.integers(1, 10**7), min_size=1, max_size=6),
    share=st.floats(0, 1),
    noise=st.lists(st.integers(0, 3), min_size=6, max_size=6),
)
def test_pieces_sum_to_the_whole_and_none_exceeds_its_ground(
    cents: list[int], share: float, noise: list[int]
) -> None:
    most = [Decimal(c) / 100 for c in cents]
    pieces = [max(m - Decimal(n) / 100, Decimal(0)) for m, n in zip(most, noise, strict=False)]
    whole = (sum(most, Decimal(0)) * Decimal(share)).quantize(Decimal("0.01"))
    whole = min(whole, sum(most, Decimal(0)))
    shares = share_out(whole, pieces, most)
    assert sum(s or Decimal(0) for s in shares) == whole
    assert all(s is not None and 0 <= s <= m for s, m in zip(shares, most, strict=True))


def record_of(user: Any, county: County) -> StoredFile:
    from liangtian.platform.files.services import store

    return store(
        [b"%PDF-1.4 record"], "核查记录.pdf", user=user, region=county.county, kind="document"
    )


def key_patch(patch: Patch) -> None:
    row = Patch.objects.get(pk=patch.pk)
    proposal: dict[str, Any] = row.proposal or {}
    proposal["flags"]["key_patch"] = True
    Patch.objects.filter(pk=patch.pk).update(proposal=proposal)


def test_a_key_patch_needs_the_leading_group_and_a_meeting(
    register: Register, people: People, county: County
) -> None:
    patch, today = register.a_illegal, timezone.localdate()
    key_patch(patch)
    judging.judge(people.clerk, patch.pk, "illegal")
    with pytest.raises(Conflict, match=r"须先登记领导小组实地核查.*须提交集体会审"):
        judging.step(people.reviewer, patch.pk, "review")
    form = checking.LeadingForm(today, [("王演示", "副县长")], "现场已建成，属实", 0)
    with pytest.raises(Refused, match="至少 2 人"):
        checking.record_leading_check(people.clerk, patch.pk, form)
    file = record_of(people.clerk, county)
    members = [("王演示", "副县长"), ("李样本", "局长")]
    form = checking.LeadingForm(today, members, "现场已建成，属实", file.pk)
    checking.record_leading_check(people.clerk, patch.pk, form)
    with pytest.raises(Conflict, match="属重点图斑，须提交集体会审"):
        judging.step(people.reviewer, patch.pk, "review")
    held = convened(people, county)
    meeting.add_items(people.clerk, held.pk, [patch.pk], "key")
    with pytest.raises(Conflict, match=r"已列入.*议程"):
        judging.step(people.reviewer, patch.pk, "review")
    item = held.items.get()
    member = held.members.filter(present=True)[0]
    with pytest.raises(Refused, match="还有图斑没有结论"):
        meeting.sign(person(county, "leader9", "leader"), held.pk)
    said = [meeting.Said(member.pk, "agree", "同意")]
    decision = meeting.Decision("illegal", False, "无批准手续，一致同意", said)
    meeting.decide(people.clerk, held.pk, item.pk, decision)
    with pytest.raises(Conflict, match="由您本人召集"):
        meeting.sign(people.clerk, held.pk)
    leader = person(county, "leader8", "leader")
    meeting.sign(leader, held.pk)
    patch.refresh_from_db()
    assert (stage(patch), patch.judged_by, patch.confirmed_by) == (
        "confirmed",
        people.clerk,
        leader,
    )
    with pytest.raises(Conflict, match="已签发"):
        meeting.decide(people.clerk, held.pk, item.pk, decision)


def convened(people: People, county: County, count: int = 3) -> Any:
    offices = [
        Office.objects.create(code=f"99-m{n}", name=f"示例{n}局", region=county.county)
        for n in range(count)
    ]
    seats = [meeting.Seat(o.pk, f"成员{n}") for n, o in enumerate(offices)]
    form = meeting.MeetingForm("第1次会审", timezone.localdate(), "会议室", "王演示", members=seats)
    return meeting.save_meeting(people.clerk, form)


def test_too_few_offices_decide_nothing_and_what_is_postponed_stays(
    register: Register, people: People, county: County
) -> None:
    small, patch = convened(people, county, 2), register.a_illegal
    meeting.add_items(people.clerk, small.pk, [patch.pk], "hand")
    with pytest.raises(Conflict, match="已列入"):
        meeting.add_items(people.clerk, small.pk, [patch.pk], "hand")
    later = meeting.Decision(postponed=True, reason="待补充供地文件后再议")
    meeting.decide(people.clerk, small.pk, small.items.get().pk, later)
    leader = person(county, "leader7", "leader")
    with pytest.raises(Refused, match="到会单位 2 家，至少须 3 家"):
        meeting.sign(leader, small.pk)
    meeting.cancel(people.clerk, small.pk)
    judging.judge(people.clerk, patch.pk, "illegal")
    with pytest.raises(NotFound):
        meeting.fetch_meeting(people.township_a, small.pk)


def test_duty_over_listed_infrastructure_is_noted_with_its_evidence(
    register: Register, people: People, county: County
) -> None:
    part, today = confirmed(people, register.a_illegal), timezone.localdate()
    form: dict[str, Any] = {
        "name": "示例高速", "sector": "traffic", "listing": "national",
        "listing_document": "清单", "listing_number": "示发改〔2025〕1号", "listing_on": today,
    }  # fmt: skip
    row = projects.save_project(people.clerk, projects.ProjectForm(**form))
    projects.set_project(people.clerk, part.pk, row.pk)
    with pytest.raises(Refused):
        projects.save_project(
            people.clerk, projects.ProjectForm(**{**form, "duty_done": True}), row.pk
        )
    with pytest.raises(IntegrityError, match="project_duty"), transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(duty_done=True)
    file = record_of(people.clerk, county)
    duty = {
        "duty_done": True,
        "duty_on": today,
        "duty_note": "已函告业主单位",
        "duty_file_id": file.pk,
    }
    projects.save_project(people.clerk, projects.ProjectForm(**{**form, **duty}), row.pk)
    one = assessed(parts_counted(people.clerk, "2000-01", "2099-12").get(pk=part.pk))
    assert (one.infrastructure, one.duty_done) == ("national", True)


def test_a_military_patch_leaves_nothing_but_a_line_that_only_its_keeper_sees(
    register: Register, people: People, county: County, office: Office
) -> None:
    patch = register.a_illegal
    number, case = patch.number, patch.case_id
    lon, lat = patch.geom.centroid.coords[0]
    taken = datetime(2026, 3, 20, 9)
    add_photos(people.clerk, patch.pk, [("a.jpg", [jpeg(lon, lat, 1, taken, colour="#010203")])])
    part = confirmed(people, patch)
    disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk))
    with pytest.raises(Forbidden):
        military.register(people.clerk, patch.pk, "J-1")
    keeper = person(county, "keeper", "secrecy_keeper")
    row = military.register(keeper, patch.pk, "J-1")
    assert not Patch.objects.filter(number=number).exists()
    assert not PatchPhoto.objects.filter(patch=patch.pk).exists()
    assert not EarlierOverlap.objects.filter(patch=patch.pk).exists()
    assert not Task.objects.filter(case=case).exists()
    assert not Deadline.objects.filter(matter__contains=number).exists()
    assert Case.objects.get(pk=case).title == military.NAMELESS
    assert Case.objects.get(pk=case).region == county.county
    mend_tasks()  # as every upgrade does: it opens none for what has gone
    assert not Task.objects.filter(case=case).exists()
    assert not Deadline.objects.filter(source_id=case, source_kind=KIND).exists()
    assert not StoredFile.objects.visible_to(people.clerk).filter(pk=patch.batch.file_id).exists()
    assert [r.number for r in military.registered(keeper)] == [number]
    assert not MilitaryPatch.objects.visible_to(people.clerk).exists()
    assert number in present_numbers(county.county.pk)  # so that it never comes in again
    assert number not in str(row)
