"""Which village or township figures lie in, and whether they lie in the county at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from liangtian.platform.errors import Refused
from liangtian.platform.regions.models import Region

if TYPE_CHECKING:
    from liangtian.geo.overlay.chains import Chains
    from liangtian.geo.overlay.prepared import PreparedLayer

_LEVELS = ("village", "township", "county")


class Places:
    """The regions of a county that have a boundary, smallest level first, made ready once."""

    def __init__(self, county: Region) -> None:
        from liangtian.geo.overlay.prepared import build

        found = list(Region.objects.current().within(county.code).exclude(geom=None))
        levels = [[r for r in found if r.level == level] for level in _LEVELS]
        if not levels[0] and not levels[1]:
            raise Refused(
                f"“{county.name}”尚未导入乡镇和村的界线，不能确定图斑位置。请先导入行政区划。"
            )
        self._levels: list[tuple[list[Region], PreparedLayer]] = []
        for regions in (one for one in levels if one):
            shapes = np.empty(len(regions), dtype=object)
            shapes[:] = [region.geom for region in regions]
            codes = [region.code for region in regions]
            self._levels.append((regions, build(shapes, range(len(regions)), codes)))

    def locate(self, geoms: NDArray[np.object_]) -> tuple[list[Region | None], list[float]]:
        """For each figure (EPSG:4490): the region with its largest share, and its share inside the county.

        A figure in a gap between villages is the township's or, at last, the county's. Raises GeometryRefused for
        an invalid one.
        """
        from liangtian.geo.overlay.coverage import checked

        return self.located(checked(geoms))

    def located(self, plots: Chains) -> tuple[list[Region | None], list[float]]:
        """As `locate`, of figures that are checked."""
        from liangtian.geo.overlay.chains import select

        best: list[Region | None] = [None] * plots.number
        shares = np.zeros(plots.number)
        for regions, layer in self._levels:
            # Larger regions add nothing to a figure that lies in smaller ones as a whole.
            left = np.flatnonzero(shares < 1)
            found, inside = _largest(select(plots, left), regions, layer)
            for index, region in zip(left.tolist(), found, strict=True):
                best[index] = best[index] or region
            shares[left] = np.maximum(shares[left], inside)
        return best, shares.tolist()


def _largest(
    plots: Chains, regions: list[Region], layer: PreparedLayer
) -> tuple[list[Region | None], NDArray[np.float64]]:
    from liangtian.geo.overlay.closing import NEGLIGIBLE_M2
    from liangtian.geo.overlay.coverage import shares_of

    (found,) = shares_of(plots, [layer])
    counts = found.m2 >= NEGLIGIBLE_M2
    plot, source, m2 = found.plot[counts], found.source[counts], found.m2[counts]
    best: list[Region | None] = [None] * plots.number
    # The last of each plot's rows is its largest share; of equal ones that of the first region.
    order = np.lexsort((-source, m2, plot))
    for index, region in zip(plot[order].tolist(), source[order].tolist(), strict=True):
        best[index] = regions[region]
    inside = np.bincount(plot, m2, plots.number)
    return best, np.minimum(inside / np.where(found.whole > 0, found.whole, 1), 1)
