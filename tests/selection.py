"""Which tests a second run, on another database, can leave out: those that meet none.

`pytest --database-only` leaves them out. A test meets the database when it asks for one of pytest-django's
fixtures, directly or through others, carries its mark, or the mark `database` of this house, for tests that
start the system as a process. Nobody has to remember: pytest-django refuses the database to a test that asked
for none, and the hook below refuses such a test to start Python, unless it is marked.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import pytest

_FIXTURES = frozenset({"db", "transactional_db", "django_db_setup", "live_server"})
_SITES = "_made"  # under every site of tests/operation, whose commands are processes
_guarded: list[str] = []  # name of the test under way when it may not start Python


def meets_database(item: pytest.Item) -> bool:
    """Whether the outcome of a test may depend on the kind of database."""
    if item.get_closest_marker("sqlite_only"):
        return False
    asked = (_FIXTURES | {_SITES}).intersection(getattr(item, "fixturenames", ()))
    marked = item.get_closest_marker("django_db") or item.get_closest_marker("database")
    return bool(asked or marked)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database-only", action="store_true", help="only tests that meet a database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--database-only"):
        return
    left_out = [item for item in items if not meets_database(item)]
    items[:] = [item for item in items if meets_database(item)]
    config.hook.pytest_deselected(items=left_out)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """While a test runs that a second run would leave out, its processes are watched."""
    known = meets_database(item) or item.get_closest_marker("sqlite_only")
    if not known and not item.get_closest_marker("browser"):
        _guarded.append(item.nodeid)
    yield
    _guarded.clear()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "subprocess.Popen" or not _guarded:
        return
    words = arguments[1] if isinstance(arguments[1], list | tuple) else [arguments[1]]
    if any(
        str(word) == sys.executable or PurePath(str(word)).name == "liangtian" for word in words
    ):
        raise AssertionError(
            f"{_guarded[0]} starts Python: mark it `database` when that meets the database under test, "
            "`sqlite_only` when it does not"
        )


sys.addaudithook(_watch)
