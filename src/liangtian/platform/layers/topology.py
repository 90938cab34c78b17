"""Overlaps and gaps of a delivered layer as findings, with their shapes and areas."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from liangtian.geo.area import round_m2, single_polygons
from liangtian.geo.clean import GeometryRefused
from liangtian.geo.crs import to_4490
from liangtian.geo.topology import FigureFile, gaps, overlaps
from liangtian.platform.layers.checks.kinds import Setting
from liangtian.platform.layers.found import WARNING, Found

Shapes = NDArray[np.object_]


@dataclass(frozen=True)
class Names:
    """Row, id and category of each figure, in the order of the file of figures."""

    rows: NDArray[np.int64]
    fids: Sequence[str]
    categories: Sequence[str]


def overlap_findings(
    figures: FigureFile,
    names: Names,
    crs: CRS,
    setting: Setting,
    *,
    exclusive: bool,
    told: Callable[[float], None] = lambda _: None,
) -> list[Found]:
    """Every overlap, the largest first, after a line that sums them up.

    In a layer that is not `exclusive`, only figures of the same category must not overlap: their area
    would count twice.
    """
    found = overlaps(figures, crs, least_m2=setting.figure("survey.overlap_least_m2"), told=told)
    if not exclusive:
        same = np.array(
            [
                names.categories[i] == names.categories[j]
                for i, j in zip(found.first.tolist(), found.second.tolist(), strict=True)
            ],
            dtype=np.bool_,
        )
        found = found.of(same)
    if not len(found.m2):
        return []
    order = np.argsort(-found.m2, kind="stable")
    found = found.of(order)
    shapes, places = _shown(found.shared, crs)
    total = round_m2(float(found.m2.sum()))
    duty = "该图层应当互不重叠" if exclusive else "同类图形重叠会重复计算面积"
    out = [
        Found(
            0, "", WARNING,
            f"图形互相重叠 {len(found.m2)} 处，重叠面积合计 {total} 平方米。{duty}，"
            "请核对来源数据；发布时可以选择压平。",
            rule="G03", field="图形", figures=0, m2=total,
        )
    ]  # fmt: skip
    for k in range(len(found.m2)):
        i, j, m2 = int(found.first[k]), int(found.second[k]), round_m2(float(found.m2[k]))
        reason = f"与第 {names.rows[j]} 行(编号 {names.fids[j]})重叠 {m2} 平方米。"
        out.append(
            Found(
                int(names.rows[i]), names.fids[i], WARNING, reason, places[k], "G03", "图形", str(m2),
                other=int(names.rows[j]), m2=m2, shape=shapes[k],
            )
        )  # fmt: skip
    return out


def gap_findings(
    figures: FigureFile,
    crs: CRS,
    setting: Setting,
    boundary: shapely.Geometry | None,
    told: Callable[[float], None] = lambda _: None,
) -> list[Found]:
    """Every gap between the figures or between them and the county's `boundary` (EPSG:4490)."""
    found = gaps(
        figures, crs,
        least_m2=setting.figure("survey.gap_least_m2"),
        least_width_m=setting.figure("survey.gap_least_width_m") * _unit(crs),
        boundary=None if boundary is None else _from_degrees(boundary, crs),
        told=told,
    )  # fmt: skip
    if not len(found.m2):
        return []
    order = np.argsort(-found.m2, kind="stable")
    shapes, places = _shown(found.shapes[order], crs)
    areas = [round_m2(float(m2)) for m2 in found.m2[order].tolist()]
    where = "图形之间" if boundary is None else "图形之间和县界以内"
    total = sum(areas)
    summary = f"{where}有缝隙 {len(areas)} 处，面积合计 {total} 平方米。请核对是否漏图斑。"
    out = [Found(0, "", WARNING, summary, rule="G04", field="图形", figures=0, m2=round_m2(total))]
    for shape, place, m2 in zip(shapes, places, areas, strict=True):
        reason = f"此处没有图形，面积 {m2} 平方米。"
        out.append(Found(0, "", WARNING, reason, place, "G04", "图形", str(m2), m2=m2, shape=shape))
    return out


def _shown(shapes: Shapes, crs: CRS) -> tuple[list[shapely.Geometry], list[tuple[float, float]]]:
    """Shapes as multipolygons in degrees, and a place in each."""
    degrees = to_4490(shapes, crs)
    parts, owner = single_polygons(degrees)
    out = [shapely.MultiPolygon() for _ in range(len(shapes))]
    for index in np.unique(owner).tolist():
        out[index] = shapely.multipolygons(parts[owner == index])
    points = shapely.get_coordinates(shapely.point_on_surface(degrees))
    return out, [(float(x), float(y)) for x, y in points]


def _unit(crs: CRS) -> float:
    """Length of a metre in the unit of the system, for widths."""
    return 1 / 111_000.0 if crs.is_geographic else 1.0


def _from_degrees(boundary: shapely.Geometry, crs: CRS) -> shapely.Geometry:
    if crs.is_geographic:
        return boundary
    change = Transformer.from_crs(4490, crs, always_xy=True)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    plane = shapely.transform(boundary, moved)
    if not np.isfinite(shapely.get_coordinates(plane)).all():
        raise GeometryRefused("县界不能换算到图层的坐标系，无法检查缝隙。")
    return plane if plane.is_valid else shapely.make_valid(plane)
