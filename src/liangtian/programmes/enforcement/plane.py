"""Distances on the ground."""

from __future__ import annotations

import numpy as np
import pyproj
import shapely
from shapely.geometry.base import BaseGeometry

from liangtian.geo.plane import to_plane, zone_at

WIDTH_TOLERANCE_M = 0.02
_ELLIPSOID = pyproj.Geod(a=6378137.0, rf=298.257222101)  # CGCS2000


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
