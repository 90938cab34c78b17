"""Sealing behind the acts, and finding what was tampered with by who owns the database."""

from __future__ import annotations

import os
import threading
from typing import Any

import pytest
from django.db import connection, transaction

from liangtian.platform import triggers
from liangtian.platform.audit import chain
from liangtian.platform.audit.chain import log_path, seal_all
from liangtian.platform.audit.digest import FIELDS, digest_of
from liangtian.platform.audit.models import AuditEntry, Seal
from liangtian.platform.audit.services import record
from liangtian.platform.audit.verifying import verify
from tests.conftest import People


@pytest.fixture
def entries(people: People, monkeypatch: pytest.MonkeyPatch) -> list[AuditEntry]:
    """Nine entries in seals of four."""
    monkeypatch.setattr(chain, "BLOCK", 4)
    figures = {"area": 1.5, "huge": 1e22, "none": None, "flags": [True, 0.1, 3, -0.0]}
    made = [
        record(people.clerk, "test.act", people.clerk, after={"n": n, **figures}) for n in range(9)
    ]
    assert seal_all() == 9
    return made


def tamper(sql: str, *values: Any) -> None:
    with triggers.lifted("audit_"), connection.cursor() as cursor:
        cursor.execute(sql, values)


def test_an_untouched_chain_verifies(entries: list[AuditEntry]) -> None:
    verdict = verify()
    assert (verdict.seals, verdict.entries, verdict.problem) == (3, 9, "")
    assert seal_all() == 0


def test_a_changed_entry_is_named(entries: list[AuditEntry]) -> None:
    tamper("UPDATE audit_auditentry SET actor_name = '别人' WHERE id = %s", entries[5].pk)
    assert verify().problem.startswith(f"第 {entries[5].pk} 条审计记录的内容与自身摘要不符")


def test_a_changed_entry_with_a_digest_to_match_is_named(entries: list[AuditEntry]) -> None:
    entry = entries[2]
    entry.note = "另一个说法"
    tamper(
        "UPDATE audit_auditentry SET note = %s, digest = %s WHERE id = %s",
        entry.note, digest_of([getattr(entry, name) for name in FIELDS]), entry.pk,
    )  # fmt: skip
    assert verify().problem.startswith(f"第 {entry.pk} 条审计记录的内容与第 1 号封存不符")


@pytest.mark.parametrize("index", [0, 3, 8])
def test_a_deleted_entry_is_named(entries: list[AuditEntry], index: int) -> None:
    tamper("DELETE FROM audit_auditentry WHERE id = %s", entries[index].pk)
    assert verify().problem.startswith(f"第 {entries[index].pk} 条审计记录缺失")


def test_an_inserted_entry_is_named(entries: list[AuditEntry]) -> None:
    number = entries[0].pk - 1  # before the first that is sealed
    tamper(
        "INSERT INTO audit_auditentry (id, at, actor_name, kind, act, success, target_type, target_id,"
        " target_label, note, address, digest) SELECT %s, at, '', 'changed', 'test.forged', success,"
        " '', '', '', '', '', digest FROM audit_auditentry WHERE id = %s",
        number, entries[0].pk,
    )  # fmt: skip
    assert f"第 {number} 条审计记录" in verify().problem


def test_a_cut_tail_is_noticed_by_what_was_written_down(entries: list[AuditEntry]) -> None:
    last = Seal.objects.get(number=3)
    tamper("DELETE FROM audit_seal WHERE number = 3")
    tamper("DELETE FROM audit_auditentry WHERE id > %s", last.after_id)
    assert verify().problem.startswith("封存日志记到第 3 号，数据库只到第 2 号")
    log_path().unlink()
    assert verify().problem == ""


def test_a_chain_forged_anew_is_noticed_by_what_was_written_down(
    entries: list[AuditEntry],
) -> None:
    written = log_path().read_text()
    tamper("DELETE FROM audit_seal WHERE number > 1")
    tamper("DELETE FROM audit_auditentry WHERE id = %s", entries[4].pk)
    seal_all()
    log_path().write_text(written)
    assert verify().problem.startswith("第 2 号封存与数据目录中的封存日志不符")


def test_a_seal_that_is_missing_or_changed_is_named(entries: list[AuditEntry]) -> None:
    tamper("UPDATE audit_seal SET hash = previous WHERE number = 3")
    assert verify().problem.startswith("第 3 号封存")
    tamper("DELETE FROM audit_seal WHERE number = 2")
    assert verify().problem.startswith("第 2 号封存缺失")


def test_verification_says_when_the_triggers_are_gone(entries: list[AuditEntry]) -> None:
    gone = "audit_seal_truncate" if connection.vendor == "postgresql" else "audit_seal_update"
    on = " ON audit_seal" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        if on:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"DROP TRIGGER {gone}{on}")
    assert gone in verify().problem
    triggers.put_up()


def test_an_act_rolled_back_leaves_a_gap_and_no_complaint(people: People) -> None:
    record(people.clerk, "test.act", people.clerk)
    with transaction.atomic():
        record(people.clerk, "test.lost", people.clerk)
        transaction.set_rollback(True)
    record(people.clerk, "test.act", people.clerk)
    seal_all()
    assert verify().problem == ""


@pytest.mark.django_db(transaction=True)
def test_an_act_that_commits_after_the_seal_is_taken_in_by_a_later_one(people: People) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one transaction write at a time, so numbers come in order")
    wrote, sealed = threading.Event(), threading.Event()
    numbers: list[int] = []

    def slow_act() -> None:
        try:
            with transaction.atomic():
                numbers.append(record(people.clerk, "test.slow", people.clerk).pk)
                wrote.set()
                assert sealed.wait(60)
        finally:
            connection.close()

    slow = threading.Thread(target=slow_act)
    slow.start()
    assert wrote.wait(60)
    with transaction.atomic():
        quick = record(people.clerk, "test.quick", people.clerk)
    seal_all()
    sealed.set()
    slow.join(60)
    first = Seal.objects.get(number=1)
    assert numbers[0] < quick.pk == first.upto_id
    assert any(start <= numbers[0] <= end for start, end in first.gaps)

    assert seal_all() == 1
    assert Seal.objects.get(number=2).late == numbers
    assert verify().problem == ""
    tamper("UPDATE audit_auditentry SET note = 'x' WHERE id = %s", numbers[0])
    assert f"第 {numbers[0]} 条审计记录" in verify().problem


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("LIANGTIAN_DATABASE_URL" not in os.environ, reason="needs real concurrency")
def test_two_workers_sealing_at_once_make_one_chain(people: People) -> None:
    with transaction.atomic():
        for _ in range(50):
            record(people.clerk, "test.act", people.clerk)

    def run() -> None:
        try:
            seal_all()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    seal_all()
    verdict = verify()
    assert (verdict.problem, verdict.entries) == ("", AuditEntry.objects.count())
