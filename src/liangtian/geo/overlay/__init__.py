"""Overlay (套合分析): how many m² of each category of a reference layer lie in each plot.

Parts and remainder of a plot sum to its survey area exactly. docs/algorithms/overlay.md tells how. The compiled
modules are imported at the first call, since importing the compiler takes a second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import round_m2, survey_areas
from liangtian.geo.clean import GeometryRefused, require_valid
from liangtian.geo.overlay.closing import REMAINDER, Areas, RawAreas, closed
from liangtian.geo.overlay.pieces import pieces

__all__ = ["ENGINE", "REMAINDER", "Areas", "GeometryRefused", "areas", "pieces", "raw_areas"]

ENGINE = "等积边界积分 2"
"""Name and version of the way areas are found, for the record. The version changes when a figure could."""


def areas(
    plots: NDArray[np.object_], layer: NDArray[np.object_], categories: Sequence[str]
) -> Areas:
    """Areas of each category of `layer` in each plot; geometries (polygons or None) in EPSG:4490.

    `categories` has one non-empty name per layer feature; equal names are summed. The layer must not
    overlap itself: overlaps that overfill a plot are reported in `excess_m2`, others count twice.

    Raises:
        GeometryRefused: an invalid plot, or an invalid layer polygon near a plot.
        ValueError: categories missing or empty.
    """
    plots, layer = _array(plots), _array(layer)
    if len(categories) != len(layer):
        raise ValueError(f"图层有{len(layer)}个图形，类别却有{len(categories)}个，两者必须相等。")
    if any(name == REMAINDER for name in categories):
        raise ValueError("图层的类别不能为空字符串，它表示图层以外的剩余部分。")
    names, codes = np.unique(np.asarray(categories, dtype=str), return_inverse=True)
    raw = raw_areas(plots, layer, codes.astype(np.int64))
    official = [round_m2(m2) for m2 in survey_areas(plots).tolist()]
    return closed(raw, names.tolist(), official)


def raw_areas(
    plots: NDArray[np.object_], layer: NDArray[np.object_], codes: NDArray[np.int64]
) -> RawAreas:
    """Areas of `layer` by category code in each plot; all geometries in EPSG:4490.

    Raises:
        GeometryRefused: an invalid plot, or an invalid layer polygon near a plot.
    """
    from liangtian.geo.overlay.chains import chains_of
    from liangtian.geo.overlay.equal_area import plane_around, projected
    from liangtian.geo.overlay.kernel import indexed, shared_areas

    require_valid(plots, "地块")
    _, found = shapely.STRtree(layer).query(plots)
    near = np.unique(found)
    require_valid(layer[near], "图层")
    plane = plane_around(plots)
    figures = indexed(projected(chains_of(layer[near]), plane))
    pairs = shared_areas(projected(chains_of(plots), plane), figures)
    number = int(codes.max(initial=0)) + 1
    keys, inverse = np.unique(pairs.plot * number + codes[near][pairs.source], return_inverse=True)
    sums = np.bincount(inverse, weights=pairs.m2, minlength=len(keys))
    return RawAreas(pairs.whole, keys // number, keys % number, sums.astype(np.float64))


def warm_up() -> None:
    """Have everything compiled, or loaded from what was compiled before, so that nobody's question waits for it."""
    steps = np.linspace(0, 2 * np.pi, 600)
    ring = np.array([114.0, 34.0]) + 1e-3 * np.column_stack(
        [np.cos(steps[:-1]), np.sin(steps[:-1])]
    )
    hole = shapely.box(113.9999, 33.9999, 114.0001, 34.0001).exterior
    figure = _array([shapely.Polygon(ring, [hole])])
    areas(figure, figure, ["类"])


def _array(geoms: Sequence[shapely.Geometry | None] | NDArray[np.object_]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out
