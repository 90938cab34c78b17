"""How the areas are found: the one place to replace when a faster kernel comes.

Plots and layer are mapped to one equal-area plane, large polygons are cut, candidate pairs come from an
STR tree, and the area of each pair's intersection is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import single_polygons
from liangtian.geo.clean import require_valid
from liangtian.geo.overlay.cut import cut
from liangtian.geo.overlay.equal_area import EqualAreaPlane

_PAIRS_AT_ONCE = 200_000


@dataclass(frozen=True)
class RawAreas:
    """Unrounded m²: `whole` per plot; `m2` of category `code` in plot `plot` (sorted by plot, code)."""

    whole: NDArray[np.float64]
    plot: NDArray[np.int64]
    code: NDArray[np.int64]
    m2: NDArray[np.float64]


def raw_areas(
    plots: NDArray[np.object_], layer: NDArray[np.object_], codes: NDArray[np.int64]
) -> RawAreas:
    """Areas of `layer` by category code in each plot; all geometries in EPSG:4490.

    Raises:
        GeometryRefused: an invalid plot, or an invalid layer polygon near a plot.
    """
    plane = EqualAreaPlane.around(plots)
    plot_cuts, plot = _cut(plots, np.arange(len(plots)), "地块")
    near = _near(plot_cuts, layer)
    layer_cuts, source = _cut(layer[near], near, "图层")
    near = _near(plot_cuts, layer_cuts)
    source = source[near]
    plot_pieces = _mapped(plot_cuts, plane)
    layer_pieces = _mapped(layer_cuts[near], plane)
    sizes = shapely.area(plot_pieces)
    whole = np.bincount(plot, weights=sizes, minlength=len(plots)).astype(np.float64)
    i, j = shapely.STRtree(layer_pieces).query(plot_pieces, predicate="intersects")
    m2 = np.empty(len(i))
    for start in range(0, len(i), _PAIRS_AT_ONCE):
        now = slice(start, start + _PAIRS_AT_ONCE)
        m2[now] = shapely.area(shapely.intersection(plot_pieces[i[now]], layer_pieces[j[now]]))
    number = int(codes.max(initial=0)) + 1
    keys, inverse = np.unique(plot[i] * number + codes[source[j]], return_inverse=True)
    sums = np.bincount(inverse, weights=m2, minlength=len(keys))
    return RawAreas(whole, keys // number, keys % number, sums.astype(np.float64))


def _near(plots: NDArray[np.object_], layer: NDArray[np.object_]) -> NDArray[np.int64]:
    """Layer features whose box meets the box of a plot: only these are cut and mapped."""
    _, found = shapely.STRtree(layer).query(plots)
    return np.unique(found)


def _cut(
    geoms: NDArray[np.object_], index: NDArray[np.int64], what: str
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Small polygons, still in degrees, and the `index` of the geometry each comes from."""
    require_valid(geoms, what)
    polygons, owner = single_polygons(geoms)
    return cut(polygons, index[owner])


def _mapped(polygons: NDArray[np.object_], plane: EqualAreaPlane) -> NDArray[np.object_]:
    mapped = plane.project(polygons)
    # Valid as given, but rings closer than the mapping's bend of an edge (< 0.1 mm) may now touch.
    broken = np.flatnonzero(~shapely.is_valid(mapped))
    mapped[broken] = shapely.make_valid(mapped[broken], method="structure", keep_collapsed=False)
    return mapped
