"""What a cell of a ledger's workbook holds: how each kind of value is printed, and what does not fit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Kind = Literal["text", "integer", "area_mu", "area_m2", "money", "percent", "date"]


@dataclass(frozen=True)
class KindStyle:
    """Width in characters, number format, alignment, and the places a number is rounded to."""

    width: float
    number: int | str  # the built-in format of a spreadsheet, or a pattern
    align: str
    places: Decimal | None = None


_CENT = Decimal("0.01")
STYLES: dict[Kind, KindStyle] = {
    "text": KindStyle(16, 49, "left"),
    "integer": KindStyle(10, 1, "right", Decimal(1)),
    "area_mu": KindStyle(13, 4, "right", _CENT),
    "area_m2": KindStyle(15, 4, "right", _CENT),
    "money": KindStyle(15, 4, "right", _CENT),
    "percent": KindStyle(10, 10, "right", Decimal("0.0001")),
    "date": KindStyle(12, "yyyy-mm-dd", "center"),
}
_EXACT_DIGITS = 15  # a spreadsheet number holds no more
_LONGEST_TEXT = 32767  # characters in one cell


class Unfit(Exception):  # noqa: N818
    """Why a value does not fit its column; the message ends a Chinese sentence."""


def cell_text(value: object) -> str:
    """The value as text; Unfit for anything else."""
    if not isinstance(value, str):
        raise Unfit("不是文本，请先转成文字。")
    if len(value) > _LONGEST_TEXT:
        raise Unfit(f"超过一个单元格的 {_LONGEST_TEXT} 字，请作为附件另存。")
    return value


def cell_date(value: object) -> datetime:
    """The day as a spreadsheet stores it; Unfit for anything else."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise Unfit("不是日期（年月日）。")
    if value.year < 1900:
        raise Unfit("早于 1900 年，电子表格存不下，请核对。")
    return datetime(value.year, value.month, value.day)


def cell_number(value: object, kind: Kind) -> Decimal:
    """The value as printed: rounded half up to the places of its kind; Unfit when it is no such number."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Unfit("不是数。")
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    places = STYLES[kind].places
    if not exact.is_finite() or places is None:
        raise Unfit("不是有限的数。")
    if kind == "integer" and exact != exact.to_integral_value():
        raise Unfit("不是整数。")
    printed = exact.quantize(places, ROUND_HALF_UP)
    if len(printed.as_tuple().digits) > _EXACT_DIGITS:
        raise Unfit(f"超过 {_EXACT_DIGITS} 位有效数字，电子表格会丢位；编号类请用文本列。")
    return printed
