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
from liangtian.platform.jobs.services import MAX_ATTEMPTS, cancel, enqueue, recover_stale
from tests.conftest import People


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "REPORT_EVERY_SECONDS", 0)
    kinds: dict[str, Handler] = {
        "test.count": count,
        "test.refuse": refuse,
        "test.break": break_down,
    }
    for kind, handler in kinds.items():
        job(kind)(handler)
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
