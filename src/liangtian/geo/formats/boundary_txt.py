"""报部坐标 TXT: the boundary-point file of land approval, read strictly and written back.

Each plot is a header line ending in “@” and one line per point: 点号, 圈号, X (north), Y (east). What
the files in use do otherwise is written down in docs/algorithms/boundary-points.md. Anything read
other than by the letter is said in `notes`; anything that cannot be decided is refused with its line
and value.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path

from shapely import MultiPolygon, Polygon

from liangtian.geo.formats import boundary_header as header
from liangtian.geo.formats import boundary_rings as rings
from liangtian.geo.formats import boundary_zone as zones
from liangtian.geo.formats import encoding as text
from liangtian.geo.formats.boundary_points import Draft, Point, close_rings
from liangtian.geo.formats.model import FormatRefused, LineProblem
from liangtian.geo.gauss import Zone

PRECISION = Decimal("0.001")
_LONGEST = 9  # digits of a ring's number, and of a coordinate before the point
_MAX_PROBLEMS = 20
_BRACKETS = str.maketrans("［］【】＝＠", "[][]=@")
_POINT_SEPARATOR = re.compile(r"[,，\s\u3000]+")
_NUMBER = re.compile(r"^-?\d+(\.\d+)?$")
_KEYS = {"中央子午线": "中央经线", "坐标系统": "坐标系", "分带": "几度分带"}


@dataclass(frozen=True)
class BoundaryBlock:
    """One plot. `geometry` is in the file's zone (x east with its prefix, y north), metres."""

    number: str
    name: str
    geometry: Polygon | MultiPolygon
    sheet: str = ""
    use: str = ""
    code: str = ""
    declared_area_m2: Decimal | None = None
    area_note: str = ""
    declared_points: int | None = None
    extras: tuple[tuple[str, str], ...] = ()
    line: int = 0


@dataclass(frozen=True)
class BoundaryFile:
    """A boundary-point file: its header sections, its zone, its plots, and how it was read."""

    zone: Zone
    blocks: tuple[BoundaryBlock, ...]
    attributes: dict[str, str] = field(default_factory=dict)
    encoding: str = "GBK"
    precision: Decimal = PRECISION
    swapped: bool = False
    notes: tuple[str, ...] = ()


def decode(raw: bytes, encoding: str | None = None) -> tuple[str, str, str]:
    """The text, the encoding's label and a Chinese note: BOM, else strict UTF-8, else GB18030."""
    if encoding is not None:
        label, codec = text.named(encoding)
        content, fault = text.decode(raw, codec)
        if fault:
            raise FormatRefused(f"按指定的编码 {label} 读不通。请换一种编码。")
        return content.removeprefix("\ufeff"), label, f"文字编码 {label}：由使用者指定。"
    for mark, codec, label in (
        (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8"),
        (b"\xff\xfe", "utf-16", "UTF-16"),
        (b"\xfe\xff", "utf-16", "UTF-16"),
    ):
        if raw.startswith(mark):
            content, fault = text.decode(raw, codec)
            if not fault:
                return content, label, f"文字编码 {label}：依据文件开头的标记(BOM)。"
    for codec, label in (("utf-8", "UTF-8"), ("gb18030", "GB18030")):
        content, fault = text.decode(raw, codec)
        if not fault:
            return content, label, f"文字编码 {label}：全部字节符合 {label}。"
    raise FormatRefused("文字既不是 UTF-8 也不是 GB18030。请用记事本另存为 UTF-8 后重新上传。")


def read_txt(source: Path | bytes, encoding: str | None = None) -> BoundaryFile:
    """Read a boundary-point file. Raises FormatRefused with `problems` (line, value, what)."""
    raw = source if isinstance(source, bytes) else source.read_bytes()
    content, label, note = decode(raw, encoding)
    problems: list[LineProblem] = []
    notes = [note]
    attributes, drafts = _lines(content, notes, problems)
    _refuse(problems)
    if not drafts:
        raise FormatRefused("文件里没有 [地块坐标] 段,或该段没有地块。请核对是否为报部坐标 TXT。")
    precision = _precision(attributes)
    swapped = _axis_order(drafts, problems)
    _refuse(problems)
    if swapped:
        notes.append(
            "坐标列的次序是“东、北”(与规定的 X 北、Y 东相反):依据数值大小判定,已按东、北读取。"
        )
    eastings = [p.first if swapped else p.second for d in drafts for p in d.points]
    zone = zones.resolve(attributes, eastings, notes)
    blocks = [_block(d, swapped, precision, notes, problems) for d in drafts]
    _refuse(problems)
    kept = tuple(b for b in blocks if b is not None)
    _note_repeats(kept, notes)
    return BoundaryFile(zone, kept, attributes, label, precision, swapped, tuple(notes))


def _refuse(problems: Sequence[LineProblem]) -> None:
    if not problems:
        return
    shown = ";".join(str(p) for p in problems[:_MAX_PROBLEMS])
    rest = len(problems) - _MAX_PROBLEMS
    more = f";另有 {rest} 处" if rest > 0 else ""
    raise FormatRefused(
        f"报部坐标 TXT 有 {len(problems)} 处错误:{shown}{more}。请改正后重新上传。",
        problems=problems,
    )


def _lines(
    content: str, notes: list[str], problems: list[LineProblem]
) -> tuple[dict[str, str], list[Draft]]:
    attributes: dict[str, str] = {}
    drafts: list[Draft] = []
    in_plots = False
    for number, original in enumerate(content.splitlines(), start=1):
        line = original.translate(_BRACKETS).strip(" \t\u3000\x00\ufeff")
        if not line:
            continue
        if section := re.match(r"^\[([^\]]+)\][,，\s]*$", line):
            in_plots = section[1].strip() == "地块坐标"
        elif in_plots:
            _plot_line(line, number, drafts, notes, problems)
        elif "=" in line:
            key, value = (part.strip(" \u3000") for part in line.split("=", 1))
            attributes[_KEYS.get(key, key)] = value
        else:
            problems.append(LineProblem(number, line[:40], "既不是“名称=值”,也不是段名"))
    return attributes, drafts


def _plot_line(
    line: str, number: int, drafts: list[Draft], notes: list[str], problems: list[LineProblem]
) -> None:
    ended = line.rstrip(",， \t\u3000").endswith("@")
    if not ended and not _looks_like_header(line):
        _point_line(line, number, drafts, problems)
        return
    parsed = header.parse_header(line)
    if isinstance(parsed, str):
        problems.append(LineProblem(number, line[:60], f"地块行{parsed}"))
        return
    if parsed.shape not in ("面", ""):
        problems.append(LineProblem(number, parsed.shape, "图形属性不是面,只收面状地块"))
    if not ended:
        notes.append(
            f"第 {number} 行地块“{parsed.name or parsed.number}”的行尾没有“@”,按地块行读取。"
        )
    drafts.append(Draft(parsed, number))


def _looks_like_header(line: str) -> bool:
    values = [v.strip() for v in re.split(r"[,，\t]", line)]
    return len(values) >= 7 and any(v in header.SHAPES for v in values[4:])


def _point_line(line: str, number: int, drafts: list[Draft], problems: list[LineProblem]) -> None:
    values = [unicodedata.normalize("NFKC", v) for v in _POINT_SEPARATOR.split(line) if v]
    if not drafts:
        problems.append(LineProblem(number, line[:40], "界址点之前没有地块行"))
    elif len(values) != 4:
        problems.append(
            LineProblem(number, line[:40], f"应为 点号,圈号,X,Y 四个值,实际 {len(values)} 个")
        )
    elif not values[1].isdecimal() or len(values[1]) > _LONGEST or int(values[1]) < 1:
        problems.append(LineProblem(number, values[1][:40], "圈号应为 1 以上的整数"))
    elif bad := [v for v in values[2:] if not _NUMBER.match(v)]:
        problems.append(LineProblem(number, bad[0][:40], "坐标不是数字"))
    elif far := [v for v in values[2:] if abs(Decimal(v)) >= 10**_LONGEST]:
        problems.append(LineProblem(number, far[0][:40], "坐标过大，不在地面上"))
    else:
        first, second = Decimal(values[2]), Decimal(values[3])
        shown = f"{values[2]},{values[3]}"
        drafts[-1].points.append(Point(number, int(values[1]), first, second, shown))


def _precision(attributes: dict[str, str]) -> Decimal:
    written = attributes.get("精度", "").strip()
    if not written:
        return PRECISION
    try:
        value = Decimal(written)
    except InvalidOperation as fault:
        raise FormatRefused(f"文件头“精度”为“{written}”,不是数字。应为 0.001。") from fault
    if value.is_nan() or not Decimal(0) < value <= 1:
        raise FormatRefused(f"文件头“精度”为“{written}”,应在 0 到 1 米之间,一般为 0.001。")
    return value


def _axis_order(drafts: Sequence[Draft], problems: list[LineProblem]) -> bool:
    """True when the columns are east, north. All points must agree; magnitudes never overlap."""
    orders: dict[bool, Point] = {}
    for point in (p for d in drafts for p in d.points):
        if zones.is_northing(point.first) and zones.is_easting(point.second):
            orders.setdefault(False, point)
        elif zones.is_easting(point.first) and zones.is_northing(point.second):
            orders.setdefault(True, point)
        else:
            problems.append(
                LineProblem(
                    point.line,
                    point.shown,
                    "坐标不在中国范围:北坐标应为 1900000–5950000 米,东坐标应为 6 位或带带号的 8 位",
                )
            )
    if len(orders) == 2 and not problems:
        other = orders[True]
        problems.append(
            LineProblem(
                other.line,
                other.shown,
                f"X、Y 的次序与第 {orders[False].line} 行相反,请统一为 X 北、Y 东",
            )
        )
    return orders.keys() == {True}


def _block(
    draft: Draft,
    swapped: bool,
    precision: Decimal,
    notes: list[str],
    problems: list[LineProblem],
) -> BoundaryBlock | None:
    before = len(problems)
    closed = close_rings(draft, swapped, precision, notes, problems)
    if len(problems) > before:
        return None
    geometry = rings.assemble(closed, float(precision), notes, problems)
    if geometry is None:
        return None
    try:
        declared, area_note = header.read_area(draft.head.area_text, geometry.area)
    except ValueError as fault:
        problems.append(LineProblem(draft.line, draft.head.area_text, str(fault)))
        return None
    head = draft.head
    return BoundaryBlock(
        number=head.number,
        name=head.name,
        geometry=geometry,
        sheet=head.sheet,
        use=head.use,
        code=head.code,
        declared_area_m2=declared,
        area_note=area_note,
        declared_points=head.count,
        extras=head.extras,
        line=draft.line,
    )


def _note_repeats(blocks: Sequence[BoundaryBlock], notes: list[str]) -> None:
    first: dict[str, int] = {}
    for block in blocks:
        if block.number and block.number in first:
            notes.append(
                f"第 {block.line} 行的地块编号“{block.number}”与第 {first[block.number]} 行重复,两块都已读入。"
            )
        first.setdefault(block.number, block.line)
