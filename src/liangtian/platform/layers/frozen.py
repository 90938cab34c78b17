"""The database itself refuses to change a published version.

Services never do; this stands behind them, for a script or a console that goes past them. Withdrawing
changes only the status and the notes, which stay free.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

# Not the region: whose the version is follows a change of region codes (platform.regions.changes).
_FIXED = ("layer_id", "label", "valid_from", "valid_to", "source_file_id",
          "feature_count", "area_m2")  # fmt: skip
_IN_USE = "IN ('published','withdrawn')"
_MESSAGE = "a published layer version does not change"
_VERSION_CHANGED = " OR ".join(f"NEW.{name} IS DISTINCT FROM OLD.{name}" for name in _FIXED)
_CONDITIONS = {
    "layers_layerversion": f"OLD.status {_IN_USE} AND ({_VERSION_CHANGED})",
    "layers_feature": (
        f"(SELECT status FROM layers_layerversion WHERE id = OLD.version_id) {_IN_USE}"
    ),
}


def freeze_published(sender: Any, using: str, **_: Any) -> None:
    """After migrating: triggers that refuse updates; a rebuilt table gets its trigger back."""
    connection = connections[using]
    tables = set(connection.introspection.table_names())
    if not tables.issuperset(_CONDITIONS):
        return
    with connection.cursor() as cursor:
        for table, condition in _CONDITIONS.items():
            for statement in _statements(connection.vendor, table, condition):
                cursor.execute(statement)


def _statements(vendor: str, table: str, condition: str) -> list[str]:
    name = f"{table}_frozen"
    if vendor != "postgresql":
        return [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE UPDATE ON "{table}" '
            f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END",
        ]
    return [
        f'CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
        f"IF {condition} THEN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'check_violation'; "
        "END IF; RETURN NEW; END $$",
        f'CREATE OR REPLACE TRIGGER "{name}" BEFORE UPDATE ON "{table}" '
        f'FOR EACH ROW EXECUTE FUNCTION "{name}"()',
    ]
