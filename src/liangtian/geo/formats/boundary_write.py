"""Writing 报部坐标 TXT so that the strict reader gives the same plots back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import ROUND_HALF_UP, Decimal

import shapely
from shapely import MultiPolygon, Polygon

from liangtian.geo.formats import encoding as text
from liangtian.geo.formats.boundary_header import HECTARE, BlockHeader, parse_header, read_area
from liangtian.geo.formats.boundary_txt import PRECISION, BoundaryBlock
from liangtian.geo.formats.boundary_zone import is_easting, is_northing
from liangtian.geo.formats.model import FormatRefused
from liangtian.geo.gauss import ZONES, Zone

_AREA_DECIMALS = Decimal("0.0001")
_NEWLINE = "\r\n"


def write_txt(
    blocks: Sequence[BoundaryBlock],
    zone: Zone,
    *,
    producer: str,
    date: str,
    encoding: str = "GBK",
) -> bytes:
    """The bytes of a boundary-point file: coordinates to 0.001 m, areas in 公顷 to 4 decimals.

    Geometries are in `zone` (x east, y north). Rings go out shell first, then its holes, part by part,
    every ring closed and 点数 counting the closing points. Raises FormatRefused when a value cannot be
    written so that it reads back the same.
    """
    if not blocks:
        raise FormatRefused("没有地块可写。")
    if zone.epsg not in ZONES or ZONES[zone.epsg] != zone:
        raise FormatRefused(f"没有 {zone.width} 度带第 {zone.number} 带(中国范围内)。")
    lines = [
        "[属性描述]",
        "格式版本号=1.01版本",
        f"数据产生单位={_plain(producer, '数据产生单位')}",
        f"数据产生日期={_plain(date, '数据产生日期')}",
        "坐标系=2000国家大地坐标系",
        f"几度分带={zone.width}",
        "投影类型=高斯克吕格",
        "计量单位=米",
        f"带号={zone.number}",
        f"精度={PRECISION}",
        "转换参数=,,,,,,",
        "[地块坐标]",
    ]
    for block in blocks:
        lines += _block_lines(block, zone)
    _, codec = text.named(encoding)
    content = _NEWLINE.join([*lines, ""])
    try:
        return content.encode("gbk" if codec == "gb18030" and encoding.upper() == "GBK" else codec)
    except UnicodeEncodeError as fault:
        raise FormatRefused(
            f"字符“{content[fault.start]}”无法用 {encoding} 编码写出。请改用 UTF-8。"
        ) from fault


def _plain(value: str, what: str) -> str:
    if any(c in value for c in "\r\n@[]") or value != value.strip():
        raise FormatRefused(f"{what}“{value}”含有换行、@、方括号或首尾空格,不能写入 TXT。")
    return value


def _block_lines(block: BoundaryBlock, zone: Zone) -> Iterator[str]:
    rings = list(_rings(block.geometry))
    points = [[(_rounded(x), _rounded(y)) for x, y in ring.coords] for ring in rings]
    for ring in points:
        if len(set(ring)) < 3 or not shapely.Polygon(ring).area:
            raise FormatRefused(
                f"地块“{block.name or block.number}”有一圈保留 3 位小数后不成面,不能写入 TXT。"
            )
    yield _header_line(block, sum(len(ring) for ring in points))
    number = 0
    for ring_number, ring in enumerate(points, start=1):
        start = number + 1
        for position, (east, north) in enumerate(ring):
            _require_in_zone(block, zone, east, north)
            closing = position == len(ring) - 1
            number += 0 if closing else 1
            label = start if closing else number
            yield f"J{label},{ring_number},{north},{east}"


def _rings(geometry: Polygon | MultiPolygon) -> Iterator[shapely.LinearRing]:
    parts = geometry.geoms if isinstance(geometry, MultiPolygon) else [geometry]
    for part in parts:
        yield part.exterior
        yield from part.interiors


def _rounded(value: float) -> Decimal:
    return Decimal(repr(float(value))).quantize(PRECISION, ROUND_HALF_UP)


def _require_in_zone(block: BoundaryBlock, zone: Zone, east: Decimal, north: Decimal) -> None:
    prefix = int(east // 1_000_000)
    fits = prefix == (zone.number if zone.prefixed else 0)
    if not (fits and is_easting(east) and is_northing(north)):
        raise FormatRefused(
            f"地块“{block.name or block.number}”的坐标 {north},{east} 不在第 {zone.number} 带"
            f"({'带' if zone.prefixed else '不带'}带号)。请先投影到该带。"
        )


def _header_line(block: BoundaryBlock, count: int) -> str:
    area = _area_text(block)
    tail = [value for _, value in block.extras] if block.extras else [block.code]
    values = [
        str(count), area, block.number, block.name, "面", block.sheet, block.use, *tail,
    ]  # fmt: skip
    for value in values:
        _plain(value, f"地块“{block.name or block.number}”的")
    line = ",".join([*values, "@"])
    extras = block.extras
    wanted = BlockHeader(
        count, area, block.number, block.name, "面", block.sheet, block.use, block.code, extras
    )
    if parse_header(line) != wanted:
        raise FormatRefused(
            f"地块“{block.name or block.number}”的编号、名称或其他属性含有逗号等分隔符,"
            "写出后读不回原样。请改用顿号后再导出。"
        )
    return line


def _area_text(block: BoundaryBlock) -> str:
    """公顷 to 4 decimals; the unit is spelled out only where the bare number could be misread."""
    if block.declared_area_m2 is None:
        return ""
    hectares = (block.declared_area_m2 / HECTARE).quantize(_AREA_DECIMALS, ROUND_HALF_UP)
    understood, _ = read_area(str(hectares), block.geometry.area)
    return str(hectares) if understood == hectares * HECTARE else f"{hectares}公顷"
