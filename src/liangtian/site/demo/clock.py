"""The clock of the sample year: what is entered is entered as of the day it is played on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, tzinfo

from django.utils import timezone

WORK_BEGINS = time(9, 0)


def morning(day: date) -> datetime:
    """The beginning of work on a day, in China."""
    return datetime.combine(day, WORK_BEGINS, timezone.get_default_timezone())


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Every service of this process takes `moment` for now; for one process that makes a sample county.

    The defaults of columns hold `timezone.now` itself, so that what it asks is exchanged, not the function.
    """

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return moment.astimezone(tz)

    real = vars(timezone)["datetime"]
    vars(timezone)["datetime"] = Then
    try:
        yield
    finally:
        vars(timezone)["datetime"] = real
