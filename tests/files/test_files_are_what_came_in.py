"""Stored bytes stay what they were; whoever alters them is found out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import named_copy, store
from liangtian.platform.files.stores import LocalStore, store_in_use
from liangtian.platform.files.verifying import verify
from tests.conftest import People


def keep(people: People, content: bytes, name: str = "说明.txt") -> StoredFile:
    user = people.clerk
    return store([content], name, user=user, region=user.region, kind="document")


def where(row: StoredFile) -> Path:
    found = store_in_use()
    assert isinstance(found, LocalStore)
    return found.path(row.sha256)


def alter(row: StoredFile, content: bytes) -> None:
    where(row).chmod(0o600)
    where(row).write_bytes(content)


def test_sound_files_are_counted_once_by_their_bytes(people: People) -> None:
    keep(people, b"one", "a.txt"), keep(people, b"one", "b.txt"), keep(people, b"two")
    said: list[str] = []
    found = verify(said.append)
    assert (found.files, found.sound, found.unknown, said) == (2, 2, 0, [])


def test_an_altered_a_missing_and_an_unknown_file_are_named(people: People) -> None:
    altered, missing = keep(people, b"one", "甲.txt"), keep(people, b"two", "乙.txt")
    stranger = keep(people, b"three", "丙.txt")
    alter(altered, b"eno")
    where(missing).unlink()
    StoredFile.objects.filter(pk=stranger.pk).delete()
    said: list[str] = []
    found = verify(said.append)
    assert (found.sound, found.altered, found.missing, found.unknown) == (0, 1, 1, 1)
    assert any("被改动" in text and "甲.txt" in text for text in said)
    assert any("缺失" in text and "乙.txt" in text for text in said)


def test_an_altered_file_is_not_read(people: People) -> None:
    row = keep(people, b"evidence")
    alter(row, b"falsified")
    with pytest.raises(Refused, match="校验值"), named_copy(row):
        pass


def test_stored_bytes_cannot_be_written_over(people: People) -> None:
    assert where(keep(people, b"evidence")).stat().st_mode & 0o222 == 0


def test_the_browser_is_asked_again_but_not_sent_again(people: People, signed_in: Any) -> None:
    client, row = signed_in(people.clerk), keep(people, b"evidence")
    first = client.get(f"/api/files/{row.pk}")
    again = client.get(f"/api/files/{row.pk}", headers={"If-None-Match": first["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    outsider = signed_in(people.township_b)
    refused = outsider.get(f"/api/files/{row.pk}", headers={"If-None-Match": first["ETag"]})
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "sent"),
    [
        ("bytes=2-4", 206, b"cde"),
        ("bytes=7-", 206, b"hij"),
        ("bytes=-2", 206, b"ij"),
        ("bytes=5-99", 206, b"fghij"),
        ("bytes=10-", 416, b""),
        ("lines=1-2", 200, b"abcdefghij"),
    ],
)
def test_a_part_of_a_video_can_be_asked_for(
    people: People, signed_in: Any, asked: str, status: int, sent: bytes
) -> None:
    row = keep(people, b"abcdefghij")
    answer = signed_in(people.clerk).get(f"/api/files/{row.pk}", headers={"Range": asked})
    assert answer.status_code == status
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert body == sent
