"""Entries balance, are posted once, never change, and no guarded account is overdrawn."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Account, Closing, Entry, Line
from liangtian.platform.books.reading import movements, trial_balance, wrong_balances
from liangtian.platform.books.services import Draft, Side, close, open_accounts, post, reverse
from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.platform.people.models import Role, User
from tests.books.conftest import DAY
from tests.conftest import County, People

Accounts = dict[str, Account]


@pytest.fixture
def bookkeeper(people: People) -> User:
    """The clerk, with the rights on the book."""
    user: User = people.clerk
    user.roles.add(Role.objects.get(code="finance"))
    return User.objects.get(pk=user.pk)


def of(accounts: Accounts, name: str) -> int:
    return Account.objects.get(pk=accounts[name].pk).balance


def test_an_entry_changes_the_balances_of_its_accounts(accounts: Accounts, posted: Any) -> None:
    entry = posted("bill:1", due_a=240_000, rent=-240_000)
    assert (entry.sealed, entry.number, str(entry)) == (True, 1, "2026-000001 bill:1")
    assert (of(accounts, "due_a"), of(accounts, "rent")) == (240_000, -240_000)


def test_the_same_thing_is_posted_once(accounts: Accounts, posted: Any) -> None:
    first = posted("bill:1", due_a=100, rent=-100)
    assert posted("bill:1", due_a=100, rent=-100) == first
    assert (Entry.objects.count(), of(accounts, "due_a")) == (1, 100)


def test_the_same_key_with_another_amount_is_a_conflict(accounts: Accounts, posted: Any) -> None:
    posted("bill:1", due_a=100, rent=-100)
    with pytest.raises(Conflict, match="内容与本次不同"):
        posted("bill:1", due_a=101, rent=-101)
    assert of(accounts, "due_a") == 100


@pytest.mark.parametrize(
    "sides", [{"due_a": 100, "rent": -99}, {"due_a": 100, "bank": -100}, {}, {"rent": 0}]
)
def test_what_does_not_balance_in_each_commodity_is_refused(
    posted: Any, sides: dict[str, int]
) -> None:
    with pytest.raises(Refused, match="不平衡"):
        posted("odd", **sides)


def test_the_database_refuses_to_seal_what_does_not_balance(
    accounts: Accounts, posted: Any, county: County, people: People
) -> None:
    posted("bill:1", due_a=100, rent=-100)
    bare = Entry.objects.create(
        key="past the services", county=county.county, region=county.county, year=2026, number=9, on=DAY,
        text="x", digest="0" * 64, posted_by=people.clerk,
    )  # fmt: skip
    Line.objects.create(entry=bare, account=accounts["due_a"], amount=5)
    with pytest.raises(IntegrityError, match="借贷不平衡"), transaction.atomic():
        Entry.objects.filter(pk=bare.pk).update(sealed=True)


def test_nothing_of_a_sealed_entry_can_be_changed_in_the_database(
    accounts: Accounts, posted: Any
) -> None:
    entry = posted("bill:1", due_a=100, rent=-100)
    lines = Line.objects.filter(entry=entry)
    for attempt in (
        lambda: Entry.objects.filter(pk=entry.pk).update(text="改"),
        lambda: Entry.objects.filter(pk=entry.pk).update(sealed=False),
        lambda: lines.update(amount=7),
        lines.delete,
        lambda: Line.objects.create(entry=entry, account=accounts["cash"], amount=3),
        lambda: Account.objects.filter(pk=accounts["rent"].pk).update(kind="expenses"),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
    assert wrong_balances() == []


def test_a_guarded_account_is_never_overdrawn(accounts: Accounts, posted: Any) -> None:
    posted("in", bank=500_00, source=-500_00)
    with pytest.raises(Conflict, match=r"余额不足：现有 500.00 平方米，需要 500.01 平方米"):
        posted("freeze", frozen=500_01, bank=-500_01)
    posted("freeze", frozen=500_00, bank=-500_00)
    assert (of(accounts, "bank"), of(accounts, "frozen")) == (0, 500_00)
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=accounts["bank"].pk).update(balance=-1)


def test_a_mistake_is_reversed_once_and_both_entries_stay(
    accounts: Accounts, posted: Any, bookkeeper: User
) -> None:
    wrong = posted("pay:1", cash=5_000_00, due_a=-5_000_00)
    undone = reverse(bookkeeper, wrong.pk, "记错了承租人，改记另一户", date(2026, 3, 5))
    assert (undone.reverses, of(accounts, "cash"), of(accounts, "due_a")) == (wrong, 0, 0)
    for again in (wrong, undone):
        with pytest.raises(Conflict, match="已冲销"):
            reverse(bookkeeper, again.pk, "再冲一次看看", date(2026, 3, 6))
    assert Entry.objects.count() == 2


def test_reversing_needs_the_right_the_reason_and_the_region(
    posted: Any, people: People, bookkeeper: User
) -> None:
    entry = posted("pay:1", cash=100, due_a=-100)
    with pytest.raises(Forbidden):
        reverse(people.reviewer, entry.pk, "记错了承租人，改记另一户", DAY)
    with pytest.raises(Refused, match="理由"):
        reverse(bookkeeper, entry.pk, "错", DAY)
    bookkeeper.region_id = people.township_a.region_id
    with pytest.raises(NotFound):
        reverse(bookkeeper, entry.pk, "记错了承租人，改记另一户", DAY)


def test_nothing_is_posted_into_a_closed_period(
    accounts: Accounts, posted: Any, county: County, bookkeeper: User, people: People
) -> None:
    posted("bill:1", due_a=100, rent=-100)
    close(bookkeeper, county.county, date(2026, 3, 31))
    with pytest.raises(Refused, match="已结账至 2026-03-31"):
        posted("bill:2", due_a=100, rent=-100)
    assert posted("bill:1", due_a=100, rent=-100).number == 1  # what was posted before stands
    assert posted("bill:3", on=date(2026, 4, 1), due_a=100, rent=-100).number == 2
    with pytest.raises(Refused, match="须在其后"):
        close(bookkeeper, county.county, date(2026, 3, 31))
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(
            key="late", county=county.county, region=county.county, year=2026, number=77, on=DAY, text="x",
            digest="0" * 64, posted_by=people.clerk,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.all().delete()


def test_numbers_run_without_gaps_by_county_and_year(posted: Any, accounts: Accounts) -> None:
    with pytest.raises(Conflict):
        posted("refused", cash=-1, due_a=1)
    numbers = [posted(f"b:{n}", on=date(year, 5, 1), due_a=1, rent=-1).number
               for n, year in enumerate((2025, 2026, 2026, 2025))]  # fmt: skip
    assert numbers == [1, 1, 2, 2]


def test_many_are_posted_with_few_statements(
    accounts: Accounts, people: People, county: County, django_assert_max_num_queries: Any
) -> None:
    drafts = [
        Draft(f"bill:{n}", DAY, "租金", county.township_a, (Side(accounts["due_a"], n + 1), Side(accounts["rent"], -n - 1)))
        for n in range(400)
    ]  # fmt: skip
    with django_assert_max_num_queries(30), transaction.atomic():
        post(people.clerk, drafts)
    assert of(accounts, "due_a") == 400 * 401 // 2
    assert wrong_balances() == []


def test_amounts_keep_their_decimals_or_are_refused() -> None:
    yuan = COMMODITIES["CNY"]
    assert (yuan.smallest(Decimal("12.34")), yuan.amount(1234)) == (1234, Decimal("12.34"))
    for odd in ("12.345", "NaN", "Infinity"):
        with pytest.raises(Refused):
            yuan.smallest(Decimal(odd))


@pytest.mark.parametrize(
    ("code", "commodity"), [("rent", "CNY"), ("应收::H1", "CNY"), ("应收", "GOLD")]
)
def test_an_account_that_cannot_be_is_refused_and_not_passed_over(
    people: People, county: County, code: str, commodity: str
) -> None:
    odd = Account(code=code, name="应收", kind="assets", commodity=commodity,
                  region=county.county, opened_on=DAY)  # fmt: skip
    with pytest.raises(Refused, match="无效"), transaction.atomic():
        open_accounts(people.clerk, [odd])


def test_books_are_closed_by_county(county: County, bookkeeper: User) -> None:
    with pytest.raises(Refused, match="不是县"):
        close(bookkeeper, county.township_a, date(2026, 3, 31))


def test_an_account_opens_once_and_not_as_another_kind(accounts: Accounts, people: People) -> None:
    same = Account(code="租金收入", name="租金收入", kind="income", commodity="CNY",
                   region=accounts["rent"].region, opened_on=DAY)  # fmt: skip
    with transaction.atomic():
        assert open_accounts(people.clerk, [same]) == [accounts["rent"]]
    for name, other in (("kind", "expenses"), ("guarded", True)):
        before = getattr(same, name)
        setattr(same, name, other)
        with pytest.raises(Conflict), transaction.atomic():
            open_accounts(people.clerk, [same])
        setattr(same, name, before)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["cash", "due_a", "due_b", "rent"]), st.integers(-500, 500).filter(bool)
        ),
        max_size=8,
    )
)
def test_whatever_is_posted_the_trial_balance_is_nought(
    accounts: Accounts, posted: Any, people: People, moves: list[tuple[str, int]]
) -> None:
    start = Entry.objects.count()
    for number, (name, amount) in enumerate(moves):
        other = "due_b" if name == "due_a" else "due_a"
        try:
            posted(f"m:{start}:{number}", **{name: amount, other: -amount})
        except Conflict:
            assert (name, amount < 0) == ("cash", True)
    balances = trial_balance(people.clerk, DAY)
    assert sum(balance.amount for balance in balances if balance.account.commodity == "CNY") == 0
    assert wrong_balances() == []
    for balance in balances:
        last = [movement.balance for movement in movements(balance.account, DAY)]
        assert (last or [Decimal(0)])[-1] == balance.amount
