"""A batch of three measured patches, two in township A and one in B; built once for a module."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker, Settings

from liangtian.programmes.enforcement.measuring import measure_patches
from liangtian.programmes.enforcement.models import Batch, Patch
from tests.conftest import County, People, kept_in, make_county, make_people
from tests.enforcement.ground import approval, box, make_batch, publish, publish_usual


@dataclass
class Register:
    """What is in the register; `a_illegal` and `a_split` lie in township A, `b_legal` in B."""

    batch: Batch
    a_illegal: Patch
    a_split: Patch
    b_legal: Patch


@dataclass
class Built:
    """What the tests of a module share; each is handed a copy of its own."""

    folder: Path
    county: County
    people: People
    register: Register


@pytest.fixture(scope="module")
def built(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Built]:
    """Inside one transaction that is rolled back at the end of the module."""
    folder = tmp_path_factory.mktemp("register")
    hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with (
        django_db_blocker.unblock(),
        override_settings(**kept_in(folder), PASSWORD_HASHERS=[hasher]),
        transaction.atomic(),
    ):
        county = make_county()
        people = make_people(county)
        yield Built(folder, county, people, _entered(people, county))
        transaction.set_rollback(True)


def _entered(people: People, county: County) -> Register:
    publish_usual(people, county)
    start = date(2025, 6, 1)
    publish(
        people, county, "construction_approval",
        [
            approval(box(4900, 900, 160, 400), "示例批〔2025〕1号", start),
            approval(box(12_900, 900, 400, 400), "示例批〔2025〕2号", start),
        ],
    )  # fmt: skip
    batch = make_batch(
        people, county,
        [
            ("990121202603001", box(3000, 950, 100, 100), county.village_a),
            ("990121202603002", box(5000, 1000, 100, 100), county.village_a),
            ("990121202603003", box(13_000, 1000, 100, 100), county.village_b),
        ],
        attributes={"JCBH": "990121202603001", "TZ": "新增建筑物"},
    )  # fmt: skip
    measure_patches(batch)
    a_illegal, a_split, b_legal = Patch.objects.filter(batch=batch).order_by("number")
    return Register(batch, a_illegal, a_split, b_legal)


@pytest.fixture
def own(built: Built, db: Any, files_root: Path, settings: Settings) -> Built:
    """A copy, so that what a test changes in memory is undone like what it changes in the database."""
    for name, value in kept_in(built.folder).items():
        setattr(settings, name, value)
    return copy.deepcopy(built)


@pytest.fixture
def county(own: Built) -> County:
    return own.county


@pytest.fixture
def people(own: Built) -> People:
    return own.people


@pytest.fixture
def register(own: Built) -> Register:
    return own.register
