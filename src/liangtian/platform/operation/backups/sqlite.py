"""SQLite: the online backup interface, inside one read transaction."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from django.db.backends.sqlite3._functions import register  # type: ignore[import-untyped]

from liangtian.platform.errors import Refused
from liangtian.platform.operation.backups.manifest import Manifest, Table
from liangtian.platform.operation.backups.places import Dump, Tell

PART = "database.sqlite3"
PAGES = 4096  # copied between two progress reports
INDEX = re.compile(r"_rtree(_node|_parent|_rowid)?$")  # derived from the geometry column
FIGURES = ("decimal", "real", "float", "double", "numeric")


class SqlitePlace:
    """A SQLite database file."""

    engine = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path

    def dump(self, folder: Path, tell: Tell) -> Dump:
        """A copy of the pages as of one moment; writers go on (WAL)."""
        if not self.path.is_file():
            raise Refused("数据库尚未建立，没有可备份的内容。请先运行 liangtian migrate。")
        copy = folder / PART

        def progress(_: int, remaining: int, total: int) -> None:
            tell(f"数据库 {100 - 100 * remaining // max(total, 1)}%")

        with _opened(self.path) as source, _opened(copy) as target:
            source.execute("BEGIN")  # the copy stays on this moment and never starts again
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(target, pages=PAGES, progress=progress)
            source.rollback()
            target.execute("PRAGMA journal_mode=DELETE")
            (verdict,) = target.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise Refused(f"数据库文件已损坏({verdict})，备份没有完成。请联系系统管理员。")
            files = dict(target.execute("SELECT sha256, size FROM files_storedfile"))
            applied = "SELECT app || '.' || name FROM django_migrations ORDER BY id"
            return Dump(
                method="sqlite", database_version=sqlite3.sqlite_version, parts={PART: copy},
                tables=_tables(target), migrations=[n for (n,) in target.execute(applied)],
                files=files,
            )  # fmt: skip

    def is_empty(self) -> bool:
        if not self.path.is_file() or self.path.stat().st_size == 0:
            return True
        try:
            with _opened(self.path) as connection:
                return not _names(connection)
        except sqlite3.DatabaseError:
            return False

    def load(self, folder: Path, manifest: Manifest, *, replace: bool, tell: Tell) -> None:
        """Rename the copy over the database: the old one stays beside it under another name."""
        staged = folder / PART
        with _opened(staged) as connection:
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise Refused(f"备份中的数据库已损坏({verdict})，没有恢复任何内容。")
        if replace and self.path.is_file():
            self._set_aside(tell)
        os.replace(staged, self.path)

    def _set_aside(self, tell: Tell) -> None:
        old = self.path.with_name(f"{self.path.name}.{datetime.now():%Y%m%d-%H%M%S}.old")
        try:
            with _opened(self.path) as connection:  # brings in the write-ahead log and removes it
                connection.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.DatabaseError as error:
            if "locked" in str(error):
                raise Refused("数据库正被使用。请先停止网页服务和后台进程，再恢复。") from error
            for tail in ("-wal", "-shm"):  # a damaged database: kept as it is, with its log
                log = self.path.with_name(self.path.name + tail)
                if log.exists():
                    os.replace(log, old.with_name(old.name + tail))
        os.link(self.path, old)
        tell(f"原数据库保留为 {old.name}")

    def tables(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Table]:
        with _opened(self.path) as connection:
            return _tables(connection)


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=60, isolation_level=None)) as connection:
        register(connection)  # the checks of the tables call functions of Django
        yield connection


def _names(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY name"
    )
    return [name for (name,) in found if not INDEX.search(name)]


def _tables(connection: sqlite3.Connection) -> dict[str, Table]:
    counted = {}
    for name in _names(connection):
        columns = [
            row[1]
            for row in connection.execute(f'PRAGMA table_info("{name}")')
            if str(row[2]).lower().startswith(FIGURES)
        ]
        sums = "".join(f", printf('%.4f', total(\"{column}\"))" for column in columns)
        found = connection.execute(f'SELECT count(*){sums} FROM "{name}"').fetchone()
        counted[name] = Table(found[0], dict(zip(columns, found[1:], strict=True)))
    return counted
