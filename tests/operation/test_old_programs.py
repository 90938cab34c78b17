"""Programs of former releases go on while an upgraded database is beside them.

`releases/VERSION` holds what a release's program says to its database, recorded by `tools/release.py`, and
its migrations. When every migration since calls itself compatible, the upgraded database must take all of it.
"""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader

from liangtian.platform.operation import schema
from tests.recording import explained, read

RELEASES = Path(__file__).parent / "releases"
INSERT = re.compile(r'INSERT (?:OR IGNORE )?INTO "(\w+)" \(([^)]*)\)')
MUST_FILL = {
    "sqlite": """SELECT name FROM pragma_table_info(%s) WHERE "notnull" AND dflt_value IS NULL AND NOT pk""",
    "postgresql": """SELECT column_name FROM information_schema.columns WHERE table_name = %s
        AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
        AND is_generated = 'NEVER'""",
}  # fmt: skip


def refused(statements: list[str]) -> list[str]:
    """What of it this database would not take, with the reason."""
    found = []
    must: dict[str, set[str]] = {}
    for statement in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                explained(cursor, statement)
        except DatabaseError as error:
            found.append(f"{str(error).strip()}: {statement}")
            continue
        for table, columns in INSERT.findall(statement):
            if table not in must:
                must[table] = _must_fill(table)
            if left := must[table] - set(re.findall(r"\w+", columns)):
                found.append(f"{sorted(left)} not filled: {statement}")
    return found


def _must_fill(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(MUST_FILL[connection.vendor], [table])
        return {name for (name,) in cursor.fetchall()}


def stopping_since(migrations: set[str]) -> list[str]:
    """The steps after a release that its program cannot live with, by their own account."""
    loader = MigrationLoader(connection)
    later = {key: m for key, m in loader.disk_migrations.items() if ".".join(key) not in migrations}
    columns = partial(schema._columns_before, loader)
    fresh = schema.made_by(later.values())
    return [str(s) for m in later.values() if not (s := schema._step(m, fresh, columns)).compatible]


@pytest.mark.django_db
@pytest.mark.parametrize("release", sorted(path.name for path in RELEASES.iterdir()))
def test_a_former_release_is_understood_after_every_upgrade_that_says_so(release: str) -> None:
    known = set((RELEASES / release / "migrations.txt").read_text().split())
    if stopping := stopping_since(known):
        pytest.skip(f"programs of {release} are stopped before {stopping[0]}")
    statements = read(RELEASES / release / f"{connection.vendor}.gz")
    assert len(statements) > 500
    assert refused(statements) == []


@pytest.mark.django_db(transaction=True)
def test_a_column_that_is_gone_or_must_be_filled_is_noticed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE probe (id integer PRIMARY KEY, a integer NOT NULL, b integer)")
        try:
            assert refused(['INSERT INTO "probe" ("id", "a") VALUES (%s, %s)']) == []
            (left,) = refused(['INSERT INTO "probe" ("id", "b") VALUES (%s, %s)'])
            assert left.startswith("['a'] not filled")
            (gone,) = refused(['SELECT "probe"."c" FROM "probe" WHERE "probe"."id" = %s'])
            assert "c" in gone.partition(":")[0]
        finally:
            cursor.execute("DROP TABLE probe")


@pytest.mark.django_db
def test_migrations_before_the_first_release_that_say_they_stop_do_stop() -> None:
    """Old audit entries came without `kind`, which the database does not fill: no word of choice."""
    old = 'INSERT INTO "audit_auditentry" ("at", "act", "target_type") VALUES (%s, %s, %s)'
    (said,) = refused([old])
    assert "kind" in said
    assert "audit.0002_chain" in stopping_since({"audit.0001_initial"})
