"""From the checked file to the register: once, whole, and on again after whatever stopped it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.cases.models import Case, CaseStep
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs import services as jobs
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import Cancelled
from liangtian.programmes.enforcement.imports import accepting, running
from liangtian.programmes.enforcement.imports.services import (
    accept_import,
    choose_mapping,
    discard_import,
    import_file,
    settle,
    start_import,
)
from liangtian.programmes.enforcement.models import Batch, BatchImport, Patch, StagedPatch
from tests.conftest import People, Run
from tests.enforcement.files import (
    PERIOD,
    TITLE,
    accepted,
    batch_file,
    checked,
    handed_in,
    problems,
    sent,
)


def register() -> tuple[int, int, int, int]:
    """How much of everything there is."""
    return (
        Batch.objects.count(), Patch.objects.count(), Case.objects.count(),
        CaseStep.objects.count(),
    )  # fmt: skip


def test_nothing_enters_before_it_is_accepted(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    checked(people.clerk, batch_file(tmp_path, [sent(1), sent(2)]), run_jobs)
    assert register() == (0, 0, 0, 0)
    assert StagedPatch.objects.count() == 2


def test_accepting_makes_batch_patches_cases_and_steps(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    rows = [sent(1, JCMJ=4.5), sent(2, TBLX=""), sent(3)]
    current = accepted(people.clerk, batch_file(tmp_path, rows), run_jobs)
    assert (current.status, current.ready, current.errors) == ("done", 2, 1)
    assert register() == (1, 2, 2, 2)
    batch = current.batch
    assert batch is not None
    assert (batch.title, batch.period, batch.imported_by) == (TITLE, PERIOD, people.clerk)
    assert batch.file_sha256 == current.file.sha256
    patch = Patch.objects.get(number=sent(1).number)
    assert (patch.row, patch.monitoring_type, str(patch.declared_area_mu)) == (1, "20", "4.5000")
    assert str(patch.period_after) == "2026-03-10"
    assert patch.region_id == "990121100201"
    assert patch.attributes["DLMC"] == "水田"
    assert patch.measured_at is not None
    assert patch.proposal_outcome
    step = CaseStep.objects.get(case=patch.case)
    assert (step.step, step.to_stage, step.by) == ("receive", "received", people.clerk)
    assert not StagedPatch.objects.exists()


def test_every_act_leaves_an_audit_entry(tmp_path: Path, people: People, run_jobs: Run) -> None:
    accepted(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    acts = list(
        AuditEntry.objects.filter(act__startswith="enforcement.")
        .order_by("pk")
        .values_list("act", flat=True)
    )
    assert acts == [
        "enforcement.import.start", "enforcement.import.mapping", "enforcement.import.accept",
        "enforcement.batch.enter", "enforcement.batch.measure",
    ]  # fmt: skip


def test_the_same_file_twice_adds_nothing(tmp_path: Path, people: People, run_jobs: Run) -> None:
    path = batch_file(tmp_path, [sent(1), sent(2)])
    accepted(people.clerk, path, run_jobs)
    before = register()
    again = checked(people.clerk, path, run_jobs)
    assert (again.ready, again.duplicates) == (0, 2)
    with pytest.raises(Refused, match=f"同一文件已作为批次“{TITLE}”入库"):
        accept_import(people.clerk, again)
    with pytest.raises(Refused, match="同一文件已作为批次"):
        import_file(people.clerk, path, period=PERIOD, title="又一次")
    assert register() == before
    assert not BatchImport.objects.filter(title="又一次").exclude(status="discarded").exists()


def test_the_same_file_checked_twice_before_accepting_enters_once(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    path = batch_file(tmp_path, [sent(1)])
    one, two = (checked(people.clerk, path, run_jobs) for _ in range(2))
    for each in (one, two):
        accept_import(people.clerk, each)  # both are queued before either is entered
    done = run_jobs()
    assert [job.status for job in done] == ["done", "failed"]
    assert "同一文件已作为批次" in done[1].error
    assert register() == (1, 1, 1, 1)
    two.refresh_from_db()
    assert settle(two).status == "failed"
    assert "同一文件" in two.error


def test_another_file_with_the_same_numbers_adds_nothing(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    accepted(people.clerk, batch_file(tmp_path / "1", [sent(1), sent(2)]), run_jobs)
    path = batch_file(tmp_path / "2", [sent(1), sent(2)], kind="gpkg")
    again = checked(people.clerk, path, run_jobs)
    assert (again.ready, again.duplicates) == (0, 2)
    with pytest.raises(Refused, match="没有可以入库的图斑"):
        accept_import(people.clerk, again)
    assert Patch.objects.count() == 2


def test_numbers_entered_since_the_check_are_left_out_and_said(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    early = checked(people.clerk, batch_file(tmp_path / "1", [sent(1), sent(2)]), run_jobs)
    accepted(people.clerk, batch_file(tmp_path / "2", [sent(2), sent(3)]), run_jobs, title="乙")
    accept_import(people.clerk, early)
    run_jobs()
    early.refresh_from_db()
    assert (early.status, early.ready, early.duplicates) == ("done", 1, 1)
    assert problems(early) == [(2, "duplicate", "监测编号", "该编号已在批次“乙”中入库")]
    assert sorted(Patch.objects.values_list("number", flat=True)) == [
        sent(1).number, sent(2).number, sent(3).number,
    ]  # fmt: skip


def stop_measuring(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def stop(*_: Any) -> int:
        raise error

    monkeypatch.setattr(running, "measure_patches", stop)


def test_killed_between_entering_and_measuring_the_job_goes_on_without_doubles(
    tmp_path: Path, people: People, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1), sent(2)]), run_jobs)
    job = accept_import(people.clerk, current)
    with monkeypatch.context() as patched:
        stop_measuring(patched, KeyboardInterrupt())  # no handler sees the end of a killed worker
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job.call(str(job.pk))
    assert register() == (1, 2, 2, 2)
    job.refresh_from_db()
    assert job.status == "running"
    Job.objects.filter(pk=job.pk).update(heartbeat_at=job.created_at.replace(year=2020))
    assert jobs.recover_stale() == 1
    run_jobs()
    current.refresh_from_db()
    job.refresh_from_db()
    assert (job.status, job.attempts, current.status) == ("done", 2, "done")
    assert register() == (1, 2, 2, 2)
    assert not Patch.objects.filter(measured_at=None).exists()


def test_killed_while_entering_leaves_nothing_and_goes_on(
    tmp_path: Path, people: People, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    job = accept_import(people.clerk, current)

    def stop(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(accepting, "record", stop)  # the last thing before the commit
        with pytest.raises(KeyboardInterrupt):
            jobs.run_job.call(str(job.pk))
    assert register() == (0, 0, 0, 0)
    Job.objects.filter(pk=job.pk).update(status="queued")
    run_jobs()
    assert register() == (1, 1, 1, 1)


def test_stopped_while_measuring_the_import_can_be_accepted_again_to_go_on(
    tmp_path: Path, people: People, run_jobs: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    accept_import(people.clerk, current)
    with monkeypatch.context() as patched:
        stop_measuring(patched, Cancelled())
        run_jobs()
    current.refresh_from_db()
    settle(current)
    assert current.status == "checked"
    assert "图斑已入库，套合尚未完成" in current.error
    for act in (
        lambda: discard_import(people.clerk, current),
        lambda: choose_mapping(people.clerk, current, current.mapping),
    ):
        with pytest.raises(Conflict, match="已经入库"):
            act()
    accept_import(people.clerk, current)
    run_jobs()
    current.refresh_from_db()
    assert (current.status, current.error) == ("done", "")
    assert register() == (1, 1, 1, 1)
    assert Patch.objects.get().measured_at is not None


def test_a_cancelled_check_lets_go_of_the_import(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    current = start_import(
        people.clerk, handed_in(people.clerk, batch_file(tmp_path, [sent(1)])), PERIOD, TITLE
    )
    job = choose_mapping(people.clerk, current, current.mapping)
    jobs.cancel(people.clerk, job)
    current.refresh_from_db()
    assert current.status == "checking"
    assert settle(current).status == "failed"
    assert "已取消" in current.error
    choose_mapping(people.clerk, current, current.mapping)
    run_jobs()
    current.refresh_from_db()
    assert (current.status, current.error, current.ready) == ("checked", "", 1)


def test_a_finished_or_running_import_takes_no_further_acts(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    done = accepted(people.clerk, batch_file(tmp_path, [sent(1)]), run_jobs)
    for act in (
        lambda: accept_import(people.clerk, done),
        lambda: discard_import(people.clerk, done),
        lambda: choose_mapping(people.clerk, done, done.mapping),
    ):
        with pytest.raises(Conflict, match="现为“已入库”"):
            act()
    assert settle(done).status == "done"


def test_a_discarded_import_keeps_its_problems_and_never_enters(
    tmp_path: Path, people: People, run_jobs: Run
) -> None:
    current = checked(people.clerk, batch_file(tmp_path, [sent(1), sent(2, TBLX="")]), run_jobs)
    discard_import(people.clerk, current)
    with pytest.raises(Conflict):
        accept_import(people.clerk, current)
    assert (current.problems.count(), current.staged.count(), register()) == (1, 0, (0, 0, 0, 0))


def test_all_steps_at_once_do_what_the_steps_do(tmp_path: Path, people: People) -> None:
    path = batch_file(tmp_path, [sent(1), sent(2, TBLX="")])
    only = import_file(people.clerk, path, period=PERIOD, title=TITLE, accept=False)
    assert (only.status, only.ready, only.errors) == ("checked", 1, 1)
    assert register() == (0, 0, 0, 0)
    done = import_file(people.clerk, path, period=PERIOD, title=TITLE)
    assert (done.status, register()) == ("done", (1, 1, 1, 1))


def test_the_file_of_mineral_patches_makes_a_mineral_batch(tmp_path: Path, people: People) -> None:
    done = import_file(
        people.clerk, batch_file(tmp_path, [sent(1, TBLX="CK")]), period=PERIOD,
        title="矿产图斑", kind="mineral",
    )  # fmt: skip
    assert done.batch is not None
    assert done.batch.kind == "mineral"


def test_who_may_not_import_is_told_so_whatever_the_door(tmp_path: Path, people: People) -> None:
    path = batch_file(tmp_path, [sent(1)])
    for user in (people.reviewer, people.township_a, people.auditor):
        with pytest.raises(Refused) as caught:
            import_file(user, path, period=PERIOD, title=TITLE)
        assert caught.value.code == "forbidden"
    assert not BatchImport.objects.exists()
