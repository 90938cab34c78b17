"""The tables of an empty database, made from the models in one go instead of step by step (一次建表).

Every migration makes the models of its moment anew in memory: to walk through all of them took the first
start of an empty database longer than everything else. What stands afterwards is the same; the steps count
as applied, and from then on the database is upgraded like any other (decision 0055).
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from liangtian.platform.bulk_keys import drop_declared_keys


def is_empty() -> bool:
    """Whether the database holds nothing of this program, not even a beginning of it."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
    return there.isdisjoint({"django_migrations", *(m._meta.db_table for m in _models())})


def make_tables() -> None:
    """Make every table and count every migration as applied, all or nothing.

    Triggers, roles and what else follows a migration is left to it. Raises DatabaseError.
    """
    emit_pre_migrate_signal(0, False, connection.alias)  # PostGIS, as before any migration
    # Before the transaction: SQLite cannot be told within it.
    with connection.constraint_checks_disabled(), transaction.atomic():
        with connection.schema_editor() as editor:
            for model in _models():
                editor.create_model(model)
        with connection.schema_editor() as editor:  # the keys are put on at the end of the first
            drop_declared_keys(editor)
        recorder = MigrationRecorder(connection)
        recorder.ensure_schema()
        for app, name in _in_order():
            recorder.record_applied(app, name)


def _models() -> list[Any]:
    """What has a table of its own; those of many-to-many fields come with their models."""
    return [m for m in apps.get_models() if m._meta.managed and not m._meta.proxy]


def _in_order() -> list[tuple[str, str]]:
    """All migrations, each behind those it rests on."""
    loader = MigrationLoader(None)
    found: dict[tuple[str, str], None] = {}
    for leaf in loader.graph.leaf_nodes():
        found.update(dict.fromkeys(loader.graph.forwards_plan(leaf)))
    return list(found)
