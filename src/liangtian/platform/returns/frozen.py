"""The database itself refuses to change what was kept, frozen or signed.

Services never do; this stands behind them, for a script or a console that goes past them.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_CONTENT = ("form", "title", "period", "version", "region_id", "snapshot_id", "table", "basis",
            "sha256", "frozen_by_id", "frozen_at")  # fmt: skip
_SIGNATURE = ("signed_by_id", "signed_name", "signed_at")
_MESSAGE = "a kept or signed return does not change"


def _differs(names: tuple[str, ...], vendor: str) -> str:
    # PostgreSQL compares json only as jsonb; the JSON columns are jsonb there, text on SQLite.
    return " OR ".join(f'NEW."{name}" IS DISTINCT FROM OLD."{name}"' for name in names)


def _rules(vendor: str) -> list[tuple[str, str, str]]:
    """Table, event, condition of refusal."""
    changed = (
        f"({_differs(_CONTENT, vendor)}) OR (OLD.signed_at IS NOT NULL AND ({_differs(_SIGNATURE, vendor)})) "
        "OR (OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "
        "returns_returnsignature s WHERE s.sheet_id = NEW.id AND s.user_id = NEW.signed_by_id))"
    )
    not_due = (
        "NEW.user_id = (SELECT r.frozen_by_id FROM returns_return r WHERE r.id = NEW.sheet_id) "
        "OR NOT EXISTS (SELECT 1 FROM returns_return r WHERE r.id = NEW.sheet_id AND r.status = 'frozen') "
        'OR NEW."order" <> 1 + (SELECT COUNT(*) FROM returns_returnsignature s WHERE s.sheet_id = NEW.sheet_id)'
    )
    signed = "EXISTS (SELECT 1 FROM returns_return r WHERE r.{} AND r.signed_at IS NOT NULL)"
    return [
        ("returns_return", "UPDATE", changed),
        ("returns_return", "DELETE", "OLD.signed_at IS NOT NULL"),
        ("returns_returnsignature", "INSERT", not_due),
        ("returns_returnsignature", "UPDATE", "1=1"),
        ("returns_returnsignature", "DELETE", signed.format("id = OLD.sheet_id")),
        ("returns_returnpart", "UPDATE", "1=1"),
        ("returns_returnpart", "DELETE", signed.format("id = OLD.whole_id")),
        ("returns_snapshot", "UPDATE", "1=1"),
        ("returns_snapshot", "DELETE", signed.format("snapshot_id = OLD.id")),
        ("returns_snapshotpart", "UPDATE", "1=1"),
        ("returns_snapshotpart", "DELETE", signed.format("snapshot_id = OLD.snapshot_id")),
        ("returns_snapshotpart", "INSERT", signed.format("snapshot_id = NEW.snapshot_id")),
        ("returns_returnpart", "INSERT", signed.format("id = NEW.whole_id")),
    ]


def freeze_for_good(sender: Any, using: str, **_: Any) -> None:
    """After migrating: triggers that refuse; a rebuilt table gets its triggers back."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    rules = _rules(connection.vendor)
    if not tables.issuperset(table for table, _, _ in rules):
        return
    with connection.cursor() as cursor:
        for table, event, condition in rules:
            for statement in _statements(connection.vendor, table, event, condition):
                cursor.execute(statement)


def _statements(vendor: str, table: str, event: str, condition: str) -> list[str]:
    name = f"{table}_no_{event.lower()}"
    if vendor != "postgresql":
        return [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" '
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ]
    row = "OLD" if event == "DELETE" else "NEW"
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {condition} THEN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {row}; END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {event} ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]
