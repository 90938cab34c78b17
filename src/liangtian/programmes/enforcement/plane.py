"""The 3° zone a patch is drawn in, and distances on the ground."""

from __future__ import annotations

from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from liangtian.geo.gauss import Zone

WIDTH_TOLERANCE_M = 0.02
_ELLIPSOID = pyproj.Geod(a=6378137.0, rf=298.257222101)  # CGCS2000


def zone_at(lon: float) -> Zone:
    """The 3° zone without prefix around a longitude in degrees east."""
    return Zone(3, round(lon / 3), prefixed=False)


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


def widest_m(geom: BaseGeometry) -> float:
    """Width in metres of the widest place of a geometry (EPSG:4490): the largest circle inside it."""
    one = np.empty(1, dtype=object)
    one[0] = geom
    west, _, east, _ = geom.bounds
    flat = to_plane(one, zone_at((west + east) / 2))[0]
    radius = shapely.maximum_inscribed_circle(flat, tolerance=WIDTH_TOLERANCE_M)
    return 2 * float(radius.length)


def distance_m(geom: BaseGeometry, lon: float, lat: float) -> float:
    """Metres from a place to the nearest point of a geometry (EPSG:4490); 0 inside it."""
    wide = np.cos(np.radians(lat))  # a degree of longitude beside one of latitude, near the place
    near = shapely.shortest_line(
        shapely.transform(geom, lambda xy: xy * [wide, 1.0]), shapely.Point(lon * wide, lat)
    )
    x, y = shapely.get_coordinates(near)[0]
    return float(_ELLIPSOID.inv(lon, lat, x / wide, y)[2])
