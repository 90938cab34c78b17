"""Pieces of plots with their geometry, built by GEOS where they are shown, stored or split.

Their survey areas agree with the kernel's; where only areas are asked nothing here is needed.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import EDGE_LIMIT_M, single_polygons, survey_areas
from liangtian.geo.clean import require_valid
from liangtian.geo.densify import split_edges
from liangtian.geo.overlay.closing import NEGLIGIBLE_M2

_METRES_PER_DEGREE = 111_700.0
"""No degree of latitude or longitude is longer, so a limit in degrees made with it is never too long."""


def pieces(
    plot: shapely.Geometry, others: NDArray[np.object_]
) -> list[tuple[int, shapely.Polygon | shapely.MultiPolygon]]:
    """The parts of `plot` inside each of `others`, as (index, polygon), all in EPSG:4490.

    For what is shown, stored or split. Edges longer than 70 m get extra vertices on them, so that the
    survey areas of the pieces agree with the kernel's. Pieces below 0.005 m², lines and points are left out.

    Raises:
        GeometryRefused: the plot or one of the others is invalid.
    """
    one, others = _array([plot]), _array(others)
    require_valid(one, "地块")
    hit = np.flatnonzero(shapely.intersects(one[0], others))
    require_valid(others[hit], "图层")
    shared = shapely.intersection(dense_in_degrees(one)[0], dense_in_degrees(others[hit]))
    polygons, owner = single_polygons(shared)
    found = []
    for position in np.unique(owner):
        parts = polygons[owner == position]
        geom = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        found.append((int(hit[position]), geom))
    sizes = survey_areas(_array([geom for _, geom in found]))
    return [item for item, size in zip(found, sizes, strict=True) if size >= NEGLIGIBLE_M2]


def dense_in_degrees(geoms: NDArray[np.object_]) -> NDArray[np.object_]:
    """A copy of geometries in degrees with no edge longer than the survey's 70 m."""
    return split_edges(geoms, EDGE_LIMIT_M / _METRES_PER_DEGREE)


def _array(geoms: list[shapely.Geometry] | NDArray[np.object_]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
