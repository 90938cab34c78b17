"""Clocks (时限): when something is due, from the dated values of a pack.

The start day is not counted (民法典第201条). A period of months or years ends on the day of the
same number, or on the last day of a shorter month (民法典第202条). A period in days is not moved
off a holiday here: whether it is (民法典第203条) is the caller's choice, see `workday_on_or_after`.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from liangtian.policy.pack import Clause, Pack, Value
from liangtian.policy.pack_errors import WrongType
from liangtian.policy.workdays import (
    NOTHING_OWN,
    Arrangement,
    estimate_workdays,
    estimated_workday,
)

_MONTHS = 12
_QUARTER = 3


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which it is in time, its clause, and warnings (Chinese) about the date."""

    due: date
    label: str
    clause: Clause
    warnings: tuple[str, ...] = ()


def month_end(day: date) -> date:
    """Last day of the month of `day`."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def quarter_end(day: date) -> date:
    """Last day of the quarter of `day`."""
    last = (day.month + _QUARTER - 1) // _QUARTER * _QUARTER
    return month_end(date(day.year, last, 1))


def add_months(day: date, months: int) -> date:
    """Same day `months` later (or earlier), cut to the end of a shorter month."""
    years, month = divmod(day.month - 1 + months, _MONTHS)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, month_end(first).day))


def add_years(day: date, years: int) -> date:
    """Same day `years` later; 29 February becomes the 28th in a common year."""
    return add_months(day, years * _MONTHS)


def due_after(value: Value, start: date, own: Arrangement = NOTHING_OWN) -> Deadline:
    """`start` plus a period from a pack (日, 工作日, 月 or 年); raises WrongType for another unit.

    Working days of a year not yet published are estimated, and the deadline warns.
    """
    n, warnings = value.integer, tuple[str, ...]()
    if value.unit == "日":
        due = start + timedelta(days=n)
    elif value.unit == "工作日":
        reckoned = estimate_workdays(start, n, own)
        due, warnings = reckoned.day, reckoned.warnings
    elif value.unit == "月":
        due = add_months(start, n)
    elif value.unit == "年":
        due = add_years(start, n)
    else:
        raise WrongType(f"参数 {value.key}（{value.label}）的单位“{value.unit}”不是时间单位")
    return Deadline(due, value.label, value.clause, warnings)


def due_on(value: Value, year: int) -> Deadline:
    """A yearly date ("06-30") or a fixed date of a pack, in that year; raises WrongType."""
    if isinstance(value.amount, date):
        return Deadline(value.amount, value.label, value.clause)
    month, day = (int(part) for part in value.text.split("-"))
    due = date(year, month, min(day, month_end(date(year, month, 1)).day))
    return Deadline(due, value.label, value.clause)


def resumed_due(
    due: date, paused: date, resumed: date, *, workdays: bool, own: Arrangement = NOTHING_OWN
) -> date:
    """The due day after a pause (中止): what was left when it was paused is left again when it goes on.

    `paused` is the first day that does not count, `resumed` the first that counts again. Days left are
    counted like the period itself, in calendar days or in working days; a deadline already missed when
    it was paused is not revived.
    """
    if paused > due or resumed <= paused:
        return due
    days = [paused + timedelta(days=n) for n in range((due - paused).days + 1)]
    if not workdays:
        return resumed + timedelta(days=len(days) - 1)
    left = sum(estimated_workday(day, own) for day in days)
    # Nothing left but days off: the deadline is not brought forward, as it would be by counting none.
    return max(due, estimate_workdays(resumed - timedelta(days=1), left, own).day)


def month_clear_due(received: date, pack: Pack) -> Deadline:
    """月清: last day to judge, fill in and confirm a patch received on a date."""
    value = pack.value("enforcement.month_clear_months_after", received)
    month = add_months(received.replace(day=1), value.integer)
    return Deadline(month_end(month), value.label, value.clause)


def month_check_due(received: date, pack: Pack) -> Deadline:
    """月核: last day of the county's own check of the data cleared for a patch."""
    day = pack.value("enforcement.month_check_day", received)
    after = pack.value("enforcement.month_check_months_after_clear", received)
    month = add_months(month_clear_due(received, pack).due.replace(day=1), after.integer)
    return Deadline(month.replace(day=day.integer), day.label, day.clause)


def quarter_review_due(day: date, pack: Pack) -> Deadline:
    """季度小结: due at the end of the quarter of `day`, plus the pack's days."""
    value = pack.value("enforcement.quarter_review_days_after", day)
    due = quarter_end(day) + timedelta(days=value.integer)
    return Deadline(due, value.label, value.clause)


def annual_due(year: int, pack: Pack) -> Deadline:
    """年度成果: due date for the patches of a year (卫片年度)."""
    on = date(year, _MONTHS, 31)
    value = pack.value("enforcement.annual_due", on)
    after = pack.value("enforcement.annual_due_years_after", on)
    return due_on(value, year + after.integer)
