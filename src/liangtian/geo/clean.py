"""Validity of polygons (几何检查): what is wrong, where, and a repair that states what it changed.

Area by a boundary formula means nothing for a figure that crosses itself, so nothing invalid may reach
the register or an overlay. A repair is never silent: it is offered, with the areas before and after.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.area import single_polygons, survey_area

_REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自接(环在一点碰到自己)",
    "Hole lies outside shell": "洞在壳外",
    "Holes are nested": "洞嵌套",
    "Nested shells": "面嵌套(一个部分在另一个部分之内)",
    "Interior is disconnected": "洞把面切断",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足，不成面",
    "Invalid Coordinate": "坐标非数",
    "Ring is not closed": "环未闭合",
}
_KINDS = {0: "点", 1: "线", 2: "线", 4: "点", 5: "线", 7: "几何集合"}
_POLYGONAL = (3, 6)
_WHERE = re.compile(r"^(?P<reason>[^\[]+?)\s*(?:\[(?P<x>\S+) (?P<y>\S+?)\])?$")


class GeometryRefused(ValueError):  # noqa: N818
    """A geometry that cannot be used or repaired; the message is Chinese."""


@dataclass(frozen=True)
class Problem:
    """One invalid geometry: its index and feature id, the reason in Chinese, the place in its own CRS."""

    index: int
    fid: str
    reason: str
    location: tuple[float, float] | None

    def __str__(self) -> str:
        where = f",位置({self.location[0]:.6f}, {self.location[1]:.6f})" if self.location else ""
        return f"第{self.index + 1}个图形(编号{self.fid}):{self.reason}{where}"


@dataclass(frozen=True)
class Repair:
    """A repaired polygon; survey areas in m² before and after, their difference, and what was done.

    `area_before` is what the formula gives for the figure as drawn: lobes run in opposite directions
    cancel, so a bow-tie shows less than it covers.
    """

    geom: shapely.Polygon | shapely.MultiPolygon
    area_before: Decimal
    area_after: Decimal
    changed_m2: Decimal
    note: str


def check(geoms: NDArray[np.object_], fids: Sequence[str] | None = None) -> list[Problem]:
    """The invalid geometries, at most one problem each (the first that is found), in order.

    Invalid are: no geometry, not a polygon, coordinates that are not numbers, zero area, and whatever
    breaks the simple-feature rules for polygons. `fids` are the features' ids; without them the
    one-based position is used.
    """
    geoms = np.atleast_1d(np.asarray(geoms, dtype=object))
    empty = shapely.is_missing(geoms) | shapely.is_empty(geoms)
    kind = shapely.get_type_id(geoms)
    foreign = ~empty & ~np.isin(kind, _POLYGONAL)
    broken = ~(empty | foreign) & ~shapely.is_valid(geoms)
    flat = ~(empty | foreign | broken) & ~(shapely.area(geoms) > 0)
    reasons = np.full(len(geoms), "", dtype=object)
    reasons[broken] = shapely.is_valid_reason(geoms[broken])
    problems = []
    for index in np.flatnonzero(empty | foreign | broken | flat).tolist():
        location: tuple[float, float] | None = None
        if empty[index]:
            reason = "空几何"
        elif foreign[index]:
            reason = f"不是面，是{_KINDS.get(int(kind[index]), '未知类型')}"
        elif flat[index]:
            reason = "面积为零"
        else:
            reason, location = _translated(reasons[index], geoms[index])
        fid = str(index + 1) if fids is None else str(fids[index])
        problems.append(Problem(index, fid, reason, location))
    return problems


def require_valid(geoms: NDArray[np.object_], what: str) -> None:
    """Refuse the array if anything in it is invalid (None and empty are allowed).

    Raises:
        GeometryRefused: names `what` (Chinese, such as 地块), the count and the first three problems.
    """
    present = ~(shapely.is_missing(geoms) | shapely.is_empty(geoms))
    index = np.flatnonzero(present)
    problems = check(geoms[present], [str(i + 1) for i in index])
    if problems:
        shown = ";".join(f"第{p.fid}个{p.reason}" for p in problems[:3])
        raise GeometryRefused(
            f"{what}有{len(problems)}个图形无效，不能计算：{shown}。请先检查并修复。"
        )


def repair(geom: shapely.Geometry, crs: int | CRS) -> Repair:
    """Make a polygon valid, keeping areas only; the note says what was changed and what was lost.

    Overlapping windings are merged, lobes of a figure that crosses itself are all kept. `crs` is needed
    for the areas.

    Raises:
        GeometryRefused: nothing with an area is left, or coordinates are not numbers.
    """
    if geom is None or geom.is_empty:
        raise GeometryRefused("空几何，无法修复。请补充图形或删除该记录。")
    if not np.isfinite(shapely.get_coordinates(geom)).all():
        raise GeometryRefused("坐标中有不是数字的值，无法修复。请在原软件中改正后重新导入。")
    before = survey_area(geom, crs)
    problems = check(np.array([geom], dtype=object))
    made = shapely.make_valid(geom, method="structure", keep_collapsed=False)
    polygons, _ = single_polygons(np.array([made], dtype=object))
    if len(polygons) == 0:
        raise GeometryRefused("修复后没有面积，只剩点或线。请检查图形，必要时删除该记录。")
    kept = polygons[0] if len(polygons) == 1 else shapely.union_all(polygons)
    after = survey_area(kept, crs)
    said = [f"原图形：{p.reason}" + _at(p.location) for p in problems] or ["原图形有效，未改动"]
    said.append(f"修复前面积{before}平方米，修复后{after}平方米，变化{after - before:+}平方米")
    if lost := _lost(geom):
        said.append(f"舍去{lost}(没有面积)")
    if len(polygons) > 1:
        said.append(f"修复后为{len(polygons)}个部分")
    return Repair(kept, before, after, after - before, ";".join(said) + "。")


def _translated(reason: str, geom: shapely.Geometry) -> tuple[str, tuple[float, float] | None]:
    found = _WHERE.match(reason)
    if found is None:
        return reason, None
    text = _REASONS.get(found["reason"], found["reason"])
    if found["x"] is None or found["reason"] == "Invalid Coordinate":
        return text, _last_good(geom)
    return text, (float(found["x"]), float(found["y"]))


def _last_good(geom: shapely.Geometry) -> tuple[float, float] | None:
    """The first vertex that is a number: where to look when the faulty one has no place."""
    coords = shapely.get_coordinates(geom)
    good = coords[np.isfinite(coords).all(axis=1)]
    return (float(good[0, 0]), float(good[0, 1])) if len(good) else None


def _at(location: tuple[float, float] | None) -> str:
    return f"({location[0]:.6f}, {location[1]:.6f})" if location else ""


def _lost(geom: shapely.Geometry) -> str:
    """Points and lines that a repair drops; the method that keeps all linework tells them."""
    parts = shapely.get_parts(shapely.make_valid(geom, method="linework"))
    while (shapely.get_type_id(parts) > 3).any():
        parts = shapely.get_parts(parts)
    kinds = Counter(_KINDS[int(k)] for k in shapely.get_type_id(parts) if int(k) != 3)
    return "、".join(f"{number}个{kind}" for kind, number in sorted(kinds.items()))
