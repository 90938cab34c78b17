"""Reading the database as it stands at one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

_BEGIN = {
    "sqlite": "BEGIN DEFERRED",  # `transaction.atomic` would take the one lock for writing
    "postgresql": "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
}


@contextmanager
def one_moment() -> Iterator[None]:
    """What is read within comes from one moment, and no writer waits for it; nothing may be written within.

    Inside a transaction it is what that transaction sees.
    """
    if connection.in_atomic_block:
        yield
        return
    _run(_BEGIN[connection.vendor])
    try:
        yield
    finally:
        _run("COMMIT")


def _run(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
