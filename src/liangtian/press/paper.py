"""Paper for a wide table: A4, A3, or A3 pages beside each other, so that figures can be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

_A4, _A3 = 9, 8  # as spreadsheets number paper
_ROOM = {_A4: 140.0, _A3: 205.0}  # characters of the body's size across a page lying down
_LEAST = 0.7  # of its size; smaller figures are not read on paper


@dataclass(frozen=True, slots=True)
class Paper:
    """A size by its number; how many pages lie beside each other, and how many columns the first holds.

    Programs fit the columns to that many pages: how wide a character is they know, not we.
    """

    code: int
    pages: int
    first: int


def paper_for(widths: Sequence[float], pinned: int) -> Paper:
    """Paper for columns of these widths (characters); the first `pinned` are repeated on every page."""
    whole, kept = sum(widths), sum(widths[:pinned])
    if whole * _LEAST <= _ROOM[_A4]:
        return Paper(_A4, 1, len(widths))
    most = _ROOM[_A3] / _LEAST
    if whole <= most or kept * 2 > most:
        return Paper(_A3, 1, len(widths))
    pages = math.ceil((whole - kept) / (most - kept))
    page = kept + (whole - kept) / pages
    # Sums of widths grow: as many columns as lie wholly on the first page.
    first = sum(1 for total in accumulate(widths) if total <= page)
    return Paper(_A3, pages, first)
