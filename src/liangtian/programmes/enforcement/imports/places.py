"""Which village or township a patch lies in, and whether it lies in the county at all."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.overlay import areas
from liangtian.platform.errors import Refused
from liangtian.platform.regions.models import Region

_LEVELS = ("village", "township", "county")


class Places:
    """The regions of a county that have a boundary, smallest level first."""

    def __init__(self, county: Region) -> None:
        found = list(Region.objects.current().within(county.code).exclude(geom=None))
        levels = [[r for r in found if r.level == level] for level in _LEVELS]
        if not levels[0] and not levels[1]:
            raise Refused(
                f"“{county.name}”尚未导入乡镇和村的界线，不能确定图斑位置。请先导入行政区划。"
            )
        self.levels = [regions for regions in levels if regions]

    def locate(self, geoms: NDArray[np.object_]) -> tuple[list[Region | None], list[float]]:
        """For each patch (EPSG:4490): the region with its largest share, and its share inside the county.

        A patch in a gap between villages is the township's or, at last, the county's.
        """
        best: list[Region | None] = [None] * len(geoms)
        shares = np.zeros(len(geoms))
        for regions in self.levels:
            found, inside = _largest(geoms, regions)
            best = [old or new for old, new in zip(best, found, strict=True)]
            shares = np.maximum(shares, inside)
        return best, shares.tolist()


def _largest(
    geoms: NDArray[np.object_], regions: list[Region]
) -> tuple[list[Region | None], NDArray[np.float64]]:
    by_code = {region.code: region for region in regions}
    layer = np.empty(len(regions), dtype=object)
    layer[:] = [region.geom for region in regions]
    result = areas(geoms, layer, list(by_code))
    best: list[Region | None] = [None] * len(geoms)
    largest, inside, total = (np.zeros(len(geoms)) for _ in range(3))
    for plot, code, m2 in zip(result.plot.tolist(), result.category, result.m2, strict=True):
        value = float(m2)
        total[plot] += value
        if code == "":
            continue
        inside[plot] += value
        if value > largest[plot]:
            largest[plot], best[plot] = value, by_code[str(code)]
    return best, inside / np.where(total > 0, total, 1)


def point_of(geom: shapely.Geometry | None) -> tuple[float, float] | None:
    """A place to show on the map for a geometry that may be broken (EPSG:4490)."""
    if geom is None or geom.is_empty:
        return None
    lon, lat = shapely.get_coordinates(geom)[0].tolist()
    return lon, lat
