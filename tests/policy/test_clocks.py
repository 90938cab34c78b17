"""Deadlines from pack values, by the tables of docs/algorithms/working-days.md."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.clocks import (
    add_months,
    add_years,
    annual_due,
    due_after,
    due_on,
    month_check_due,
    month_clear_due,
    month_end,
    quarter_end,
    quarter_review_due,
)
from liangtian.policy.pack import load_pack
from liangtian.policy.pack_errors import WrongType
from tests.policy.worked_tables import table

_PAGE = "working-days.md"
_DATES = st.dates(date(2001, 1, 1), date(2098, 12, 31))


def _ids(row: dict[str, str]) -> str:
    return " ".join(row.values())


@pytest.mark.parametrize("row", table(_PAGE, "pack", "key", "start"), ids=_ids)
def test_a_period_of_a_pack_ends_when_the_page_says(row: dict[str, str]) -> None:
    start = date.fromisoformat(row["start"])
    value = load_pack(row["pack"]).value(row["key"], start)
    got = due_after(value, start)
    assert got.due == date.fromisoformat(row["due"])
    assert got.clause == value.clause
    assert got.warnings == ()


@pytest.mark.parametrize("row", table(_PAGE, "received"), ids=_ids)
def test_the_monthly_clocks_run_as_the_page_says(row: dict[str, str]) -> None:
    pack = load_pack("county-enforcement-2022")
    received = date.fromisoformat(row["received"])
    assert month_clear_due(received, pack).due.isoformat() == row["month-clear"]
    assert month_check_due(received, pack).due.isoformat() == row["month-check"]
    assert quarter_review_due(received, pack).due.isoformat() == row["quarter review"]


@pytest.mark.parametrize("row", table(_PAGE, "pack", "key", "year"), ids=_ids)
def test_a_yearly_date_falls_where_the_page_says(row: dict[str, str]) -> None:
    year = int(row["year"])
    value = load_pack(row["pack"]).value(row["key"], date(year, 12, 31))
    assert due_on(value, year).due.isoformat() == row["due"]


@pytest.mark.parametrize("row", table(_PAGE, "annual result due"), ids=_ids)
def test_the_annual_result_is_due_in_the_next_year(row: dict[str, str]) -> None:
    got = annual_due(int(row["year of the patches"]), load_pack("county-enforcement-2022"))
    assert got.due.isoformat() == row["annual result due"]


def test_a_deadline_in_an_unpublished_year_says_so() -> None:
    value = load_pack("county-enforcement-2022").value(
        "enforcement.talk_report_workdays", date(2099, 3, 2)
    )
    got = due_after(value, date(2099, 3, 2))
    assert got.due == date(2099, 3, 9)
    assert any("2099" in warning for warning in got.warnings)


def test_a_value_that_is_not_a_period_is_refused() -> None:
    value = load_pack("county-enforcement-2022").value("enforcement.paper_copies", date(2022, 7, 1))
    with pytest.raises(WrongType, match="不是时间单位"):
        due_after(value, date(2022, 7, 1))


@settings(max_examples=60)
@given(_DATES, st.integers(-60, 60))
def test_months_keep_the_day_or_the_end_of_the_month(day: date, n: int) -> None:
    got = add_months(day, n)
    assert (got.year * 12 + got.month) - (day.year * 12 + day.month) == n
    assert got.day == day.day or (got.day < day.day and got == month_end(got))


@settings(max_examples=60)
@given(_DATES)
def test_ends_are_the_last_day(day: date) -> None:
    assert (month_end(day) + timedelta(days=1)).day == 1
    end = quarter_end(day)
    assert end.month % 3 == 0
    assert day <= end < add_months(day.replace(day=1), 3)
    assert add_years(day, 4).year == day.year + 4
