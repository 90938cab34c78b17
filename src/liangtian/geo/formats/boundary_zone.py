"""Which zone and axis order the coordinates of a boundary-point file are in.

CGCS2000 Gauss-Krüger in EPSG: 3° zones 25–45 with the zone in front of the easting are 4513–4533, by
central meridian without it 4534–4554; 6° zones 13–23 are 4491–4501 and 4502–4512. The letters of the
file follow the surveyors' habit, X north and Y east.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

from liangtian.geo.formats.model import FormatRefused
from liangtian.geo.gauss import Zone

Width = Literal[3, 6]
ZONES: dict[Width, range] = {3: range(25, 46), 6: range(13, 24)}
_FALSE_PREFIX = 1_000_000
NORTHINGS = (Decimal(1_900_000), Decimal(5_950_000))
_EASTINGS = (Decimal(100_000), Decimal(900_000))
_CGCS2000 = re.compile(r"2000|CGCS", re.IGNORECASE)
_OLD_DATUM = re.compile(r"西安|XIAN|1980|(?<!\d)80|北京|BEIJING|1954|(?<!\d)54|WGS|(?<!\d)84", re.I)
_DEGREES: dict[str, Width] = {"3": 3, "三": 3, "6": 6, "六": 6}


def is_northing(value: Decimal) -> bool:
    """True when a number can only be a northing in China (7 digits)."""
    return NORTHINGS[0] <= value <= NORTHINGS[1]


def is_easting(value: Decimal) -> bool:
    """True when a number is an easting: 6 digits, or 8 with a zone of China in front."""
    if value < _FALSE_PREFIX:
        return _EASTINGS[0] <= value <= _EASTINGS[1]
    prefix, rest = divmod(value, _FALSE_PREFIX)
    known = any(int(prefix) in numbers for numbers in ZONES.values())
    return known and _EASTINGS[0] <= rest <= _EASTINGS[1]


def resolve(attributes: Mapping[str, str], eastings: Sequence[Decimal], notes: list[str]) -> Zone:
    """The zone from the header and the eastings; contradictions are refused, inferences noted."""
    _require_cgcs2000(attributes, notes)
    prefixes = {int(e // _FALSE_PREFIX) for e in eastings}
    if len(prefixes) > 1:
        shown = "、".join("无带号" if p == 0 else f"{p} 带" for p in sorted(prefixes))
        raise FormatRefused(f"同一文件里的横坐标带号不一致:{shown}。请统一到一个带后重新导出。")
    prefix = prefixes.pop() if prefixes else 0
    width = _declared_width(attributes)
    declared = _declared_zone(attributes, width, notes)
    if prefix and declared is not None and prefix != declared:
        raise FormatRefused(
            f"带号矛盾:文件头“带号”为 {_zone_text(attributes)}(第 {declared} 带),"
            f"坐标前两位为 {prefix}。请核对后改正其中一处,不能猜测。"
        )
    number = prefix or declared
    if number is None:
        raise FormatRefused(
            "横坐标不带带号,文件头“带号”也是空的,无法确定投影带。请在文件头填写带号。"
        )
    if prefix and declared is None:
        notes.append(f"文件头“带号”为空,依据横坐标前两位取第 {prefix} 带。")
    if not prefix:
        notes.append(f"横坐标不带带号,依据文件头“带号”取第 {number} 带。")
    return Zone(_agreed_width(width, number, attributes, notes), number, bool(prefix))


def _require_cgcs2000(attributes: Mapping[str, str], notes: list[str]) -> None:
    datum = attributes.get("坐标系", "").strip()
    if not datum:
        notes.append("文件头没有写坐标系,按报部格式取 2000 国家大地坐标系。")
    elif not _CGCS2000.search(datum) or _OLD_DATUM.search(_CGCS2000.sub("", datum)):
        raise FormatRefused(
            f"坐标系为“{datum}”,只收 2000 国家大地坐标系。请先由测绘单位转换坐标,再导出。"
        )
    projection = attributes.get("投影类型", "").strip()
    if projection and "高斯" not in projection and "gauss" not in projection.lower():
        raise FormatRefused(f"投影类型为“{projection}”,只收高斯克吕格投影。请重新投影后导出。")
    unit = attributes.get("计量单位", "").strip()
    if unit and unit.lower() not in {"米", "m", "meter", "metre"}:
        raise FormatRefused(f"计量单位为“{unit}”,只收米。请换算后重新导出。")
    if re.search(r"[1-9]", attributes.get("转换参数", "")):
        notes.append(
            f"文件头带有转换参数“{attributes['转换参数']}”,没有套用;坐标按文件里的数值读取。"
        )


def _declared_width(attributes: Mapping[str, str]) -> Width | None:
    text = attributes.get("几度分带", "").strip()
    if not text:
        return None
    match = re.match(r"^([36三六])(\.0*)?\s*(度|°)?(分?带)?$", text)
    if not match:
        raise FormatRefused(f"文件头“几度分带”为“{text}”,应为 3 或 6。请改正。")
    return _DEGREES[match[1]]


def _zone_text(attributes: Mapping[str, str]) -> str:
    return attributes.get("带号", "").strip() or attributes.get("中央经线", "").strip()


def _declared_zone(
    attributes: Mapping[str, str], width: Width | None, notes: list[str]
) -> int | None:
    text = _zone_text(attributes)
    if not text:
        return None
    match = re.match(r"^(?:第)?\s*(\d+)(?:\.0*)?\s*(带|号带|度|°|E|°E)?$", text, re.IGNORECASE)
    if not match:
        raise FormatRefused(f"文件头“带号”为“{text}”,不是带号。请填写带号(如 38)。")
    value = int(match[1])
    if any(value in numbers for numbers in ZONES.values()):
        return value
    number, spare = divmod(value + 3, 6) if width == 6 else divmod(value, 3)
    if spare == 0 and number in ZONES[width or 3]:
        notes.append(f"文件头“带号”写的是中央经线 {value}°,换算为第 {number} 带。")
        return number
    raise FormatRefused(
        f"文件头“带号”为“{text}”,既不是带号(3 度带 25–45,6 度带 13–23),也不是中央经线。请改正。"
    )


def _agreed_width(
    width: Width | None, number: int, attributes: Mapping[str, str], notes: list[str]
) -> Width:
    fitting = next((w for w, numbers in ZONES.items() if number in numbers), None)
    if fitting is None:
        raise FormatRefused(f"带号 {number} 不在中国范围(3 度带 25–45,6 度带 13–23)。请核对。")
    if width is None:
        notes.append(f"文件头没有写几度分带,依据带号 {number} 取 {fitting} 度带。")
    elif width != fitting:
        raise FormatRefused(
            f"几度分带与带号矛盾:文件头“几度分带”为 {attributes['几度分带'].strip()},"
            f"而第 {number} 带属于 {fitting} 度带。请核对后改正其中一处。"
        )
    return fitting
