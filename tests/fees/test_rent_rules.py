"""What rent costs, who is paid first, and amounts in capitals: the tables of docs/algorithms/rent.md."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.programmes.holdings.fees.rules import (
    Debt,
    Flat,
    Part,
    allocate,
    capitals,
    charge,
    fen,
    months_of,
    yuan,
)

PAGE = Path(__file__).resolve().parents[2] / "docs/algorithms/rent.md"
DUES = (240_000, 600_000, 600_000)


def table(title: str) -> Iterator[list[str]]:
    """The rows of the table under a heading."""
    part = PAGE.read_text("utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)


@pytest.mark.parametrize("row", list(table("Worked figures")), ids=str)
def test_the_worked_figures(row: list[str]) -> None:
    area, year, rate, start, end, months, amount = row
    found = months_of(int(year), date.fromisoformat(start), date.fromisoformat(end))
    assert len(found) == int(months)
    assert str(yuan(charge([Part(len(found), Decimal(area), fen(Decimal(rate)))]))) == amount


def test_the_three_years_of_the_lease_sum_to_14_400_yuan() -> None:
    amounts = [Decimal(row[-1]) for row in list(table("Worked figures"))[:3]]
    assert sum(amounts) == Decimal("14400.00")


@pytest.mark.parametrize("row", list(table("Payments")), ids=str)
def test_the_oldest_debt_is_paid_first(row: list[str]) -> None:
    paid, *left = (fen(Decimal(cell)) for cell in row)
    debts = [Debt(n, 2021 + n, 0, date(2023, 12, 31), due) for n, due in enumerate(DUES)]
    shares, over = allocate(paid, list(reversed(debts)))
    given_to = dict(shares)
    assert [due - given_to.get(n, 0) for n, due in enumerate(DUES)] + [over] == left


@pytest.mark.parametrize("row", list(table("Amounts in capitals (大写金额)")), ids=str)
def test_amounts_in_capitals(row: list[str]) -> None:
    assert capitals(fen(Decimal(row[0]))) == row[1]


areas = st.integers(1, 10_000_000).map(lambda n: Decimal(n) / 100)
rates = st.integers(1, 200_000)
days = st.dates(date(2020, 1, 1), date(2026, 12, 31))


@settings(max_examples=60)
@given(areas, rates, st.lists(days, max_size=5, unique=True))
def test_the_parts_of_a_year_that_changes_hands_sum_to_the_year(
    area: Decimal, rate: int, cuts: list[date]
) -> None:
    year = 2024
    starts = [date(2019, 1, 1), *sorted(cuts)]
    terms = [
        (start, date.fromordinal(end.toordinal() - 1) if end else None)
        for start, end in zip(starts, [*starts[1:], None], strict=True)
    ]
    months = [m for start, end in terms for m in months_of(year, start, end)]
    assert sorted(months) == list(range(1, 13))
    parts = [Part(len(months_of(year, *term)), area, rate) for term in terms]
    whole = Part(12, area, rate)
    assert sum((p.exact for p in parts), Fraction(0)) == whole.exact
    assert charge(parts) == charge([whole])
    assert abs(sum(charge([p]) for p in parts) - charge([whole])) <= len(parts) // 2 + 1


@settings(max_examples=60)
@given(areas, rates, st.integers(1, 12))
def test_money_is_exact_and_rounded_half_up(area: Decimal, rate: int, months: int) -> None:
    exact = area * rate * months / 12
    found = charge([Part(months, area, rate)])
    assert abs(Fraction(area) * rate * months / 12 - found) <= Fraction(1, 2)
    assert found == int((Fraction(area) * rate * months / 12 + Fraction(1, 2)).__floor__()), exact


@settings(max_examples=60)
@given(st.lists(areas, min_size=1, max_size=6), st.integers(1, 10_000_000))
def test_a_price_for_the_whole_contract_is_shared_by_area(
    shares: list[Decimal], yearly: int
) -> None:
    whole = sum(shares, Decimal(0))
    total = sum((Flat(12, area, whole, yearly).exact for area in shares), Fraction(0))
    assert total == yearly


@settings(max_examples=60)
@given(
    st.integers(0, 10**9),
    st.lists(
        st.tuples(st.integers(2015, 2026), st.integers(0, 2), st.integers(0, 10**7)), max_size=8
    ),
)
def test_no_fen_is_lost_or_paid_twice(amount: int, owed: list[tuple[int, int, int]]) -> None:
    debts = [Debt(n, y, k, date(y, 12, 31), left) for n, (y, k, left) in enumerate(owed)]
    shares, over = allocate(amount, debts)
    lefts = {d.bill: d.left for d in debts}
    assert sum(part for _, part in shares) + over == amount
    assert all(0 < part <= lefts[bill] for bill, part in shares)
    if over:
        assert sum(part for _, part in shares) == sum(lefts.values())


def test_a_lease_from_the_middle_of_a_month_is_charged_from_the_next() -> None:
    assert list(months_of(2024, date(2024, 3, 15), date(2024, 6, 1))) == [4, 5, 6]
    assert list(months_of(2023, date(2024, 3, 15), None)) == []
    assert list(months_of(2025, date(2024, 3, 15), date(2024, 12, 31))) == []


@pytest.mark.parametrize("odd", ["0.001", "NaN", "Infinity"])
def test_fractions_of_a_fen_are_refused(odd: str) -> None:
    with pytest.raises(ValueError, match="fen"):
        fen(Decimal(odd))
