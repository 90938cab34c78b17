"""The 3° zone a figure is drawn in, and figures in its plane."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.geo.gauss import Zone


def zone_at(lon: float, *, prefixed: bool = False) -> Zone:
    """The 3° zone around a longitude in degrees east."""
    return Zone(3, round(lon / 3), prefixed=prefixed)


def to_plane(geoms: NDArray[np.object_], zone: Zone) -> NDArray[np.object_]:
    """Geometries of EPSG:4490 in a zone, metres, x east and y north; None stays None."""
    change = _to_zone(zone.epsg)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(xy[:, 0], xy[:, 1]))

    out: NDArray[np.object_] = shapely.transform(geoms, moved)
    return out


@cache
def _to_zone(epsg: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(4490, epsg, always_xy=True)
