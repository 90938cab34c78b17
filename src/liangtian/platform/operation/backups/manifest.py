"""What a backup holds, counted at the moment it was taken; a restore is compared with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from liangtian.platform.errors import Refused

FORMAT = 1


@dataclass
class Table:
    """Rows of a table, the sums of its figures, and (PostgreSQL) a digest of all its rows."""

    rows: int
    sums: dict[str, str] = field(default_factory=dict)
    digest: str = ""


@dataclass
class Manifest:
    """Everything about one backup but the data itself."""

    engine: str
    method: str
    version: str
    taken_at: str
    tables: dict[str, Table]
    migrations: list[str]
    parts: dict[str, str] = field(default_factory=dict)  # path in the archive -> SHA-256
    files: dict[str, int] = field(default_factory=dict)  # SHA-256 -> bytes
    columns: dict[str, list[str]] = field(default_factory=dict)  # of the portable dump
    encrypted: bool = False
    with_keys: bool = False
    database_version: str = ""
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    def to_json(self) -> bytes:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Raises Refused (Chinese) for what is no manifest, or one of a later program."""
        try:
            data: dict[str, Any] = json.loads(text)
            if data["format"] > FORMAT:
                raise Refused("备份由更新版本的程序制作，请先升级程序再恢复。")
            tables = {name: Table(**table) for name, table in data.pop("tables").items()}
            return cls(tables=tables, **data)
        except (ValueError, KeyError, TypeError) as error:
            raise Refused("备份清单已损坏，不能恢复。请换另一份备份。") from error


@dataclass(frozen=True)
class Compared:
    """One line of the comparison: what should be there and what is."""

    item: str
    expected: str
    found: str

    @property
    def equal(self) -> bool:
        return self.expected == self.found


def compare(manifest: Manifest, tables: dict[str, Table], files_found: int) -> list[Compared]:
    """Every table's rows, sums and digest, and the number of files whose hashes are right."""
    return [
        *_table_lines(manifest.tables, tables),
        Compared("文件(SHA-256 一致)", str(len(manifest.files)), str(files_found)),
    ]


def _table_lines(expected: dict[str, Table], found: dict[str, Table]) -> Iterator[Compared]:
    for name in sorted(expected.keys() | found.keys()):
        left, right = expected.get(name), found.get(name)
        if left is None or right is None:
            yield Compared(f"{name} 表", "有" if left else "无", "有" if right else "无")
            continue
        yield Compared(f"{name} 行数", str(left.rows), str(right.rows))
        for column in sorted(left.sums.keys() | right.sums.keys()):
            yield Compared(
                f"{name}.{column} 合计", left.sums.get(column, "无"), right.sums.get(column, "无")
            )
        if left.digest or right.digest:
            yield Compared(f"{name} 内容摘要", left.digest, right.digest)
