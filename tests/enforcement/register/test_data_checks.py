"""The data checks over stored patches: what is wrong is listed, keeps a patch from going up, and is let pass for a reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Office
from liangtian.programmes.enforcement import checking, disposing, judging
from liangtian.programmes.enforcement.checking import CheckForm
from liangtian.programmes.enforcement.data_checks import running, services
from liangtian.programmes.enforcement.data_checks.finding import found_in
from liangtian.programmes.enforcement.data_checks.keeping import look_over
from liangtian.programmes.enforcement.facts import PatchState
from liangtian.programmes.enforcement.many import taking
from liangtian.programmes.enforcement.models import Patch, PatchProblem
from liangtian.programmes.enforcement.parts import PartJudgement
from liangtian.site.cli import main
from tests.conftest import County, People, Run, SignedIn
from tests.enforcement.register.conftest import Register

pytestmark = pytest.mark.django_db
WHY = "批文原件在办，县政府已有会议纪要"
DEPARTS = "经核实有县政府批复"


def codes(patch: Patch, part: int | None = None) -> set[str]:
    fresh = Patch.objects.select_related("case").get(pk=patch.pk)
    return {
        one.finding.code for one in found_in([fresh])[patch.pk] if part is None or one.part == part
    }


def judged_legal(people: People, patch: Patch, number: str | None = None) -> None:
    told = [PartJudgement(1, subclass="conversion", number=number)] if number else ()
    judging.judge(people.clerk, patch.pk, "legal", DEPARTS, told)


def test_what_is_in_order_has_no_problems(register: Register, people: People) -> None:
    for patch in (register.a_illegal, register.a_split, register.b_legal):
        assert codes(patch) == set()
        judging.judge(people.clerk, patch.pk, patch.proposal_outcome, "同意拟判定")
        assert not {c for c in codes(patch) if c not in ("D01", "A06")}
    register.b_legal.refresh_from_db()
    judging.step(people.reviewer, register.b_legal.pk, "review")


def test_a_legal_judgement_without_a_number_is_shown_at_once_and_not_confirmed(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    judged_legal(people, patch)
    row = PatchProblem.objects.get(patch=patch, resolved_at=None, code="J03")
    assert (row.severity, row.side, row.section, row.field) == (
        "error",
        "county",
        "judgement",
        "文号",
    )
    assert row.clause
    assert row.advice
    with pytest.raises(Conflict, match="没有文号"):
        judging.step(people.reviewer, patch.pk, "review")
    judging.step(people.reviewer, patch.pk, "send_back", "请补上批准文号")
    row.refresh_from_db()
    assert row.resolved_at is not None
    judged_legal(people, patch, "示例批〔2025〕9号")
    judging.step(people.reviewer, patch.pk, "review")


def test_an_error_is_let_pass_for_a_reason_by_another_person_until_the_data_change(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    judged_legal(people, patch)
    with pytest.raises(Forbidden):
        services.let_pass(people.township_a, patch.pk, "J03", 0, WHY)
    with pytest.raises(Forbidden):
        services.let_pass(people.clerk, patch.pk, "J03", 0, WHY)
    with pytest.raises(Refused):
        services.let_pass(people.reviewer, patch.pk, "J03", 0, " ")
    with pytest.raises(Conflict, match="没有这项问题"):
        services.let_pass(people.reviewer, patch.pk, "D07", 0, WHY)
    services.let_pass(people.reviewer, patch.pk, "J03", 0, WHY)
    entry = AuditEntry.objects.filter(act="enforcement.problem.pass").latest("pk")
    assert entry.note == WHY
    (shown,) = [p for p in services.problems_for(people.clerk, patch.pk) if p["code"] == "J03"]
    assert (shown["pass_reason"], shown["may_pass"]) == (WHY, False)
    judging.step(people.clerk, patch.pk, "withdraw")
    judging.judge(people.clerk, patch.pk, "legal", "另有批复，与前次不同")
    first, second = PatchProblem.objects.filter(patch=patch, code="J03").order_by("pk")
    assert first.resolved_at is not None
    assert first.pass_reason == WHY
    assert second.passed_by is None
    with pytest.raises(Conflict, match="没有文号"):
        judging.step(people.reviewer, patch.pk, "review")
    services.let_pass(people.reviewer, patch.pk, "J03", 0, WHY)
    judging.step(people.reviewer, patch.pk, "review")


def test_who_judged_does_not_let_pass(register: Register, people: People) -> None:
    judging.judge(people.reviewer, register.a_illegal.pk, "legal", DEPARTS)
    with pytest.raises(Conflict, match="由您本人判定"):
        services.let_pass(people.reviewer, register.a_illegal.pk, "J03", 0, WHY)


def test_what_the_flow_asks_is_listed_and_not_let_pass(register: Register, people: People) -> None:
    patch = register.a_illegal
    big = Decimal("40000")
    Patch.objects.filter(pk=patch.pk).update(area_m2=big, farmland_m2=big)
    judging.judge(people.clerk, patch.pk, "illegal")
    assert {"J11", "J12"} <= codes(patch)
    with pytest.raises(Conflict, match="由流程要求"):
        services.let_pass(people.reviewer, patch.pk, "J12", 0, WHY)


def test_work_reported_done_is_checked_part_by_part(
    register: Register, people: People, county: County
) -> None:
    patch = register.a_split
    office = Office.objects.create(code="99-z", name="柳塘镇人民政府", region=county.township_a)
    judging.judge(people.clerk, patch.pk, "split")
    judging.step(people.reviewer, patch.pk, "review")
    assert "D01" not in codes(patch)  # asked once it is handed down
    part = patch.parts.get(judgement="illegal")
    disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk, complete_papers=True))
    disposing.hand_down(people.clerk, patch.pk)
    assert codes(patch, part.order) == {"D07"}
    assert codes(patch, 0) == set()
    row = PatchProblem.objects.get(patch=patch, code="D07", resolved_at=None)
    assert (row.part, row.side) == (part.order, "county")
    today = timezone.localdate()
    done = disposing.Progress(
        case_number="示例立〔2026〕1号", case_filed_on=today, papers_number="示例批〔2026〕8号",
        papers_on=today - timedelta(days=1), papers_mu=Decimal("0.5"),
    )  # fmt: skip
    disposing.progress(people.clerk, part.pk, done)
    with pytest.raises(Conflict, match="未查处先补办"):
        disposing.report(people.clerk, patch.pk)
    disposing.progress(people.clerk, part.pk, replace(done, papers_on=today))
    disposing.report(people.clerk, patch.pk)
    assert codes(patch) == set()


def test_a_batch_is_checked_in_as_many_questions_however_many_patches(
    register: Register, people: People
) -> None:
    one = Patch.objects.select_related("case").filter(pk=register.a_illegal.pk)
    everything = Patch.objects.select_related("case").all()
    with CaptureQueriesContext(
        connection,
    ) as few:
        found_in(list(one))
    with CaptureQueriesContext(connection) as many:
        found_in(list(everything))
    assert len(everything) == 3
    assert len(many) == len(few)
    assert len(few) <= 12


def test_the_job_checks_a_range_and_may_run_again(
    register: Register, people: People, run_jobs: Run
) -> None:
    Patch.objects.filter(pk=register.a_illegal.pk).update(declared_area_mu=Decimal("99"))
    with pytest.raises(Forbidden):
        running.start(people.township_a, running.Range(first="2026-03", last="2026-03"))
    with pytest.raises(Refused):
        running.start(people.clerk, running.Range())
    with pytest.raises(Conflict, match="没有图斑"):
        running.start(people.clerk, running.Range(first="2020-01", last="2020-12"))
    for _ in range(2):
        made = running.start(people.clerk, running.Range(first="2026-01", last="2026-12"))
        run_jobs()
        made.refresh_from_db()
        told = made.result or {}
        assert (made.status, told["patches"], told["warnings"]) == ("done", 3, 1), made.error
    (row,) = PatchProblem.objects.all()
    assert (row.code, row.responsible) == ("A06", people.clerk.office)
    Patch.objects.filter(pk=register.a_illegal.pk).update(declared_area_mu=None)
    assert running.check_all(Patch.objects.all()).resolved == 1


def test_each_office_sees_the_problems_of_its_own_ground(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    for patch in (register.a_illegal, register.b_legal):
        Patch.objects.filter(pk=patch.pk).update(declared_area_mu=Decimal("99"))
        look_over(Patch.objects.select_related("case").get(pk=patch.pk))
    assert services.counted(people.clerk)["warnings"] == 2
    assert services.counted(people.township_a)["warnings"] == 1
    assert services.counted(people.clerk, "2026-04")["warnings"] == 0
    with pytest.raises(NotFound):
        services.problems_for(people.township_b, register.a_illegal.pk)
    theirs = PatchProblem.objects.get(patch=register.b_legal)
    with pytest.raises(NotFound):
        services.place_of(people.township_a, theirs.pk)
    assert services.place_of(people.township_b, theirs.pk)["section"] == "basic"
    client = signed_in(people.township_a)
    listed = client.get("/api/ledgers/enforcement.problems/rows").json()
    assert [row["number"] for row in listed["rows"]] == [register.a_illegal.number]
    patches = client.get("/api/ledgers/enforcement.patches/rows", {"problems": "warnings"}).json()
    assert [row["number"] for row in patches["rows"]] == [register.a_illegal.number]


def test_the_command_line_checks_a_month(
    register: Register, people: People, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ready: Callable[[], None] = lambda: None  # noqa: E731
    monkeypatch.setattr("liangtian.site.runtime.start_django", ready)
    Patch.objects.filter(pk=register.a_illegal.pk).update(declared_area_mu=Decimal("99"))
    assert main(["patch-check", "--user", "clerk", "--month", "2026-03", "--json"]) == 0
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    assert (told["patches"], told["warnings"]) == (3, 1)
    assert [line["code"] for line in told["by_code"]] == ["A06"]
    assert main(["patch-check", "--user", "clerk", "--year", "2026"]) == 0
    assert "检查图斑 3 个，有误 0 项，提醒 1 项" in capsys.readouterr().out
    assert main(["patch-check", "--user", "liutang", "--year", "2026"]) == 1
    assert main(["patch-check", "--user", "nobody", "--year", "2026"]) == 1


@pytest.mark.parametrize(("mu", "wanted"), [("49.99", False), ("50.00", True), ("50.01", True)])
def test_fifty_mu_exactly_is_looked_at_by_the_leading_group(
    register: Register, people: People, mu: str, wanted: bool
) -> None:
    patch = register.a_illegal
    m2 = round(Decimal(mu) * 2000 / 3, 2)
    Patch.objects.filter(pk=patch.pk).update(area_m2=m2, farmland_m2=m2)
    judging.judge(people.clerk, patch.pk, "illegal")
    patch.refresh_from_db()
    assert patch.parts.get().farmland_mu == Decimal(mu)
    assert bool(PatchState(patch)["leaders_wanted"]) is wanted
    assert ("J12" in codes(patch)) is wanted
    if wanted:
        with pytest.raises(Conflict, match="领导小组实地核查"):
            judging.step(people.reviewer, patch.pk, "review")


def test_a_missing_form_bars_the_way_and_missing_photos_may_be_explained(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    patch = register.a_illegal
    judging.assign(people.clerk, patch.pk)
    client = signed_in(people.township_a)

    def returning() -> dict[str, Any]:
        steps = client.get(f"/api/enforcement/patches/{patch.pk}").json()["steps"]
        found: dict[str, Any] = next(one for one in steps if one["name"] == "return")
        return found

    assert returning()["curable"] is False
    checking.save_check(people.township_a, patch.pk, CheckForm("built", timezone.localdate()))
    assert returning()["curable"] is True


def test_a_step_is_taken_for_all_that_a_query_finds_by_a_job_where_they_are_many(
    register: Register, people: People, run_jobs: Run, settings: Settings
) -> None:
    settings.BULK_IN_REQUEST = 1
    asked = {
        "township_name": "柳塘镇",
        "stage": "archived",
    }  # what the screen showed does not matter
    assign = taking.Asked("assign", "请于本月核查")
    with pytest.raises(Forbidden):
        taking.take_listed(people.township_a, asked, assign)
    with pytest.raises(Refused):
        taking.take_listed(people.clerk, {"township_name": "没有的镇"}, assign)
    assert taking.take_listed(people.clerk, asked, assign, preview=True)["done"] == 2
    made = taking.take_listed(people.clerk, asked, assign)["job"]
    with pytest.raises(Conflict, match="还没有结束"):
        taking.take(people.clerk, [register.a_illegal.pk, register.b_legal.pk], assign)
    run_jobs()
    made.refresh_from_db()
    assert (made.status, made.result) == ("done", {"done": 2, "refused": 0, "rows": []}), made.error
    stages = Patch.objects.order_by("number").values_list("case__stage", flat=True)
    assert list(stages) == ["checking", "checking", "received"]
    judging.judge(people.clerk, register.b_legal.pk, "legal")
    one = taking.take_listed(people.reviewer, {}, taking.Asked("review"))  # few: at once
    assert (one["job"], one["done"]) == (None, 1)


def test_the_ledger_shows_how_a_patch_is_handled_and_what_was_accepted(
    register: Register, people: People, county: County, signed_in: SignedIn
) -> None:
    office = Office.objects.create(code="99-z", name="柳塘镇人民政府", region=county.township_a)
    patch, today = register.a_illegal, timezone.localdate()
    judging.judge(people.clerk, patch.pk, "illegal")
    judging.step(people.reviewer, patch.pk, "review")
    part = patch.parts.get()
    disposing.plan(people.clerk, part.pk, disposing.Plan("case", office.pk, complete_papers=True))
    disposing.hand_down(people.clerk, patch.pk)
    done = disposing.Progress(
        case_number="示例立〔2026〕3号", case_filed_on=today, papers_number="示例批〔2026〕9号",
        papers_on=today, papers_mu=Decimal("1.23"),
    )  # fmt: skip
    disposing.progress(people.clerk, part.pk, done)
    disposing.report(people.clerk, patch.pk)
    accepted = disposing.Acceptance(part.pk, today, regularised_mu=Decimal("1.23"))
    disposing.accept(people.reviewer, patch.pk, [accepted])
    rows = "/api/ledgers/enforcement.patches/rows"
    client = signed_in(people.clerk)
    for asked in (
        {"case_number": "立〔2026〕3"},
        {"handling": "case"},
        {"regularised_mu__gte": "1.23"},
    ):
        (row,) = client.get(rows, asked).json()["rows"]
        assert row["number"] == patch.number
        assert (row["handling"], row["papers_number"]) == ("case", "示例批〔2026〕9号")
        assert (float(row["regularised_mu"]), float(row["restored_mu"])) == (1.23, 0)
        assert row["confirmed_by"] == people.reviewer.name
