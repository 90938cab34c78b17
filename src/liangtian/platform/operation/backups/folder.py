"""A folder of backups: archives, what belongs to each, and the stored files they share.

liangtian-20260331-023000.tar.gz            the archive (….tar.gz.sealed when encrypted)
liangtian-20260331-023000.tar.gz.sha256     its hash, as sha256sum writes it
liangtian-20260331-023000.tar.gz.json       its manifest
files/ab/cd/<sha256>[.sealed]               stored files, each kept once for all archives
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from pathlib import Path
from typing import IO

from liangtian.platform.errors import Refused
from liangtian.platform.files.stores import Store
from liangtian.platform.operation.backups.archive import BLOCK, PLAIN, SEALED, copy_hashed
from liangtian.platform.operation.backups.manifest import Manifest
from liangtian.platform.operation.backups.sealing import Seal

NAME = re.compile(r"liangtian-\d{8}-\d{6}\.tar\.gz(\.sealed)?")
INCOMING = ".incoming-"
STALE_SECONDS = 24 * 3600  # what a killed backup left; no backup writes one file for longer


class BackupFolder:
    """The folder, with what is found and kept in it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def archives(self) -> list[Path]:
        """Complete archives, oldest first."""
        if not self.path.is_dir():
            return []
        found = [p for p in self.path.iterdir() if NAME.fullmatch(p.name) and p.is_file()]
        return sorted(found, key=lambda p: p.name)

    def newest(self) -> Path:
        """The last archive. Refused (Chinese) when there is none."""
        if not (found := self.archives()):
            raise Refused(f"“{self.path}”中没有备份。请先运行 liangtian backup。")
        return found[-1]

    def stored(self, sha256: str, sealed: bool) -> Path:
        """Where a stored file lies in the folder."""
        name = f"{sha256}.sealed" if sealed else sha256
        return self.path / "files" / sha256[:2] / sha256[2:4] / name

    def keep_file(self, store: Store, sha256: str, seal: Seal | None) -> bool:
        """Copy a stored file into the folder unless it is there; whether it was copied.

        Raises Refused (Chinese) when its bytes are no longer those of its name.
        """
        final = self.stored(sha256, seal is not None)
        if final.is_file():
            return False
        final.parent.mkdir(parents=True, exist_ok=True)
        temporary = final.with_name(f"{INCOMING}{final.name}-{os.getpid()}")
        try:
            with store.open(sha256) as source:
                found = _copied(source, temporary, seal)
            if found != sha256:
                raise Refused(
                    f"文件 {sha256[:12]}… 的内容与其 SHA-256 不符，原件已损坏。请先从上一份备份恢复该文件。"
                )
            os.replace(temporary, final)
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def restore_file(self, sha256: str, target: Path | None, seal: Seal | None) -> None:
        """Copy a stored file out. Refused (Chinese) when it is missing or damaged."""
        kept = self.stored(sha256, seal is not None)
        try:
            with kept.open("rb") as raw:
                source: IO[bytes] = seal.reader(raw) if seal else raw
                found = copy_hashed(source, target)
        except FileNotFoundError as error:
            raise Refused(f"备份中缺少文件 {sha256[:12]}…，没有恢复任何内容。") from error
        if found != sha256:
            raise Refused(f"备份中的文件 {sha256[:12]}… 已损坏，没有恢复任何内容。")

    def verify_file(self, sha256: str, seal: Seal | None) -> None:
        """Refused (Chinese) unless the file is there and whole."""
        self.restore_file(sha256, None, seal)

    def prune(self, keep: int) -> list[str]:
        """Remove all archives but the last `keep`, and stored files that no archive names any more."""
        found = self.archives()
        gone = found[: max(len(found) - max(keep, 1), 0)]
        for archive in gone:
            for path in (archive, *_beside(archive)):
                path.unlink(missing_ok=True)
        if gone:
            self._prune_files(found[len(gone) :])
        self._sweep()
        return [archive.name for archive in gone]

    def _prune_files(self, kept: list[Path]) -> None:
        named: set[str] = set()
        for archive in kept:
            manifest = Manifest.from_json(_beside(archive)[1].read_bytes())
            tail = ".sealed" if manifest.encrypted else ""
            named.update(sha256 + tail for sha256 in manifest.files)
        for path in (self.path / "files").glob("*/*/*"):
            if path.name not in named and not path.name.startswith("."):
                path.unlink()

    def _sweep(self) -> None:
        """Remove what killed backups left half written."""
        limit = time.time() - STALE_SECONDS
        for pattern in (f"{INCOMING}*", f"files/*/*/{INCOMING}*"):
            for path in self.path.glob(pattern):
                if path.stat().st_mtime < limit:
                    shutil.rmtree(path) if path.is_dir() else path.unlink()


def name_of(moment: str, sealed: bool) -> str:
    """File name of an archive taken at `moment` (YYYYmmdd-HHMMSS)."""
    return f"liangtian-{moment}{SEALED if sealed else PLAIN}"


def _beside(archive: Path) -> tuple[Path, Path]:
    return archive.with_name(f"{archive.name}.sha256"), archive.with_name(f"{archive.name}.json")


def settle(temporary: Path, final: Path, sha256: str, manifest: bytes) -> None:
    """Give a finished archive its name, last of all: who sees the name sees a whole backup."""
    sums, listing = _beside(final)
    for path, content in ((listing, manifest), (sums, f"{sha256}  {final.name}\n".encode())):
        path.write_bytes(content)
        with path.open("rb") as handle:
            os.fsync(handle.fileno())
    os.replace(temporary, final)
    folder = os.open(final.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def _copied(source: IO[bytes], target: Path, seal: Seal | None) -> str:
    if seal is None:
        return copy_hashed(source, target)
    total = hashlib.sha256()
    with target.open("wb") as raw:
        with seal.writer(raw) as out:
            while block := source.read(BLOCK):
                total.update(block)
                out.write(block)
        raw.flush()
        os.fsync(raw.fileno())
    return total.hexdigest()
