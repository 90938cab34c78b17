"""Working days (工作日) in China, with holidays and make-up days as published by the State Council.

A year whose arrangement has not been published is never guessed: `is_workday` and `add_workdays`
raise `NotPublished`; `estimate_workdays` goes by weekends and says so. A county may hand over the days of
a year itself (`Arrangement`) as soon as they are published, without waiting for new software.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar

_DAY = timedelta(days=1)
_SATURDAY = 5
_PUBLISHED_FROM: date = min(chinese_calendar.holidays)
_PUBLISHED_TO: date = max(chinese_calendar.holidays)
# The next year's arrangement can still move days of the last week of December (元旦调休).
_UNSETTLED_FROM = date(_PUBLISHED_TO.year, 12, 25)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """A county's own table: which days are holidays (False) or make-up days (True).

    Its days go before the published ones, so that a county adds its own days off (e.g. 古尔邦节) to a published year.
    `years` are those it gives: of one not published here, the other days go by weekends.
    """

    days: Mapping[date, bool] = field(default_factory=dict)
    years: frozenset[int] = frozenset()


NOTHING_OWN = Arrangement()


class NotPublished(ValueError):  # noqa: N818
    """The holidays of that year are not known; the message is Chinese and names the year."""

    def __init__(self, day: date) -> None:
        self.year = day.year
        super().__init__(
            f"{day.year} 年的节假日安排未收录（已收录 {_PUBLISHED_FROM.year} 至 {_PUBLISHED_TO.year} 年），"
            f"不能确定 {day} 是否工作日；国务院办公厅公布后，请在“时限日历—节假日安排”中录入或更新软件"
        )


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A date with what must be said about it (Chinese); no warnings = certain."""

    day: date
    warnings: tuple[str, ...] = ()


def published(year: int, own: Arrangement = NOTHING_OWN) -> bool:
    """True when the holiday arrangement of that year is known."""
    return year in own.years or _PUBLISHED_FROM.year <= year <= _PUBLISHED_TO.year


def is_workday(day: date, own: Arrangement = NOTHING_OWN) -> bool:
    """True for a working day, make-up days (调休上班) included; raises NotPublished."""
    if day in own.days:
        return own.days[day]
    if published(day.year):
        return bool(chinese_calendar.is_workday(day))
    if day.year in own.years:
        return day.weekday() < _SATURDAY
    raise NotPublished(day)


def add_workdays(start: date, n: int, own: Arrangement = NOTHING_OWN) -> date:
    """The n-th working day after `start`; `start` itself is not counted (民法典第201条).

    n = 0 gives `start`, a negative n counts back. Raises NotPublished.
    """
    return _step(start, n, lambda day: is_workday(day, own))


def workdays_between(start: date, end: date) -> int:
    """Working days after `start` up to and including `end`; negative when `end` is earlier.

    So `workdays_between(d, add_workdays(d, n)) == n`. Raises NotPublished.
    """
    if end < start:
        return -sum(is_workday(end + _DAY * i) for i in range((start - end).days))
    return sum(is_workday(start + _DAY * (i + 1)) for i in range((end - start).days))


def workday_on_or_after(day: date) -> date:
    """`day`, or the first working day after it; raises NotPublished."""
    while not is_workday(day):
        day += _DAY
    return day


def estimated_workday(day: date, own: Arrangement = NOTHING_OWN) -> bool:
    """As `is_workday`; a day of an unpublished year goes by weekends."""
    return is_workday(day, own) if published(day.year, own) else day.weekday() < _SATURDAY


def estimate_workdays(start: date, n: int, own: Arrangement = NOTHING_OWN) -> Reckoned:
    """As `add_workdays`, but unpublished years go by weekends, with a warning naming them.

    Warns also when the count runs through the last week of the last published year, which the
    next year's New Year arrangement may still change.
    """
    guessed: set[int] = set()
    unsettled: set[int] = set()

    def by_weekend(day: date) -> bool:
        if not published(day.year, own):
            guessed.add(day.year)
        elif (
            day >= _UNSETTLED_FROM
            and day.year == _PUBLISHED_TO.year
            and day.year + 1 not in own.years
        ):
            unsettled.add(day.year)
        return estimated_workday(day, own)

    end = _step(start, n, by_weekend)
    said = [
        f"{year + 1} 年元旦安排未收录，{year} 年12月末可能调休，公布后须核对" for year in unsettled
    ]
    said += [
        f"{year} 年的节假日安排未收录，按周六、周日为休息日估算，公布后须重新计算"
        for year in sorted(guessed)
    ]
    return Reckoned(end, tuple(said))


def _step(start: date, n: int, works: Callable[[date], bool]) -> date:
    day, left = start, abs(n)
    way = _DAY if n >= 0 else -_DAY
    while left:
        day += way
        left -= works(day)
    return day
