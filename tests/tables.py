"""The tables that tests start from: migrated once, in a process of its own, and copied for every database.

Two patterns of each kind of database: `plain`, as Django's `migrate` leaves it, for the test databases of
pytest-django; `site`, as `liangtian migrate` leaves it, for sites that tests start as processes. They are
named by a digest of the program and its packages, so that none outlives what it was made of: SQLite keeps
them as files in `.pytest_cache/tables`, PostgreSQL as databases of the server under test. Tests of upgrades
start from older tables or from none, and migrate themselves.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import distributions
from pathlib import Path
from typing import Any, Literal
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

import psycopg

Kind = Literal["plain", "site"]
ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".pytest_cache" / "tables"
PROGRAM = ROOT / "src" / "liangtian"
KEPT_DIGESTS = 4  # of SQLite files; someone who goes to and fro between branches finds his again
_TURN = 0x7461626C  # of the server's advisory lock: one process makes, the others wait


@cache
def digest() -> str:
    """Of everything that tables and what stands in them after a migrate are made of, rather too much than too little."""
    found = hashlib.sha256(f"{sys.version} {sqlite3.sqlite_version}".encode())
    for package in sorted(f"{one.name} {one.version}" for one in distributions()):
        found.update(package.encode())
    for file in (Path(__file__), *sorted(PROGRAM.rglob("*.py")), *sorted(PROGRAM.rglob("*.toml"))):
        found.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return found.hexdigest()[:16]


def file(kind: Kind) -> Path:
    """The SQLite file with the tables; made by whoever asks first."""
    folder = KEPT / digest()
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.is_dir():
            with tempfile.TemporaryDirectory(dir=KEPT) as making:
                _run(Path(making), None, str(Path(making) / "plain"), str(Path(making) / "site"))
                ready = Path(making) / "ready"
                ready.mkdir()
                for name in ("plain", "site"):
                    (Path(making) / name).rename(ready / name)
                ready.rename(folder)
            _forget()
        os.utime(folder)
    return folder / kind


def _forget() -> None:
    """Files of digests not asked for lately."""
    old = sorted((f for f in KEPT.iterdir() if f.is_dir()), key=lambda f: f.stat().st_mtime)
    for folder in old[:-KEPT_DIGESTS]:
        shutil.rmtree(folder, ignore_errors=True)


def server() -> str | None:
    """The address of the PostgreSQL under test, if one is."""
    return os.environ.get("LIANGTIAN_DATABASE_URL")


def database(kind: Kind) -> str:
    """The name of the PostgreSQL database with the tables; made by whoever asks first."""
    names = {each: f"liangtian_{each}_{digest()}" for each in ("plain", "site")}
    with psycopg.connect(server() or "", autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_TURN])
        there = "SELECT 1 FROM pg_database WHERE datname = %s"
        if connection.execute(there, [names["site"]]).fetchone() is None:
            making = f"liangtian_making_{digest()}"
            for name in (making, *names.values()):
                connection.execute(f"DROP DATABASE IF EXISTS {name}".encode())
            connection.execute(f"CREATE DATABASE {making}".encode())
            with tempfile.TemporaryDirectory() as folder:
                _run(Path(folder), making, names["plain"], names["site"])
            connection.execute(f"DROP DATABASE {making}".encode())
    return names[kind]


def beside(name: str) -> str:
    """The address of another database of the server under test."""
    return urlunsplit(urlsplit(server() or "")._replace(path=f"/{name}"))


def _run(folder: Path, making: str | None, plain: str, site: str) -> None:
    """Migrate in a process of its own; raises RuntimeError with what it said when that fails."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("LIANGTIAN_")}
    env |= {"LIANGTIAN_DATA": str(folder), "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
    if making:
        env["LIANGTIAN_DATABASE_URL"] = beside(making)
    done = subprocess.run(
        [sys.executable, "-m", "tests.tables", plain, site],
        cwd=ROOT, env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the tables for the tests could not be made:\n{done.stderr}")


@contextmanager
def copied() -> Iterator[None]:
    """While it lasts, Django's test databases are copies instead of being migrated one by one."""
    import pytest
    from django.db.backends.base.creation import BaseDatabaseCreation

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseCreation, "create_test_db", _create_test_db)
        yield


def _create_test_db(creation: Any, verbosity: int = 1, autoclobber: bool = False, **_: Any) -> str:
    """In the place of Django's method of this name, without its migrate."""
    from django.conf import settings

    connection = creation.connection
    if connection.vendor == "postgresql":
        connection.settings_dict["TEST"]["TEMPLATE"] = database("plain")
    name: str = creation._get_test_db_name()
    creation._create_test_db(verbosity, autoclobber)
    connection.close()
    settings.DATABASES[connection.alias]["NAME"] = connection.settings_dict["NAME"] = name
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(file("plain"))) as source:
            source.backup(connection.connection)
    return name


def _keep(name: str) -> None:
    """Copy the database as it is now: to a file, or to a database of that name."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(name)) as target:
            connection.connection.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, whatever reads it
        return
    own = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{own}"')


def _make(plain: str, site: str) -> None:
    """What `liangtian migrate` does, looked at in the middle: what follows Django's migrate goes to sites only."""
    from liangtian.site.runtime import migrate, start_django

    start_django()
    from liangtian.platform.operation import schema

    note = schema.note

    def kept(steps: list[schema.Step]) -> None:
        _keep(plain)
        note(steps)

    with mock.patch.object(schema, "note", kept):
        migrate()
    _keep(site)


if __name__ == "__main__":
    _make(*sys.argv[1:])
