"""The drill: restore the newest backup beside the running site, compare, keep the record (恢复测试)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.utils import timezone
from psycopg import sql

from liangtian.platform.errors import Refused
from liangtian.platform.files.stores import LocalStore
from liangtian.platform.operation import services
from liangtian.platform.operation.backups.folder import BackupFolder
from liangtian.platform.operation.backups.places import Place, Tell, place_of
from liangtian.platform.operation.backups.postgres import PostgresPlace
from liangtian.platform.operation.backups.restoring import Target, restore
from liangtian.platform.operation.backups.sealing import Seal
from liangtian.platform.operation.backups.sqlite import SqlitePlace
from liangtian.platform.operation.models import Drill

MAY_NOT_CREATE = (
    "数据库用户不能建立测试用的数据库。请由管理员执行 ALTER ROLE … CREATEDB，"
    "或在另一台机器上用 liangtian restore 做恢复测试。"
)


def drill(folder: Path, *, by: str, tell: Tell, seal: Seal | None = None) -> Drill:
    """Restore the newest backup into a scratch database and folder, compare, and keep the record.

    A failure is a record too; raises Refused (Chinese) only when there is no backup at all.
    """
    archive = BackupFolder(folder).newest()
    noted = Drill(archive=archive.name, started_at=timezone.now(), by=by, engine="", passed=False)
    noted.taken_at = _taken_at(archive)
    try:
        with tempfile.TemporaryDirectory(prefix=".drill-", dir=settings.DATA) as scratch:
            data = Path(scratch)
            with _scratch(place_of(settings.DATABASES["default"]), data) as place:
                noted.engine = place.engine
                target = Target(place, data, LocalStore(data / "files"))
                done = restore(archive, target, replace=False, seal=seal, tell=tell)
        noted.comparison = [{**asdict(line), "equal": line.equal} for line in done.lines]
        noted.passed = done.equal
        if not done.equal:
            wrong = [line.item for line in done.lines if not line.equal]
            noted.error = f"有 {len(wrong)} 项不一致：{'、'.join(wrong[:5])}"
    except Refused as refusal:
        noted.error = refusal.message
    except OSError as error:
        noted.error = f"读写失败：{error.strerror}。请检查磁盘空间和目录权限。"
    except psycopg.Error as error:
        noted.error = f"数据库出错：{error}"
    return services.note_drill(noted)


def _taken_at(archive: Path) -> datetime:
    words = archive.name.removeprefix("liangtian-")[:15]
    return timezone.make_aware(datetime.strptime(words, "%Y%m%d-%H%M%S"))


@contextmanager
def _scratch(place: Place, data: Path) -> Iterator[Place]:
    """An empty database of the same kind, gone afterwards."""
    if not isinstance(place, PostgresPlace):
        yield SqlitePlace(data / "liangtian.sqlite3")
        return
    name = f"{place.name[:40]}_drill_{timezone.now():%Y%m%d%H%M%S}"
    with place.connected(autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(MAY_NOT_CREATE) from error
    try:
        yield replace(place, name=name)
    finally:
        with suppress(psycopg.Error), place.connected(autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
