"""Backups by the hour, and who hears when one fails."""

from __future__ import annotations

import signal
import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from liangtian.platform.calendar.models import Message
from liangtian.platform.operation import jobs
from liangtian.platform.operation.models import Backup, Drill
from liangtian.platform.operation.services import note_backup, note_drill
from liangtian.platform.people.models import Role, User
from tests.conftest import County, People
from tests.operation.conftest import PATIENCE, Site


def tried(hours_ago: float, *, done: bool = True) -> Backup:
    at = timezone.now() - timedelta(hours=hours_ago)
    return Backup.objects.create(
        archive="a" if done else "", folder="/", started_at=at, finished_at=at, done=done,
        by="冯系统", error="" if done else "磁盘空间不足",
    )  # fmt: skip


@pytest.fixture
def officers(people: People, county: County) -> list[User]:
    found = []
    for role in ("sysadmin", "security_officer"):
        user = User.objects.create_user(role, None, name="冯示例", region=county.county)
        user.roles.add(Role.objects.get(code=role))
        found.append(user)
    return found


def told(title: str) -> set[str]:
    return {m.user.username for m in Message.objects.filter(kind="system", title__contains=title)}


def test_it_goes_on_backing_up_and_tries_restoring_until_it_is_stopped(site: Site) -> None:
    process = site.start("backup", "--every", "6", "--keep", "2", "--by", "张示例")
    end = time.monotonic() + PATIENCE
    while not site.rows("SELECT passed FROM operation_drill"):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < end
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    said, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "备份完成" in said
    assert "恢复测试通过" in said
    assert site.rows("SELECT done, by FROM operation_backup") == [(True, "张示例")]
    assert site.rows("SELECT passed, by FROM operation_drill") == [(True, "张示例")]


def test_hours_that_are_none_are_refused(site: Site) -> None:
    for wrong in ("0", "-1", "nan", "每天"):
        assert "小时" in site.run("backup", f"--every={wrong}", code=2)


@pytest.mark.django_db
def test_the_next_backup_is_due_after_its_hours_and_a_failed_one_after_one(settings: Any) -> None:
    settings.BACKUP_EVERY_HOURS = 6
    now = timezone.now()
    assert jobs.backup_due(now)
    tried(5)
    assert not jobs.backup_due(now)
    assert jobs.backup_due(now + timedelta(minutes=61))
    tried(0.5, done=False)
    assert not jobs.backup_due(now)
    assert jobs.backup_due(now + timedelta(minutes=31))


@pytest.mark.django_db
def test_the_officers_hear_of_a_failure_once_a_day_and_nobody_else(officers: list[User]) -> None:
    names = {user.username for user in officers}
    for _ in range(2):
        failed = Backup(archive="", folder="/", started_at=timezone.now(), done=False, by="系统",
                        error="磁盘空间不足，备份没有完成。")  # fmt: skip
        note_backup(failed)
    assert told("备份没有完成") == names
    assert Message.objects.filter(kind="system").count() == len(names)
    note_drill(Drill(archive="a", started_at=timezone.now(), by="系统", engine="sqlite",
                     passed=False, error="有 1 项不一致"))  # fmt: skip
    assert told("恢复测试未通过") == names


@pytest.mark.django_db
def test_a_backup_that_is_too_old_is_told_but_not_on_a_site_made_today(
    officers: list[User], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BACKUP_MAX_AGE_HOURS = 26
    jobs.watch_backups()
    assert told("备份") == set()
    monkeypatch.setattr(jobs, "installed_at", lambda: timezone.now() - timedelta(days=3))
    tried(2)
    jobs.watch_backups()
    assert told("备份") == set()
    Backup.objects.all().delete()
    tried(27)
    jobs.watch_backups()
    assert told("已超过期限") == {user.username for user in officers}
