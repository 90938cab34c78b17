"""Taking a backup of the running site."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings
from django.utils import timezone

from liangtian import __version__
from liangtian.platform.errors import Refused
from liangtian.platform.files.stores import store_in_use
from liangtian.platform.operation import services
from liangtian.platform.operation.backups.archive import sha256_of, write_archive
from liangtian.platform.operation.backups.folder import (
    BackupFolder,
    name_of,
    settle,
)
from liangtian.platform.operation.backups.manifest import Manifest
from liangtian.platform.operation.backups.places import Dump, Place, Tell, place_of
from liangtian.platform.operation.backups.sealing import Seal
from liangtian.platform.operation.models import Backup

MANIFEST = "manifest.json"
KEYS, OVERRIDES = "keys", "overrides"
DISK_FULL = (
    "磁盘空间不足，备份没有完成，已有的备份不受影响。请清理“{folder}”所在的磁盘或换一个位置。"
)


@dataclass(frozen=True)
class Taken:
    """What one backup did."""

    archive: Path
    manifest: Manifest
    copied: int
    sha256: str
    size: int


def take_backup(
    folder: Path,
    *,
    by: str,
    tell: Tell,
    keep: int | None = None,
    seal: Seal | None = None,
    with_keys: bool = False,
    place: Place | None = None,
) -> Backup:
    """Back up database and stored files into `folder`, and note it; the site goes on running.

    Raises Refused (Chinese), after noting the failure: a missing or damaged stored file, a full disk, a
    folder that cannot be written.
    """
    started = timezone.now()
    try:
        taken = _take(
            BackupFolder(folder),
            started,
            tell,
            seal=seal,
            with_keys=with_keys,
            place=place or place_of(settings.DATABASES["default"]),
        )
    except (Refused, OSError, sqlite3.Error, psycopg.Error) as error:
        message = _reason(error, folder)
        services.note_backup(
            Backup(archive="", folder=str(folder), started_at=started, done=False, by=by, error=message)
        )  # fmt: skip
        raise Refused(message) from error
    noted = services.note_backup(
        Backup(
            archive=taken.archive.name, folder=str(folder), started_at=started, done=True, by=by,
            size=taken.size, rows=taken.manifest.rows, files=len(taken.manifest.files),
            files_copied=taken.copied, encrypted=seal is not None, with_keys=with_keys,
            sha256=taken.sha256,
        )
    )  # fmt: skip
    if keep:
        for name in BackupFolder(folder).prune(keep):
            tell(f"已删除过期备份 {name}")
    return noted


def _reason(error: Exception, folder: Path) -> str:
    """What went wrong, in words for the administrator."""
    if isinstance(error, Refused):
        return error.message
    if getattr(error, "errno", None) == errno.ENOSPC or "disk is full" in str(error):
        return DISK_FULL.format(folder=folder)
    if isinstance(error, OSError):
        return f"备份位置“{folder}”不能写入：{error.strerror}。"
    return f"数据库出错，备份没有完成：{error}"


def _take(
    folder: BackupFolder,
    started: datetime,
    tell: Tell,
    *,
    seal: Seal | None,
    with_keys: bool,
    place: Place,
) -> Taken:
    folder.path.mkdir(parents=True, exist_ok=True, mode=0o700)
    moment = timezone.localtime(started).strftime("%Y%m%d-%H%M%S")
    final = folder.path / name_of(moment, seal is not None)
    if final.exists():
        raise Refused("同一秒内已有一份备份，请稍后再试。")
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=folder.path) as scratch:
        dump = place.dump(Path(scratch), tell)
        files, copied = _keep_files(folder, dump, seal, tell)
        parts: dict[str, Path | bytes] = {**dump.parts, **_extras(with_keys)}
        manifest = Manifest(
            engine=place.engine, method=dump.method, version=__version__,
            taken_at=started.isoformat(), tables=dump.tables, migrations=dump.migrations,
            parts={name: sha256_of(path) for name, path in dump.parts.items()},
            files=files, columns=dump.columns, encrypted=seal is not None,
            with_keys=with_keys, database_version=dump.database_version,
        )  # fmt: skip
        tell("写入备份文件")
        text = manifest.to_json()
        temporary, sha256 = write_archive(final, {MANIFEST: text, **parts}, seal)
        try:
            settle(temporary, final, sha256, text)
        finally:
            temporary.unlink(missing_ok=True)
    return Taken(final, manifest, copied, sha256, final.stat().st_size)


def _keep_files(
    folder: BackupFolder, dump: Dump, seal: Seal | None, tell: Tell
) -> tuple[dict[str, int], int]:
    """Bring the stored files of the folder up to date; hashes with sizes, and how many were copied."""
    store = store_in_use()
    found = list(store.hashes())
    missing = sorted(dump.files.keys() - set(found))
    if missing:
        raise Refused(
            f"有 {len(missing)} 个文件在数据库中有记录而数据目录中没有，例如 {missing[0][:12]}…。"
            "请先从上一份备份恢复这些文件，再重新备份。"
        )
    copied = 0
    for number, sha256 in enumerate(found, 1):
        copied += folder.keep_file(store, sha256, seal)
        if number % 100 == 0 or number == len(found):
            tell(f"文件 {number}/{len(found)}，新增 {copied}")
    return {sha256: dump.files.get(sha256, 0) for sha256 in found}, copied


def _extras(with_keys: bool) -> dict[str, Path]:
    """The county's own values, and the keys if asked for."""
    extras = {}
    if settings.PACK_OVERRIDES and settings.PACK_OVERRIDES.is_dir():
        for path in sorted(settings.PACK_OVERRIDES.glob("*.toml")):
            extras[f"{OVERRIDES}/{path.name}"] = path
    if with_keys:
        with suppress(FileNotFoundError):
            for path in sorted(Path(settings.DATA).glob("*-key")):
                extras[f"{KEYS}/{path.name}"] = path
    return extras
