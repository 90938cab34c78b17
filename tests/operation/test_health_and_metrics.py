"""What machines and the administrator are told about the state of the system."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from liangtian.platform.jobs.models import Job
from liangtian.platform.operation import health, jobs, metrics
from liangtian.platform.operation.models import Backup, Drill, Process
from liangtian.platform.operation.processes import pulse
from tests.conftest import County, People

pytestmark = pytest.mark.django_db


def alive(kind: str) -> Process:
    process = Process(key=f"{kind}-示例-1", kind=kind, host="示例", version="0.1.0")
    pulse(process)
    return process


def ready(client: Client) -> tuple[int, dict[str, str]]:
    answer = client.get("/health/ready")
    return answer.status_code, {c["code"]: c["level"] for c in answer.json().get("checks", [])}


def test_alive_says_nothing_but_that(client: Client) -> None:
    assert client.get("/health/live").json() == {"status": "alive"}


def test_ready_once_a_worker_beats_and_not_when_it_falls_silent(client: Client) -> None:
    assert ready(client) == (
        503, {"database": "ok", "migrations": "ok", "data": "ok", "worker": "error"},
    )  # fmt: skip
    worker = alive("worker")
    assert ready(client)[0] == 200
    Process.objects.filter(pk=worker.pk).update(seen_at=timezone.now() - timedelta(minutes=2))
    assert ready(client)[0] == 503


def test_a_folder_that_cannot_be_written_makes_it_not_ready(client: Client, settings: Any) -> None:
    alive("worker")
    settings.DATA = "/proc/1"
    status, checks = ready(client)
    assert status == 503
    assert checks["data"] == "error"


def test_a_database_that_is_away_is_told_and_ends_the_checks(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("connection refused, password=geheim")

    monkeypatch.setattr(connection, "ensure_connection", away)
    monkeypatch.setattr(connection, "close", lambda: None)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert [c["code"] for c in answer.json()["checks"]] == ["database"]
    assert "geheim" not in answer.content.decode()


@pytest.mark.parametrize(
    ("peer", "forwarded", "let_in"),
    [
        ("127.0.0.1", None, True),
        ("10.1.2.3", None, False),
        ("127.0.0.1", "10.1.2.3", False),  # through a proxy on this machine
        ("127.0.0.1", "127.0.0.1, 10.1.2.3", False),
        ("127.0.0.1", "so nicht", False),
    ],
)
def test_figures_are_for_addresses_that_may_watch(
    client: Client, peer: str, forwarded: str | None, let_in: bool
) -> None:
    extra: dict[str, Any] = {"REMOTE_ADDR": peer}
    if forwarded:
        extra["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client.get("/metrics", **extra).status_code == (200 if let_in else 404)
    assert ("checks" in client.get("/health/ready", **extra).json()) is let_in


def test_requests_are_counted_under_the_template_of_their_address(
    people: People, signed_in: Any
) -> None:
    client = signed_in(people.clerk)
    for number in (1, 2, 3):
        client.get(f"/api/enforcement/patches/{number}")
    text = client.get("/metrics").content.decode()
    route = "/api/enforcement/patches/<patch_id>"
    counted = [
        line
        for line in text.splitlines()
        if line.startswith("liangtian_requests_total{")
        and f'method="GET",route="{route}",status="404"' in line
    ]
    assert len(counted) == 1
    assert int(counted[0].rsplit(" ", 1)[1]) >= 3
    assert "patches/1" not in text
    assert f'liangtian_request_seconds_bucket{{route="{route}",le="+Inf"}}' in text


def test_buckets_of_the_histogram_hold_what_is_below_them() -> None:
    counted = metrics.Requests()
    for seconds in (0.01, 0.3, 70.0):
        counted.note("GET", "/x", 200, seconds)
    lines = "\n".join(counted.lines())
    assert 'bucket{route="/x",le="0.05"} 1' in lines
    assert 'bucket{route="/x",le="0.5"} 2' in lines
    assert 'bucket{route="/x",le="30.0"} 2' in lines
    assert 'bucket{route="/x",le="+Inf"} 3' in lines
    assert 'liangtian_requests_total{method="GET",route="/x",status="200"} 3' in lines


def test_jobs_and_the_age_of_the_queue_are_told(people: People, county: County) -> None:
    waiting = timezone.now() - timedelta(minutes=10)
    Job.objects.create(
        kind="x", title="等待", created_by=people.clerk, region=county.county, created_at=waiting
    )
    text = metrics.text()
    assert 'liangtian_jobs{state="queued"} 1' in text
    age = next(x for x in text.splitlines() if x.startswith("liangtian_queue_age_seconds"))
    assert int(age.split()[1]) >= 600


def backup(**fields: Any) -> Backup:
    now = timezone.now()
    plain = {"archive": "a", "folder": "f", "started_at": now, "finished_at": now, "by": "冯系统"}
    return Backup.objects.create(**{**plain, "done": True, **fields})


def test_an_old_backup_and_a_failed_drill_are_findings(settings: Any) -> None:
    assert health.last_backup().level == "warning"
    made = backup()
    assert health.last_backup().level == "ok"
    old = timezone.now() - timedelta(hours=settings.BACKUP_MAX_AGE_HOURS + 1)
    Backup.objects.filter(pk=made.pk).update(started_at=old, finished_at=old)
    assert health.last_backup().level == "warning"
    now = timezone.now()
    Drill.objects.create(
        archive="a", started_at=now, finished_at=now, passed=False, by="冯系统",
        engine="sqlite", error="有 1 项不一致",
    )  # fmt: skip
    assert health.last_drill().level == "error"


def test_a_key_that_others_can_read_is_a_finding(settings: Any, tmp_path: Any) -> None:
    key = tmp_path / "secret-key"
    key.write_text("示例")
    key.chmod(0o600)
    assert health.key_file().level == "ok"
    key.chmod(0o640)
    assert health.key_file().level == "error"


def test_the_daily_backup_is_due_once_a_day_and_not_on_a_site_made_today(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_AT = "02:30"
    now = timezone.localtime().replace(hour=3, minute=0)
    installed = now - timedelta(days=3)
    monkeypatch.setattr(jobs, "installed_at", lambda: installed)
    assert jobs.backup_due(now)
    backup(started_at=now - timedelta(minutes=10), finished_at=now)
    assert not jobs.backup_due(now)
    assert jobs.backup_due(now + timedelta(days=1))
    Backup.objects.all().delete()
    monkeypatch.setattr(jobs, "installed_at", lambda: now - timedelta(minutes=5))
    assert not jobs.backup_due(now)


def test_the_drill_is_due_once_a_month_and_needs_a_backup(settings: Any) -> None:
    now = timezone.now()
    assert not jobs.drill_due(now)
    backup()
    assert jobs.drill_due(now)
    Drill.objects.create(
        archive="a", started_at=now, finished_at=now, passed=True, by="冯系统", engine="sqlite"
    )
    assert not jobs.drill_due(now)
    assert jobs.drill_due(now + timedelta(days=31))


def test_jobs_wait_is_said_when_no_worker_runs() -> None:
    assert "排队等待" in health.worker().detail
