"""Which village or township a patch lies in, and whether it lies in the county at all."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.overlay import areas
from liangtian.platform.errors import Refused
from liangtian.platform.regions.models import Region


class Places:
    """The smallest regions of a county that have a boundary, as one layer."""

    def __init__(self, county: Region) -> None:
        below = Region.objects.filter(code__startswith=county.code).exclude(geom=None)
        levels = {
            level: [r for r in below if r.level == level] for level in ("village", "township")
        }
        self.regions = levels["village"] or levels["township"]
        if not self.regions:
            raise Refused(
                f"“{county.name}”尚未导入乡镇和村的界线,不能确定图斑位置。请先导入行政区划。"
            )
        self.by_code = {r.code: r for r in self.regions}

    def locate(self, geoms: NDArray[np.object_]) -> tuple[list[Region | None], list[float]]:
        """For each patch (EPSG:4490): the region with its largest share, and the share inside the county."""
        layer = np.empty(len(self.regions), dtype=object)
        layer[:] = [r.geom for r in self.regions]
        result = areas(geoms, layer, [r.code for r in self.regions])
        count = len(geoms)
        best: list[Region | None] = [None] * count
        largest, inside, total = np.zeros(count), np.zeros(count), np.zeros(count)
        for plot, code, m2 in zip(result.plot.tolist(), result.category, result.m2, strict=True):
            value = float(m2)
            total[plot] += value
            if code == "":
                continue
            inside[plot] += value
            if value > largest[plot]:
                largest[plot], best[plot] = value, self.by_code[str(code)]
        return best, (inside / np.where(total > 0, total, 1)).tolist()


def point_of(geom: shapely.Geometry | None) -> tuple[float, float] | None:
    """A place to show on the map for a geometry that may be broken (EPSG:4490)."""
    if geom is None or geom.is_empty:
        return None
    lon, lat = shapely.get_coordinates(geom)[0].tolist()
    return lon, lat
