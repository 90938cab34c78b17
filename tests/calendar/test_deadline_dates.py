"""Deadlines by the tables of docs/algorithms/deadlines.md."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.policy.clocks import resumed_due
from liangtian.policy.obligations import due_of, instances
from liangtian.policy.pack import load_pack
from liangtian.policy.workdays import Arrangement, estimate_workdays, is_workday
from tests.policy.worked_tables import table

PAGE = "deadlines.md"
PACK = load_pack("county-enforcement-2022")
day = date.fromisoformat


@pytest.mark.parametrize(
    "row", table(PAGE, "obligation", "day"), ids=lambda r: f"{r['obligation']}-{r['day']}"
)
def test_an_obligation_is_due_as_the_table_says(row: dict[str, str]) -> None:
    (obligation,) = [o for o in PACK.obligations if o.id == row["obligation"]]
    assert due_of(PACK, obligation, day(row["day"])).due == day(row["due"])


@pytest.mark.parametrize("row", table(PAGE, "paused", "resumed"), ids=lambda r: r["why"])
def test_a_pause_keeps_what_was_left(row: dict[str, str]) -> None:
    got = resumed_due(
        day(row["due"]), day(row["paused"]), day(row["resumed"]),
        workdays=row["counted in"] == "workdays",
    )  # fmt: skip
    assert got == day(row["new due"])


@pytest.mark.parametrize("row", table(PAGE, "estimated"), ids=lambda r: f"{r['start']}+{r['n']}")
def test_a_county_may_give_the_days_of_a_year_itself(row: dict[str, str]) -> None:
    days = {date(2099, 10, n): False for n in range(1, 8)} | {date(2099, 10, 10): True}
    got = estimate_workdays(day(row["start"]), int(row["n"]), Arrangement(days, frozenset({2099})))
    assert (got.day, bool(got.warnings)) == (day(row["due"]), row["estimated"] == "yes")


def test_a_county_adds_a_day_off_to_a_published_year_and_the_rest_of_it_stays() -> None:
    own = Arrangement({day("2026-05-27"): False}, frozenset({2026}))
    assert not is_workday(day("2026-05-27"), own)
    assert is_workday(day("2026-05-27"))
    for one in ("2026-10-01", "2026-02-17"):  # holidays of the State Council's list
        assert not is_workday(day(one), own)


@settings(max_examples=60)
@given(
    st.dates(date(2015, 1, 1), date(2024, 1, 1)), st.integers(0, 60), st.integers(0, 60),
    st.integers(1, 200), st.booleans(),
)  # fmt: skip
def test_a_pause_never_brings_a_deadline_forward(
    start: date, before: int, left: int, length: int, workdays: bool
) -> None:
    paused = start + timedelta(days=before)
    due = paused + timedelta(days=left)
    resumed = paused + timedelta(days=length)
    new = resumed_due(due, paused, resumed, workdays=workdays)
    assert new >= due
    if not workdays:
        assert (new - resumed) == (due - paused)


def test_a_year_has_its_periods_each_once() -> None:
    found = [
        (i.obligation.id, i.period) for i in instances(PACK, date(2026, 1, 1), date(2026, 12, 31))
    ]
    assert len(found) == len(set(found))
    assert sum(name == "month_check" for name, _ in found) == 12
    assert [p for name, p in found if name == "quarter_review"] == [
        "2026-Q1", "2026-Q2", "2026-Q3", "2026-Q4",
    ]  # fmt: skip
