"""Coordinate systems a county meets: CGCS2000 degrees and Gauss-Krüger zones (高斯-克吕格分带).

What a file declares and what its coordinates look like must agree. Where they do not, or where nothing
is declared and the numbers allow two readings, the file is refused: a wrong zone number (带号) moves land
by hundreds of kilometres. EPSG gives these systems north-east axes; here x is always east, y north.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from liangtian.geo.gauss import FALSE_EASTING, ZONE_STEP, ZONES, A, F, Zone, zone_to_degrees
from liangtian.geo.magnitude import Bounds, Shape, in_china, looks_like, prefixes, shape_of

CGCS2000 = 4490
"""EPSG code of CGCS2000 longitude and latitude (2000国家大地坐标系)."""

_OLD_DATUMS = {(6378245.0, 298.3): "1954年北京坐标系", (6378140.0, 298.257): "1980西安坐标系"}
_CGCS2000_NAMES = re.compile(r"cgcs|china.*2000|2000国家|unknown|undefined", re.IGNORECASE)

_MERCATOR_LIMIT = 20_037_508.35


class CrsRefused(ValueError):  # noqa: N818
    """The coordinate system is contradictory, unknown or not convertible; the message is Chinese."""


_HOLDABLE = frozenset({CGCS2000, 4326, 3857, *ZONES})
_TITLES = {
    CGCS2000: "CGCS2000 经纬度",
    4326: "WGS84 经纬度",
    3857: "Web墨卡托",
    **{epsg: zone.title for epsg, zone in ZONES.items()},
}


@dataclass(frozen=True)
class Resolved:
    """What a layer's coordinate system was found to be.

    `zone` is the zone number of a Gauss-Krüger system, `prefixed` whether eastings carry it, `zones` all
    the prefixes seen when a layer straddles two zones (then `to_4490` converts each feature in its own),
    `note` the Chinese sentence to show the user, empty when there is nothing to say.
    """

    crs: CRS
    epsg: int | None
    zone: int | None
    prefixed: bool
    note: str
    zones: tuple[int, ...] = ()

    @property
    def title(self) -> str:
        """Name for people, with the EPSG code: "CGCS2000 3度带第38带,中央经线114°E，带带号(EPSG:4526)"."""
        name = _TITLES.get(self.epsg or 0) or self.crs.name
        return f"{name}(EPSG:{self.epsg})" if self.epsg else name


def resolve_crs(
    declared: CRS | None, bounds: Bounds, *, axis_hint: Literal["en", "ne"] | None = None
) -> Resolved:
    """The coordinate system of a layer from what it declares and its bounds (minx, miny, maxx, maxy).

    `axis_hint="ne"` says that the caller knows x to be the northing (as a surveyor writes it) and will
    pass the geometries through `swap_axes`. Foreign systems are resolved too; whether the register may
    hold them is `require_holdable`'s question.

    Raises:
        CrsRefused: contradiction, unknown zone, swapped axes, or a datum needing a transformation.
    """
    if not all(math.isfinite(value) for value in bounds):
        raise CrsRefused("图层没有有效坐标(空图层或坐标不是数字)，无法判断坐标系。请检查数据。")
    if axis_hint == "ne":
        bounds = (bounds[1], bounds[0], bounds[3], bounds[2])
    swapped = "坐标按“X为北、Y为东”读取并已交换。" if axis_hint == "ne" else ""
    shape = shape_of(bounds)
    if declared is None:
        return _by_magnitude(bounds, shape, swapped)
    crs = _horizontal(declared)
    _refuse_old_datum(crs)
    epsg, note = _identify(crs)
    if epsg in _HOLDABLE and epsg != 3857:
        _refuse_swapped(bounds, shape)
    crs = crs if epsg is None else CRS.from_epsg(epsg)
    zone = ZONES.get(epsg or 0)
    if zone is not None:
        zones, straddle = _check_zone(zone, bounds, shape)
        note = swapped + note + straddle
        return Resolved(crs, epsg, zone.number, zone.prefixed, note, zones)
    _check_other(crs, epsg, bounds, shape)
    if epsg in (CGCS2000, 4326) and not in_china(bounds):
        note += f"坐标不在中国范围内(经度{bounds[0]:.4f}起，纬度{bounds[1]:.4f}起)，请确认。"
    return Resolved(crs, epsg, None, False, swapped + note)


def require_holdable(resolved: Resolved) -> None:
    """Refuse what a county register cannot hold: anything but CGCS2000, its zones, WGS84, web Mercator.

    Raises:
        CrsRefused: with the system's name and EPSG code.
    """
    if resolved.epsg in _HOLDABLE:
        return
    code = f"EPSG:{resolved.epsg}" if resolved.epsg else "没有EPSG编码"
    raise CrsRefused(
        f"坐标系“{resolved.crs.name}”({code})不能入库。可以入库的有：CGCS2000经纬度(EPSG:4490)、"
        "CGCS2000 3度带(EPSG:4513-4554)和6度带(EPSG:4491-4512)、WGS84(EPSG:4326)、"
        "Web墨卡托(EPSG:3857)。请先在测绘软件中转换坐标系，再导入。"
    )


def to_4490(geoms: NDArray[np.object_], crs: int | CRS) -> NDArray[np.object_]:
    """The same geometries in EPSG:4490 longitude and latitude (degrees); None stays None.

    In a system with zone prefix each feature is converted in the zone its own eastings name, so a layer
    across two zones comes out in one piece. Vertices are converted, edges are not densified
    (`area.densified` does that). WGS84 is taken as CGCS2000 without a shift.

    Raises:
        CrsRefused: old datum, a feature with two prefixes, or coordinates PROJ cannot convert.
    """
    geoms = np.atleast_1d(np.asarray(geoms, dtype=object))
    source = _horizontal(CRS.from_user_input(crs))
    _refuse_old_datum(source)
    epsg = _identify(source)[0]
    if epsg in (CGCS2000, 4326):
        return geoms.copy()
    zone = ZONES.get(epsg or 0)
    if zone is None:
        return _converted(geoms, source)
    if not zone.prefixed:
        return _in_zone(geoms, zone)
    out = geoms.copy()
    numbers = zone_numbers(out, zone)
    for number in np.unique(numbers[numbers > 0]):
        chosen = numbers == number
        out[chosen] = _in_zone(out[chosen], Zone(zone.width, int(number), True))
    return out


def zone_numbers(geoms: NDArray[np.object_], zone: Zone) -> NDArray[np.int64]:
    """The zone prefix of each feature's eastings (0 for None or empty) in a system with prefix.

    Raises:
        CrsRefused: a feature whose eastings carry two prefixes, or one that is not next to the declared.
    """
    bounds = shapely.bounds(geoms)
    empty = ~np.isfinite(bounds).all(axis=1)
    low, high = (np.where(empty, 0, bounds[:, i] // ZONE_STEP).astype(np.int64) for i in (0, 2))
    bad = ~empty & ((low != high) | (np.abs(low - zone.number) > 1))
    if bad.any():
        first = int(np.flatnonzero(bad)[0])
        raise CrsRefused(
            f"第{first + 1}个图形的东坐标从{bounds[first, 0]:.2f}到{bounds[first, 2]:.2f},"
            f"与声明的{zone.label}不符(一个图形只能在一个带内，且只能是本带或相邻带)。请检查坐标。"
        )
    return low


def swap_axes(geoms: NDArray[np.object_]) -> NDArray[np.object_]:
    """Exchange x and y, for sources that write the northing first."""
    out = np.asarray(geoms, dtype=object).copy()
    coords = shapely.get_coordinates(out)
    return np.asarray(shapely.set_coordinates(out, coords[:, ::-1]), dtype=object)


def zone_of(crs: int | CRS) -> Zone | None:
    """The CGCS2000 Gauss-Krüger zone that `crs` is, by EPSG code or by its parameters; None if none."""
    epsg = _identify(_horizontal(CRS.from_user_input(crs)))[0]
    return ZONES.get(epsg or 0)


def _in_zone(geoms: NDArray[np.object_], zone: Zone) -> NDArray[np.object_]:
    out = zone_to_degrees(geoms, zone)
    _require_finite(geoms, out, zone.label)
    return out


def _converted(geoms: NDArray[np.object_], source: CRS) -> NDArray[np.object_]:
    coords = shapely.get_coordinates(geoms)
    lon, lat = _transformer(source.to_wkt()).transform(coords[:, 0], coords[:, 1])
    moved = shapely.set_coordinates(geoms.copy(), np.column_stack([lon, lat]))
    out = np.asarray(moved, dtype=object)
    _require_finite(geoms, out, f"“{source.name}”")
    return out


def _require_finite(before: NDArray[np.object_], after: NDArray[np.object_], source: str) -> None:
    degrees, index = shapely.get_coordinates(after, return_index=True)
    bad = ~np.isfinite(degrees).all(axis=1)
    if bad.any():
        at = int(np.flatnonzero(bad)[0])
        x, y = shapely.get_coordinates(before)[at]
        raise CrsRefused(
            f"第{int(index[at]) + 1}个图形的坐标({x}, {y})不能从{source}换算到CGCS2000经纬度。"
            "请检查坐标和坐标系。"
        )


@functools.lru_cache(maxsize=64)
def _transformer(wkt: str) -> Transformer:
    return Transformer.from_crs(CRS.from_wkt(wkt), CRS.from_epsg(CGCS2000), always_xy=True)


def _horizontal(crs: CRS) -> CRS:
    """The plain horizontal system inside a compound (with height) or bound (with TOWGS84) one."""
    if crs.is_compound:
        crs = crs.sub_crs_list[0]
    if crs.is_bound and crs.source_crs is not None:
        crs = crs.source_crs
    return crs


def _refuse_old_datum(crs: CRS) -> None:
    ellipsoid = crs.ellipsoid
    if ellipsoid is None:
        raise CrsRefused(
            f"坐标系“{crs.name}”没有椭球参数(地方独立坐标系)，不能换算。请先转换到CGCS2000再使用。"
        )
    old = _OLD_DATUMS.get((ellipsoid.semi_major_metre, round(ellipsoid.inverse_flattening, 6)))
    if old is not None:
        code = crs.to_epsg(min_confidence=70)
        named = f"“{crs.name}”" + (f"(EPSG:{code})" if code else "")
        raise CrsRefused(
            f"{named}属于{old}，椭球与CGCS2000不同，必须先用当地转换参数做基准转换。"
            "本系统没有转换参数，不能直接换算；请由测绘单位转换到CGCS2000后再导入。"
        )


def _identify(crs: CRS) -> tuple[int | None, str]:
    """EPSG code and, if it was found by parameters only, a note. Parameters first: PROJ's own guess at
    low confidence names systems with another unit or a local datum."""
    ellipsoid = crs.ellipsoid
    exact = crs.to_epsg(min_confidence=70)
    if ellipsoid is None or exact in _HOLDABLE:
        return exact, ""
    same = ellipsoid.semi_major_metre == A and abs(ellipsoid.inverse_flattening - 1 / F) < 1e-6
    found: int | None = None
    if same and crs.is_projected:
        found = _by_parameters(crs)
    elif same and crs.is_geographic and crs.datum is not None:
        found = CGCS2000 if _CGCS2000_NAMES.search(crs.datum.name) else None
    if found is None:
        return exact, ""
    return found, f"坐标系名称“{crs.name}”不标准，按参数识别为EPSG:{found}。"


def _by_parameters(crs: CRS) -> int | None:
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    if any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info):
        return None
    value = {p.name: float(p.value) for p in operation.params}
    meridian, east = value["Longitude of natural origin"], value["False easting"]
    if value["Scale factor at natural origin"] != 1.0 or value["False northing"] != 0.0:
        return None
    for epsg, zone in ZONES.items():
        offset = zone.number * ZONE_STEP if zone.prefixed else 0.0
        if (meridian, east) == (zone.central_meridian, offset + FALSE_EASTING):
            return epsg
    return None


def _refuse_swapped(bounds: Bounds, shape: Shape) -> None:
    if shape in ("degrees_swapped", "plain_swapped"):
        raise CrsRefused(
            f"坐标轴颠倒：第一个坐标({bounds[0]:.3f})是北坐标(纬度)，第二个坐标({bounds[1]:.3f})是东坐标(经度)。"
            "请在导入时选择“X为北、Y为东”，或在原软件中交换X、Y后重新导出。"
        )


def _straddle_note(zones: tuple[int, ...]) -> str:
    return f"图层跨第{zones[0]}、{zones[1]}两个带，每个图形按自己东坐标的带号换算。"


def _check_zone(zone: Zone, bounds: Bounds, shape: Shape) -> tuple[tuple[int, ...], str]:
    """Zones seen and a note; refuses bounds that contradict the declared zone."""
    if zone.prefixed and shape == "prefixed":
        seen = prefixes(bounds)
        if seen == (zone.number,):
            return seen, ""
        if len(seen) == 2 and zone.number in seen:
            return seen, _straddle_note(seen)
        shown = f"{seen[0]}" if len(seen) == 1 else f"{seen[0]}至{seen[-1]}"
        raise CrsRefused(
            f"带号矛盾：声明的坐标系是{zone.label}，带号{zone.number};"
            f"但东坐标{bounds[0]:.2f}的带号是{shown}。请核对后改正坐标系或坐标。"
        )
    if not zone.prefixed and shape == "plain":
        return (zone.number,), ""
    raise CrsRefused(
        f"坐标与声明的坐标系矛盾：声明的是{zone.label}，但坐标({bounds[0]:.3f}, {bounds[1]:.3f})"
        f"{looks_like(bounds, shape)}。请核对后改正坐标系或坐标。"
    )


def _check_other(crs: CRS, epsg: int | None, bounds: Bounds, shape: Shape) -> None:
    """Degrees must be degrees, metres must not be degrees."""
    minx, miny, maxx, maxy = bounds
    code = f"EPSG:{epsg}" if epsg else "无EPSG编码"
    if crs.is_geographic:
        wrong = minx < -180 or maxx > 360 or miny < -90 or maxy > 90
    else:
        mercator = epsg == 3857 and (maxx > _MERCATOR_LIMIT or minx < -_MERCATOR_LIMIT)
        wrong = shape == "degrees" or mercator
    if wrong:
        raise CrsRefused(
            f"坐标与声明的坐标系矛盾：声明的是“{crs.name}”({code})，但坐标({minx:.3f}, {miny:.3f})"
            f"{looks_like(bounds, shape)}。请核对后改正坐标系或坐标。"
        )


def _by_magnitude(bounds: Bounds, shape: Shape, swapped: str) -> Resolved:
    """No declared system: decide only where the numbers allow one reading."""
    _refuse_swapped(bounds, shape)
    if shape == "degrees":
        note = swapped + "文件没有声明坐标系，按坐标大小判定为CGCS2000经纬度(EPSG:4490)，请确认。"
        return Resolved(CRS.from_epsg(CGCS2000), CGCS2000, None, False, note)
    seen = prefixes(bounds) if shape == "prefixed" else ()
    if seen and seen[0] >= 25 and len(seen) <= 2:
        zone = Zone(3, seen[0], True)
        note = f"{swapped}文件没有声明坐标系，按东坐标的带号判定为{zone.label}，请确认。"
        if len(seen) == 2:
            note += _straddle_note(seen)
        return Resolved(CRS.from_epsg(zone.epsg), zone.epsg, zone.number, True, note, seen)
    where = f"文件没有声明坐标系，坐标为({bounds[0]:.3f}, {bounds[1]:.3f})"
    if shape == "plain":
        raise CrsRefused(
            f"{where}，东坐标只有6位，没有带号，无法判断在哪一带(带号未知)。请在导入时指明带号或中央经线。"
        )
    raise CrsRefused(
        f"{where}，大小不能唯一确定坐标系。请在导入时指明坐标系(例如EPSG:4526)，或随文件提供.prj。"
    )
