"""CGCS2000 Gauss-Krüger zones (高斯-克吕格分带) and the survey's own inverse projection.

Three-degree zones 25-45 and six-degree zones 13-23 cover China; eastings are written with the zone
number in front (带号, 8 digits) or without it (6 digits). x is always east, y north.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

Floats = NDArray[np.float64]

A = 6378137.0
F = 1 / 298.257222101
B = A * (1 - F)
E2 = F * (2 - F)
"""CGCS2000: semi-major axis (m), flattening, semi-minor axis (m), first eccentricity squared."""

ZONE_STEP = 1_000_000.0
FALSE_EASTING = 500_000.0
PLANE_DECIMALS = 4
"""Plane coordinates are kept to 0.0001 m by the survey."""

_EP2 = E2 / (1 - E2)
_POLAR_RADIUS = A * A / B
# Footpoint-latitude series on CGCS2000: K0 per metre, K1 to K4.
_K0 = 1.57048761144159e-07
_K = (5.05250178820567e-03, 2.98472900956587e-05, 2.41626669230084e-07, 2.22241238938534e-09)
# The series loses a decimal every 50 km; beyond this distance from the meridian PROJ takes over.
_SERIES_REACH_M = 200_000.0


@dataclass(frozen=True)
class Zone:
    """A CGCS2000 Gauss-Krüger zone: width 3 or 6 degrees, its number, eastings with zone prefix or not."""

    width: Literal[3, 6]
    number: int
    prefixed: bool

    @property
    def central_meridian(self) -> int:
        """Degrees east (中央经线)."""
        return 3 * self.number if self.width == 3 else 6 * self.number - 3

    @property
    def epsg(self) -> int:
        if self.width == 3:
            return (4488 if self.prefixed else 4509) + self.number
        return (4478 if self.prefixed else 4489) + self.number

    @property
    def title(self) -> str:
        """Name for people, without the EPSG code."""
        kind = "带带号" if self.prefixed else "不带带号"
        return (
            f"CGCS2000 {self.width}度带第{self.number}带，中央经线{self.central_meridian}°E，{kind}"
        )

    @property
    def label(self) -> str:
        """EPSG code and name, for messages that compare two systems."""
        return f"EPSG:{self.epsg}({self.title})"


ZONES: dict[int, Zone] = {
    zone.epsg: zone
    for prefixed in (True, False)
    for zone in (
        *(Zone(3, number, prefixed) for number in range(25, 46)),
        *(Zone(6, number, prefixed) for number in range(13, 24)),
    )
}
"""EPSG 4491-4554 by code."""


def zone_to_degrees(geoms: NDArray[np.object_], zone: Zone) -> NDArray[np.object_]:
    """Geometries of one zone in longitude and latitude, by the survey's series in 3° zones.

    Within 4.2e-6 arc-seconds of PROJ up to 150 km from the central meridian. In a zone with prefix all
    eastings must carry this zone's number.
    """
    coords = shapely.get_coordinates(geoms)
    plane = np.round(coords, PLANE_DECIMALS)
    east = plane[:, 0] - FALSE_EASTING - (ZONE_STEP * zone.number if zone.prefixed else 0.0)
    near = (np.abs(east) <= _SERIES_REACH_M) & (zone.width == 3)
    degrees = np.empty_like(coords)
    lon, lat = _inverse_series(east[near], plane[near, 1])
    degrees[near] = np.column_stack([lon + zone.central_meridian, lat])
    far = ~near
    degrees[far] = np.column_stack(_to_degrees(zone.epsg).transform(*coords[far].T))
    return np.asarray(shapely.set_coordinates(geoms.copy(), degrees), dtype=object)


@functools.lru_cache(maxsize=64)
def _to_degrees(epsg: int) -> Transformer:
    return Transformer.from_crs(epsg, 4490, always_xy=True)


def _inverse_series(east: Floats, north: Floats) -> tuple[Floats, Floats]:
    """Degrees from the central meridian and latitude, from metres east of it and north."""
    arc = _K0 * north
    s = np.sin(arc)
    s2 = s * s
    foot = arc + np.cos(arc) * s * (_K[0] - s2 * (_K[1] - s2 * (_K[2] - s2 * _K[3])))
    cos, tan = np.cos(foot), np.tan(foot)
    t2 = tan * tan
    eta2 = _EP2 * cos * cos
    v2 = 1 + eta2
    u = east * np.sqrt(v2) / _POLAR_RADIUS
    u2 = u * u
    lat = foot - v2 * tan * u2 * (
        1 / 2
        - (5 + 3 * t2 + eta2 - 9 * eta2 * t2) / 24 * u2
        + (61 + 90 * t2 + 45 * t2 * t2) / 720 * u2 * u2
    )
    lon = (u / cos) * (
        1
        - (1 + 2 * t2 + eta2) / 6 * u2
        + (5 + 28 * t2 + 24 * t2 * t2 + 6 * eta2 + 8 * eta2 * t2) / 120 * u2 * u2
    )
    return np.degrees(lon), np.degrees(lat)
