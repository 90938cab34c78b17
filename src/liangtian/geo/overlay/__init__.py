"""Overlay (套合分析): how many m² of each category of a reference layer lie in each plot.

Parts and remainder of a plot sum to its survey area exactly. docs/algorithms/overlay.md tells how.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import (
    CENT,
    EDGE_LIMIT_M,
    distribute_each,
    round_m2,
    single_polygons,
    survey_areas,
)
from liangtian.geo.clean import GeometryRefused, require_valid
from liangtian.geo.overlay.engine import RawAreas, raw_areas
from liangtian.geo.overlay.equal_area import dense_in_degrees

__all__ = ["REMAINDER", "Areas", "GeometryRefused", "areas", "pieces"]

REMAINDER = ""
"""The category of what lies outside the layer."""

_NEGLIGIBLE_M2 = float(CENT) / 2
"""Parts below half of 0.01 m² vanish in the rounding."""


@dataclass(frozen=True)
class Areas:
    """Rows sorted by plot, then category, the remainder (category "") last in its plot.

    `plot` is the index of the plot, `m2` the area in 0.01 m². Every plot has one remainder row, and its
    rows sum to its survey area. `excess_m2` names the plots where the layer overlaps itself by more than
    0.01 m², with the area by which its parts exceed the plot; there the parts were scaled down.
    """

    plot: NDArray[np.int64]
    category: NDArray[np.object_]
    m2: list[Decimal]
    excess_m2: dict[int, Decimal]


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
    return _closed(raw, names, survey_areas(plots))


def pieces(
    plot: shapely.Geometry, others: NDArray[np.object_]
) -> list[tuple[int, shapely.Polygon | shapely.MultiPolygon]]:
    """The parts of `plot` inside each of `others`, as (index, polygon), all in EPSG:4490.

    For what is shown, stored or split. Edges longer than 70 m get extra vertices on them, so that the
    survey areas of the pieces agree with `areas`. Pieces below 0.005 m², lines and points are left out.

    Raises:
        GeometryRefused: the plot or one of the others is invalid.
    """
    one, others = _array([plot]), _array(others)
    require_valid(one, "地块")
    hit = np.flatnonzero(shapely.intersects(one[0], others))
    require_valid(others[hit], "图层")
    shared = shapely.intersection(
        dense_in_degrees(one, EDGE_LIMIT_M)[0], dense_in_degrees(others[hit], EDGE_LIMIT_M)
    )
    polygons, owner = single_polygons(shared)
    found = []
    for position in np.unique(owner):
        parts = polygons[owner == position]
        geom = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
        found.append((int(hit[position]), geom))
    sizes = survey_areas(_array([geom for _, geom in found]))
    return [item for item, size in zip(found, sizes, strict=True) if size >= _NEGLIGIBLE_M2]


def _array(geoms: Sequence[shapely.Geometry | None] | NDArray[np.object_]) -> NDArray[np.object_]:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def _closed(raw: RawAreas, names: NDArray[np.str_], official: NDArray[np.float64]) -> Areas:
    """Whole cents per plot: parts and remainder adjusted to the survey area by largest remainder."""
    count, number = len(official), len(names)
    keep = raw.m2 >= _NEGLIGIBLE_M2
    owner, code, parts = raw.plot[keep], raw.code[keep], raw.m2[keep]
    rest = raw.whole - np.bincount(owner, weights=parts, minlength=count)
    over = np.flatnonzero(-rest > float(CENT)).tolist()
    # The remainder of each plot is a part like the others, with the code after the last category.
    owner = np.r_[owner, np.arange(count)]
    code = np.r_[code, np.full(count, number)]
    parts = np.r_[parts, np.maximum(rest, 0.0)]
    cents = np.array([int(round_m2(m2).scaleb(2)) for m2 in official.tolist()], np.int64)
    units = distribute_each(cents, owner, parts)
    # Nothing measurable in the plot: what rounding left belongs to the remainder.
    blank = np.bincount(owner, weights=parts, minlength=count) == 0
    units[len(units) - count :][blank] = cents[blank]
    shown = np.flatnonzero((units > 0) | (code == number))
    shown = shown[np.lexsort((code[shown], owner[shown]))]
    return Areas(
        owner[shown],
        _texts([*names.tolist(), REMAINDER])[code[shown]],
        [Decimal(cent).scaleb(-2) for cent in units[shown].tolist()],
        {plot: round_m2(float(-rest[plot])) for plot in over},
    )


def _texts(values: list[str]) -> NDArray[np.object_]:
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out
