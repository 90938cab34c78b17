"""What the worker does for operation by the clock: the daily backup, the monthly drill."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone

from liangtian.platform.jobs.schedule import every
from liangtian.platform.operation import health
from liangtian.platform.operation.alarms import alarm_of
from liangtian.platform.operation.models import Backup, Drill

logger = logging.getLogger(__name__)
BY = "系统计划"
SAMPLED_ROWS = 1_000  # of each index
running: list[subprocess.Popen[bytes]] = []


@every("operation.backup", 60)
def daily_backup() -> None:
    """Start the backup of the day once its time has come; it runs as a process of its own."""
    now = timezone.localtime()
    if settings.BACKUP_AT == "off" or _busy() or not backup_due(now):
        return
    _start("backup", "--by", BY)


@every("operation.drill", 3600)
def monthly_drill() -> None:
    """Start a drill when the last one that passed is a month old and there is a backup to try."""
    if settings.BACKUP_AT == "off" or _busy() or not drill_due(timezone.now()):
        return
    _start("backup", "--drill", "--by", BY)


@every("operation.watch", 3600)
def watch_backups() -> None:
    """Tell the officers, once a day, that the last good backup or drill is too old or failed."""
    installed, first_days = installed_at(), timedelta(hours=settings.BACKUP_MAX_AGE_HOURS)
    if installed is None or timezone.now() - installed < first_days:
        return
    alarm_of(health.last_backup())
    if Drill.objects.exists():
        alarm_of(health.last_drill())


@every("operation.statistics", 3600)
def refresh_statistics() -> None:
    """SQLite does not look by itself at how its tables are filled, and then chooses poor ways to read them.

    A sample of each index is enough, and takes a moment. (PostgreSQL's autovacuum does this alone.)
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA analysis_limit={SAMPLED_ROWS}")
            cursor.execute("ANALYZE")


def backup_due(now: datetime) -> bool:
    """Whether the worker's next backup is due: every so many hours, or once the time of day has passed.

    Nothing is due when something was tried since; after a failure the next period is waited for.
    """
    if settings.BACKUP_EVERY_HOURS:
        return due_after(settings.BACKUP_EVERY_HOURS, now)
    hour, minute = map(int, settings.BACKUP_AT.split(":"))
    due = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    if now < due:
        due -= timedelta(days=1)
    if Backup.objects.filter(started_at__gte=due).exists():
        return False
    installed = installed_at()
    return installed is not None and installed < due


def due_after(hours: float, now: datetime) -> bool:
    """Whether the last backup began so many hours ago; a failed one is tried again after one at most."""
    last = Backup.objects.first()
    if last is None:
        return True
    return now - last.started_at >= timedelta(hours=hours if last.done else min(hours, 1))


def installed_at() -> datetime | None:
    """When this database was made: nothing is due on the first day."""
    found: datetime | None = MigrationRecorder.Migration.objects.aggregate(at=Min("applied"))["at"]
    return found


def drill_due(now: datetime) -> bool:
    """Whether the last drill is a month old, and there is a backup."""
    limit = now - timedelta(days=settings.DRILL_MAX_AGE_DAYS - 1)
    tried = Drill.objects.filter(started_at__gte=limit)
    return Backup.objects.filter(done=True).exists() and not tried.exists()


def _busy() -> bool:
    running[:] = [process for process in running if process.poll() is None]
    return bool(running)


def _start(*words: str) -> None:
    logger.info("starting: liangtian %s", " ".join(words))
    command = [sys.executable, "-m", "liangtian.site.cli", *words]
    running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL))
