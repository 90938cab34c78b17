"""Long edges split into equal parts, ring by ring.

Not by densifying polygons whole: GEOS then buffers an invalid result by 0 and may drop a lobe unsaid.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

_POLYGON, _MULTIPOLYGON = 3, 6


def split_edges(geoms: NDArray[np.object_], limit: float) -> NDArray[np.object_]:
    """Copies in which every polygon edge longer than `limit` (in the coordinates' unit) is split.

    An edge of length d > limit gets int(d / limit) + 1 parts. None, empty and non-polygonal geometries
    are returned as they are.
    """
    out = geoms.copy()
    kind = np.where(shapely.is_empty(geoms), -1, shapely.get_type_id(geoms))
    out[kind == _POLYGON] = _polygons(geoms[kind == _POLYGON], limit)
    many = kind == _MULTIPOLYGON
    if many.any():
        parts, owner = shapely.get_parts(geoms[many], return_index=True)
        out[many] = shapely.multipolygons(_polygons(parts, limit), indices=owner)
    return out


def _polygons(polygons: NDArray[np.object_], limit: float) -> NDArray[np.object_]:
    rings, owner = shapely.get_rings(polygons, return_index=True)
    if len(rings) == 0:
        return polygons
    # segmentize makes ceil(d / limit) parts: just under the limit, a multiple of it splits as wanted.
    dense = shapely.segmentize(rings, limit * (1 - 1e-12))
    return np.asarray(shapely.polygons(dense, indices=owner), dtype=object)
