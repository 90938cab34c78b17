"""The register of the enforcement tests, with a second clerk and a leader."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import County, People
from tests.enforcement.register.conftest import built, county, own, people, register

__all__ = ["built", "county", "own", "people", "register"]


@pytest.fixture
def second_clerk(county: County, people: People) -> Any:
    """A colleague of the clerk: same region, same role."""
    return _person("clerk2", "周样本", "county_clerk", county.county)


@pytest.fixture
def leader(county: County, people: People) -> Any:
    return _person("leader", "王假设", "leader", county.county)


def _person(username: str, name: str, role: str, region: Any) -> Any:
    from liangtian.platform.people.models import Role, User

    user = User.objects.create_user(username, None, name=name, region=region)
    user.roles.add(Role.objects.get(code=role))
    return user
