"""The cylindrical equal-area plane of CGCS2000, in which planar area is ellipsoidal area.

Northing is the authalic function of latitude, easting is proportional to longitude. The survey's
trapezoid formula is the shoelace formula in this plane, so areas measured here are survey areas.
docs/algorithms/overlay.md derives both, and the bound on what bending edges can cost.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.compiled import compiled, inner
from liangtian.geo.gauss import E2, A
from liangtian.geo.overlay.chains import Chains, Floats, Ints

BEND_LIMIT = 1e-6
"""m² by which an edge straight in degrees may differ from its chord here, per metre of its length: 0.001 m² per
km of border, so that a piece of 10 km of border is right to 0.01 m²."""

_E = math.sqrt(E2)
_RADIAN = math.pi / 180
_CURVE = 1.03
"""The second derivative of the northing is at most this many times A·sin(latitude) / scale."""


class Plane(NamedTuple):
    """A plane in metres with its origin at (lon0, lat0) degrees, true to shape along lat0.

    Origin and scale do not change areas; they keep coordinates small and shapes undistorted.
    """

    lon0: float
    lat0: float


def plane_around(geoms: NDArray[np.object_]) -> Plane:
    """The plane centred on geometries in EPSG:4490 (on 0, 0 if there are none), to whole 0.01 degrees."""
    if not shapely.get_num_coordinates(geoms).any():
        return Plane(0.0, 0.0)
    west, south, east, north = shapely.total_bounds(geoms).tolist()
    return Plane(round((west + east) / 2, 2), round((south + north) / 2, 2))


def projected(degrees: Chains, plane: Plane) -> Chains:
    """Chains of EPSG:4490 in the plane; edges that would bend more than BEND_LIMIT are split.

    The points of a split are computed from the same end whichever way the edge is run, so that neighbours keep
    a common border.
    """
    parts = _parts(degrees, plane.lat0)
    length = int(parts.sum())
    x, y = np.empty(length), np.empty(length)
    ring = np.zeros_like(degrees.ring)
    _project(degrees, parts, plane, x, y, ring)
    return Chains(x, y, ring, degrees.figure)


@inner
def _scale(lat0: float) -> float:
    s = math.sin(lat0 * _RADIAN)
    return math.cos(lat0 * _RADIAN) / math.sqrt(1 - E2 * s * s)


@inner
def _authalic(s: float) -> float:
    """Half the authalic function of latitude, from its sine; atanh as its series, exact to the last digit."""
    t = E2 * s * s
    series = 1 + t * (1 / 3 + t * (1 / 5 + t * (1 / 7 + t * (1 / 9 + t * (1 / 11 + t * (1 / 13))))))
    return (1 - E2) / 2 * (s / (1 - t) + s * series)


@compiled
def _parts(degrees: Chains, lat0: float) -> Ints:
    """Into how many parts the edge from each vertex is split; the last vertex of a ring counts one."""
    scale = _scale(lat0)
    parts = np.ones(len(degrees.x), np.int64)
    for r in range(len(degrees.ring) - 1):
        for i in range(degrees.ring[r], degrees.ring[r + 1] - 1):
            dlat = (degrees.y[i + 1] - degrees.y[i]) * _RADIAN
            dx = abs(degrees.x[i + 1] - degrees.x[i]) * _RADIAN * A * scale
            if dlat == 0.0 or dx == 0.0:
                continue
            top = max(abs(degrees.y[i]), abs(degrees.y[i + 1])) * _RADIAN
            length = math.hypot(dx, dlat * A)
            bend = _CURVE * A * math.sin(top) / scale * dlat * dlat / 12 * dx / length
            parts[i] = max(1, math.ceil(math.sqrt(bend / BEND_LIMIT)))
    return parts


@compiled
def _project(degrees: Chains, parts: Ints, plane: Plane, x: Floats, y: Floats, ring: Ints) -> None:
    scale = _scale(plane.lat0)
    zero = _authalic(math.sin(plane.lat0 * _RADIAN))
    to = 0
    for r in range(len(degrees.ring) - 1):
        for i in range(degrees.ring[r], degrees.ring[r + 1]):
            for k in range(parts[i]):
                lon, lat = degrees.x[i], degrees.y[i]
                if k:
                    lon, lat = _between(degrees, i, k, parts[i])
                x[to] = A * scale * _RADIAN * (lon - plane.lon0)
                y[to] = A / scale * (_authalic(math.sin(lat * _RADIAN)) - zero)
                to += 1
        ring[r + 1] = to


@inner
def _between(degrees: Chains, i: int, k: int, parts: int) -> tuple[float, float]:
    """The k-th point of an edge in equal parts, computed from its western (else southern) end."""
    x0, y0, x1, y1 = degrees.x[i], degrees.y[i], degrees.x[i + 1], degrees.y[i + 1]
    if x1 < x0 or (x1 == x0 and y1 < y0):
        x0, y0, x1, y1, k = x1, y1, x0, y0, parts - k
    return x0 + (x1 - x0) * k / parts, y0 + (y1 - y0) * k / parts
