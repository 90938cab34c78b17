"""What may be drawn, what a drawing measures, and how drawings are cut and joined. EPSG:4490 throughout."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import shapely
import shapely.ops
from django.conf import settings
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import round_m2, single_polygons, survey_area
from liangtian.geo.clean import check
from liangtian.platform.errors import Refused
from liangtian.platform.sketches.models import Sketch

ELLIPSOID = pyproj.Geod(a=6378137.0, rf=298.257222101)  # CGCS2000
DECIMALS = 9  # of a degree: 0.1 mm, so that browser and server measure the same figure
CHINA = (
    73.0,
    3.0,
    136.0,
    54.0,
)  # west, south, east, north; beyond lies a slip of the hand or the axes
LEAST_M2 = Decimal("0.01")
_KINDS = {
    "Point": Sketch.Kind.POINT, "MultiPoint": Sketch.Kind.POINT,
    "LineString": Sketch.Kind.LINE, "MultiLineString": Sketch.Kind.LINE,
    "Polygon": Sketch.Kind.POLYGON, "MultiPolygon": Sketch.Kind.POLYGON,
}  # fmt: skip


@dataclass(frozen=True)
class Figures:
    """Kind and measures of a drawing: m² to 0.01 for polygons, m to 0.01 for lines and outlines."""

    kind: Sketch.Kind
    area_m2: Decimal | None
    length_m: Decimal | None


def read_geometry(given: dict[str, Any]) -> BaseGeometry:
    """A GeoJSON geometry as shapely, rounded to 9 decimals. Raises Refused, with the place of the fault."""
    try:
        geom = shapely.from_geojson(json.dumps(given))
    except (shapely.errors.GEOSException, TypeError, ValueError) as error:
        raise _refused("图形的格式不对，不能读取。请重新绘制。") from error
    return checked(geom)


def checked(geom: BaseGeometry) -> BaseGeometry:
    """The same figure, rounded, when it can be kept; Refused otherwise."""
    if geom is None or geom.is_empty or geom.geom_type not in _KINDS:
        kind = "空的" if geom is None or geom.is_empty else geom.geom_type
        raise _refused(f"只能保存点、线或面，现在是{kind}图形。请重新绘制。")
    geom = shapely.force_2d(geom)
    count = int(shapely.get_num_coordinates(geom))
    if count > settings.SKETCH_VERTICES:
        raise _refused(
            f"图形有 {count} 个顶点，上限 {settings.SKETCH_VERTICES} 个。请分成几个图形，或先简化。"
        )
    _require_in_china(geom)
    rounded = shapely.transform(geom, lambda xy: np.round(xy, DECIMALS))
    problems = check(np.array([rounded], dtype=object)) if "Polygon" in geom.geom_type else []
    if problems:
        where = problems[0].location
        place = f"，位置 {where[0]:.6f}°，{where[1]:.6f}°" if where else ""
        raise _refused(f"图形无效：{problems[0].reason}{place}。请移动该处的顶点后重试。", at=where)
    return rounded


def figures(geom: BaseGeometry) -> Figures:
    """Measures of a checked figure. Raises Refused for one without extent."""
    kind = _KINDS[geom.geom_type]
    if kind == Sketch.Kind.POINT:
        return Figures(kind, None, None)
    length = round_m2(abs(ELLIPSOID.geometry_length(_outline(geom))))
    if length < LEAST_M2:
        raise _refused("线的长度不足 0.01 米。请重新绘制。")
    if kind == Sketch.Kind.LINE:
        return Figures(kind, None, length)
    area = survey_area(geom)
    if area < LEAST_M2:
        raise _refused("面的面积不足 0.01 平方米。请重新绘制。")
    return Figures(kind, area, length)


def split(geom: BaseGeometry, line: BaseGeometry) -> list[BaseGeometry]:
    """The parts into which a line cuts a figure. Raises Refused when it does not cut through."""
    if line.geom_type != "LineString":
        raise _refused("分割线应是一条线。")
    if "Point" in geom.geom_type:
        raise _refused("点不能分割。请选择线或面。")
    parts = [
        piece
        for part in shapely.get_parts(geom).tolist()
        for piece in shapely.ops.split(part, line).geoms
    ]
    if len(parts) <= len(shapely.get_parts(geom)):
        raise _refused("分割线没有穿过图形。请让线的两端都落在图形以外。")
    return [checked(part) for part in parts]


def merge(geoms: Sequence[BaseGeometry]) -> BaseGeometry:
    """One figure of several of the same kind. Raises Refused."""
    kinds = {_KINDS[geom.geom_type] for geom in geoms}
    if len(geoms) < 2 or len(kinds) != 1:
        raise _refused("请选择两个以上同一类型的图形再合并。")
    joined = shapely.union_all(list(geoms))
    if kinds == {Sketch.Kind.LINE}:
        joined = shapely.line_merge(joined)
    return checked(joined)


def cut_hole(geom: BaseGeometry, hole: BaseGeometry) -> BaseGeometry:
    """A polygon without the ground of another that lies inside it. Raises Refused."""
    if _KINDS[geom.geom_type] != Sketch.Kind.POLYGON or hole.geom_type != "Polygon":
        raise _refused("只能在面上挖洞。")
    if not shapely.contains_properly(geom, hole):
        raise _refused("洞应完全在面以内，不碰到边界。请重新绘制洞。")
    return checked(shapely.difference(geom, hole))


def polygon_parts(geom: BaseGeometry) -> list[BaseGeometry]:
    """The single polygons of a polygon figure."""
    one = np.empty(1, dtype=object)
    one[0] = geom
    return list(single_polygons(one)[0])


def _outline(geom: BaseGeometry) -> BaseGeometry:
    return geom.boundary if "Polygon" in geom.geom_type else geom


def _require_in_china(geom: BaseGeometry) -> None:
    xy = shapely.get_coordinates(geom)
    west, south, east, north = CHINA
    inside = (xy >= (west, south)).all(axis=1) & (xy <= (east, north)).all(axis=1)
    if not inside.all():  # NaN fails as well
        x, y = xy[~inside][0].tolist()
        raise _refused(f"坐标 {x:.6f}，{y:.6f} 不在中国的经纬度范围内。请核对坐标和坐标系。")


def _refused(message: str, at: tuple[float, float] | None = None) -> Refused:
    fields = {"geometry": message}
    if at is not None:
        fields |= {"lon": f"{at[0]:.9f}", "lat": f"{at[1]:.9f}"}
    return Refused(message, fields=fields)
