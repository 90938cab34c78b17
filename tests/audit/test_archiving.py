"""Old entries leave by one door only: written out with their part of the chain, and then deleted."""

from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from liangtian.platform import triggers
from liangtian.platform.audit import chain
from liangtian.platform.audit.archiving import archive, check
from liangtian.platform.audit.chain import seal_all
from liangtian.platform.audit.models import Archive, AuditEntry, Seal
from liangtian.platform.audit.services import record
from liangtian.platform.audit.verifying import verify
from liangtian.platform.errors import Refused
from liangtian.site.cli import main
from tests.conftest import People


@pytest.fixture
def old_and_new(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four entries sealed 200 days ago, in two seals, and three of today."""
    from django.utils import timezone

    monkeypatch.setattr(chain, "BLOCK", 2)
    now = timezone.now()
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: now - timedelta(days=200))
        for n in range(4):
            record(people.clerk, "file.store", f"旧{n}", after={"size": n / 3})
        seal_all()
    for n in range(3):
        record(people.clerk, "file.store", f"新{n}")
    seal_all()


def test_what_is_older_than_the_time_kept_is_moved_to_a_file(
    old_and_new: None, tmp_path: Path
) -> None:
    made = archive(tmp_path)
    assert made is not None
    assert (made.count, made.upto_seal) == (4, 2)
    left = AuditEntry.objects.filter(act="file.store").values_list("target_label", flat=True)
    assert sorted(left) == ["新0", "新1", "新2"]
    assert AuditEntry.objects.get(act="audit.archive").target_label == made.file
    assert check(tmp_path / made.file) == 4
    assert (tmp_path / f"{made.file}.sha256").read_text().startswith(made.sha256)
    assert triggers.missing() == []
    assert verify().problem == ""
    assert archive(tmp_path) is None


def test_a_file_that_was_changed_is_noticed(old_and_new: None, tmp_path: Path) -> None:
    made = archive(tmp_path)
    assert made is not None
    path = tmp_path / made.file
    lines = gzip.decompress(path.read_bytes()).decode()
    path.write_bytes(gzip.compress(lines.replace("旧2", "旧9").encode()))
    with pytest.raises(Refused, match="第 2 号封存与其中的记录不符"):
        check(path)


def test_entries_forged_into_archived_time_are_named(old_and_new: None, tmp_path: Path) -> None:
    made = archive(tmp_path)
    assert made is not None
    number = made.upto_id
    with triggers.lifted("audit_"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditentry (id, at, actor_name, kind, act, success, target_type,"
            " target_id, target_label, note, address, digest) SELECT %s, at, actor_name, kind, act,"
            " success, target_type, target_id, target_label, note, address, digest"
            " FROM audit_auditentry WHERE act = 'audit.archive'",
            [number],
        )
    assert f"第 {number} 条审计记录所在时段已归档" in verify().problem


def test_a_time_kept_shorter_than_the_law_asks_is_refused(
    old_and_new: None, tmp_path: Path, settings: Any
) -> None:
    settings.AUDIT_KEEP_DAYS = 183
    with pytest.raises(Refused, match="184"):
        archive(tmp_path)
    assert not Archive.objects.exists()


def test_the_commands_seal_verify_and_archive(
    old_and_new: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", "seal"]) == 0
    assert main(["audit", "verify"]) == 0
    assert "核验通过" in capsys.readouterr().out
    assert main(["audit", "archive", str(tmp_path / "out")]) == 0
    (path,) = (tmp_path / "out").glob("*.jsonl.gz")
    assert main(["audit", "verify", "--archive", str(path)]) == 0
    with triggers.lifted("audit_"):
        Seal.objects.filter(number=3).update(hash="0" * 64)
    assert main(["audit", "verify"]) == 1
    assert "核验未通过：第 3 号封存" in capsys.readouterr().err
