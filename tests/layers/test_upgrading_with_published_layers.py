"""A new release may alter the tables of layers although what is published does not change."""

from __future__ import annotations

import pytest
from django.db import connection

from liangtian.platform.layers.frozen import freeze_published, thaw

pytestmark = pytest.mark.django_db


def triggers() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger' AND name LIKE '%frozen%'"
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="only SQLite remakes tables")
def test_no_trigger_names_a_table_that_is_being_remade() -> None:
    before = triggers()
    assert before
    thaw(None, using="default", plan=[])
    assert triggers() == before, "nothing to migrate, nothing to lift"
    thaw(None, using="default", plan=["a step"])
    assert triggers() == set()
    freeze_published(None, using="default")
    assert triggers() == before
