"""A county with an officer of finance."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import County, People
from tests.fees.money import mission, officer


@pytest.fixture
def finance(county: County, people: People) -> Any:
    """The cashier of the finance bureau."""
    return officer(county)


@pytest.fixture
def lease(people: People, finance: Any) -> tuple[Any, Any]:
    """The parcel and the holder of the worked figures."""
    return mission(people.clerk, finance)
