"""The book: a balance of each place, entries reversed by the finance office, closing by county."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Any

from tests.site.matrix import WHERE, Row, holding
from tests.site.world import ABROAD, World

API = "/api/books"
READERS, REVERSERS, CLOSERS = (holding(f"books.{right}") for right in ("view", "reverse", "close"))
DAY = date(2026, 3, 2)
_fresh = count(1)


def _posted(w: World, place: str, key: str) -> Any:
    """An entry of the place's township: rent due."""
    from django.db import transaction

    from liangtian.platform.books.models import Account
    from liangtian.platform.books.services import Draft, Side, open_accounts, post

    clerk = w.users["clerk_abroad" if place == ABROAD else "county_clerk"]
    region = w.regions[place]
    with transaction.atomic():
        due, rent = open_accounts(
            clerk,
            [
                Account(code=f"应收:{region.code}", name="应收租金", kind="assets", commodity="CNY",
                        region=region, opened_on=DAY),
                Account(code=f"租金:{region.code}", name="租金收入", kind="income", commodity="CNY",
                        region=region, opened_on=DAY),
            ],
        )  # fmt: skip
        sides = (Side(due, 12_300), Side(rent, -12_300))
        return post(clerk, [Draft(key, DAY, "示例租金", region, sides)])[0]


def _entry(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"entry_id": _posted(w, place, f"matrix:{place}").pk}}


def _undone(w: World, place: str) -> Mapping[str, Any]:
    made = _posted(w, place, f"matrix:{place}:{next(_fresh)}")
    return {
        "path": {"entry_id": made.pk},
        "json": {"reason": "租金按错的标准计算", "on": str(DAY)},
    }


def _account(w: World, place: str) -> Mapping[str, Any]:
    entry = _posted(w, place, f"matrix:{place}")
    return {"path": {"account_id": entry.lines.first().account_id}}


def _closed(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.books.models import Closing

    Closing.objects.all().delete()
    county = "990122" if place == ABROAD else "990121"
    return {"json": {"county": county, "through": "2026-01-31"}}


ROWS: tuple[Row, ...] = (
    Row("GET", f"{API}/trial-balance", READERS),
    Row("GET", f"{API}/accounts/{{account_id}}", READERS, _account, WHERE),
    Row("GET", f"{API}/entries/{{entry_id}}", READERS, _entry, WHERE),
    Row("POST", f"{API}/entries/{{entry_id}}/reverse", REVERSERS, _undone, WHERE),
    Row("GET", f"{API}/closings", READERS),
    Row("POST", f"{API}/closings", CLOSERS, _closed, ("home", ABROAD)),
    Row("GET", f"{API}/beancount", READERS),
)
