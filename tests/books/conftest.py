"""A small book of the test county: a cash box, dues of two holders, rent earned, frozen indicators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from liangtian.platform.books.models import Account, Entry
from liangtian.platform.books.services import Draft, Side, open_accounts, post
from tests.conftest import County, People

DAY = date(2026, 3, 2)
Kind = Account.Kind


@pytest.fixture
def accounts(people: People, county: County) -> dict[str, Account]:
    """By short name; the indicator accounts can't be overdrawn."""

    def made(
        code: str, kind: Kind, commodity: str = "CNY", guarded: bool = False, at: Any = None
    ) -> Account:
        return Account(
            code=code, name=code.replace(":", "－"), kind=kind, commodity=commodity, guarded=guarded,
            region=at or county.county, opened_on=date(2026, 1, 1),
        )  # fmt: skip

    wanted = {
        "cash": made("库存现金", Kind.ASSETS, guarded=True),
        "due_a": made("应收:租金:H1", Kind.ASSETS, at=county.township_a),
        "due_b": made("应收:租金:H2", Kind.ASSETS, at=county.township_b),
        "rent": made("租金收入", Kind.INCOME),
        "bank": made("指标库:可用", Kind.ASSETS, "FARMLAND-M2", guarded=True),
        "frozen": made("指标库:冻结", Kind.ASSETS, "FARMLAND-M2", guarded=True),
        "source": made("指标来源", Kind.EQUITY, "FARMLAND-M2"),
    }
    with transaction.atomic():
        opened = open_accounts(people.clerk, list(wanted.values()))
    return dict(zip(wanted, opened, strict=True))


@pytest.fixture
def posted(people: People, county: County, accounts: dict[str, Account]) -> Callable[..., Entry]:
    """Post one entry of `name=amount` in smallest units."""

    def go(key: str, on: date = DAY, text: str = "", at: Any = None, **sides: int) -> Entry:
        lines = tuple(Side(accounts[name], amount) for name, amount in sides.items())
        with transaction.atomic():
            return post(people.clerk, [Draft(key, on, text or key, at or county.county, lines)])[0]

    return go
