"""Where figures of one layer lie over each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from liangtian.geo.area import round_m2, survey_areas
from liangtian.geo.crs import to_4490
from liangtian.platform.layers.found import WARNING, Found

LISTED = 500  # pairs listed one by one; the summary always speaks of all


def self_overlaps(
    geoms: NDArray[np.object_], rows: NDArray[np.int64], fids: Sequence[str], crs: CRS
) -> list[Found]:
    """A summary and the largest overlaps, if valid polygons in `crs` overlap by 0.01 m² or more.

    Only pairs that do more than touch are intersected, so that a clean survey costs one pass.
    """
    first, second = shapely.STRtree(geoms).query(geoms, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shapely.prepare(geoms)
    more = ~shapely.touches(geoms[first], geoms[second])
    first, second = first[more], second[more]
    shared = shapely.intersection(geoms[first], geoms[second])
    area = survey_areas(shared, crs)
    real = area >= 0.005  # what rounds to 0.00 m² is rounding
    first, second, shared, area = first[real], second[real], shared[real], area[real]
    if not len(area):
        return []
    order = np.argsort(-area, kind="stable")[:LISTED]
    places = shapely.get_coordinates(to_4490(shapely.point_on_surface(shared[order]), crs))
    total = round_m2(float(area.sum()))
    tail = f",下列面积最大的 {LISTED} 处" if len(area) > LISTED else ""
    out = [
        Found(
            0,
            "",
            WARNING,
            f"图形互相重叠 {len(area)} 处，重叠面积合计 {total} 平方米{tail}。"
            "该图层应当互不重叠，请核对来源数据。",
        )
    ]
    for k, (lon, lat) in zip(order.tolist(), places.tolist(), strict=True):
        i, j = int(first[k]), int(second[k])
        reason = f"与第 {rows[j]} 行(编号 {fids[j]})重叠 {round_m2(float(area[k]))} 平方米。"
        out.append(Found(int(rows[i]), fids[i], WARNING, reason, (lon, lat)))
    return out
