"""PostgreSQL: pg_dump in a shared snapshot where it is installed, otherwise COPY of every table."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from liangtian.platform.errors import Refused
from liangtian.platform.operation.backups.manifest import Manifest, Table
from liangtian.platform.operation.backups.places import Dump, Tell

PART = "database.dump"
FOLDER = "tables"
TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e') ORDER BY c.relname"""
COLUMNS = """
SELECT column_name, data_type FROM information_schema.columns
WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position"""
FIGURES = ("numeric", "double precision", "real")
ROUTINES = """
SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname = 'public' AND p.prokind = 'f' AND NOT EXISTS (
  SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"""
Method = Literal["pg_dump", "copy"]


@dataclass(frozen=True)
class PostgresPlace:
    """A PostgreSQL database."""

    name: str
    user: str
    password: str
    host: str
    port: str
    method: Method = "pg_dump"
    engine: str = "postgresql"

    @classmethod
    def of(cls, database: dict[str, Any]) -> PostgresPlace:
        """From an entry of Django's DATABASES."""
        found = shutil.which("pg_dump") and shutil.which("pg_restore") and shutil.which("psql")
        name, user, password, host, port = (
            str(database.get(key) or "") for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")
        )
        method: Method = "pg_dump" if found else "copy"
        return cls(name, user, password, host, port, method)

    @contextmanager
    def connected(self, autocommit: bool = False) -> Iterator[psycopg.Connection]:
        """A connection of its own. Refused (Chinese) when the server does not answer."""
        words = {"dbname": self.name, "user": self.user, "password": self.password,
                 "host": self.host, "port": self.port, "connect_timeout": "10"}  # fmt: skip
        told = make_conninfo("", **{k: v for k, v in words.items() if v})
        try:
            opened = psycopg.connect(told, autocommit=autocommit)
        except psycopg.OperationalError as error:
            raise Refused(f"连接不上数据库“{self.name}”：{error}".strip()) from error
        with opened as connection:
            yield connection

    @property
    def environment(self) -> dict[str, str]:
        """For the programs of PostgreSQL; the password is never on a command line."""
        words = {"PGDATABASE": self.name, "PGUSER": self.user, "PGPASSWORD": self.password,
                 "PGHOST": self.host, "PGPORT": self.port}  # fmt: skip
        return {**os.environ, **{k: v for k, v in words.items() if v}}

    def dump(self, folder: Path, tell: Tell) -> Dump:
        """Counted and dumped in one snapshot, while others write."""
        with self.connected() as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = connection.execute("SELECT pg_export_snapshot()").fetchone()
            parts, method = self._parts(connection, str(row and row[0]), folder, tell)
            applied = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
            stored = connection.execute("SELECT DISTINCT sha256, size FROM files_storedfile")
            return Dump(
                method=method,
                database_version=str(connection.info.server_version),
                parts=parts,
                tables=scan(connection),
                migrations=[name for (name,) in connection.execute(applied)],
                files=dict(stored.fetchall()),
                columns={t: [c for c, _ in columns_of(connection, t)] for t in names(connection)},
            )

    def _parts(
        self, connection: psycopg.Connection, snapshot: str, folder: Path, tell: Tell
    ) -> tuple[dict[str, Path], Method]:
        if self.method == "pg_dump":
            tell("数据库：pg_dump 导出中")
            target = folder / PART
            words = ["pg_dump", "-Fc", "-Z1", "-n", "public", f"--snapshot={snapshot}", "-f", str(target)]  # fmt: skip
            plain = {**self.environment, "LC_ALL": "C"}  # its words are looked at below
            done = subprocess.run(words, env=plain, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return {PART: target}, "pg_dump"
            if os.strerror(errno.ENOSPC) in done.stderr:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))
            if "version mismatch" not in done.stderr:
                raise Refused(f"pg_dump 失败：{done.stderr.strip()[-400:]}")
            tell("pg_dump 版本低于服务器，改用逐表导出。")
        return self._copied(connection, folder, tell), "copy"

    def _copied(self, connection: psycopg.Connection, folder: Path, tell: Tell) -> dict[str, Path]:
        parts: dict[str, Path] = {}
        found = names(connection)
        for number, table in enumerate(found, 1):
            tell(f"数据库 {100 * number // len(found)}%")
            path = folder / f"{table}.copy"
            with path.open("wb") as out, connection.cursor() as cursor:
                listed = [c for c, _ in columns_of(connection, table)]
                with cursor.copy(_copy(table, listed, "TO STDOUT")) as copy:
                    for block in copy:
                        out.write(block)
            parts[f"{FOLDER}/{table}.copy"] = path
        return parts

    def is_empty(self) -> bool:
        with self.connected() as connection:
            return not names(connection)

    def load(self, folder: Path, manifest: Manifest, *, replace: bool, tell: Tell) -> None:
        """In one transaction: a killed restore leaves the database as it was."""
        from liangtian.platform.operation.backups import postgres_load

        if manifest.method == "copy":
            postgres_load.from_copy(self, folder, manifest, replace=replace, tell=tell)
        else:
            postgres_load.from_dump(self, folder / PART, replace=replace, tell=tell)

    def tables(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Table]:
        with self.connected() as connection:
            return scan(connection, columns)


def names(connection: psycopg.Connection) -> list[str]:
    """Tables of the schema, without those of extensions."""
    return [name for (name,) in connection.execute(TABLES)]


def columns_of(connection: psycopg.Connection, table: str) -> list[tuple[str, str]]:
    """Name and type of each column that is stored."""
    return [(str(n), str(t)) for n, t in connection.execute(COLUMNS, [table])]


def _copy(table: str, columns: list[str], direction: LiteralString) -> sql.Composed:
    listed = sql.SQL(",").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) " + direction).format(sql.Identifier(table), listed)


def copy_in(table: str, columns: list[str]) -> sql.Composed:
    """The statement that fills a table."""
    return _copy(table, columns, "FROM STDIN")


def scan(
    connection: psycopg.Connection, order: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> dict[str, Table]:
    """Rows, exact sums of figures, and the sum of the hashes of all rows (in any order).

    `order` of the columns in a row that is hashed: tables made step by step have another than those made at once.
    """
    connection.execute("SET LOCAL TIME ZONE 'UTC'")
    counted = {}
    for name in names(connection):
        stored = columns_of(connection, name)
        figures = [column for column, kind in stored if kind in FIGURES]
        whole = ", ".join(f't."{c}"' for c in order.get(name) or [c for c, _ in stored])
        sums = "".join(f', coalesce(sum("{c}"::numeric), 0)::text' for c in figures)
        question = (
            f"SELECT count(*), coalesce(sum(hashtextextended(ROW({whole})::text, 0)::numeric), 0)::text{sums} "
            f'FROM "{name}" t'
        )
        row = connection.execute(question.encode()).fetchone() or ()
        counted[name] = Table(row[0], dict(zip(figures, row[2:], strict=True)), digest=row[1])
    return counted
