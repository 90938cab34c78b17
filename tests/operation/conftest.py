"""Sites of their own, as real processes meet them: on SQLite in a folder, on PostgreSQL in a database."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import tables
from tests.tables import beside

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 600.0  # seconds after which a step is given up; far more than it takes
SERVER = tables.server()
_numbers = count()


def on_server(statement: str) -> None:
    with psycopg.connect(SERVER or "", autocommit=True) as connection:
        connection.execute(statement.encode())


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Site:
    """A data folder, with a database in it or beside it, and the commands one gives there."""

    folder: Path
    database: str | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("LIANGTIAN_")}
        env |= {"LIANGTIAN_DATA": str(self.folder), "PYTHONUNBUFFERED": "1",
                "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}  # fmt: skip
        if self.database:
            env["LIANGTIAN_DATABASE_URL"] = beside(self.database)
        return env | self.settings

    def start(self, *words: str, module: str = "liangtian.site.cli") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", module, *words], cwd=ROOT, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def run(self, *words: str, code: int = 0, module: str = "liangtian.site.cli") -> str:
        """The output of a command that ends with `code`."""
        process = self.start(*words, module=module)
        said, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == code, said
        return said

    def connect(self) -> Any:
        if self.database:
            return psycopg.connect(beside(self.database), autocommit=True)
        return sqlite3.connect(self.folder / "liangtian.sqlite3", timeout=60)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(self.connect()) as connection:
            return list(connection.execute(statement).fetchall())

    def change(self, statement: str) -> None:
        with closing(self.connect()) as connection:
            connection.execute(statement)
            connection.commit()


MakeSite = Callable[[str], Site]


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MakeSite]:
    made: list[str] = []

    def make(template: str = "") -> Site:
        number = next(_numbers)
        name = f"liangtian_operation_{os.getpid()}_{number}" if SERVER else None
        if name:
            on_server(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
            made.append(name)
        return Site(tmp_path_factory.mktemp("site") / "data", name)

    yield make
    for name in made:
        with suppress(psycopg.Error):
            on_server(f"DROP DATABASE {name} WITH (FORCE)")


def _copied(make: MakeSite, pattern: Site) -> Site:
    copy = make(pattern.database or "")
    shutil.copytree(pattern.folder, copy.folder)
    return copy


@pytest.fixture(scope="session")
def _pattern(_made: MakeSite) -> Site:
    """Made once, because a fresh database takes seconds; each test works on a copy."""
    site = _made(tables.database("site") if SERVER else "")
    site.folder.mkdir()
    if not SERVER:
        shutil.copy(tables.file("site"), site.folder / "liangtian.sqlite3")
    site.run("prepare", module="tests.operation.scratch")
    return site


@pytest.fixture(scope="session")
def _saved_pattern(_made: MakeSite, _pattern: Site) -> Site:
    site = _copied(_made, _pattern)
    site.run("backup")
    return site


@pytest.fixture(scope="session")
def _old_pattern(_made: MakeSite) -> Site:
    site = _made("")
    site.folder.mkdir()
    site.run("first", module="tests.operation.scratch")
    return site


@pytest.fixture
def empty_site(_made: MakeSite) -> Site:
    """Neither tables nor files."""
    return _made("")


@pytest.fixture
def site(_made: MakeSite, _pattern: Site) -> Site:
    """A small county with files and a layer."""
    return _copied(_made, _pattern)


@pytest.fixture
def saved_site(_made: MakeSite, _saved_pattern: Site) -> Site:
    """The same with one backup of it, made a while ago."""
    return _copied(_made, _saved_pattern)


@pytest.fixture
def old_site(_made: MakeSite, _old_pattern: Site) -> Site:
    """A database as the first release made it."""
    return _copied(_made, _old_pattern)
