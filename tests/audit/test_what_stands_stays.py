"""The database refuses to change, delete or empty the trail, whoever asks."""

from __future__ import annotations

import os
from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from liangtian.platform import triggers
from liangtian.platform.audit.chain import seal_all
from liangtian.platform.audit.grants import grants
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.audit.services import record
from tests.conftest import People

CHANGES = (
    "UPDATE audit_auditentry SET note = 'x'",
    "DELETE FROM audit_auditentry",
    "UPDATE audit_seal SET hash = 'x'",
    "DELETE FROM audit_seal",
)
OF_ONE_DATABASE = {
    "sqlite": ("INSERT OR REPLACE INTO audit_auditentry SELECT * FROM audit_auditentry",),
    "postgresql": ("TRUNCATE audit_auditentry", "TRUNCATE audit_seal CASCADE"),
}


@pytest.fixture
def sealed(people: People) -> AuditEntry:
    entry = record(people.clerk, "test.act", people.clerk)
    seal_all()
    return entry


def settle() -> None:
    """Let PostgreSQL check what it put off, as the end of the transaction would."""
    if connection.vendor == "postgresql":
        run("SET CONSTRAINTS ALL IMMEDIATE")


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def test_no_statement_changes_or_deletes_an_entry_or_a_seal(sealed: AuditEntry) -> None:
    settle()
    for sql in (*CHANGES, *OF_ONE_DATABASE[connection.vendor]):
        with pytest.raises(DatabaseError, match="只能增加"):
            run(sql)
    sealed.note = "changed"
    with pytest.raises(DatabaseError), transaction.atomic():
        sealed.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        sealed.delete()


def test_a_trigger_that_was_taken_down_is_put_up_by_the_next_migration(sealed: AuditEntry) -> None:
    assert triggers.missing() == []
    name = "audit_auditentry_delete"
    settle()
    on = " ON audit_auditentry" if connection.vendor == "postgresql" else ""
    run(f"DROP TRIGGER {name}{on}")
    assert triggers.missing() == [name]
    triggers.put_up()
    assert triggers.missing() == []


def test_lifting_the_triggers_ends_with_its_transaction(sealed: AuditEntry) -> None:
    with pytest.raises(ZeroDivisionError), triggers.lifted("audit_"):
        raise ZeroDivisionError
    assert triggers.missing() == []
    with triggers.lifted("audit_"):
        AuditEntry.objects.all().delete()
    assert triggers.missing() == []


@pytest.fixture
def app_role(people: People) -> Iterator[str]:
    """A role without any right but what `grants` gives; the address to sign in with."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS liangtian_app_test")
        cursor.execute("CREATE ROLE liangtian_app_test LOGIN")
        for statement in grants("liangtian_app_test"):
            cursor.execute(statement)
    name = str(connection.settings_dict["NAME"])
    parts = urlsplit(os.environ["LIANGTIAN_DATABASE_URL"])
    host = parts.netloc.rpartition("@")[2]
    yield urlunsplit(parts._replace(netloc=f"liangtian_app_test@{host}", path=f"/{name}"))
    with connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY liangtian_app_test")
        cursor.execute("DROP ROLE liangtian_app_test")


@pytest.mark.django_db(transaction=True)
def test_the_role_of_the_application_can_add_and_nothing_else(app_role: str) -> None:
    with psycopg.connect(app_role, autocommit=True) as app:
        app.execute(
            "INSERT INTO audit_auditentry (at, actor_name, kind, act, success, target_type, target_id,"
            " target_label, note, address, digest) VALUES (now(), '', 'changed', 'test.act', true,"
            " '', '', '', '', '', '')"
        )
        assert app.execute("SELECT count(*) FROM audit_auditentry").fetchall()[0][0] >= 1
        app.execute("UPDATE people_user SET name = name")
        for sql in (
            *CHANGES,
            *OF_ONE_DATABASE["postgresql"],
            "ALTER TABLE audit_auditentry DISABLE TRIGGER USER",
            "DROP TRIGGER audit_auditentry_delete ON audit_auditentry",
            "SET session_replication_role = replica",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(sql)
