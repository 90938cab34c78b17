"""Restoring a backup, and comparing what came out with what went in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from liangtian.platform.errors import Refused
from liangtian.platform.files.stores import LocalStore, Store
from liangtian.platform.operation.backups.archive import (
    DAMAGED,
    check_sum,
    copy_hashed,
    reading,
)
from liangtian.platform.operation.backups.folder import BackupFolder
from liangtian.platform.operation.backups.manifest import Compared, Manifest, compare
from liangtian.platform.operation.backups.places import Place, Tell
from liangtian.platform.operation.backups.sealing import Seal
from liangtian.platform.operation.backups.taking import KEYS, MANIFEST, OVERRIDES

STAGING = ".restoring-"


@dataclass(frozen=True)
class _Source:
    """The stored files that belong to an archive."""

    folder: BackupFolder
    hashes: list[str]
    seal: Seal | None
    tell: Tell

    def each(self, what: str) -> Iterator[str]:
        """Every hash, telling how far it is."""
        for number, sha256 in enumerate(self.hashes, 1):
            yield sha256
            if number % 100 == 0 or number == len(self.hashes):
                self.tell(f"{what}文件 {number}/{len(self.hashes)}")

    def check(self) -> None:
        """Refused (Chinese) unless every file is there and whole."""
        for sha256 in self.each("校验"):
            self.folder.verify_file(sha256, self.seal)

    def bring(self, staging: Path, store: Store) -> None:
        """Hand every file to the store of the target; one that is there but damaged is replaced."""
        for sha256 in self.each("恢复"):
            if store.has(sha256) and not _whole(store, sha256):
                if not isinstance(store, LocalStore):
                    raise Refused(f"对象存储中的文件 {sha256[:12]}… 已损坏，请先将其删除，再恢复。")
                store.path(sha256).unlink()
            if not store.has(sha256):
                staged = staging / sha256
                self.folder.restore_file(sha256, staged, self.seal)
                store.put(staged, sha256)
                staged.unlink(missing_ok=True)


def _whole(store: Store, sha256: str) -> bool:
    with store.open(sha256) as source:
        return copy_hashed(source, None) == sha256


@dataclass(frozen=True)
class Target:
    """Where a backup is restored to."""

    place: Place
    data: Path
    files: Store


@dataclass(frozen=True)
class Restored:
    """A restore that was carried out."""

    manifest: Manifest
    lines: list[Compared]

    @property
    def equal(self) -> bool:
        return all(line.equal for line in self.lines)


def restore(
    archive: Path, target: Target, *, replace: bool, seal: Seal | None, tell: Tell
) -> Restored:
    """Restore into a database and a data folder, then compare with the manifest.

    Everything is verified and laid out in a staging folder first; files are then renamed into place, and
    the database last, all or nothing. Raises Refused (Chinese): a damaged archive, a target that is not
    empty without `replace`, another kind of database, a backup of a later program.
    """
    place, data = target.place, target.data
    check_sum(archive)
    if not replace and not place.is_empty():
        raise Refused(
            "目标数据库中已有数据，没有恢复任何内容。请换一个空的目标；确要覆盖，请加 --replace。"
        )
    for left in data.glob(f"{STAGING}*"):  # of a restore that was killed
        shutil.rmtree(left, ignore_errors=True)
    with _staging(data) as staging:
        manifest = unpack(archive, staging, seal)
        _fits(manifest, place)
        source = _Source(BackupFolder(archive.parent), list(manifest.files), seal, tell)
        source.check()
        source.bring(staging, target.files)
        _bring_extras(staging, data)
        place.load(staging, manifest, replace=replace, tell=tell)
    tell("比对")
    right = sum(1 for sha256 in manifest.files if target.files.has(sha256))
    return Restored(manifest, compare(manifest, place.tables(manifest.columns), right))


@contextmanager
def _staging(data: Path) -> Iterator[Path]:
    data.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=STAGING, dir=data) as folder:
        yield Path(folder)


def unpack(archive: Path, folder: Path, seal: Seal | None) -> Manifest:
    """Lay the parts of an archive out in `folder`, each checked against the manifest.

    Database parts lie directly in the folder, keys and overrides in folders of their own.
    """
    manifest: Manifest | None = None
    found: dict[str, str] = {}
    with reading(archive, seal) as parts:
        for name, content in parts:
            if name == MANIFEST:
                manifest = Manifest.from_json(content.read())
                continue
            path = Path(name)
            extra = path.parts[0] in (KEYS, OVERRIDES)
            target = folder / path.parts[0] / path.name if extra else folder / path.name
            target.parent.mkdir(exist_ok=True)
            found[name] = copy_hashed(content, target)
    if manifest is None:
        raise Refused(DAMAGED.format(name=archive.name, why="没有清单"))
    for name, sha256 in manifest.parts.items():
        if found.get(name) != sha256:
            raise Refused(DAMAGED.format(name=archive.name, why=f"{name} 与清单不符"))
    return manifest


def _fits(manifest: Manifest, place: Place) -> None:
    """Refused (Chinese) when this database or this program cannot take the backup."""
    from django.db.migrations.loader import MigrationLoader

    if manifest.engine != place.engine:
        raise Refused(
            f"这份备份来自 {manifest.engine}，目标数据库是 {place.engine}，二者不能互换。"
            "请用 --database 指定同一种数据库。"
        )
    known = MigrationLoader(None).disk_migrations or {}
    unknown = [n for n in manifest.migrations if tuple(n.split(".", 1)) not in known]
    if unknown:
        raise Refused(
            f"备份由版本 {manifest.version} 制作，其中有本程序不认识的升级({unknown[-1]})。"
            "请先安装不低于该版本的程序，再恢复。"
        )


def _bring_extras(staging: Path, data: Path) -> None:
    for path in sorted((staging / KEYS).glob("*")):
        path.chmod(0o600)
        os.replace(path, data / path.name)
    if (staging / OVERRIDES).is_dir():
        target = data / "restored-overrides"  # whoever runs the site decides where they belong
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(staging / OVERRIDES, target)
