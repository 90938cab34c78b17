"""Months as their first day."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from liangtian.platform.errors import Refused
from liangtian.policy.clocks import add_months, month_end


def month_of(text: str) -> date:
    """The month written 2024-05. Raises Refused."""
    try:
        year, month = (int(part) for part in text.split("-"))
        return date(year, month, 1)
    except ValueError:
        raise Refused("月份应写作 2024-05。", fields={"month": "应写作 2024-05"}) from None


def through(first: date, last: date) -> Iterator[date]:
    """The months from one day's to another's, both included."""
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = add_months(month, 1)


def end_of(month: date) -> date:
    """Its last day."""
    return month_end(month)
