"""What the databases know of how their tables are filled."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from liangtian.platform.operation.jobs import refresh_statistics
from tests.conftest import County, People
from tests.ledgers.conftest import add_patches

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps statistics by itself")
def test_sqlite_is_told_how_its_tables_are_filled(county: County, people: People) -> None:
    add_patches(county, people.clerk, 30)
    refresh_statistics()
    with connection.cursor() as cursor:
        cursor.execute("SELECT idx, stat FROM sqlite_stat1 WHERE tbl = 'enforcement_patch'")
        found: dict[str, Any] = dict(cursor.fetchall())
    assert found["patch_ledger"].startswith("30 ")
