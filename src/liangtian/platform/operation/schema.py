"""Program and database side by side: what an upgrade would do, and whether this program may serve.

An upgrade is additive (相容) when a program that does not know it goes on working: new tables, new columns
that may be empty or that the database fills, new indices. Which applied migrations are additive is kept in
the database, so that an old program can tell whether a newer database is still its own.

What only a person can see, e.g. that old programs never write what a new constraint refuses, the migration
itself says: `old_programs_go_on = {"name of the constraint or column": "why"}`; and what no operation shows,
e.g. triggers that refuse what old programs write: `old_programs_stop = "为什么"`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
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
Columns = Mapping[tuple[str, str], Any]
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
    fresh = made_by(migration for migration, _ in plan)
    begun = {m.app_label for m, _ in plan if all(app != m.app_label for app, _ in m.dependencies)}
    steps = []
    for migration, _ in plan:
        if migration.app_label in begun:  # no old program knows its tables
            steps.append(Step(migration.app_label, migration.name, True, ""))
        else:
            steps.append(_step(migration, fresh, partial(_columns_before, executor.loader)))
    return steps


def made_by(migrations: Iterable[Migration]) -> set[tuple[str, str]]:
    """The tables that migrations make, by app and model."""
    return {
        (migration.app_label, op.name_lower)
        for migration in migrations
        for op in migration.operations
        if isinstance(op, operations.CreateModel)
    }


def _columns_before(loader: MigrationLoader, migration: Migration) -> Columns:
    """The columns of the app's tables as they are before a migration."""
    state = loader.project_state([(migration.app_label, migration.name)], at_end=False)
    return {
        (model, name): field
        for (app, model), made in state.models.items()
        if app == migration.app_label
        for name, field in made.fields.items()
    }


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


def _step(
    migration: Migration,
    fresh: set[tuple[str, str]],
    columns: Callable[[Migration], Columns] = lambda migration: {},
) -> Step:
    """What one migration means for older programs; `fresh` are the tables they do not know anyway.

    `columns` tells how the columns were before, which is looked up only where one is altered.
    """
    alters = any(isinstance(op, operations.AlterField) for op in migration.operations)
    before = columns(migration) if alters else {}
    lives = getattr(migration, "old_programs_go_on", {})
    reasons = [
        reason
        for op in migration.operations
        if (migration.app_label, getattr(op, "model_name", "").lower()) not in fresh
        and _named(op) not in lives
        and (reason := _breaks(op, before))
    ]
    if stops := getattr(migration, "old_programs_stop", ""):
        reasons.append(stops)
    return Step(migration.app_label, migration.name, not reasons, "；".join(reasons))


def _named(op: Any) -> str:
    """The constraint or column an operation is about, as `old_programs_go_on` of a migration names it."""
    return str(op.constraint.name if hasattr(op, "constraint") else getattr(op, "name", ""))


def _breaks(op: Any, before: Columns = MappingProxyType({})) -> str:
    """Why a program that does not know this operation would stumble; empty when it would not."""
    if isinstance(op, operations.SeparateDatabaseAndState):
        return "；".join(r for inner in op.database_operations if (r := _breaks(inner, before)))
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
        was = before.get((op.model_name_lower, op.name))
        wider = was is not None and _takes_all_of(op.field, was)
        return "" if wider else f"{op.model_name} 的列 {op.name} 改变"
    return str(op.describe())


def _takes_all_of(field: Any, was: Any) -> bool:
    """Whether a changed column still takes whatever could be written before, and gives it back alike."""
    if type(field) is not type(was) or field.unique > was.unique or field.null < was.null:
        return False
    if field.db_column != was.db_column or _target(field) != _target(was):
        return False
    own, earlier = ((f.max_length, f.db_default) for f in (field, was))
    if own[1] is NOT_PROVIDED and earlier[1] is not NOT_PROVIDED:
        return False  # old programs may leave it to the database to fill
    longer = own[0] is None or (earlier[0] is not None and own[0] >= earlier[0])
    places = ("max_digits", "decimal_places")
    return longer and all(getattr(field, n, None) == getattr(was, n, None) for n in places)


def _target(field: Any) -> str:
    """The table a column refers to, "" for a plain one; one whose index alone changes refers to the same."""
    model = field.remote_field.model if field.remote_field else ""
    return model.lower() if isinstance(model, str) else str(model._meta.label_lower)
