"""Large polygons cut into small ones by half boxes (k-d split), so that one red line of a million
vertices costs no more per plot than many small polygons."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import single_polygons

MAX_VERTICES = 256
_MIN_SIDE = 1e-8
"""A box smaller than this (degrees, 1 mm) is not halved again, however many vertices crowd in it."""


def cut(
    polygons: NDArray[np.object_], owner: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Pieces of at most 256 vertices and the owner of each; they tile the polygons.

    Cut in degrees, along meridians and parallels, before edges are densified. `owner` has one number per
    polygon and is carried to its pieces.
    """
    done: list[NDArray[np.object_]] = []
    owners: list[NDArray[np.int64]] = []
    while len(polygons):
        bounds = shapely.bounds(polygons)
        side = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
        small = (shapely.get_num_coordinates(polygons) <= MAX_VERTICES) | (side < _MIN_SIDE)
        done.append(polygons[small])
        owners.append(owner[small])
        polygons, owner = _halved(polygons[~small], bounds[~small], owner[~small])
    if not done:
        return polygons, owner
    return np.concatenate(done), np.concatenate(owners)


def _halved(
    polygons: NDArray[np.object_], bounds: NDArray[np.float64], owner: NDArray[np.int64]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    minx, miny, maxx, maxy = bounds.T
    wide = maxx - minx >= maxy - miny
    midx = np.where(wide, (minx + maxx) / 2, maxx)
    midy = np.where(wide, maxy, (miny + maxy) / 2)
    first = shapely.box(minx, miny, midx, midy)
    second = shapely.box(np.where(wide, midx, minx), np.where(wide, miny, midy), maxx, maxy)
    halves = shapely.intersection(np.r_[polygons, polygons], np.r_[first, second])
    pieces, which = single_polygons(halves)
    return pieces, np.r_[owner, owner][which]
