"""Where the bytes of files lie: a local folder, or an S3-compatible object store by setting.

A store only ever gains files. What lies under a hash is never written a second time.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Protocol

from django.conf import settings

from liangtian.platform.errors import Refused

CHUNK = 1024 * 1024
NO_SUCH_KEY = ("404", "NoSuchKey", "NotFound")


class Store(Protocol):
    """Files by the SHA-256 of their bytes."""

    def put(self, source: Path, sha256: str) -> None:
        """Take over the file at `source`, which is of that hash; nothing happens where it lies already."""

    def open(self, sha256: str) -> IO[bytes]:
        """The bytes as a stream. Refused (503) when they cannot be had."""

    def has(self, sha256: str) -> bool:
        """Whether that file lies here."""

    def hashes(self) -> Iterator[str]:
        """The hash of every file that lies here, in order."""


class LocalStore:
    """A folder; two levels of subfolders keep each small."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Where the file of that hash lies."""
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, source: Path, sha256: str) -> None:
        final = self.path(sha256)
        if final.exists():
            return
        final.parent.mkdir(parents=True, exist_ok=True)
        source.chmod(0o440)
        os.replace(source, final)

    def open(self, sha256: str) -> IO[bytes]:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise _gone(sha256) from error

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def hashes(self) -> Iterator[str]:
        for path in sorted(self.root.glob("??/??/*")):
            if len(path.name) == 64:
                yield path.name


class S3Store:
    """A bucket of an S3-compatible object store (needs the extra `s3`)."""

    def __init__(self, bucket: str, prefix: str, client: Any) -> None:
        self.bucket, self.prefix, self.client = bucket, prefix, client

    def _key(self, sha256: str) -> str:
        return f"{self.prefix}{sha256[:2]}/{sha256}"

    def put(self, source: Path, sha256: str) -> None:
        if not self.has(sha256):
            with _reachable():
                self.client.upload_file(str(source), self.bucket, self._key(sha256))

    def open(self, sha256: str) -> IO[bytes]:
        with _reachable(sha256):
            body: IO[bytes] = self.client.get_object(Bucket=self.bucket, Key=self._key(sha256))[
                "Body"
            ]
        return body

    def has(self, sha256: str) -> bool:
        from botocore.exceptions import ClientError

        with _reachable():
            try:
                self.client.head_object(Bucket=self.bucket, Key=self._key(sha256))
            except ClientError as error:
                if error.response["Error"]["Code"] in NO_SUCH_KEY:
                    return False
                raise
        return True

    def hashes(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2")
        with _reachable():
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix):
                for entry in page.get("Contents", ()):
                    yield entry["Key"].rsplit("/", 1)[-1]


def store_in_use() -> Store:
    """The store of this installation: the bucket of FILES_S3 where it is set, FILES_ROOT otherwise."""
    if settings.FILES_S3:
        return _bucket(**settings.FILES_S3)
    return LocalStore(Path(settings.FILES_ROOT))


@lru_cache(maxsize=4)
def _bucket(
    *, bucket: str, prefix: str, endpoint: str, key: str, secret: str, region: str
) -> S3Store:
    import boto3
    from botocore.config import Config

    config = Config(
        s3={"addressing_style": "path"},
        connect_timeout=5,
        read_timeout=60,
        retries={"max_attempts": 3, "mode": "standard"},
        # Checksums of newer kinds are not known to every store; the hash is checked here anyway.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    client = boto3.client(
        "s3", endpoint_url=endpoint, aws_access_key_id=key, aws_secret_access_key=secret,
        region_name=region, config=config,
    )  # fmt: skip
    return S3Store(bucket, prefix, client)


@contextmanager
def local_copy(sha256: str, name: str) -> Iterator[Path]:
    """The file under `name` in a folder of its own, its hash checked, for readers that need a path."""
    with tempfile.TemporaryDirectory(prefix="liangtian-") as folder:
        copy, total = Path(folder) / name, hashlib.sha256()
        with store_in_use().open(sha256) as source, copy.open("wb") as target:
            while chunk := source.read(CHUNK):
                total.update(chunk)
                target.write(chunk)
        if total.hexdigest() != sha256:
            raise Refused(
                f"文件“{name}”与入库时的校验值不符，已停止使用。请联系系统管理员从备份恢复。",
                code="altered",
                status=500,
            )
        yield copy


def _gone(sha256: str) -> Refused:
    return Refused(
        f"文件内容（校验值 {sha256[:12]}…）不在存储中。请联系系统管理员从备份恢复。",
        code="missing_file",
        status=503,
    )


@contextmanager
def _reachable(sha256: str = "") -> Iterator[None]:
    """Turns what the object store answers into words a clerk understands."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        if sha256 and error.response["Error"]["Code"] in NO_SUCH_KEY:
            raise _gone(sha256) from error
        raise _unreachable() from error
    except (BotoCoreError, Boto3Error) as error:
        raise _unreachable() from error


def _unreachable() -> Refused:
    return Refused(
        "文件存储服务暂时连不上，文件没有保存或读出。请稍后重试；若仍不行，请联系系统管理员。",
        code="store_unreachable",
        status=503,
    )
