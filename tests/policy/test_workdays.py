"""Working days, by the tables of docs/algorithms/working-days.md and by properties."""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.workdays import (
    NotPublished,
    add_workdays,
    estimate_workdays,
    is_workday,
    published,
    workday_on_or_after,
    workdays_between,
)
from tests.policy.worked_tables import table

_PAGE = "working-days.md"
_KNOWN = st.dates(date(2010, 1, 1), date(2024, 12, 31))


@pytest.mark.parametrize("row", table(_PAGE, "day", "works"), ids=lambda r: r["day"])
def test_a_day_works_or_not_as_published(row: dict[str, str]) -> None:
    assert is_workday(date.fromisoformat(row["day"])) is (row["works"] == "yes")


@pytest.mark.parametrize("row", table(_PAGE, "counted"), ids=lambda r: f"{r['start']}+{r['n']}")
def test_working_days_are_counted_without_the_start(row: dict[str, str]) -> None:
    start, n, due = date.fromisoformat(row["start"]), int(row["n"]), date.fromisoformat(row["due"])
    assert add_workdays(start, n) == due
    assert estimate_workdays(start, n).day == due


@pytest.mark.parametrize("row", table(_PAGE, "warned"), ids=lambda r: r["start"])
def test_an_unpublished_year_is_estimated_only_with_a_warning(row: dict[str, str]) -> None:
    got = estimate_workdays(date.fromisoformat(row["start"]), int(row["n"]))
    assert got.day == date.fromisoformat(row["due"])
    if row["warned"] == "–":
        assert got.warnings == ()
    else:
        (warning,) = got.warnings
        assert row["warned"] in warning
        assert "估算" in warning


def test_an_unpublished_year_is_refused_by_name() -> None:
    with pytest.raises(NotPublished, match="2099 年的节假日安排未收录") as caught:
        is_workday(date(2099, 3, 2))
    assert caught.value.year == 2099
    with pytest.raises(NotPublished):
        add_workdays(date(2099, 3, 2), 1)
    with pytest.raises(NotPublished):
        workdays_between(date(2099, 3, 2), date(2099, 3, 5))


def test_a_count_that_runs_into_an_unpublished_year_is_refused() -> None:
    last = max(chinese_calendar.holidays).year
    assert published(last)
    assert not published(last + 1)
    with pytest.raises(NotPublished, match=str(last + 1)):
        add_workdays(date(last, 12, 28), 10)


def test_the_last_week_of_the_last_published_year_is_not_certain() -> None:
    last = max(chinese_calendar.holidays).year
    assert estimate_workdays(date(last, 12, 1), 3).warnings == ()
    unsettled = estimate_workdays(date(last, 12, 24), 2).warnings
    assert any("元旦" in warning and str(last + 1) in warning for warning in unsettled)


def test_a_holiday_is_put_off_to_the_next_working_day() -> None:
    assert workday_on_or_after(date(2022, 10, 1)) == date(2022, 10, 8)
    assert workday_on_or_after(date(2022, 10, 8)) == date(2022, 10, 8)


@settings(max_examples=60, deadline=None)
@given(_KNOWN, st.integers(-40, 40))
def test_adding_and_counting_are_inverse(start: date, n: int) -> None:
    end = add_workdays(start, n)
    # counting back from a holiday starts on it, so only working starts invert for n < 0
    if n >= 0 or is_workday(start):
        assert workdays_between(start, end) == n
    assert n == 0 or is_workday(end)


@settings(max_examples=60, deadline=None)
@given(_KNOWN, st.integers(0, 20), st.integers(0, 20))
def test_steps_add_up(start: date, a: int, b: int) -> None:
    assert add_workdays(add_workdays(start, a), b) == add_workdays(start, a + b)


@settings(max_examples=60, deadline=None)
@given(_KNOWN, st.integers(0, 60))
def test_a_span_counts_each_working_day_once(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    each = [start + timedelta(days=i) for i in range(1, days + 1)]
    assert workdays_between(start, end) == len([d for d in each if is_workday(d)])
