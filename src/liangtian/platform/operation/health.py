"""Is the site well? Findings for the readiness address, the page 运行状况 and `liangtian check`."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from liangtian.platform.operation import processes, schema
from liangtian.platform.operation.models import Backup, Drill, Process

Level = Literal["ok", "warning", "error"]
DRIFT_SECONDS = 5.0  # more, and deadlines and the order of audit entries come out wrong
LOCAL_TIME = "/etc/localtime"
WAITING = "后台进程没有运行，提交的任务会排队等待，暂不执行。请启动 liangtian worker。"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    code: str
    label: str
    level: Level
    detail: str


def database() -> Finding:
    """Whether the database answers."""
    try:
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        connection.close()
        return Finding("database", "数据库", "error", "数据库连接不上，请检查数据库服务。")
    return Finding("database", "数据库", "ok", f"{database_version()}，可以连接")


def database_version() -> str:
    """Name and version of the database."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT sqlite_version()")
            return f"SQLite {cursor.fetchone()[0]}"
        cursor.execute("SHOW server_version")
        return f"PostgreSQL {cursor.fetchone()[0].split()[0]}"


def migrations() -> Finding:
    """Whether program and database fit each other."""
    wrong = schema.trouble()
    return Finding("migrations", "数据库升级", "error" if wrong else "ok", wrong or "已是最新")


def data_folder() -> Finding:
    """Whether the data folder can be written."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA) as handle:
            handle.write(b"x" * 4096)
            handle.flush()
    except OSError as error:
        return Finding("data", "数据目录", "error", f"数据目录不能写入：{error.strerror}。")
    return Finding("data", "数据目录", "ok", "可以写入")


def disk() -> Finding:
    """Whether enough of the disk is free."""
    usage = shutil.disk_usage(settings.DATA)
    said = f"剩余 {usage.free / 1024**3:.1f} GB，共 {usage.total / 1024**3:.1f} GB"
    if usage.free < settings.DISK_FREE_ERROR_MB * 1024**2:
        return Finding("disk", "磁盘空间", "error", f"{said}，即将写满，请立即清理或扩容。")
    if usage.free < settings.DISK_FREE_WARNING_MB * 1024**2:
        return Finding("disk", "磁盘空间", "warning", f"{said}，请尽快清理或扩容。")
    return Finding("disk", "磁盘空间", "ok", said)


def worker() -> Finding:
    """Whether somebody does the jobs."""
    count = len(processes.alive(Process.Kind.WORKER))
    if not count:
        return Finding("worker", "后台进程", "error", WAITING)
    return Finding("worker", "后台进程", "ok", f"{count} 个在运行")


def key_file() -> Finding:
    """Whether the keys are for the owner's eyes only."""
    loose = [
        path.name
        for path in sorted(Path(settings.DATA).glob("*-key"))
        if stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if loose and os.name == "posix":
        return Finding(
            "keys", "密钥文件", "error", f"{'、'.join(loose)} 可被他人读取，请 chmod 600。"
        )
    return Finding("keys", "密钥文件", "ok", "仅本用户可读")


def https() -> Finding:
    """Whether browsers are made to use HTTPS."""
    if settings.HTTPS:
        return Finding("https", "HTTPS", "ok", "已启用")
    return Finding(
        "https",
        "HTTPS",
        "warning",
        "未启用。除本机试用外，请经 HTTPS 代理访问并设 LIANGTIAN_HTTPS=1。",
    )


def hosts() -> Finding:
    """Whether the server answers to its own names only."""
    if "*" in settings.ALLOWED_HOSTS:
        return Finding(
            "hosts", "允许的主机名", "error", "LIANGTIAN_ALLOWED_HOSTS 不应为 *，请写明主机名。"
        )
    return Finding("hosts", "允许的主机名", "ok", "、".join(settings.ALLOWED_HOSTS))


def last_backup() -> Finding:
    """Whether the last good backup is recent."""
    return _recent(
        "backup", "备份", Backup.objects.filter(done=True).first(),
        timedelta(hours=settings.BACKUP_MAX_AGE_HOURS), "请运行 liangtian backup。",
    )  # fmt: skip


def last_drill() -> Finding:
    """Whether restoring was tried lately, and worked."""
    last = Drill.objects.first()
    if last is not None and not last.passed:
        said = f"最近一次恢复测试未通过：{last.error[:120]}"
        return Finding("drill", "恢复测试", "error", said)
    return _recent(
        "drill", "恢复测试", last, timedelta(days=settings.DRILL_MAX_AGE_DAYS),
        "请运行 liangtian backup --drill。",
    )  # fmt: skip


def _recent(
    code: str, label: str, last: Backup | Drill | None, limit: timedelta, advice: str
) -> Finding:
    if last is None:
        return Finding(code, label, "warning", f"还没有做过。{advice}")
    said = f"最近一次 {timezone.localtime(last.finished_at):%Y-%m-%d %H:%M}"
    if timezone.now() - last.finished_at > limit:
        return Finding(code, label, "warning", f"{said}，已超过期限。{advice}")
    return Finding(code, label, "ok", said)


def time_zone() -> Finding:
    """Whether the operating system keeps the county's time; the program itself always does."""
    zone = Path(LOCAL_TIME)
    if zone.exists() and zone.resolve().name not in ("Shanghai", "PRC", "Chongqing", "Urumqi"):
        said = f"操作系统时区为 {zone.resolve().name}，系统日志的时间将与页面不同，建议改为 Asia/Shanghai。"
        return Finding("zone", "时区", "warning", said)
    return Finding("zone", "时区", "ok", "北京时间")


def drift() -> Finding:
    """Whether this machine and the database server agree on the time."""
    if connection.vendor == "sqlite":
        return Finding("drift", "时钟", "ok", "数据库与程序在同一台机器")
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        there = cursor.fetchone()[0]
    seconds = abs((datetime.now(UTC) - there).total_seconds())
    level: Level = "ok" if seconds < DRIFT_SECONDS else "error"
    advice = "" if level == "ok" else "，请校准两台机器的时钟(NTP)"
    return Finding("drift", "时钟", level, f"与数据库服务器相差 {seconds:.1f} 秒{advice}")


READY: tuple[Callable[[], Finding], ...] = (database, migrations, data_folder, worker)
MORE: tuple[Callable[[], Finding], ...] = (
    disk, last_backup, last_drill, key_file, https, hosts, time_zone, drift,
)  # fmt: skip


def ready() -> list[Finding]:
    """What decides whether requests should be sent here."""
    return list(_each(READY))


def everything() -> list[Finding]:
    """All there is to look at."""
    return list(_each((*READY, *MORE)))


def _each(checks: tuple[Callable[[], Finding], ...]) -> Iterator[Finding]:
    """Findings up to a database that does not answer: the rest would only fail likewise."""
    for check in checks:
        try:
            finding = check()
        except DatabaseError:
            finding = Finding(check.__name__, "数据库", "error", "数据库出错，请查看日志。")
        yield finding
        if finding.code == "database" and finding.level == "error":
            return
