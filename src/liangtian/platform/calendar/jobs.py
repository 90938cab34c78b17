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
    """Make the deadlines that are still to come; reckon estimated ones again."""
    day = today()
    ahead = timedelta(days=settings.CALENDAR_DAYS_AHEAD)
    make_periodic((day - ahead).replace(day=1), day + ahead, due_from=day)
    reckon_estimates()


@every("calendar.reminders", HOUR / 4)
def reminders() -> None:
    """Remind of what is due; each once."""
    remind(today())


@every("calendar.hooks", MINUTE / 2)
def hooks() -> None:
    """Send the notices whose time has come."""
    send_waiting(timezone.now())
