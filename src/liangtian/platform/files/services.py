"""Taking files in."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from django.conf import settings
from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.files.content import content_type_of
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.stores import local_copy, store_in_use

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

MIB = 1024**2


def store(
    chunks: Iterable[bytes], name: str, *, user: User, region: Region, kind: str
) -> StoredFile:
    """Keep a file under the hash of its bytes, computed as they arrive.

    The same bytes from the same person for the same use give back the row that exists. Raises Refused
    for an empty file, one over the size limit of its kind, or one whose bytes are not what the kind allows.
    """
    root = Path(settings.FILES_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=root, prefix=".incoming-")
    clean = Path(name.replace("\\", "/")).name[-255:] or "未命名"
    try:
        with os.fdopen(handle, "wb") as out:
            sha256, size = _copy(chunks, out, clean, kind)
            out.flush()
            os.fsync(out.fileno())
        if size == 0:
            raise Refused(f"文件“{clean}”是空的，请检查后重新上传。")
        row = StoredFile(
            sha256=sha256, name=clean, size=size, kind=kind, created_by=user, region=region,
            content_type=content_type_of(Path(temporary), clean, kind),
        )  # fmt: skip
        store_in_use().put(Path(temporary), sha256)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return _enter(row, user)


def _copy(chunks: Iterable[bytes], out: IO[bytes], name: str, kind: str) -> tuple[str, int]:
    total, size = hashlib.sha256(), 0
    limit = settings.MAX_UPLOAD_MB[kind] * MIB
    for chunk in chunks:
        size += len(chunk)
        if size > limit:
            label = StoredFile.Kind(kind).label
            raise Refused(
                f"文件“{name}”超过{label} {limit // MIB} MB 的上限。请压缩或拆分后上传。",
                status=413,
            )
        total.update(chunk)
        out.write(chunk)
    return total.hexdigest(), size


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
    with local_copy(file.sha256, file.name) as path:
        yield path
