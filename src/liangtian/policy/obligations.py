"""Obligations (时限事项) of a policy pack: what is due when, whose it is, who is told and when.

Periodic ones fall due in every month, quarter or year; the others so long after an event. The dates
themselves are values of the pack, so that each has its clause and its period of validity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from liangtian.policy.clocks import (
    Deadline,
    add_months,
    add_years,
    due_after,
    due_on,
    month_end,
    quarter_end,
)
from liangtian.policy.obligation_schema import Every, Obligation
from liangtian.policy.pack import Pack
from liangtian.policy.pack_errors import NotInForce
from liangtian.policy.workdays import NOTHING_OWN, Arrangement

_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, slots=True)
class Instance:
    """One time an obligation is due: for which period, from which day on, by when."""

    obligation: Obligation
    period: str
    starts: date
    deadline: Deadline


def due_of(
    pack: Pack, obligation: Obligation, day: date, own: Arrangement = NOTHING_OWN
) -> Deadline:
    """When the obligation of the period (or event) of `day` is due, by the values in force that day.

    Raises UnknownKey or NotInForce of the pack, WrongType for a value of another kind.
    """
    value = pack.value(obligation.value, day)
    between = sum(pack.value(key, day).integer for key in obligation.after)
    if obligation.due == "period":
        return due_after(value, day, own)
    if obligation.due == "monthday":
        return due_on(value, add_years(day, between).year)
    if obligation.due == "quarter_end":
        due = quarter_end(day) + timedelta(days=value.integer)
    else:
        first = add_months(day.replace(day=1), between)
        if obligation.due == "month_end":
            due = month_end(add_months(first, value.integer))
        else:
            due = first.replace(day=min(value.integer, month_end(first).day))
    return Deadline(due, value.label, value.clause)


def instances(pack: Pack, first: date, last: date) -> Iterator[Instance]:
    """Every periodic instance of a pack whose period begins in [first, last]; values not in force are left out."""
    for obligation in pack.obligations:
        if obligation.every == "event":
            continue
        for start in _starts(obligation.every, first, last):
            try:
                deadline = due_of(pack, obligation, start)
            except NotInForce:
                continue
            yield Instance(obligation, _name(obligation.every, start), start, deadline)


def _starts(every: Every, first: date, last: date) -> Iterator[date]:
    step = _MONTHS[every]
    day = first.replace(day=1, month=(first.month - 1) // step * step + 1)
    while day <= last:
        if day >= first:
            yield day
        day = add_months(day, step)


def _name(every: Every, start: date) -> str:
    if every == "month":
        return f"{start:%Y-%m}"
    return f"{start.year}" if every == "year" else f"{start.year}-Q{(start.month + 2) // 3}"
