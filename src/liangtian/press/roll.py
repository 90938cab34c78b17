"""A list put up for everyone to read (公示表): each sheet with its own heading, table and total, A4 lying down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from liangtian.press.typeset import typeset


@dataclass(frozen=True)
class RollColumn:
    """A column; `width` in millimetres, 0 for what shares the rest. Numbers are set to the right."""

    label: str
    width: float = 0
    number: bool = False


@dataclass(frozen=True)
class RollSheet:
    """One table under a heading of its own, begun on a page of its own. `lines` stand above it."""

    heading: str
    lines: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: Sequence[str] = ()


@dataclass(frozen=True)
class Roll:
    """What is printed; every sheet has the same columns, `notes` follow the last one.

    row_mm: the least height of a row, where it is to be written into by hand.
    """

    title: str
    columns: Sequence[RollColumn]
    sheets: Sequence[RollSheet]
    notes: Sequence[str]
    maker: str
    on: date
    watermark: str = ""
    row_mm: float = 0


def roll_pdf(roll: Roll) -> bytes:
    """The list as PDF; equal input gives equal bytes. Raises PressError."""
    data = {
        "title": roll.title,
        "maker": roll.maker,
        "on": f"{roll.on.year}年{roll.on.month}月{roll.on.day}日",
        "notes": list(roll.notes),
        "watermark": roll.watermark,
        "row_mm": roll.row_mm,
        "columns": [{"label": c.label, "width": c.width, "number": c.number} for c in roll.columns],
        "sheets": [
            {
                "heading": one.heading, "lines": list(one.lines), "total": list(one.total),
                "rows": [list(row) for row in one.rows],
            }
            for one in roll.sheets
        ],
    }  # fmt: skip
    return typeset("roll.typ", data, {}, roll.on)
