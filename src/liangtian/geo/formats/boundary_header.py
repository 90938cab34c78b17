"""The header line of one plot in a boundary-point file, and the area it declares."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

HECTARE = Decimal(10_000)
LARGEST_AREA = Decimal(10) ** 13  # in any unit more than the whole country
MU_PER_M2 = Decimal("0.0015")
# A bare number belongs to the unit under which it comes this close to the figure's own area.
UNIT_AGREEMENT = Decimal("0.02")
SHAPES = ("面", "点", "线")
_UNITS = {
    "公顷": "ha", "HA": "ha", "HM2": "ha", "HM²": "ha",
    "平方米": "m2", "平米": "m2", "M2": "m2", "M²": "m2", "㎡": "m2",
    "亩": "mu", "市亩": "mu",
}  # fmt: skip
# Values after 图形属性: 图幅号, 用途 and, in the long variants, the land survey columns.
_LONG_NAMES = ("TBLX", "DL", "改造前质量等别", "改造后质量等别", "BZ")
_SHORT_TAILS, _LONG_TAILS = (2, 3), (6, 7)
_SEPARATOR = re.compile(r"([,，\t])")


@dataclass(frozen=True)
class BlockHeader:
    """The values of a header line, the name with its own commas, before the trailing “@”."""

    count: int | None
    area_text: str
    number: str
    name: str
    shape: str
    sheet: str
    use: str
    code: str
    extras: tuple[tuple[str, str], ...]


def parse_header(line: str) -> BlockHeader | str:
    """The header of a plot, or a Chinese sentence saying why the line is none."""
    body = re.sub(r"[,，\s]+$", "", line)
    if body.endswith(("@", "＠")):
        body = body[:-1]
    body = re.sub(r"[,，\t][ \u3000]*$", "", body)
    pieces = _SEPARATOR.split(body)
    values = [v.strip(" \u3000") for v in pieces[0::2]]
    anchor = _anchor(values)
    if anchor is None:
        return f"有 {len(values)} 个值,找不到图形属性(面),无法确定各值的含义"
    count = _count(values[0])
    if isinstance(count, str):
        return count
    name = "".join(pieces[6 : 2 * anchor - 1]).strip(" \u3000")
    tail = values[anchor + 1 :]
    sheet, use = (*tail, "", "")[:2]
    code = ""
    extras: tuple[tuple[str, str], ...] = ()
    if len(tail) == 3:
        code = tail[2]
    elif len(tail) > 3:
        labels = _LONG_NAMES if len(tail) in _LONG_TAILS else [f"扩展{i}" for i in range(1, 99)]
        extras = tuple(zip(labels, tail[2:], strict=False))
        code = dict(extras).get("DL", "")
    return BlockHeader(count, values[1], values[2], name, values[anchor], sheet, use, code, extras)


def _anchor(values: list[str]) -> int | None:
    """Where 图形属性 stands: the word itself, or the fifth of exactly 8, 11 or 12 values."""
    named = [i for i, v in enumerate(values) if i >= 4 and v in SHAPES]
    known = [i for i in named if len(values) - i - 1 in (*_SHORT_TAILS, *_LONG_TAILS)]
    if len(known) == 1 or len(named) == 1:
        return (known or named)[0]
    plain = {5 + tail for tail in (3, *_LONG_TAILS)}
    return 4 if not named and len(values) in plain and not values[4] else None


def _count(text: str) -> int | str | None:
    folded = unicodedata.normalize("NFKC", text)
    if not folded:
        return None
    return int(folded) if folded.isdecimal() and len(folded) < 10 else f"点数“{text}”不是整数"


def read_area(text: str, planar_m2: float) -> tuple[Decimal | None, str]:
    """A declared area in m² and how it was read (Chinese). None when it is empty.

    The format says hectares; a bare number that only fits the figure as m² or 亩 is read as that, and
    the sentence says so. Raises ValueError when the text is no area.
    """
    folded = unicodedata.normalize("NFKC", text).replace("m2", "M2").strip().upper()
    folded = folded.replace(" ", "")
    if not folded:
        return None, "声明面积为空"
    match = re.match(r"^(\d+(?:\.\d+)?|\.\d+)(.*)$", folded)
    if not match:
        raise ValueError("面积不是数字")
    try:
        value = Decimal(match[1])
    except InvalidOperation as fault:
        raise ValueError("面积不是数字") from fault
    if value >= LARGEST_AREA:
        raise ValueError("面积大得不可能")
    if match[2]:
        unit = _UNITS.get(match[2])
        if unit is None:
            raise ValueError(f"面积单位“{match[2]}”不认识,应为公顷、平方米或亩")
        return _to_m2(value, unit), f"声明面积“{text}”按所写单位读取"
    return _read_bare(value, text, Decimal(repr(planar_m2)))


def _to_m2(value: Decimal, unit: str) -> Decimal:
    if unit == "ha":
        return value * HECTARE
    if unit == "mu":
        return (value / MU_PER_M2).quantize(Decimal("0.01"))
    return value


def _read_bare(value: Decimal, text: str, figure: Decimal) -> tuple[Decimal, str]:
    labels = {"ha": "公顷", "m2": "平方米", "mu": "亩"}
    for unit, label in labels.items():
        area = _to_m2(value, unit)
        # Four decimals of a hectare are a square metre: small plots may differ by the rounding alone.
        if abs(area - figure) <= max(figure * UNIT_AGREEMENT, Decimal(1)) and value > 0:
            if unit == "ha":
                return area, f"声明面积“{text}”按公顷读取"
            return area, f"声明面积“{text}”没写单位,按公顷与图形不符,与{label}相符,按{label}读取"
    return value * HECTARE, f"声明面积“{text}”没写单位,按公顷读取,与图形面积不符,请核对"
