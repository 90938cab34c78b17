"""The figures of a batch: are they sound, how large, where, and do they lie over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import densified, round_m2, survey_areas, to_mu
from liangtian.geo.clean import check
from liangtian.geo.crs import CrsRefused, to_4490
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.places import Places
from liangtian.programmes.enforcement.imports.findings import SHAPE, Findings, Place
from liangtian.programmes.enforcement.imports.places import point_of
from liangtian.programmes.enforcement.imports.reading import Source

_INSIDE = 0.9999  # a patch drawn along the county's border loses that much to rounding
_CORRECT = "请在源文件中修正该图形后重新导入；系统不会擅自改动图形"


@dataclass(frozen=True)
class Limits:
    """Values of the policy pack: how far measured and declared area may differ."""

    area_difference_mu: Decimal
    area_difference_percent: Decimal


@dataclass(frozen=True)
class Figures:
    """Sound figures in the file's system and in EPSG:4490 (None where not), areas in m² to 0.01."""

    crs: pyproj.CRS
    plane: NDArray[np.object_]
    degrees: NDArray[np.object_]
    area: list[Decimal]

    @property
    def sound(self) -> NDArray[np.int64]:
        """Positions of the rows whose figure can be used."""
        return np.flatnonzero(~shapely.is_missing(self.degrees))


def check_figures(source: Source, findings: Findings) -> Figures:
    """Refuse missing, broken and vanishing figures, with their place; measure and convert the others."""
    crs, plane = source.resolved.crs, source.layer.geometry.copy()
    for problem in check(plane, source.layer.fids):
        reason = f"图形无效：{problem.reason}"
        place = _to_degrees(problem.location, crs)
        findings.error(problem.index, SHAPE, "", reason, _CORRECT, place=place)
        plane[problem.index] = None
    degrees = _converted(plane, crs, findings)
    for problem in check(degrees):
        i = problem.index
        if plane[i] is None:
            continue
        if degrees[i] is not None:
            reason = f"换算为经纬度后图形无效：{problem.reason}"
            findings.error(i, SHAPE, "", reason, _CORRECT, place=problem.location)
        plane[i] = degrees[i] = None
    area = [round_m2(m2) for m2 in survey_areas(plane, crs).tolist()]
    for i, m2 in enumerate(area):
        if plane[i] is not None and not m2:
            place = point_of(degrees[i])
            findings.error(i, SHAPE, "", "图形面积不足 0.01 平方米", _CORRECT, place=place)
            plane[i] = degrees[i] = None
    return Figures(crs, plane, degrees, area)


def _converted(
    plane: NDArray[np.object_], crs: pyproj.CRS, findings: Findings
) -> NDArray[np.object_]:
    dense = densified(plane, crs)
    try:
        return to_4490(dense, crs)
    except CrsRefused:  # one figure of them; find out which
        degrees = np.full(len(plane), None, dtype=object)
        for i in range(len(plane)):
            try:
                degrees[i : i + 1] = to_4490(dense[i : i + 1], crs)
            except CrsRefused as refusal:
                reason = str(refusal).replace("第1个图形", "该图形")
                findings.error(i, SHAPE, "", reason, _CORRECT)
        return degrees


def _to_degrees(place: Place | None, crs: pyproj.CRS) -> Place | None:
    if place is None or not np.isfinite(place).all():
        return None
    point = np.array([shapely.Point(place)], dtype=object)
    try:
        return point_of(to_4490(point, crs)[0])
    except CrsRefused:  # the place is what is wrong
        return None


def compare_areas(
    figures: Figures, values: Sequence[Mapping[str, Any]], limits: Limits, findings: Findings
) -> None:
    """Warn where the declared area is far from the survey area."""
    for i in figures.sound.tolist():
        declared = values[i]["declared_area_mu"]
        if declared is None:
            continue
        measured = to_mu(figures.area[i])
        allowed = max(limits.area_difference_mu, measured * limits.area_difference_percent / 100)
        if abs(measured - Decimal(declared)) > allowed:
            findings.warn(
                i, "declared_area_mu", declared, f"与图形面积 {measured:.2f} 亩相差较大",
                "不影响入库，以图形的调查面积为准；请核对面积单位是否为亩",
            )  # fmt: skip


def find_places(
    figures: Figures, places: Places, county: Region, findings: Findings
) -> list[Region | None]:
    """The region of each sound figure. Those outside the county are refused, straddling ones named."""
    found: list[Region | None] = [None] * len(figures.degrees)
    sound = figures.sound
    if not len(sound):
        return found
    regions, shares = places.locate(figures.degrees[sound])
    for i, region, share in zip(sound.tolist(), regions, shares, strict=True):
        found[i] = region
        place = point_of(figures.degrees[i])
        if region is None:
            advice = "请核对坐标系和带号，或退回下发单位"
            findings.error(i, SHAPE, "", f"图斑不在{county.name}范围内", advice, place=place)
        elif share < _INSIDE:
            reason = f"图斑有 {1 - share:.2%} 在{county.name}之外"
            findings.warn(i, SHAPE, "", reason, "不影响入库，请核对是否应由邻县核查", place=place)
    return found


def find_overlaps(figures: Figures, findings: Findings) -> None:
    """Warn, at the later of two rows that may enter, where figures lie over each other."""
    rows = np.flatnonzero(findings.good & ~shapely.is_missing(figures.degrees))
    plane = figures.plane[rows]
    later, earlier = shapely.STRtree(plane).query(plane, predicate="intersects")
    once = earlier < later
    later, earlier = later[once], earlier[once]
    apart = shapely.touches(plane[later], plane[earlier])
    later, earlier = later[~apart], earlier[~apart]
    shared = shapely.intersection(plane[later], plane[earlier])
    area = [round_m2(m2) for m2 in survey_areas(shared, figures.crs).tolist()]
    by_row: dict[int, list[tuple[Decimal, int]]] = {}
    for a, b, m2 in zip(later.tolist(), earlier.tolist(), area, strict=True):
        if m2:  # what rounds to nothing is rounding
            by_row.setdefault(int(rows[a]), []).append((m2, int(rows[b])))
    for i, others in by_row.items():
        m2, other = max(others)
        more = f",另与 {len(others) - 1} 个图斑重叠" if len(others) > 1 else ""
        findings.warn(
            i, SHAPE, "",
            f"与第 {other + 1} 行(编号 {findings.numbers[other]})的图形重叠 {m2} 平方米{more}",
            "不影响入库，但重叠部分会重复计算面积，请核对", place=point_of(figures.degrees[i]),
        )  # fmt: skip
