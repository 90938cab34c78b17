"""The coordinate systems in which features can be had (OGC API – Features Part 2).

Inside, everything is longitude, latitude in CGCS2000 (EPSG:4490). Outside, axes come in the order the
authority gives: latitude first for EPSG:4490, northing first for the Gauss–Krüger zones.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from liangtian.platform.errors import Refused

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
STORED = f"{EPSG}4490"
_URI = re.compile(re.escape(EPSG) + r"(\d{4,5})")
_WORLD = (4490, 4326, 3857)
_ZONE_BASE, _MERIDIAN_BASE = 4488, 4534  # 4513 is zone 25, 4534 is the zone of meridian 75° E


def offered(lon: float | None) -> list[str]:
    """Every system on offer where `lon` (degrees) is the middle of the county."""
    codes = list(_WORLD)
    if lon is not None:
        zone = round(lon / 3)
        codes += [_ZONE_BASE + zone, _MERIDIAN_BASE + zone - 25]
    return [CRS84, *(f"{EPSG}{code}" for code in codes)]


def check(name: str, uri: str, allowed: list[str]) -> str:
    """The system asked for by parameter `name`; Refused (400) for one that is not offered."""
    if uri not in allowed:
        raise Refused(
            f"参数 {name} 的坐标系“{uri}”不提供。可用：{'、'.join(allowed)}。",
            status=400, fields={name: "坐标系不提供"},
        )  # fmt: skip
    return uri


def outward(geoms: NDArray[np.object_], uri: str) -> NDArray[np.object_]:
    """Geometries in EPSG:4490 (lon, lat) as the system `uri` writes them."""
    if uri == CRS84:
        return geoms
    change, swapped = _to(uri)

    def moved(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = change.transform(xy[:, 0], xy[:, 1])
        return np.column_stack((y, x) if swapped else (x, y))

    out: NDArray[np.object_] = shapely.transform(geoms, moved)
    return out


def inward(box: tuple[float, float, float, float], uri: str) -> tuple[float, float, float, float]:
    """Bounds in EPSG:4490 (lon, lat) of a box whose corners are written in the system `uri`."""
    if uri == CRS84:
        return box
    change, swapped = _to(uri)
    a, b, c, d = (box[1], box[0], box[3], box[2]) if swapped else box
    west, south, east, north = change.transform_bounds(a, b, c, d, direction="INVERSE")
    return (west, south, east, north)


@lru_cache(maxsize=16)
def _to(uri: str) -> tuple[Any, bool]:
    """The change from EPSG:4490 and whether the system writes its second axis first."""
    match = _URI.fullmatch(uri)
    assert match is not None, uri
    target = pyproj.CRS.from_epsg(int(match[1]))
    swapped = target.axis_info[0].direction == "north"
    return pyproj.Transformer.from_crs(4490, target, always_xy=True), swapped
