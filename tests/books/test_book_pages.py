"""What the book's addresses answer: sums that agree, running balances page by page, reversal, closing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.books import api
from liangtian.platform.books.models import Account, Closing
from liangtian.platform.people.models import Role
from tests.conftest import County, People

Accounts = dict[str, Account]


@pytest.fixture
def finance(people: People) -> Client:
    people.clerk.roles.add(Role.objects.get(code="finance"))
    client = Client()
    client.force_login(people.clerk)
    return client


def test_the_trial_balance_balances_in_every_commodity(posted: Any, finance: Client) -> None:
    posted("bill:1", due_a=240_000, rent=-240_000)
    posted("in", bank=500_00, source=-500_00)
    found = finance.get("/api/books/trial-balance?on=2026-03-31").json()
    assert (found["balanced"], found["whole"]) == (True, True)
    assert [(t["commodity"], t["debit"], t["credit"]) for t in found["totals"]] == [
        ("CNY", "2400.00", "2400.00"), ("FARMLAND-M2", "500.00", "500.00"),
    ]  # fmt: skip
    due = next(a for a in found["accounts"] if a["code"] == "应收:租金:H1")
    assert (due["debit"], due["credit"], due["unit"]) == ("2400.00", "0", "元")


def test_an_account_is_read_page_by_page_with_the_balance_carried_over(
    accounts: Accounts, posted: Any, finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api, "PAGE", 3)
    for number in range(1, 8):
        posted(f"bill:{number}", due_a=number * 100, rent=-number * 100)
    address = f"/api/books/accounts/{accounts['due_a'].pk}"
    pages = [finance.get(address, {"on": "2026-03-31", "page": page}).json() for page in (1, 2, 3)]
    balances = [Decimal(m["balance"]) for page in pages for m in page["movements"]]
    assert balances == [Decimal(n * (n + 1) // 2) for n in range(1, 8)]
    assert {page["count"] for page in pages} == {7}
    assert {page["account"]["debit"] for page in pages} == {"28.00"}


def test_a_reversal_is_shown_on_both_entries_and_offered_once(posted: Any, finance: Client) -> None:
    entry = posted("bill:1", due_a=100, rent=-100)
    address = f"/api/books/entries/{entry.pk}"
    assert finance.get(address).json()["may_reverse"] is True
    body = {"reason": "租金按错的标准计算", "on": "2026-03-05"}
    made = finance.post(f"{address}/reverse", body, "application/json")
    assert made.status_code == 200, made.content
    assert (made.json()["reverses"], made.json()["may_reverse"]) == (entry.pk, False)
    seen = finance.get(address).json()
    assert (seen["reversed_by"], seen["may_reverse"]) == (made.json()["id"], False)
    again = finance.post(f"{address}/reverse", body, "application/json")
    assert again.status_code == 409


def test_a_county_is_closed_once_through_a_day(
    posted: Any, finance: Client, county: County
) -> None:
    body = {"county": county.county.code, "through": "2026-03-31"}
    assert finance.post("/api/books/closings", body, "application/json").status_code == 200
    assert [c["through"] for c in finance.get("/api/books/closings").json()] == ["2026-03-31"]
    again = finance.post("/api/books/closings", body, "application/json")
    assert again.status_code == 422
    assert "已结账至" in again.json()["error"]["message"]
    assert Closing.objects.count() == 1


def test_taking_the_book_away_is_recorded(posted: Any, finance: Client) -> None:
    posted("bill:1", due_a=100, rent=-100)
    answer = finance.get("/api/books/beancount?on=2026-03-31")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert "应收" in text
    assert AuditEntry.objects.filter(act="books.beancount").count() == 1


def test_the_journal_is_a_ledger_like_the_others(posted: Any, finance: Client) -> None:
    posted("bill:1", text="三月租金", due_a=100, rent=-100)
    rows = finance.get("/api/ledgers/books.entries/rows").json()
    assert [row["text"] for row in rows["rows"]] == ["三月租金"]
