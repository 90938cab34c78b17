"""The database itself refuses to change or delete what stands in the audit trail.

Triggers on both databases; on PostgreSQL, besides, a role for the running application that was never
given the right (`grants`). Who owns the tables can lift the triggers, which the chain then shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

TABLES = ("audit_auditentry", "audit_seal", "audit_archive")
KEYS = {"audit_auditentry": "id", "audit_seal": "number", "audit_archive": "id"}
MESSAGE = "审计记录只能增加，不能修改、删除或清空。"
FUNCTION = "liangtian_audit_refuse"


def _postgres() -> bool:
    return connection.vendor == "postgresql"


def _triggers() -> dict[str, tuple[str, str]]:
    """Name of each trigger, its table, and the statement that makes it."""
    made: dict[str, tuple[str, str]] = {}
    for table in TABLES:
        if _postgres():
            call = f"EXECUTE FUNCTION {FUNCTION}()"
            for name, when in (
                (f"{table}_keep", f"BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW"),
                (f"{table}_whole", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT"),
            ):
                made[name] = (table, f"CREATE TRIGGER {name} {when} {call}")
            continue
        refuse, key = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END", KEYS[table]
        # INSERT OR REPLACE deletes without asking the trigger for deletions.
        taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {key} = NEW.{key})"
        for verb, when in (("update", ""), ("delete", ""), ("insert", taken)):
            name = f"{table}_{verb}"
            sql = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {when} {refuse}"
            made[name] = (table, sql)
    return made


def missing() -> list[str]:
    """Names of the triggers that are not there or switched off."""
    if _postgres():
        found = "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D' AND NOT tgisinternal"
    else:
        found = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(found)
        there = {name for (name,) in cursor.fetchall()}
    return sorted(set(_triggers()) - there)


def install(**signal: Any) -> None:
    """Put up what is missing; runs after every migration, since SQLite remakes tables without triggers."""
    tables = set(connection.introspection.table_names())
    if not tables.issuperset(TABLES):
        return  # the audit tables are yet to come
    absent = missing()
    if not absent:
        return
    made = _triggers()
    with transaction.atomic(), connection.cursor() as cursor:
        if _postgres():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'insufficient_privilege'; "
                "END $$"
            )
        for name in absent:
            table, sql = made[name]
            if _postgres():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            cursor.execute(sql)


@contextmanager
def lifted() -> Iterator[None]:
    """Without the triggers inside one transaction; only the owner of the tables can.

    For `archive`, and for emptying the tables of the test database.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        if _postgres():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or their pending checks bar the way
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        else:
            for name in _triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        yield
        if _postgres():
            for table in TABLES:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        else:
            for _, sql in _triggers().values():
                cursor.execute(sql)


def grants(role: str) -> list[str]:
    """The statements that let a role run the application on this database (PostgreSQL).

    It may read and write everything, and of the audit trail read and add. Run them as the owner, again
    after each migration.
    """
    name, schema = connection.ops.quote_name(role), "public"
    database = connection.ops.quote_name(str(connection.settings_dict["NAME"]))
    audit = ", ".join(TABLES)
    return [
        f"GRANT CONNECT ON DATABASE {database} TO {name}",
        f"GRANT USAGE ON SCHEMA {schema} TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON {audit} FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE ON django_migrations FROM {name}",
    ]
