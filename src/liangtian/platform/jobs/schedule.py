"""What the worker does by the clock: sealing, cleaning, reminding.

A function declared with `@every` in an app's `jobs.py` is run by whichever worker comes first; the row of
its name in the database sees to it that no two run it at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from liangtian.platform.jobs.models import Tick

logger = logging.getLogger(__name__)

TickFunction = Callable[[], None]
LEASE = timedelta(minutes=10)  # after this long a tick whose worker was killed may run again


@dataclass(frozen=True)
class Scheduled:
    """A declared tick."""

    name: str
    seconds: float
    function: TickFunction


ticks: dict[str, Scheduled] = {}


def every(name: str, seconds: float) -> Callable[[TickFunction], TickFunction]:
    """Declare that a worker calls the function about every `seconds` seconds.

    The function must be quick (seconds, not minutes), may be called again after it was killed half way,
    and opens its own transactions. What it raises is logged and kept on its row; it is called again at
    its next time.
    """

    def register(function: TickFunction) -> TickFunction:
        if name in ticks:
            raise ValueError(f"two ticks named {name!r}")
        ticks[name] = Scheduled(name, seconds, function)
        return function

    return register


def run_due(holder: str) -> list[str]:
    """Run every tick whose time has come and that no other worker holds; returns their names."""
    known = set(Tick.objects.values_list("name", flat=True))
    missing = [Tick(name=name) for name in ticks if name not in known]
    if missing:
        Tick.objects.bulk_create(missing, ignore_conflicts=True)
    now = timezone.now()
    due = Tick.objects.filter(_free(), name__in=ticks, due_at__lte=now)
    return [name for name in due.values_list("name", flat=True) if _run(ticks[name], holder)]


def _free() -> Q:
    return Q(held_until__isnull=True) | Q(held_until__lt=timezone.now())


def _run(tick: Scheduled, holder: str) -> bool:
    now = timezone.now()
    row = Tick.objects.filter(_free(), name=tick.name, due_at__lte=now)
    claimed = row.update(
        due_at=now + timedelta(seconds=tick.seconds), held_until=now + LEASE, holder=holder[:64]
    )
    if not claimed:
        return False  # another worker was first
    error = ""
    try:
        tick.function()
    except Exception as problem:
        logger.exception("tick %s failed", tick.name)
        error = f"{type(problem).__name__}: {problem}"
    Tick.objects.filter(name=tick.name, holder=holder[:64]).update(
        held_until=None, ran_at=now, error=error[:500]
    )
    return True
