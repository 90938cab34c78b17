"""Filling a PostgreSQL database from a backup, in one transaction."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from liangtian.platform import bulk_keys
from liangtian.platform.errors import Refused
from liangtian.platform.operation.backups import postgres
from liangtian.platform.operation.backups.manifest import Manifest
from liangtian.platform.operation.backups.places import Tell

if TYPE_CHECKING:
    from liangtian.platform.operation.backups.postgres import PostgresPlace

BLOCK = 1024 * 1024
ALIAS = "restoring"
NO_EXTENSION = (
    "目标数据库“{name}”没有 PostGIS 扩展，当前用户也不能安装。请由管理员执行 CREATE EXTENSION postgis；"
    "做恢复测试时，请装在 template1 中。"
)
LEFT_OUT = (" SCHEMA - public", " COMMENT - SCHEMA public", " ACL - SCHEMA public", " EXTENSION - ")


def from_dump(place: PostgresPlace, dump: Path, *, replace: bool, tell: Tell) -> None:
    """pg_restore writes the statements, psql runs them between BEGIN and our own COMMIT.

    The COMMIT is sent only after pg_restore has ended well; if anything dies before, psql meets the end of
    its input inside the transaction, and nothing stays.
    """
    _prepare(place)
    listed = dump.with_name("contents.list")
    contents = _run(place, ["pg_restore", "-l", str(dump)])
    kept = [line for line in contents.splitlines() if not any(w in line for w in LEFT_OUT)]
    listed.write_text("\n".join(kept) + "\n")
    words = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "-L", str(listed), "-f", "-", str(dump)]  # fmt: skip
    tell("数据库：写入中")
    errors = dump.with_name("psql.log")
    with (
        errors.open("wb") as log,
        subprocess.Popen(words, env=place.environment, stdout=subprocess.PIPE, stderr=log) as source,
        subprocess.Popen(
            ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"], env=place.environment,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log,
        ) as target,
    ):  # fmt: skip
        assert source.stdout is not None
        assert target.stdin is not None
        try:
            target.stdin.write(b"BEGIN;\n" + _removal(place, replace))
            while block := source.stdout.read(BLOCK):
                target.stdin.write(block)
            if source.wait() == 0:
                target.stdin.write(b"\nCOMMIT;\n")
            target.stdin.close()
        except BrokenPipeError:
            source.kill()
        done = target.wait() == 0 and source.wait() == 0
    if not done:
        raise Refused(f"恢复失败，数据库保持原样：{errors.read_text(errors='replace')[-600:]}")


def from_copy(
    place: PostgresPlace, folder: Path, manifest: Manifest, *, replace: bool, tell: Tell
) -> None:
    """Make the tables by the migrations that the backup names, then fill them."""
    _prepare(place)
    with (
        _as_default(place) as connection,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        removal = _removal(place, replace).decode()
        if removal:
            cursor.execute(removal)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no row waits while tables change
        _migrate(connection, manifest)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        _fill(cursor, folder, manifest, tell)


@contextmanager
def _as_default(place: PostgresPlace) -> Iterator[Any]:
    """A connection that this thread takes for the default one: migrations of other packages ask for that."""
    connections.settings[ALIAS] = {
        **connections.settings["default"],
        "NAME": place.name, "USER": place.user, "PASSWORD": place.password,
        "HOST": place.host, "PORT": place.port,
    }  # fmt: skip
    usual, other = connections["default"], connections.create_connection(ALIAS)
    other.alias, connections["default"] = "default", other
    try:
        yield other
    finally:
        other.close()
        connections["default"] = usual
        del connections.settings[ALIAS]


def _migrate(connection: Any, manifest: Manifest) -> None:
    """Bring an empty schema to the state of the backup; indices of geometry come with the next migrate."""
    executor = MigrationExecutor(connection)
    wanted = [tuple(name.split(".", 1)) for name in manifest.migrations]
    known: list[Any] = [key for key in wanted if key in executor.loader.graph.nodes]
    executor.migrate(known)


def _fill(cursor: Any, folder: Path, manifest: Manifest, tell: Tell) -> None:
    quoted = ", ".join(f'"{name}"' for name in manifest.tables)
    for name in manifest.tables:
        cursor.execute(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')  # rows come in as they were
    cursor.execute(f"TRUNCATE {quoted}")
    raw = cursor.connection.cursor()
    for number, name in enumerate(manifest.tables, 1):
        tell(f"数据库 {100 * number // len(manifest.tables)}%")
        statement = postgres.copy_in(name, manifest.columns[name])
        with raw.copy(statement) as copy, (folder / f"{name}.copy").open("rb") as source:
            while block := source.read(BLOCK):
                copy.write(block)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # every reference is checked here
    if found := bulk_keys.broken():
        raise Refused(
            f"恢复失败，数据库保持原样：备份中有引用找不到对应记录（{'、'.join(found)}）。"
        )
    for name in manifest.tables:
        cursor.execute(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        _continue_numbers(raw, name, manifest.columns[name])


def _continue_numbers(cursor: Any, table: str, columns: list[str]) -> None:
    """The next number of each counter comes after the highest that was restored."""
    for column in columns:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [f'"{table}"', column])
        if (sequence := cursor.fetchone()[0]) is not None:
            question = sql.SQL("SELECT setval(%s, coalesce(max({}), 0) + 1, false) FROM {}")
            cursor.execute(
                question.format(sql.Identifier(column), sql.Identifier(table)), [sequence]
            )


def _prepare(place: PostgresPlace) -> None:
    """The extension that the geometry columns need; it belongs to no backup."""
    with place.connected(autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'postgis'").fetchone():
            return
        try:
            connection.execute("CREATE EXTENSION postgis")
        except psycopg.errors.InsufficientPrivilege as error:
            raise Refused(NO_EXTENSION.format(name=place.name)) from error


def _removal(place: PostgresPlace, replace: bool) -> bytes:
    """Statements that drop what stands in the way; nothing of an extension."""
    if not replace:
        return b""
    with place.connected() as connection:
        tables = postgres.names(connection)
        functions = [name for (name,) in connection.execute(postgres.ROUTINES)]
    drops = [f'DROP TABLE "{name}" CASCADE;' for name in tables]
    drops += [f"DROP FUNCTION {name} CASCADE;" for name in functions]
    return "\n".join([*drops, ""]).encode()


def _run(place: PostgresPlace, words: list[str]) -> str:
    done = subprocess.run(words, env=place.environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{words[0]} 失败：{done.stderr.strip()[-400:]}")
    return done.stdout
