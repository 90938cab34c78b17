"""One form for many patches: what the doors refuse and why, what they write, at the price of one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.calendar.models import Deadline
from liangtian.platform.cases.models import Case, CaseStep, Task
from liangtian.platform.errors import Forbidden, Refused
from liangtian.platform.jobs.registry import JobRun
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import Office, User
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.checking import CheckForm, save_check
from liangtian.programmes.enforcement.many.forms import AcceptForAll, PlanForAll, ProgressForAll
from liangtian.programmes.enforcement.many.taking import (
    KIND,
    Asked,
    doors_for,
    run_steps,
    take,
)
from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import Disposition, Patch, PatchPart
from liangtian.programmes.enforcement.photos import add_photos
from tests.conftest import County, People
from tests.enforcement.ground import box, make_batch
from tests.enforcement.pictures import jpeg
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
PULL_DOWN = PlanForAll(handling="case", demolish=True)


@pytest.fixture
def more(register: Register, people: People, county: County) -> list[int]:
    """Twelve more patches without papers in township A, as many as there are rows to tell a rule by."""
    Office.objects.create(
        code="99-t", name="柳塘镇人民政府", region=county.township_a, kind=Office.Kind.TOWNSHIP
    )
    rows = [
        (f"99012120260400{n:02}", box(3000 + 200 * n, 2000, 40 + n, 60), county.village_a)
        for n in range(12)
    ]
    batch = make_batch(people, county, rows, period="2026-04", title="2026年4月卫片图斑")
    measure_patches(batch)
    return list(Patch.objects.filter(batch=batch).order_by("number").values_list("pk", flat=True))


def done(told: dict[str, Any]) -> list[str]:
    """What is said of each; all were done."""
    assert not told["refused"], told["rows"]
    return [row["message"] for row in told["rows"]]


def stages(keys: list[int]) -> set[str]:
    return set(Case.objects.filter(patch__in=keys).values_list("stage", flat=True))


def confirmed(people: People, keys: list[int]) -> None:
    done(take(people.clerk, keys, Asked("confirm")))
    done(take(people.reviewer, keys, Asked("review")))


def photographed(user: User, keys: list[int]) -> None:
    """One photo each, taken just now."""
    taken = timezone.localtime().replace(tzinfo=None) - timedelta(minutes=1)
    for n, patch in enumerate(Patch.objects.filter(pk__in=keys)):
        lon, lat = patch.geom.centroid.coords[0]
        add_photos(user, patch.pk, [("后.jpg", [jpeg(lon, lat, 10, taken, colour=f"#1122{n:02}")])])


def test_illegal_patches_go_from_judgement_to_acceptance_with_one_form_a_step(
    more: list[int], people: People
) -> None:
    keys, today = more[:3], timezone.localdate()
    confirmed(people, keys)
    assert done(take(people.clerk, keys, Asked("plan", form=PULL_DOWN), preview=True)) == (
        ["责任单位：柳塘镇人民政府"] * 3
    )
    assert not Disposition.objects.exists()
    done(take(people.clerk, keys, Asked("plan", form=PULL_DOWN)))
    done(take(people.clerk, keys, Asked("dispose", "请按期整改")))
    assert Deadline.objects.filter(obligation="rectify", done_on=None).count() == 3
    form = ProgressForAll(
        case_number="示例立〔2026〕{序号}号", first_number=15, case_filed_on=today, demolished_on=today,
        papers_number="没有补办",
    )  # fmt: skip
    words = done(take(people.township_a, keys, Asked("progress", form=form)))
    assert words[2] == f"立案 示例立〔2026〕17号，拆除 {today}"  # papers are no measure of these
    photographed(people.township_a, keys)
    done(take(people.township_a, keys, Asked("rectify", "已拆除并复耕")))
    told = take(people.clerk, keys, Asked("accept", form=AcceptForAll(accepted_on=today)))
    parts = list(PatchPart.objects.filter(patch__in=keys).order_by("patch__number"))
    assert [f"复耕 {part.farmland_mu} 亩，补办 0 亩" for part in parts] == done(told)
    assert [part.restored_mu for part in parts] == [part.farmland_mu for part in parts]
    assert stages(keys) == {"accepted"}
    assert not Deadline.objects.filter(obligation="rectify", done_on=None).exists()
    steps = Disposition.objects.filter(steps__done_on=None)
    assert not steps.exists()
    for act in ("patch.submit", "patch.review", "disposition.plan", "patch.dispose",
                "disposition.progress", "patch.rectify", "patch.accept"):  # fmt: skip
        assert AuditEntry.objects.filter(act=f"enforcement.{act}").count() == 3, act


def test_each_that_cannot_have_it_is_told_why(
    register: Register, more: list[int], people: People
) -> None:
    today, clerk = timezone.localdate(), people.clerk
    confirmed(people, [*more[:2], register.b_legal.pk])
    keys = [*more[:3], register.b_legal.pk]
    told = take(clerk, keys, Asked("plan", form=PULL_DOWN))
    assert [(row["done"], row["message"]) for row in told["rows"]][2:] == [
        (False, "现处于“待派发”环节，不能办理“拟定整改方案”。请刷新页面后再试。"),
        (False, "没有判定为违法的部分，不需处置。"),
    ]
    wrong = PlanForAll(handling="no_case", demolish=True, owner=10**6)
    told = take(clerk, more[:1], Asked("plan", form=wrong))
    assert "不立案须写明理由；请选择本县的责任单位" in told["rows"][0]["message"]
    done(take(clerk, more[:2], Asked("dispose")))
    told = take(clerk, more[:1], Asked("progress", form=ProgressForAll(papers_number="示批1号")))
    assert "没有所填的事项" in told["rows"][0]["message"]
    filed = ProgressForAll(case_number="示立1号", case_filed_on=today, demolished_on=today)
    done(take(clerk, more[:2], Asked("progress", form=filed)))
    assert "之后拍摄的整改照片" in take(clerk, more[:1], Asked("rectify"))["rows"][0]["message"]
    photographed(clerk, more[:2])
    done(take(clerk, more[:1], Asked("rectify")))
    done(take(people.township_a, more[1:2], Asked("rectify")))
    told = take(clerk, more[:2], Asked("accept", form=AcceptForAll(accepted_on=today)))
    assert [row["done"] for row in told["rows"]] == [False, True]
    assert "由您本人报验，须由另一人验收" in told["rows"][0]["message"]
    early = AcceptForAll(accepted_on=today - timedelta(days=9))
    told = take(people.reviewer, more[:1], Asked("accept", form=early), preview=True)
    assert "早于拆除日期" in told["rows"][0]["message"]


def test_papers_are_of_the_whole_part_and_count_up_to_its_farmland(
    more: list[int], people: People
) -> None:
    key, today = more[:1], timezone.localdate()
    confirmed(people, key)
    plan = PlanForAll(handling="case", complete_papers=True)
    done(take(people.clerk, key, Asked("plan", form=plan)))
    done(take(people.clerk, key, Asked("dispose")))
    form = ProgressForAll(
        case_number="示立1号", case_filed_on=today, papers_number="示批2号", papers_on=today
    )
    part = PatchPart.objects.get(patch__in=key)
    whole = (part.m2 * 3 / 2000).quantize(Decimal("0.01"))
    assert done(take(people.township_a, key, Asked("progress", form=form))) == [
        f"立案 示立1号，补办 示批2号，补办面积 {whole} 亩"
    ]
    done(take(people.township_a, key, Asked("rectify")))
    form2 = AcceptForAll(accepted_on=today, note="手续齐全")
    told = take(people.clerk, key, Asked("accept", form=form2))
    assert done(told) == [f"复耕 0 亩，补办 {min(whole, part.farmland_mu or whole)} 亩"]


def test_papers_of_a_whole_part_leave_no_hundredth_of_its_farmland_open(
    more: list[int], people: People, county: County
) -> None:
    """The hundredths of a divided patch are levelled: a part's farmland may read more than all its ground."""
    today, cent = timezone.localdate(), Decimal("0.01")
    rows = [("9901212026050001", box(6000, 2000, 41.3, 60.1), county.village_a)]
    batch = make_batch(people, county, rows, period="2026-05", title="2026年5月卫片图斑")
    measure_patches(batch)
    key = [Patch.objects.get(batch=batch).pk]
    confirmed(people, key)
    part = PatchPart.objects.get(patch__in=key)
    ground = part.m2 * 3 / 2000
    assert ground.quantize(cent) < ground
    PatchPart.objects.filter(pk=part.pk).update(farmland_mu=ground.quantize(cent) + cent)
    plan = PlanForAll(handling="case", complete_papers=True)
    done(take(people.clerk, key, Asked("plan", form=plan)))
    done(take(people.clerk, key, Asked("dispose")))
    form = ProgressForAll(
        case_number="示立1号", case_filed_on=today, papers_number="示批2号", papers_on=today
    )
    done(take(people.township_a, key, Asked("progress", form=form)))
    done(take(people.township_a, key, Asked("rectify")))
    done(take(people.clerk, key, Asked("accept", form=AcceptForAll(accepted_on=today))))
    part = PatchPart.objects.get(pk=part.pk)
    assert part.regularised_mu == part.farmland_mu == ground.quantize(cent) + cent
    wanted = ratio.asked_for(people.clerk, "", today.year)
    (counted,) = ratio.counted(people.clerk, wanted).patches
    assert counted.open_mu == 0


def test_a_preview_says_how_many_it_did_not_look_at(
    more: list[int], people: People, settings: Any
) -> None:
    settings.BULK_IN_REQUEST = 1
    told = take(people.clerk, more, Asked("assign"), preview=True)
    assert (len(told["rows"]), told["not_looked_at"]) == (10, 2)
    assert take(people.clerk, more[:9], Asked("assign"), preview=True)["not_looked_at"] == 0


def test_checks_come_back_and_go_out_again_together(more: list[int], people: People) -> None:
    keys = more[:3]
    done(take(people.clerk, keys, Asked("assign", "请于本月核查")))
    told = take(people.township_a, keys, Asked("return", "现场封闭，无法拍照"))
    assert all("还没有填写实地核查表" in row["message"] for row in told["rows"])
    for key in keys:
        save_check(people.township_a, key, CheckForm("built", timezone.localdate()))
    done(take(people.township_a, keys, Asked("return", "现场封闭，无法拍照")))
    with pytest.raises(Forbidden):
        take(people.township_a, keys, Asked("recheck", "请补充照片"))
    told = take(people.clerk, keys, Asked("recheck"))
    assert "须写明理由" in told["rows"][0]["message"]
    done(take(people.clerk, keys, Asked("recheck", "请补充四个方向的照片")))
    assert stages(keys) == {"checking"}


def test_a_form_that_is_not_filled_in_or_a_door_that_is_not_there_is_refused(
    more: list[int], people: People
) -> None:
    with pytest.raises(Refused, match="请填写“整改验收”的内容"):
        take(people.clerk, more, Asked("accept"))
    with pytest.raises(Refused, match="没有名为“delete”"):
        take(people.clerk, more, Asked("delete"))
    assert {door.name for door in doors_for(people.township_a)} == {
        "return", "rectify", "progress",
    }  # fmt: skip


def test_the_number_of_queries_does_not_grow_with_the_patches(
    more: list[int], people: People
) -> None:
    today = timezone.localdate()
    filed = ProgressForAll(case_number="示立{序号}号", case_filed_on=today, demolished_on=today)
    year = (
        (people.clerk, Asked("confirm")),
        (people.reviewer, Asked("review")),
        (people.clerk, Asked("plan", form=PULL_DOWN)),
        (people.clerk, Asked("dispose")),
        (people.township_a, Asked("progress", form=filed)),
        (people.township_a, Asked("rectify")),
        (people.clerk, Asked("accept", form=AcceptForAll(accepted_on=today))),
    )
    photographed(people.clerk, more)
    for key in more:
        Patch.objects.get(pk=key).photos.update(purpose="rectified")
    for user, asked in year:
        counts = []
        for some in (more[:2], more[2:]):
            with CaptureQueriesContext(connection) as asked_of:
                done(take(user, some, asked))
            counts.append(len(asked_of))
        assert counts[1] <= counts[0] + 1, (asked.step, counts)
        assert counts[0] < 70, (asked.step, counts)
    assert CaseStep.objects.filter(case__patch__in=more, step="accept").count() == len(more)
    assert (
        not Task.objects.filter(case__patch__in=more, closed_at=None)
        .exclude(state="accepted")
        .exists()
    )


def test_a_job_begun_again_goes_on_with_those_still_waiting_and_numbers_as_before(
    more: list[int], people: People, county: County
) -> None:
    confirmed(people, more[:3])
    done(take(people.clerk, more[:3], Asked("plan", form=PULL_DOWN)))
    done(take(people.clerk, more[:1], Asked("dispose")))  # what the attempt before had done
    job = enqueue(KIND, "批量下达", people.clerk, county.county, target="x")
    job.attempts, job.status = 2, job.Status.RUNNING
    job.save()
    told: dict[str, Any] = {"step": "dispose", "note": "", "form": None}
    found = run_steps(JobRun(job), people.clerk.pk, more[:3], **told)
    assert found == {"done": 2, "refused": 0, "rows": []}
    filed = {"case_number": "示立{序号}号", "case_filed_on": str(timezone.localdate())}
    told = {"step": "progress", "note": "", "form": filed}
    run_steps(JobRun(job), people.clerk.pk, more[1:3], **told)
    numbers = Disposition.objects.order_by("part__patch__number").values_list("case_number")
    assert [number for (number,) in numbers] == ["", "示立1号", "示立2号"]
