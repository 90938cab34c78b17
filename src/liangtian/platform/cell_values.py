"""Cells of a producer's file as text, days and figures; what cannot be read surely is not read."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import numpy as np

_DAY = re.compile(
    r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?P=sep)(?P<d>\d{1,2})"
    r"|年(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日|(?P<m3>\d{2})(?P<d3>\d{2}))"
    r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_FIGURE = re.compile(r"\d{1,11}(?:\.\d*)?|\.\d+|\d(?:\.\d+)?[eE][+-]?\d{1,3}")
_LARGEST = Decimal(10) ** 11 - 1  # the register keeps 11 digits before the point


def text_of(value: object) -> str:
    """A cell as text; nothing for a missing value; no '.0' behind a whole number.

    NUL bytes, with which some programs fill up a field, are no text and no database keeps them.
    """
    if value is None or value != value:  # noqa: PLR0124 -- NaN is not itself
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("\x00", "").strip()


def parse_date(text: str) -> date | None:
    """A day in one of the ways producers write it, a time of day behind it or not; else None.

    A month alone (202603) is no day: read as one, it would shift the period a patch is judged by.
    """
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    part = found.groupdict()
    month, day = part["m"] or part["m2"] or part["m3"], part["d"] or part["d2"] or part["d3"]
    try:
        return date(int(part["y"]), int(month), int(day))
    except ValueError:
        return None


def parse_figure(text: str) -> Decimal | None:
    """A figure that is not negative, to 0.0001; None when the text is anything else."""
    if not _FIGURE.fullmatch(text):
        return None
    figure = Decimal(text)
    if figure >= _LARGEST:
        return None
    return round(figure, 4)
