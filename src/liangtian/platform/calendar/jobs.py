"""What the worker does by the clock for the calendar."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from liangtian.platform.calendar.deadlines import make_periodic, reckon_estimates, today
from liangtian.platform.calendar.hooks import send_waiting
from liangtian.platform.calendar.reminders import remind
from liangtian.platform.jobs.schedule import every

HOUR, MINUTE = 3600.0, 60.0


@every("calendar.deadlines", HOUR)
def deadlines() -> None:
    """Make the deadlines of this year and of the coming months; reckon estimated ones again."""
    day = today()
    make_periodic(day.replace(month=1, day=1), day + timedelta(days=settings.CALENDAR_DAYS_AHEAD))
    reckon_estimates()


@every("calendar.reminders", HOUR / 4)
def reminders() -> None:
    """Remind of what is due; each once."""
    remind(today())


@every("calendar.hooks", MINUTE / 2)
def hooks() -> None:
    """Send the notices whose time has come."""
    send_waiting(timezone.now())
