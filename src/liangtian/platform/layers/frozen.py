"""The database itself refuses to change a published version.

Services never do; this stands behind them, for a script or a console that goes past them. Withdrawing
changes only the status and the notes, which stay free. The region takes a new code only by a registered
change (区划变更), which keeps the old one in its lineage.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

_FIXED = ("layer_id", "label", "valid_from", "valid_to", "source_file_id",
          "feature_count", "area_m2")  # fmt: skip
_IN_USE = "IN ('published','withdrawn')"
_MESSAGE = "a published layer version does not change"
_RECODED = "EXISTS (SELECT 1 FROM regions_regionlineage WHERE old_code = OLD.region_id AND new_code = NEW.region_id)"
_VERSION_CHANGED = " OR ".join(
    (*(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED),
     f"(NEW.region_id IS DISTINCT FROM OLD.region_id AND NOT {_RECODED})")
)  # fmt: skip
_OF_VERSION = "(SELECT status FROM layers_layerversion WHERE id = {row}.version_id) " + _IN_USE
_PARTS = ("layers_feature", "layers_originalfigure", "layers_layercut")

# (table, act) -> when it is refused
_CONDITIONS = {
    ("layers_layerversion", "UPDATE"): f"OLD.status {_IN_USE} AND ({_VERSION_CHANGED})",
    ("layers_layerversion", "DELETE"): f"OLD.status {_IN_USE}",
    **{
        (table, act): _OF_VERSION.format(row="NEW" if act == "INSERT" else "OLD")
        for table in _PARTS
        for act in ("INSERT", "UPDATE", "DELETE")
    },
}


def freeze_published(sender: Any, using: str, **_: Any) -> None:
    """After migrating: triggers that refuse changes; a rebuilt table gets its triggers back."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not tables.issuperset({table for table, _act in _CONDITIONS}):
        return
    with connection.cursor() as cursor:
        for (table, act), condition in _CONDITIONS.items():
            for statement in _statements(connection.vendor, table, act, condition):
                cursor.execute(statement)


def thaw(sender: Any, using: str, plan: Any = (), **_: Any) -> None:
    """Before migrating on SQLite: it remakes a table it alters, and no trigger may name one meanwhile.

    `freeze_published` puts them back.
    """
    connection = connections[using]
    if not plan or connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for table, act in _CONDITIONS:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{_name(table, act)}"')


def _name(table: str, act: str) -> str:
    return f"{table}_frozen" + ("" if act == "UPDATE" else f"_{act.lower()}")


def _statements(vendor: str, table: str, act: str, condition: str) -> list[str]:
    name = _name(table, act)
    if vendor != "postgresql":
        return [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE {act} ON "{table}" '
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ]
    kept = "OLD" if act == "DELETE" else "NEW"
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {condition} THEN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'check_violation'; "
        f"END IF; RETURN {kept}; END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE {act} ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]
