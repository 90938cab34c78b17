"""Two plots as a boundary-point file (报部坐标 TXT, GBK) for trying the import by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import shapely

from liangtian.geo.area import survey_areas

from .county import EPSG
from .ground import Ground

_HEAD = (
    ("格式版本号", "1.01版本"), ("数据产生单位", "青禾县自然资源局"), ("数据产生日期", "2026-03-20"),
    ("坐标系", "2000国家大地坐标系"), ("几度分带", "3"), ("投影类型", "高斯克吕格"), ("计量单位", "米"),
    ("带号", "38"), ("精度", "0.001"), ("转换参数", ",,,,,,"),
)  # fmt: skip


def write_trial_plots(path: Path, ground: Ground) -> list[str]:
    """Write two farmland plots, the second with a hole; returns their names."""
    lines = ["[属性描述]", *(f"{k}={v}" for k, v in _HEAD), "[地块坐标]"]
    names = ["柳塘示例地块一", "石桥示例地块二"]
    for k, name in enumerate(names):
        plot = ground.spot("farm", 60)
        shape = shapely.simplify(ground.survey.shapes[plot], 1.0)
        shape = shapely.Polygon(np.round(shapely.get_coordinates(shape.exterior), 3))
        if k == 1:
            x, y = ground.middle(plot)
            hole = shapely.buffer(shapely.Point(round(x, 3), round(y, 3)), 6.0, quad_segs=1)
            shape = shapely.Polygon(shape.exterior, [np.round(hole.exterior.coords, 3)])
        ground.take(shape)
        code, use = ground.main_class(shape)
        hectares = float(survey_areas(np.array([shape], dtype=object), EPSG)[0]) / 10_000
        rings = [shape.exterior, *shape.interiors]
        count = sum(len(r.coords) for r in rings)
        lines.append(f"{count},{hectares:.4f},{k + 1},{name},面,,{use},{code},@")
        lines += _points(rings)
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("gbk"))
    return names


def _points(rings: list[shapely.LinearRing]) -> list[str]:
    out, begin = [], 1
    for r, ring in enumerate(rings, start=1):
        xy = list(ring.coords)
        for j, (x, y) in enumerate(xy):
            number = begin if j == len(xy) - 1 else begin + j
            out.append(f"J{number},{r},{y:.3f},{x:.3f}")
        begin += len(xy) - 1
    return out
