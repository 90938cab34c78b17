"""What the size of coordinates says about their system, before anything that a file declares."""

from __future__ import annotations

from typing import Literal

from liangtian.geo.gauss import ZONE_STEP

# Where Chinese land can lie, with room for a layer that overhangs its zone.
_EAST = (100_000.0, 900_000.0)
_NORTH = (300_000.0, 6_100_000.0)
_MAINLAND_NORTH = 1_900_000.0
_CHINA = (73.0, 3.0, 136.0, 54.0)

Bounds = tuple[float, float, float, float]
Shape = Literal["degrees", "degrees_swapped", "plain", "plain_swapped", "prefixed", "other"]


def shape_of(bounds: Bounds) -> Shape:
    """What kind of coordinates the bounds look like."""
    minx, miny, maxx, maxy = bounds
    if _inside(bounds, _CHINA):
        return "degrees"
    if _inside((miny, minx, maxy, maxx), _CHINA):
        return "degrees_swapped"
    if _is_north(miny, maxy):
        if _is_east(minx, maxx):
            return "plain"
        if _is_prefixed(minx, maxx):
            return "prefixed"
    east_in_y = _is_east(miny, maxy) or _is_prefixed(miny, maxy)
    if east_in_y and minx >= _MAINLAND_NORTH and maxx <= _NORTH[1]:
        return "plain_swapped"
    return "other"


def _inside(inner: Bounds, outer: Bounds) -> bool:
    return (
        inner[0] >= outer[0]
        and inner[1] >= outer[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def in_china(bounds: Bounds) -> bool:
    return _inside(bounds, _CHINA)


def _is_north(low: float, high: float) -> bool:
    return _NORTH[0] <= low and high <= _NORTH[1]


def _is_east(low: float, high: float) -> bool:
    return _EAST[0] <= low and high <= _EAST[1]


def _is_prefixed(low: float, high: float) -> bool:
    zones = (int(low // ZONE_STEP), int(high // ZONE_STEP))
    known = all(13 <= zone <= 23 or 25 <= zone <= 45 for zone in zones)
    return known and all(_is_east(v % ZONE_STEP, v % ZONE_STEP) for v in (low, high))


def prefixes(bounds: Bounds) -> tuple[int, ...]:
    return tuple(range(int(bounds[0] // ZONE_STEP), int(bounds[2] // ZONE_STEP) + 1))


def looks_like(bounds: Bounds, shape: Shape) -> str:
    if shape == "degrees":
        return "是经纬度(度)"
    if shape == "plain":
        return "是不带带号的6位东坐标"
    if shape == "prefixed":
        return f"的东坐标带有带号{prefixes(bounds)[0]}"
    return "不在中国范围内的合理取值之内"
