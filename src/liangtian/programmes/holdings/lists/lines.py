"""The rows of a list as they are judged, and the reading of their cells: nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from liangtian.platform.cell_values import parse_date, parse_figure
from liangtian.programmes.holdings.lists.reading import Listing

_DEGREES = re.compile(r"\d{1,3}(\.\d{1,15})?")
READY, SAME, WRONG, DONE = "ready", "same", "wrong", "done"


class Amiss(Exception):  # noqa: N818
    """Something is wrong with a row: in which field, and what."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column, self.said = column, said


@dataclass(frozen=True)
class Line:
    """A row as it is judged: what becomes of it, what there is to say, in which field a fault lies."""

    state: str
    title: str
    said: str = ""
    column: str = ""
    form: Any = None


class Judge(Protocol):
    """Judges rows of one sort, and enters those that are good; each raises Amiss, or Refused on entering."""

    def line(self, i: int) -> Line:
        """What becomes of a row."""

    def enter(self, line: Line) -> None:
        """Let a good row in, in the caller's transaction."""

    def finish(self) -> None:
        """What is done for all rows that were let in together."""


class Cells:
    """The cells of a list by the names of fields, fixed values in place of blank ones."""

    def __init__(
        self, listing: Listing, mapping: Mapping[str, str], fixed: Mapping[str, str]
    ) -> None:
        self.listing, self.fixed = listing, fixed
        self._columns = {
            name: listing.table.column(heading)
            for name, heading in mapping.items()
            if heading in listing.table.labels
        }

    def __len__(self) -> int:
        return len(self.listing.table.rows)

    def number(self, i: int) -> int:
        """Where the row stands, as a person counts."""
        return self.listing.table.numbers[i]

    def column(self, name: str) -> list[str]:
        """The cells of a column, blank ones as the fixed value."""
        fixed = self.fixed.get(name, "").strip()
        return [text or fixed for text in self._columns.get(name, [""] * len(self))]

    def text(self, i: int, name: str, longest: int = 100) -> str:
        """The cell, else the fixed value."""
        column = self._columns.get(name)
        text = (column[i] if column else "") or self.fixed.get(name, "").strip()
        if len(text) > longest:
            raise Amiss(name, f"超过 {longest} 个字")
        return text

    def needed(self, i: int, name: str, longest: int = 100) -> str:
        """The cell, which must say something."""
        text = self.text(i, name, longest)
        if not text:
            raise Amiss(name, "没有填写")
        return text

    def figure(self, i: int, name: str, places: int = 2) -> Decimal | None:
        """A figure that isn't negative, of that many decimals at most; it is never rounded."""
        text = self.text(i, name).replace(",", "").replace("，", "")
        if not text:
            return None
        found = parse_figure(text)
        if found is None or round(found, places) != Decimal(text):
            raise Amiss(name, f"“{text}”不是数，或小数多于 {places} 位；只写数字，不带单位")
        return round(found, places)

    def degrees(self, i: int, name: str) -> float | None:
        """Degrees as a number; nothing else is guessed at."""
        text = self.text(i, name).removesuffix("°")
        if not text:
            return None
        if not _DEGREES.fullmatch(text) or float(text) > 180:
            raise Amiss(name, f"“{text}”不是以度为单位的数，如 86.123456")
        return float(text)

    def day(self, i: int, name: str) -> date | None:
        """A day."""
        text = self.text(i, name)
        found = parse_date(text) if text else None
        if text and found is None:
            raise Amiss(name, f"“{text}”不是可识别的日期，请写作 2026-03-01")
        return found

    def year(self, i: int, name: str) -> int | None:
        """A year of four digits."""
        text = self.text(i, name).removesuffix("年")
        if text and not (text.isdecimal() and len(text) == 4):
            raise Amiss(name, f"“{text}”不是四位年份")
        return int(text) if text else None
