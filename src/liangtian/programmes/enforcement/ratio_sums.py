"""The ratio of a place and of those right below it, and the year's end, from parts added up before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.platform.regions.models import Region
from liangtian.policy.accountability import Accountability
from liangtian.policy.accountability_forecast import DatedPatch, Forecast, forecast
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.ratio_alike import (
    NEVER,
    Alike,
    alike,
    merged,
    months,
    patches_of,
)
from liangtian.programmes.enforcement.rules import pack_in_use


@dataclass(frozen=True, slots=True)
class Place:
    """One region below, by the same rules."""

    region: Region
    result: Accountability
    open_mu: Decimal


@dataclass(frozen=True, slots=True)
class Sums:
    """The place asked for, and each one right below by its code."""

    whole: Accountability
    below: Mapping[str, Accountability]
    names: Mapping[str, str]


def sums(user: User, asked: ratio.Asked) -> Sums:
    """The same figures as `ratio.assessment` of all parts. Raises Refused as it does."""
    rows = alike(user, asked)
    found = places(rows, asked)
    return Sums(
        ratio.assessment(patches_of(rows), asked),
        {one.region.code: one.result for one in found},
        {one.region.code: one.region.name for one in found},
    )


def places(rows: Sequence[Alike], asked: ratio.Asked) -> list[Place]:
    """The regions right below, by their codes."""
    found = []
    for child in asked.below:
        mine = patches_of(one for one in rows if one.place == child.code)
        result = ratio.assessment(mine, replace(asked, region=child))
        found.append(Place(child, result, ratio.open_mu(mine)))
    return found


def to_the_years_end(rows: Sequence[Alike], asked: ratio.Asked) -> Forecast | None:
    """Where the ratio goes; None for a year that has not begun."""
    today = timezone.localdate()
    if today.year < asked.year:
        return None
    until = months(asked)
    dated = [
        DatedPatch(
            one.patch,
            date(asked.year, one.month, 1),
            regularised_on=_day(one.papers_in, until),
            restored_on=_day(one.restored_in, until),
        )
        for one in merged(rows, lambda one: (one.kind, one.month, one.papers_in, one.restored_in))
    ]
    return forecast(dated, asked.level, pack_in_use(), asked.year, today)


def _day(known_in: int, until: Sequence[date]) -> date | None:
    """A day that lies in the same month's end as the days that were added up."""
    if known_in == NEVER:
        return date.max
    return until[known_in - 1] if known_in else None
