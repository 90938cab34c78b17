"""Where a patch is shown that may be broken."""

from __future__ import annotations

import shapely


def point_of(geom: shapely.Geometry | None) -> tuple[float, float] | None:
    """A place to show on the map for a geometry that may be broken (EPSG:4490)."""
    if geom is None or geom.is_empty:
        return None
    lon, lat = shapely.get_coordinates(geom)[0].tolist()
    return lon, lat
