"""Program and database side by side: what an upgrade would do, and whether this program may serve.

An upgrade is additive (相容) when a program that does not know it goes on working: new tables, new columns
that may be empty or that the database fills, new indices. Which applied migrations are additive is kept in
the database, so that an old program can tell whether a newer database is still its own.

What only a person can see, e.g. that old programs never write what a new constraint refuses, the migration
itself says: `old_programs_go_on = {"name of the constraint or column": "why"}`; and what no operation shows,
e.g. triggers that refuse what old programs write: `old_programs_stop = "为什么"`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection
from django.db.migrations import Migration, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.models.fields import NOT_PROVIDED

from liangtian import __version__
from liangtian.platform.operation.models import SchemaChange

HARMLESS = (
    operations.CreateModel, operations.AddIndex, operations.RemoveIndex, operations.RenameIndex,
    operations.AlterModelOptions, operations.AlterModelManagers, operations.AlterModelTableComment,
    operations.RemoveConstraint,
)  # fmt: skip
OLDER = "数据库比程序旧，缺少 {count} 项升级(例如 {name})。请先备份，再运行 liangtian migrate。"
NEWER = "数据库已由更新的版本升级({name})，本程序 {version} 不能再使用它。请安装新版本程序。"
NONE = "数据库尚未建立。请先运行 liangtian migrate。"


@dataclass(frozen=True)
class Step:
    """One migration that is still to come."""

    app: str
    name: str
    compatible: bool
    why: str

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"


def pending() -> list[Step]:
    """What `liangtian migrate` would apply, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    fresh = {
        (migration.app_label, op.name_lower)
        for migration, _ in plan
        for op in migration.operations
        if isinstance(op, operations.CreateModel)
    }
    return [_step(migration, fresh) for migration, _ in plan]


_judged: dict[object, str] = {}  # what was applied when it was looked at -> the verdict


def trouble() -> str:
    """Why this program must not serve on this database; empty when it may (Chinese)."""
    state = _state()
    if state is None:
        return NONE
    if state not in _judged:
        _judged.clear()
        _judged[state] = _trouble()
    return _judged[state]


def _state() -> object:
    """Changes with every migration that is applied or taken back; None while there is no table."""
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return None
        cursor.execute("SELECT count(*), max(id) FROM django_migrations")
        return connection.alias, *cursor.fetchone()


def _trouble() -> str:
    loader = MigrationLoader(connection)
    applied, known = set(loader.applied_migrations or ()), set(loader.disk_migrations or ())
    if missing := sorted(_to_come(loader, applied)):
        return OLDER.format(count=len(missing), name=".".join(missing[0]))
    unknown = applied - known - _squashed(loader)
    apps = {app for app, _ in known}
    newer = [key for key in sorted(unknown) if key[0] in apps]
    if newer and (breaking := [key for key in newer if key not in _compatible()]):
        return NEWER.format(name=".".join(breaking[0]), version=__version__)
    return ""


def note(steps: list[Step]) -> None:
    """Keep, after an upgrade, which of its steps older programs can live with."""
    for step in steps:
        SchemaChange.objects.update_or_create(
            app=step.app, name=step.name,
            defaults={"compatible": step.compatible, "version": __version__},
        )  # fmt: skip


def _to_come(loader: MigrationLoader, applied: set[Any]) -> set[Any]:
    return set(loader.graph.nodes) - applied


def _squashed(loader: MigrationLoader) -> set[Any]:
    return {key for m in loader.replacements.values() for key in m.replaces}


def _compatible() -> set[tuple[str, str]]:
    try:
        rows = SchemaChange.objects.filter(compatible=True).values_list("app", "name")
        return set(rows)
    except DatabaseError:
        return set()


def _step(migration: Migration, fresh: set[tuple[str, str]]) -> Step:
    """What one migration means for older programs; `fresh` are the tables they do not know anyway."""
    lives = getattr(migration, "old_programs_go_on", {})
    reasons = [
        reason
        for op in migration.operations
        if (migration.app_label, getattr(op, "model_name", "").lower()) not in fresh
        and _named(op) not in lives
        and (reason := _breaks(op))
    ]
    if stops := getattr(migration, "old_programs_stop", ""):
        reasons.append(stops)
    return Step(migration.app_label, migration.name, not reasons, "；".join(reasons))


def _named(op: Any) -> str:
    """The constraint or column an operation is about, as `old_programs_go_on` of a migration names it."""
    return str(op.constraint.name if hasattr(op, "constraint") else getattr(op, "name", ""))


def _breaks(op: Any) -> str:
    """Why a program that does not know this operation would stumble; empty when it would not."""
    if isinstance(op, operations.SeparateDatabaseAndState):
        return "；".join(r for inner in op.database_operations if (r := _breaks(inner)))
    if isinstance(op, operations.RunPython | operations.RunSQL):
        return (
            ""  # changes rows or adds triggers; what breaks old programs says so by its own field
        )
    if isinstance(op, HARMLESS):
        return ""
    if isinstance(op, operations.AddField):
        filled = op.field.null or op.field.many_to_many or op.field.db_default is not NOT_PROVIDED
        return "" if filled else f"{op.model_name} 新增必填列 {op.name}"
    if isinstance(op, operations.AlterField):
        return "" if op.field.null or _only_words(op) else f"{op.model_name} 的列 {op.name} 改变"
    return str(op.describe())


def _only_words(op: operations.AlterField) -> bool:
    """A change of choices or labels reaches no database; anything else is looked at by a person."""
    return bool(getattr(op.field, "choices", None)) and not op.field.unique
