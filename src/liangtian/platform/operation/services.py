"""Keeping the records of operation."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.operation.alarms import alarm
from liangtian.platform.operation.models import Backup, Drill


def note_backup(backup: Backup) -> Backup:
    """Keep the record of a backup that has just ended, well or not."""
    backup.finished_at = timezone.now()
    with transaction.atomic():
        backup.save()
        act = "operation.backup" if backup.done else "operation.backup.failed"
        record(
            None, act, backup, after={"sha256": backup.sha256, "by": backup.by}, note=backup.error
        )
        if not backup.done:
            alarm("backup.failed", "备份没有完成", backup.error)
    return backup


def note_drill(drill: Drill) -> Drill:
    """Keep the record of a drill that has just ended (恢复测试记录)."""
    drill.finished_at = timezone.now()
    with transaction.atomic():
        drill.save()
        record(
            None, "operation.drill", drill, after={"passed": drill.passed, "by": drill.by},
            note=drill.error,
        )  # fmt: skip
        if not drill.passed:
            alarm("drill.failed", "恢复测试未通过", drill.error)
    return drill
