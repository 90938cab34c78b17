"""The backup file itself: a compressed tar, encrypted or not, hashed while it is written.

It is written under a temporary name and renamed when it is whole, so that a file called
`liangtian-….tar.gz` is always a complete backup.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from gzip import GzipFile
from pathlib import Path
from typing import IO

from liangtian.platform.errors import Refused
from liangtian.platform.operation.backups.sealing import Seal

PLAIN, SEALED = ".tar.gz", ".tar.gz.sealed"
DAMAGED = "备份文件“{name}”已损坏({why})，没有恢复任何内容。请换另一份备份。"
BLOCK = 1024 * 1024


class _Hashing(io.RawIOBase):
    """Passes bytes on and keeps their hash."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out, self.total = out, hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        given = bytes(data)  # type: ignore[call-overload]
        self.total.update(given)
        return self._out.write(given)


def sha256_of(path: Path) -> str:
    """Hash of a file on disk."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_archive(
    path: Path, parts: dict[str, Path | bytes], seal: Seal | None
) -> tuple[Path, str]:
    """Write the parts into a temporary file beside `path`; returns it and its SHA-256."""
    temporary = path.with_name(f".incoming-{path.name}-{os.getpid()}")
    with temporary.open("wb") as raw:
        hashing = _Hashing(raw)
        sealed = seal.writer(hashing) if seal else None  # type: ignore[arg-type]
        below = sealed or hashing
        packed = GzipFile(fileobj=below, mode="wb", compresslevel=1, mtime=0)
        with tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar:
            for name, content in parts.items():
                _add(tar, name, content)
        packed.close()
        if sealed:
            sealed.close()
        raw.flush()
        os.fsync(raw.fileno())
    return temporary, hashing.total.hexdigest()


def _add(tar: tarfile.TarFile, name: str, content: Path | bytes) -> None:
    info = tarfile.TarInfo(name)
    info.mode = 0o600
    if isinstance(content, bytes):
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
        return
    info.size = content.stat().st_size
    with content.open("rb") as handle:
        tar.addfile(info, handle)


def check_sum(path: Path) -> None:
    """Refused (Chinese) unless the archive has the hash that was written beside it."""
    beside = path.with_name(f"{path.name}.sha256")
    if not beside.is_file():
        raise Refused(f"缺少校验文件“{beside.name}”，不能确认备份完整。请连同校验文件一起取来。")
    if sha256_of(path) != beside.read_text().split()[0]:
        raise Refused(DAMAGED.format(name=path.name, why="SHA-256 与校验文件不符"))


@contextmanager
def reading(path: Path, seal: Seal | None) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The parts of an archive in their order, each to be read before the next."""
    if path.name.endswith(SEALED) and seal is None:
        raise Refused("备份已加密，请用 --passphrase-file 给出口令文件。")
    with path.open("rb") as raw:
        below: IO[bytes] = seal.reader(raw) if path.name.endswith(SEALED) and seal else raw
        try:
            with tarfile.open(fileobj=below, mode="r|gz", bufsize=BLOCK) as tar:
                yield _members(tar)
        except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
            if isinstance(error, OSError) and error.errno:
                raise  # the disk, not the archive
            raise Refused(DAMAGED.format(name=path.name, why=str(error))) from error


def _members(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for member in tar:
        content = tar.extractfile(member)
        if content is not None:
            yield member.name, content


def copy_hashed(source: IO[bytes], target: Path | None) -> str:
    """Copy to a file, flushed to disk; returns the SHA-256 of what was read (None: only read)."""
    total = hashlib.sha256()
    with target.open("wb") if target else nullcontext() as out:
        while block := source.read(BLOCK):
            total.update(block)
            if out:
                out.write(block)
        if out:
            out.flush()
            os.fsync(out.fileno())
    return total.hexdigest()
