"""The world of two counties, built once for the tests of a module."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from tests.conftest import kept_in
from tests.site.world import World, built


@pytest.fixture(scope="module")
def built_world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with django_db_blocker.unblock(), built(tmp_path_factory.mktemp("world")) as world:
        yield world


@pytest.fixture
def world(built_world: World, db: Any, files_root: Path, settings: Any) -> Iterator[World]:
    """Two counties with everything in them; whatever a test changes, there and in memory, is undone."""
    for name, value in kept_in(built_world.folder).items():
        setattr(settings, name, value)
    with transaction.atomic():
        yield copy.deepcopy(built_world)
        transaction.set_rollback(True)
