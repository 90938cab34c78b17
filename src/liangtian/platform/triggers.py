"""What the database itself refuses, whoever asks: rows that were kept, published, signed or issued (触发器).

Services never do such things; this stands behind them, for a script or a console that goes past them. Each
app declares its rules once, in a module `frozen.py`. They are put up after every migration and taken down
before it, because SQLite remakes a table under its triggers. Who owns the tables can lift them; `missing`
then says so, and of the audit trail the chain shows it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from django.db import DEFAULT_DB_ALIAS, connections, transaction

Event = Literal["INSERT", "UPDATE", "DELETE", "TRUNCATE"]
ALWAYS = "TRUE"
REFUSED = "23514"  # SQLSTATE check_violation: Django raises IntegrityError on both databases


@dataclass(frozen=True)
class Rule:
    """One refusal: `event` on `table` where `refused` holds of OLD and NEW, saying `said` (Chinese).

    A rule stands once every table of `needs` is there, or column where one is named (`table.column`).
    `lock` is run before it on PostgreSQL, where others write at the same time. Emptying a whole table
    exists on PostgreSQL only.
    """

    name: str
    table: str
    event: Event
    refused: str
    said: str
    needs: tuple[str, ...] = ()
    lock: str = ""
    only: Literal["sqlite", "postgresql", ""] = ""

    def holds_on(self, vendor: str) -> bool:
        """Whether the rule exists on this database at all."""
        return self.only in ("", vendor) and (self.event != "TRUNCATE" or vendor == "postgresql")

    def body(self, vendor: str) -> str:
        """What the trigger does, as the database keeps it."""
        if vendor == "sqlite":
            return (
                f'CREATE TRIGGER "{self.name}" BEFORE {self.event} ON "{self.table}" '
                f"WHEN {self.refused} BEGIN SELECT RAISE(ABORT, '{self.said}'); END"
            )
        row = {"TRUNCATE": "NULL", "DELETE": "OLD"}.get(self.event, "NEW")
        return (
            f" BEGIN {self.lock} IF {self.refused} THEN RAISE EXCEPTION '{self.said}' "
            f"USING ERRCODE = '{REFUSED}'; END IF; RETURN {row}; END "
        )

    def when(self) -> str:
        """When PostgreSQL runs it."""
        each = "STATEMENT" if self.event == "TRUNCATE" else "ROW"
        return f'BEFORE {self.event} ON "{self.table}" FOR EACH {each}'


class Trigger(Protocol):
    """What this module puts up, watches and takes down: a `Rule`, or a check of keys (`bulk_keys`)."""

    @property
    def name(self) -> str: ...
    @property
    def table(self) -> str: ...
    @property
    def needs(self) -> tuple[str, ...]: ...
    def holds_on(self, vendor: str) -> bool: ...
    def body(self, vendor: str) -> str: ...
    def when(self) -> str: ...


_rules: dict[str, Trigger] = {}


def declare(*rules: Trigger) -> None:
    """Make rules known; an app's `frozen.py` calls this on import. Raises ValueError for a name taken."""
    for rule in rules:
        if rule.name in _rules:
            raise ValueError(f"two triggers named {rule.name!r}")
        _rules[rule.name] = rule


def differs(*columns: str) -> str:
    """The condition that an update changes one of the columns."""
    return " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in columns)


def take_down(using: str = DEFAULT_DB_ALIAS, plan: Sequence[Any] = (ALWAYS,), **_: Any) -> None:
    """Before a migration that has something to do."""
    connection = connections[using]
    if not plan:
        return
    there = _standing(connection)
    with connection.cursor() as cursor:
        for rule in _rules.values():
            if rule.name in there:
                cursor.execute(_drop(connection.vendor, rule))


def put_up(using: str = DEFAULT_DB_ALIAS, **_: Any) -> None:
    """After a migration: every rule whose tables are there and that is missing or was altered."""
    connection = connections[using]
    for rule in _absent(connection):
        with transaction.atomic(using), connection.cursor() as cursor:
            cursor.execute(_drop(connection.vendor, rule))
            for statement in statements(connection.vendor, rule):
                cursor.execute(statement)


def missing(prefix: str = "", using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Names of the rules (of tables that begin so) that do not stand, are switched off or were altered."""
    return [r.name for r in _absent(connections[using]) if r.table.startswith(prefix)]


@contextmanager
def lifted(prefix: str = "", using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Without the rules of tables that begin so, inside one transaction; only the owner of them can.

    For moving old audit entries into an archive, and for emptying a test database.
    """
    connection = connections[using]
    there = _standing(connection)
    rules = [r for r in _rules.values() if r.table.startswith(prefix) and r.name in there]
    with transaction.atomic(using), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or their pending checks bar the way
        for rule in rules:
            cursor.execute(_switch(connection.vendor, rule, on=False))
        yield
        for rule in rules:
            cursor.execute(_switch(connection.vendor, rule, on=True))


def _absent(connection: Any) -> list[Trigger]:
    """Rules that could stand and do not stand as declared."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        there = _standing(connection)
        return [
            rule
            for rule in _rules.values()
            if rule.holds_on(connection.vendor)
            and there.get(rule.name) != rule.body(connection.vendor)
            and all(_has(connection, cursor, tables, need) for need in (rule.table, *rule.needs))
        ]


def _has(connection: Any, cursor: Any, tables: set[str], need: str) -> bool:
    table, _, column = need.partition(".")
    if table not in tables or not column:
        return table in tables
    columns = connection.introspection.get_table_description(cursor, table)
    return any(one.name == column for one in columns)


def _standing(connection: Any) -> dict[str, str]:
    """Names of the triggers that are on, each with what it does."""
    if connection.vendor == "postgresql":
        found = (
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgenabled <> 'D' AND NOT t.tgisinternal "
            "AND c.relnamespace = current_schema()::regnamespace"
        )
    else:
        found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    with connection.cursor() as cursor:
        cursor.execute(found)
        return dict(cursor.fetchall())


def statements(vendor: str, rule: Trigger) -> list[str]:
    """SQL that puts the trigger up."""
    if vendor == "sqlite":
        return [rule.body(vendor)]
    return [
        f'CREATE OR REPLACE FUNCTION "{rule.name}"() RETURNS trigger LANGUAGE plpgsql AS '
        f"$${rule.body(vendor)}$$",
        f'CREATE TRIGGER "{rule.name}" {rule.when()} EXECUTE FUNCTION "{rule.name}"()',
    ]


def _drop(vendor: str, rule: Trigger) -> str:
    on = f' ON "{rule.table}"' if vendor == "postgresql" else ""
    return f'DROP TRIGGER IF EXISTS "{rule.name}"{on}'


def _switch(vendor: str, rule: Trigger, *, on: bool) -> str:
    if vendor == "postgresql":
        return f'ALTER TABLE "{rule.table}" {"ENABLE" if on else "DISABLE"} TRIGGER "{rule.name}"'
    return rule.body(vendor) if on else _drop(vendor, rule)
