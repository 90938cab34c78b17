"""Files kept in a real S3-compatible store answer as those in a folder do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tools import swift

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy, store
from liangtian.platform.files.stores import S3Store, _bucket, store_in_use
from liangtian.site.settings import _object_store
from tests.conftest import People

BUCKET = "liangtian"

pytestmark = pytest.mark.skipif(not swift.installed(), reason="OpenStack Swift is not installed")


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with swift.object_store() as url:
        _bucket(**_object_store(f"{url}/{BUCKET}")).client.create_bucket(Bucket=BUCKET)
        yield url


@pytest.fixture
def bucket(address: str, settings: Any) -> S3Store:
    settings.FILES_S3 = _object_store(f"{address}/{BUCKET}/evidence")
    found = store_in_use()
    assert isinstance(found, S3Store)
    return found


def keep(people: People, content: bytes, name: str = "说明.txt") -> StoredFile:
    user = people.clerk
    return store([content], name, user=user, region=user.region, kind="document")


def test_a_file_lies_under_its_hash_and_nowhere_else(
    people: People, bucket: S3Store, settings: Any
) -> None:
    row = keep(people, "内容甲".encode())
    assert row.open().read().decode() == "内容甲"
    assert row.sha256 in set(bucket.hashes())
    assert [p for p in Path(settings.FILES_ROOT).rglob("*") if p.is_file()] == []


def test_equal_bytes_are_sent_once(people: People, bucket: S3Store) -> None:
    keep(people, b"the same bytes", "a.txt")
    before = sorted(bucket.hashes())
    keep(people, b"the same bytes", "b.txt")
    assert sorted(bucket.hashes()) == before


def test_a_reader_gets_it_under_its_own_name(people: People, bucket: S3Store) -> None:
    with named_copy(keep(people, b"for a reader", "批次.txt")) as path:
        assert (path.name, path.read_bytes()) == ("批次.txt", b"for a reader")


def test_a_part_is_sent_when_a_part_is_asked_for(
    people: People, bucket: S3Store, signed_in: Any
) -> None:
    row = keep(people, bytes(range(33, 127)) * 20)
    answer = signed_in(people.clerk).get(f"/api/files/{row.pk}", headers={"Range": "bytes=10-19"})
    assert answer.status_code == 206
    assert b"".join(answer.streaming_content) == (bytes(range(33, 127)) * 20)[10:20]


def test_what_was_altered_in_the_store_is_not_used(people: People, bucket: S3Store) -> None:
    row = keep(people, b"as it came in")
    key = bucket._key(row.sha256)
    bucket.client.put_object(Bucket=BUCKET, Key=key, Body=b"as somebody wants it")
    with pytest.raises(Refused, match="校验值"), named_copy(row):
        pass


def test_what_is_gone_is_said_to_be_gone(people: People, bucket: S3Store) -> None:
    row = keep(people, b"soon gone")
    bucket.client.delete_object(Bucket=BUCKET, Key=bucket._key(row.sha256))
    with pytest.raises(Refused, match="不在存储中"):
        row.open()


def test_a_store_that_does_not_answer_keeps_nothing(people: People, settings: Any) -> None:
    settings.FILES_S3 = _object_store(f"http://key:secret@127.0.0.1:9/{BUCKET}")
    with pytest.raises(Refused, match="连不上") as refusal:
        keep(people, b"never arrives")
    assert refusal.value.status == 503
    assert not StoredFile.objects.filter(
        sha256=hashlib.sha256(b"never arrives").hexdigest()
    ).exists()
