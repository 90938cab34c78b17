"""What a database keeps of its tables, in an order of its own: to tell whether two were made alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing

from tests.operation.conftest import SERVER, Site

_POSTGRES = (
    """SELECT format('%s.%s %s %s default %s', table_name, column_name,
              CASE WHEN data_type = 'USER-DEFINED' THEN udt_name ELSE data_type END,
              concat_ws(',', character_maximum_length, numeric_precision, numeric_scale, is_nullable,
                        is_identity, collation_name), column_default)
       FROM information_schema.columns WHERE table_schema = 'public'""",
    """SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0""",
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
       WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace""",
)


def tables_as_kept(site: Site) -> set[str]:
    """Columns, constraints, indices and triggers, one line each; the order of columns is no matter."""
    if SERVER:
        return {" ".join(line.split()) for query in _POSTGRES for (line,) in site.rows(query)}
    with closing(site.connect()) as connection:
        found = connection.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        ).fetchall()
    return {line for row in found for line in _lines(*row)}


def _lines(kind: str, name: str, table: str, sql: str) -> Iterator[str]:
    sql = " ".join(sql.split())
    if kind != "table" or sql.startswith("CREATE VIRTUAL"):
        yield sql
        return
    inner = sql[sql.index("(") + 1 : sql.rindex(")")]
    for part in _parted(inner):
        yield f"{table}: {part}"


def _parted(inner: str) -> Iterator[str]:
    """The columns and constraints between the outermost commas."""
    depth, start, quoted = 0, 0, ""
    for at, sign in enumerate(inner):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        elif sign in "()":
            depth += 1 if sign == "(" else -1
        elif sign == "," and depth == 0:
            yield re.sub(r"\s+", " ", inner[start:at]).strip()
            start = at + 1
    yield inner[start:].strip()
