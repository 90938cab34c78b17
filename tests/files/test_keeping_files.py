"""Files are kept under their hash, unaltered, and seen only in scope."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from liangtian.platform.errors import Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.files.services import store
from liangtian.platform.files.stores import store_in_use
from tests.conftest import People


def jpeg(colour: str = "green") -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, "JPEG")
    return out.getvalue()


def keep(user: Any, content: bytes, name: str = "a.bin", kind: str = "document") -> StoredFile:
    return store([content], name, user=user, region=user.region, kind=kind)


def test_a_file_is_kept_under_the_hash_of_its_bytes(people: People) -> None:
    row = keep(people.clerk, b"content")
    assert row.sha256 == hashlib.sha256(b"content").hexdigest()
    assert row.open().read() == b"content"


def test_equal_bytes_are_kept_once(people: People) -> None:
    first, second = keep(people.clerk, b"same", "a.txt"), keep(people.township_a, b"same", "b.txt")
    assert first.pk != second.pk
    assert first.sha256 == second.sha256
    assert [*store_in_use().hashes()] == [first.sha256]
    assert keep(people.clerk, b"same", "a.txt").pk == first.pk


def test_an_empty_file_a_program_and_a_false_photo_are_refused(people: People) -> None:
    with pytest.raises(Refused, match="空"):
        keep(people.clerk, b"")
    with pytest.raises(Refused, match="程序"):
        keep(people.clerk, b"MZ\x90\x00rest", "patches.zip", "batch")
    with pytest.raises(Refused, match="照片"):
        keep(people.clerk, b"not a picture", "photo.jpg", "photo")
    assert not StoredFile.objects.exists()


def test_a_file_over_the_limit_leaves_nothing_behind(people: People, settings: Any) -> None:
    settings.MAX_UPLOAD_MB = {"document": 0, "layer": 0}
    with pytest.raises(Refused, match="上限"):
        keep(people.clerk, b"x" * 11)
    assert not [p for p in settings.FILES_ROOT.rglob("*") if p.is_file()]


def test_a_path_in_the_name_is_only_a_name(people: People) -> None:
    assert keep(people.clerk, b"x", "..\\..\\etc/passwd").name == "passwd"


def test_upload_and_thumbnail_over_the_api(people: People, signed_in: Any) -> None:
    client = signed_in(people.township_a)
    photo = SimpleUploadedFile("现场.jpg", jpeg(), "image/jpeg")
    answer = client.post("/api/files", {"kind": "photo", "file": photo})
    assert answer.status_code == 200, answer.json()
    thumbnail = client.get(f"/api/files/{answer.json()['id']}/thumbnail")
    with Image.open(BytesIO(thumbnail.content)) as image:
        assert image.size == (480, 320)


def test_a_neighbours_file_is_not_found(people: People, signed_in: Any) -> None:
    row = keep(people.township_a, jpeg(), "a.jpg", "photo")
    for path in (f"/api/files/{row.pk}", f"/api/files/{row.pk}/thumbnail"):
        assert signed_in(people.clerk).get(path).status_code == 200
        assert signed_in(people.township_b).get(path).status_code == 404


def test_who_may_not_import_cannot_upload_a_batch(people: People, signed_in: Any) -> None:
    file = SimpleUploadedFile("a.zip", b"PK\x03\x04")
    answer = signed_in(people.township_a).post("/api/files", {"kind": "batch", "file": file})
    assert answer.status_code == 403
