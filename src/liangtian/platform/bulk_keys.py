"""Keys of tables that are written by the ten thousand rows: on PostgreSQL checked statement by statement.

A foreign key of PostgreSQL is checked row by row; where a run stores five rows for each plot, that was half of
its time (`benchmarks/overlay/end_to_end.py`, decision 0047). Here one query looks for all keys of a statement,
holding the rows they point to as a foreign key does (FOR KEY SHARE), and nothing that is pointed to can be
deleted or given another key. A refusal is the same IntegrityError, at once rather than at the end of the
transaction. SQLite keeps its foreign keys, which cost little there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from django.db import DEFAULT_DB_ALIAS, connections

from liangtian.platform.triggers import declare

BROKEN = "23503"  # SQLSTATE foreign_key_violation
_WHEN = {
    "come": "AFTER INSERT ON {child} REFERENCING NEW TABLE AS fresh",
    "changed": "AFTER UPDATE ON {child} REFERENCING NEW TABLE AS fresh",
    "gone": "AFTER DELETE ON {parent} REFERENCING OLD TABLE AS gone",
    "renamed": "AFTER UPDATE ON {parent} REFERENCING OLD TABLE AS gone NEW TABLE AS fresh",
}


@dataclass(frozen=True)
class Key:
    """A column of a bulk table that points to the primary key of another table."""

    child: str
    column: str
    parent: str
    primary: str


@dataclass(frozen=True)
class KeyCheck:
    """One of the four checks of a key, as a trigger for `triggers`."""

    key: Key
    after: Literal["come", "changed", "gone", "renamed"]

    @property
    def name(self) -> str:
        """Unique by child and column."""
        return f"{self.key.child}_{self.key.column}_{self.after}"

    @property
    def table(self) -> str:
        """The table whose change is looked at."""
        return self.key.child if self.after in ("come", "changed") else self.key.parent

    @property
    def needs(self) -> tuple[str, ...]:
        """Both tables have to be there."""
        return (self.key.child, self.key.parent)

    def holds_on(self, vendor: str) -> bool:
        """SQLite has the foreign key itself."""
        return vendor == "postgresql"

    def when(self) -> str:
        """Once for a statement, with its rows as a table."""
        places = {"child": f'"{self.key.child}"', "parent": f'"{self.key.parent}"'}
        return f"{_WHEN[self.after].format(**places)} FOR EACH STATEMENT"

    def body(self, vendor: str) -> str:
        """What the trigger does, as the database keeps it."""
        return _pointed(self.key) if self.after in ("come", "changed") else _left(self)


def _pointed(key: Key) -> str:
    """Every key of the fresh rows is held in the parent, or none of the rows comes."""
    return (
        f' DECLARE wanted bigint; held bigint; BEGIN SELECT count(DISTINCT "{key.column}") INTO wanted FROM fresh;'
        f' SELECT count(*) INTO held FROM (SELECT 1 FROM "{key.parent}" WHERE "{key.primary}" IN'
        f' (SELECT "{key.column}" FROM fresh) FOR KEY SHARE) there;'
        f" IF held < wanted THEN {_raise(key)} END IF; RETURN NULL; END "
    )


def _left(check: KeyCheck) -> str:
    """No row points to a key that is no longer there."""
    key = check.key
    kept = f' EXCEPT SELECT "{key.primary}" FROM fresh' if check.after == "renamed" else ""
    return (
        f' BEGIN IF EXISTS (SELECT 1 FROM "{key.child}" WHERE "{key.column}" IN'
        f' (SELECT "{key.primary}" FROM gone{kept})) THEN {_raise(key)} END IF; RETURN NULL; END '
    )


def _raise(key: Key) -> str:
    said = f'rows of "{key.child}" point by "{key.column}" to nothing in "{key.parent}"'
    return f"RAISE EXCEPTION '{said}' USING ERRCODE = '{BROKEN}';"


_keys: list[Key] = []


def declare_keys(child: str, **parents: tuple[str, str]) -> None:
    """Make the keys of a bulk table known: column = (parent table, its primary key)."""
    for column, (parent, primary) in parents.items():
        key = Key(child, column, parent, primary)
        _keys.append(key)
        declare(*(KeyCheck(key, after) for after in ("come", "changed", "gone", "renamed")))


def drop_declared_keys(schema_editor: Any) -> None:
    """For tables made from the models: the constraints of all declared keys, on PostgreSQL."""
    names: dict[str, tuple[str, ...]] = {}
    for key in _keys:
        names[key.child] = (*names.get(key.child, ()), key.column)
    drop_foreign_keys(schema_editor, names)


def drop_foreign_keys(schema_editor: Any, names: dict[str, tuple[str, ...]]) -> None:
    """For a migration: take the row-by-row constraints of bulk tables away on PostgreSQL.

    `names` gives the columns by table; the checks of this module are put up at the end of the migration.
    """
    connection = schema_editor.connection
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for table, columns in names.items():
            found = connection.introspection.get_constraints(cursor, table)
            for name, one in found.items():
                if one["foreign_key"] and set(one["columns"]) <= set(columns):
                    schema_editor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"')


def broken(using: str = DEFAULT_DB_ALIAS) -> list[str]:
    """Keys that point to nothing, for a restored database, where rows came in without triggers."""
    connection = connections[using]
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        known = [key for key in _keys if {key.child, key.parent} <= there]
        return [f"{key.child}.{key.column}" for key in known if _dangling(cursor, key)]


def _dangling(cursor: Any, key: Key) -> bool:
    cursor.execute(
        f'SELECT 1 FROM "{key.child}" c WHERE c."{key.column}" IS NOT NULL AND NOT EXISTS'
        f' (SELECT 1 FROM "{key.parent}" p WHERE p."{key.primary}" = c."{key.column}") LIMIT 1'
    )
    return cursor.fetchone() is not None
