"""Taking files in."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.content import content_type_of
from liangtian.platform.files.models import StoredFile

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region


def store(
    chunks: Iterable[bytes], name: str, *, user: User, region: Region, kind: str
) -> StoredFile:
    """Keep a file under the hash of its bytes, computed as they arrive.

    The same bytes from the same person for the same use give back the row that exists. Raises Refused
    for an empty file, one over the size limit, or a kind whose bytes are not what they claim.
    """
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".incoming-")
    try:
        with os.fdopen(handle, "wb") as out:
            sha256, size = _copy(chunks, out)
            out.flush()
            os.fsync(out.fileno())
        clean = Path(name.replace("\\", "/")).name[-255:] or "未命名"
        if size == 0:
            raise Refused(f"文件“{clean}”是空的，请检查后重新上传。")
        content_type = content_type_of(Path(temporary), clean, kind)
        row = StoredFile(
            sha256=sha256, name=clean, size=size, content_type=content_type,
            kind=kind, created_by=user, region=region,
        )  # fmt: skip
        _settle(Path(temporary), row.path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return _enter(row, user)


def _copy(chunks: Iterable[bytes], out: object) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > settings.MAX_UPLOAD_BYTES:
            limit = settings.MAX_UPLOAD_BYTES // 1024**2
            raise Refused(f"文件超过 {limit} MB 的上限。请拆分后上传。", status=413)
        total.update(chunk)
        out.write(chunk)  # type: ignore[attr-defined]
    return total.hexdigest(), size


def _settle(temporary: Path, final: Path) -> None:
    if final.exists():
        return
    final.parent.mkdir(parents=True, exist_ok=True)
    temporary.chmod(0o440)
    os.replace(temporary, final)


def _enter(row: StoredFile, user: User) -> StoredFile:
    with transaction.atomic():
        same = StoredFile.objects.filter(
            sha256=row.sha256, name=row.name, kind=row.kind, region=row.region, created_by=user
        ).first()
        if same is not None:
            return same  # type: ignore[no-any-return]
        row.save()
        record(user, "file.store", row, after={"sha256": row.sha256, "size": row.size})
    return row


def read_chunks(path: Path, size: int = 1024 * 1024) -> Iterable[bytes]:
    """The bytes of a file on this machine, for `store`."""
    with path.open("rb") as handle:
        while chunk := handle.read(size):
            yield chunk


@contextmanager
def named_copy(file: StoredFile) -> Iterator[Path]:
    """The file under its own name in a folder of its own, for readers that judge by the name too."""
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        copy = Path(folder) / file.name
        shutil.copyfile(file.path, copy)
        yield copy
