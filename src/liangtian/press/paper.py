"""Paper for a wide table: A4, A3, or A3 pages beside each other, so that figures can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

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
    # Whole columns only: what a page has left at its end does not help the next one.
    own = widths[pinned:]
    pages = len(_broken(own, most - kept))
    even = (whole - kept) / pages
    tried = (room for room in _rooms(even, most - kept) if len(_broken(own, room)) <= pages)
    page = next(tried, most - kept)
    return Paper(_A3, pages, pinned + _broken(own, page)[0])


def _rooms(least: float, most: float) -> Iterator[float]:
    """Widths to try, so that the pages are filled about alike."""
    steps = 40
    return (least + (most - least) * n / steps for n in range(steps + 1))


def _broken(widths: Sequence[float], room: float) -> list[int]:
    """How many columns lie on each page that has so much room; one wider than that has a page of its own."""
    pages, used = [0], 0.0
    for width in widths:
        if pages[-1] and used + width > room:
            pages.append(0)
            used = 0.0
        pages[-1] += 1
        used += width
    return pages
