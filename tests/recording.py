"""What a program says to its database: every kind of statement its tests make it say.

`pytest --record-statements FILE` writes them, one a line, without values, for `tools/release.py`, which keeps
them as those of a release. A later program's upgrade is held against them (tests/operation/test_old_programs.py).
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SAID = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
_LIST = re.compile(r"\((?:%s|\(%s\))(?:, %s)+\)")
_ROWS = re.compile(r"(VALUES (\([^()]*(?:\([^()]*\)[^()]*)*\)))(?:, \2)+")
_POINTS = re.compile(r'"(s\d+_x\d+)"')


def plain(sql: str) -> str:
    """A statement without what differs from call to call: numbers of rows and of values in a list."""
    one = " ".join(sql.split())
    return _POINTS.sub('"sp"', _ROWS.sub(r"\1", _LIST.sub("(%s)", one)))


def explained(cursor: Any, statement: str) -> None:
    """Let the database plan a statement with empty values; it raises what the statement would."""
    cursor.execute(f"EXPLAIN {statement}", [None] * statement.replace("%%", "").count("%s"))


class Recorder:
    """Wraps every statement while tests run."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if isinstance(sql, str) and sql.lstrip("( ").upper().startswith(SAID):
            self.found.add(plain(sql))
        return execute(sql, params, many, context)


@contextmanager
def recording() -> Iterator[Recorder]:
    """Every statement of this process, on whatever connection."""
    from django.db import connections
    from django.db.backends.signals import connection_created

    recorder = Recorder()

    def listen(connection: Any, **more: Any) -> None:
        if recorder not in connection.execute_wrappers:
            connection.execute_wrappers.append(recorder)

    connection_created.connect(listen)
    for connection in connections.all(initialized_only=True):
        listen(connection)
    yield recorder
    connection_created.disconnect(listen)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record-statements", metavar="FILE", help="keep what is said to the database"
    )


@pytest.fixture(scope="session", autouse=True)
def _recorded(request: pytest.FixtureRequest) -> Iterator[None]:
    target = request.config.getoption("--record-statements")
    if not target:
        yield
        return
    worker = getattr(request.config, "workerinput", {}).get("workerid", "all")
    request.getfixturevalue("django_db_setup")
    with recording() as recorder:
        yield
    request.getfixturevalue("django_db_blocker").unblock()
    write(Path(f"{target}.{worker}"), sorted(filter(_of_the_product, recorder.found)))


def _of_the_product(statement: str) -> bool:
    """Whether it can be planned here and now, with empty values: the others cannot be held against anything."""
    from django.db import DatabaseError, connection, transaction

    if statement.endswith(";"):  # emptying the tables after a test
        return False
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            explained(cursor, statement)
    except (DatabaseError, TypeError, ValueError):
        return False
    return True


def write(path: Path, statements: list[str]) -> None:
    """One statement a line, packed, the same bytes for the same statements."""
    text = "".join(f"{one}\n" for one in statements).encode()
    path.write_bytes(gzip.compress(text, mtime=0))


def read(path: Path) -> list[str]:
    """The statements of a file that `write` made."""
    return gzip.decompress(path.read_bytes()).decode().splitlines()
