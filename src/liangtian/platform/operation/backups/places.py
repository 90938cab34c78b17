"""A database that is backed up from or restored into."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from liangtian.platform.operation.backups.manifest import Manifest, Table

Tell = Callable[[str], None]  # shows a line of progress


@dataclass
class Dump:
    """One consistent copy of a database, and what was counted in it."""

    method: str
    database_version: str
    parts: dict[str, Path]
    tables: dict[str, Table]
    migrations: list[str]
    files: dict[str, int]  # SHA-256 -> bytes of every stored file that a row names
    columns: dict[str, list[str]] = field(default_factory=dict)


class Place(Protocol):
    """What the two databases have in common for a backup."""

    @property
    def engine(self) -> str:
        """`sqlite` or `postgresql`; a backup fits its own kind only."""

    def dump(self, folder: Path, tell: Tell) -> Dump:
        """Copy the database into `folder` as it is at one moment, while others write."""

    def is_empty(self) -> bool:
        """Whether there are no tables yet."""

    def load(self, folder: Path, manifest: Manifest, *, replace: bool, tell: Tell) -> None:
        """Put the parts in `folder` in place, all or nothing. Raises Refused (Chinese)."""

    def tables(self, columns: Mapping[str, Sequence[str]]) -> dict[str, Table]:
        """Rows, sums and digests as they are now, digested in the given order of columns where one is given."""


def place_of(database: dict[str, Any]) -> Place:
    """The place that an entry of Django's DATABASES stands for."""
    from liangtian.platform.operation.backups.postgres import PostgresPlace
    from liangtian.platform.operation.backups.sqlite import SqlitePlace

    if "sqlite3" in database["ENGINE"]:
        return SqlitePlace(Path(database["NAME"]))
    return PostgresPlace.of(database)
