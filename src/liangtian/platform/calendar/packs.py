"""Which packs bind this installation: each programme hands over the one it works by."""

from __future__ import annotations

from collections.abc import Callable

from liangtian.platform.calendar.models import Holiday
from liangtian.policy.pack import Pack
from liangtian.policy.workdays import Arrangement

_in_use: list[Callable[[], Pack]] = []


def uses(pack: Callable[[], Pack]) -> None:
    """A programme works by this pack; asked anew each time, since a county's own file may change."""
    _in_use.append(pack)


def packs() -> list[Pack]:
    """The packs in use."""
    return [pack() for pack in _in_use]


def own_arrangement() -> Arrangement:
    """The county's own holiday table; a year with any day in it counts as known."""
    days = dict(Holiday.objects.values_list("day", "works"))
    return Arrangement(days, frozenset(day.year for day in days))
