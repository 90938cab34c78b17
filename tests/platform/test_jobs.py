"""Jobs: progress, cancel, failure, recovery."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs import registry
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import Handler, JobRun, job
from liangtian.platform.jobs.services import (
    MAX_ATTEMPTS,
    cancel,
    clean,
    enqueue,
    recover_stale,
    retry,
    run_job,
)
from tests.conftest import People


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "REPORT_EVERY_SECONDS", 0)
    kinds: dict[str, Handler] = {
        "test.count": count,
        "test.refuse": refuse,
        "test.break": break_down,
        "test.steal": steal,
    }
    for kind, handler in kinds.items():
        label = "数数" if kind == "test.count" else ""
        job(kind, label, retry=kind == "test.count")(handler)
    yield
    for kind in kinds:
        del registry.handlers[kind]


def count(run: JobRun, to: int) -> dict[str, Any]:
    for step in range(to):
        run.progress(step / to, f"第 {step} 步")
    return {"counted": to}


def refuse(run: JobRun) -> dict[str, Any]:
    raise Refused("文件里没有图斑。")


def break_down(run: JobRun) -> dict[str, Any]:
    raise KeyError("missing")


def steal(run: JobRun) -> dict[str, Any]:
    """Held up so long that another worker was given the job."""
    Job.objects.filter(pk=run.job.pk).update(attempts=2, worker="another")
    return {"stolen": True}


def start(people: People, kind: str, **args: Any) -> Job:
    return enqueue(kind, "测试任务", people.clerk, people.clerk.region, **args)


def test_a_job_runs_to_its_result(people: People, run_jobs: Any) -> None:
    start(people, "test.count", to=3)
    (done,) = run_jobs()
    assert (done.status, done.progress, done.result) == ("done", 1.0, {"counted": 3})


def test_a_refusal_is_shown_in_its_own_words(people: People, run_jobs: Any) -> None:
    start(people, "test.refuse")
    (failed,) = run_jobs()
    assert (failed.status, failed.error) == ("failed", "文件里没有图斑。")


def test_a_job_of_a_kind_that_an_upgrade_took_away_ends_in_words(
    people: People, run_jobs: Any
) -> None:
    made = start(people, "test.count", to=3)
    Job.objects.filter(pk=made.pk).update(kind="test.of_before")
    (failed,) = run_jobs()
    assert failed.status == "failed"
    assert "系统升级后不再有这类任务" in failed.error
    with pytest.raises(Conflict, match="请回到原页面重新发起"):
        retry(people.clerk, failed)


def test_a_program_error_fails_the_job_and_says_so(people: People, run_jobs: Any) -> None:
    start(people, "test.break")
    (failed,) = run_jobs()
    assert failed.status == "failed"
    assert "KeyError" in failed.error


def test_a_queued_job_is_cancelled_at_once_and_never_runs(people: People, run_jobs: Any) -> None:
    queued = start(people, "test.count", to=1)
    cancel(people.clerk, queued)
    assert run_jobs() == []
    queued.refresh_from_db()
    assert queued.status == "cancelled"
    with pytest.raises(Conflict):
        cancel(people.clerk, queued)


def test_a_running_job_stops_at_its_next_report(people: People, run_jobs: Any) -> None:
    queued = start(people, "test.count", to=5)
    Job.objects.filter(pk=queued.pk).update(cancel_requested=True)
    (stopped,) = run_jobs()
    assert stopped.status == "cancelled"
    assert stopped.result is None


def test_a_job_whose_worker_fell_silent_runs_again(people: People, run_jobs: Any) -> None:
    silent = start(people, "test.count", to=2)
    old = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=silent.pk).update(status="running", heartbeat_at=old, attempts=1)
    assert recover_stale() == 1
    (done,) = run_jobs()
    assert (done.pk, done.status, done.attempts) == (silent.pk, "done", 2)


def test_a_job_that_keeps_killing_its_worker_is_given_up(people: People) -> None:
    silent = start(people, "test.count", to=2)
    old = timezone.now() - timedelta(minutes=5)
    Job.objects.filter(pk=silent.pk).update(
        status="running", heartbeat_at=old, attempts=MAX_ATTEMPTS
    )
    assert recover_stale() == 0
    silent.refresh_from_db()
    assert silent.status == "failed"


def test_jobs_are_seen_in_scope_and_cancelled_by_their_owner(
    people: People, signed_in: Any
) -> None:
    mine = start(people, "test.count", to=1)
    path = f"/api/jobs/{mine.pk}"
    assert signed_in(people.clerk).get("/api/jobs").json()["total"] == 1
    nothing = {"rows": [], "total": 0, "kinds": []}
    assert signed_in(people.township_a).get("/api/jobs").json() == nothing
    assert signed_in(people.township_a).get(path).status_code == 404
    assert signed_in(people.reviewer).post(f"{path}/cancel").status_code == 403
    assert signed_in(people.clerk).post(f"{path}/cancel").json()["status"] == "cancelled"


def test_a_job_is_found_by_what_it_works_on_and_by_each_condition(
    people: People, signed_in: Any, run_jobs: Any
) -> None:
    enqueue("test.refuse", "一", people.clerk, people.clerk.region, target="thing:1")
    run_jobs()
    enqueue("test.count", "二", people.clerk, people.clerk.region, target="thing:2", to=1)
    client = signed_in(people.clerk)

    def titles(**query: Any) -> list[str]:
        return [row["title"] for row in client.get("/api/jobs", query).json()["rows"]]

    assert (
        titles(target="thing:1") == titles(status="failed") == titles(kind="test.refuse") == ["一"]
    )
    assert titles(status="active") == ["二"]
    assert titles(who="张示") == ["二", "一"]
    assert (
        titles(who="李样本") == titles(since=(timezone.now() + timedelta(days=1)).isoformat()) == []
    )
    kinds = client.get("/api/jobs").json()["kinds"]
    assert kinds == [{"value": "test.count", "label": "数数"}, {"value": "test.refuse", "label": "test.refuse"}]  # fmt: skip


def test_a_failed_job_is_run_again_if_its_kind_allows(
    people: People, signed_in: Any, run_jobs: Any
) -> None:
    broken = start(people, "test.count", to=0)
    refused = start(people, "test.refuse")
    run_jobs()
    Job.objects.filter(pk=broken.pk).update(status="failed", error="网络中断", attempts=3)
    client = signed_in(people.clerk)
    assert client.get(f"/api/jobs/{broken.pk}").json()["may_retry"] is True
    assert client.post(f"/api/jobs/{refused.pk}/retry").status_code == 409
    assert signed_in(people.reviewer).post(f"/api/jobs/{broken.pk}/retry").status_code == 403
    assert client.post(f"/api/jobs/{broken.pk}/retry").json()["status"] == "queued"
    (done,) = run_jobs()
    assert (done.status, done.error, done.attempts) == ("done", "", 1)


def test_what_a_job_said_is_kept(
    people: People, signed_in: Any, run_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "NOTE_EVERY_SECONDS", 0)
    counting = start(people, "test.count", to=3)
    run_jobs()
    shown = signed_in(people.clerk).get(f"/api/jobs/{counting.pk}").json()
    assert [note["text"] for note in shown["notes"]] == ["第 0 步", "第 1 步", "第 2 步"]


def test_the_time_left_follows_the_pace_of_the_last_minute(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr("liangtian.platform.jobs.registry.time.monotonic", lambda: clock[0])
    run = JobRun(Job.objects.get(pk=start(people, "test.count", to=1).pk))
    Job.objects.update(status="running")

    def left() -> float | None:
        expected = Job.objects.get().expected_at
        return (expected - timezone.now()).total_seconds() if expected else None

    run.progress(0.0)
    assert left() is None
    for share in (0.1, 0.2, 0.3, 0.4):
        clock[0] += 10
        run.progress(share)
    assert left() == pytest.approx(75, abs=10)  # 0.01 a second; each figure moves a part of the way
    for step in range(1, 13):  # ten times slower from here on
        clock[0] += 10
        run.progress(0.4 + 0.01 * step)
    assert left() == pytest.approx(500, rel=0.25)


def test_a_worker_told_to_stop_puts_its_job_back(people: People, run_jobs: Any) -> None:
    job = start(people, "test.count", to=3)
    registry.stopping.set()
    try:
        run_job.call(str(job.pk))
    finally:
        registry.stopping.clear()
    job.refresh_from_db()
    assert (job.status, job.attempts) == ("queued", 0)
    (done,) = run_jobs()
    assert (done.status, done.attempts) == ("done", 1)


def test_a_worker_that_lost_its_job_writes_nothing_more(people: People) -> None:
    job = start(people, "test.steal")
    run_job.call(str(job.pk))
    job.refresh_from_db()
    assert (job.status, job.worker, job.attempts) == ("running", "another", 2)


def test_old_finished_jobs_are_forgotten(people: People, run_jobs: Any, settings: Any) -> None:
    old, recent = start(people, "test.count", to=1), start(people, "test.count", to=1)
    waiting = start(people, "test.count", to=1)
    cancel(people.clerk, waiting)
    run_jobs()
    past = timezone.now() - timedelta(days=settings.JOB_KEEP_DAYS + 1)
    Job.objects.filter(pk=old.pk).update(finished_at=past)
    assert clean() == 1
    assert set(Job.objects.values_list("pk", flat=True)) == {recent.pk, waiting.pk}
