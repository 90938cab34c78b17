"""A full disk: a clear word, and nothing half stored."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from liangtian.platform.files.models import StoredFile
from tests.conftest import People
from tests.operation.conftest import Site


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"NOT TESTED, this system mounts no small disk: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.django_db
def test_an_upload_that_does_not_fit_is_refused_and_leaves_nothing(
    people: People, signed_in: Any, settings: Any, small_disk: Path
) -> None:
    settings.FILES_ROOT = small_disk / "files"
    content = b"PK\x03\x04" + os.urandom(3 * 1024 * 1024)
    answer = signed_in(people.clerk).post(
        "/api/files", {"kind": "layer", "file": SimpleUploadedFile("大.zip", content)}
    )
    assert answer.status_code == 507
    assert "磁盘空间不足" in answer.json()["error"]["message"]
    assert not StoredFile.objects.exists()
    assert [p for p in small_disk.rglob("*") if p.is_file()] == []


def test_a_backup_that_does_not_fit_is_noted_and_leaves_nothing(
    site: Site, small_disk: Path
) -> None:
    big = site.folder / "files" / "aa" / "aa"
    big.mkdir(parents=True)
    (big / ("aa" * 32)).write_bytes(os.urandom(3 * 1024 * 1024))
    said = site.run("backup", "--to", str(small_disk), code=1)
    assert "磁盘空间不足" in said
    assert [
        p for p in small_disk.rglob("*") if p.is_file() and p.name.startswith("liangtian-")
    ] == []
    ((done, error),) = site.rows("SELECT done, error FROM operation_backup")
    assert not done
    assert "磁盘空间不足" in error
