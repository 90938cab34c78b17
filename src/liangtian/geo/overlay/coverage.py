"""What plots have to do with layers: shares by category, ground covered once, exclusions in order, what is near.

Areas come from the kernel. Geometry is built by GEOS only for the few plots that more than one figure covers, whose
shares may overlap, and for pieces that are shown or stored.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.area import single_polygons, survey_areas
from liangtian.geo.clean import require_valid
from liangtian.geo.overlay.chains import Chains, Floats, Ints, chains_of
from liangtian.geo.overlay.closing import NEGLIGIBLE_M2, Areas, RawAreas, closed
from liangtian.geo.overlay.equal_area import projected
from liangtian.geo.overlay.kernel import Pairs, looked_at, shared_areas
from liangtian.geo.overlay.pieces import dense_in_degrees
from liangtian.geo.overlay.prepared import PreparedLayer
from liangtian.geo.plane import to_plane, zone_at

Shapes = NDArray[np.object_]
Figures = Callable[[Ints], Shapes]
"""Gives the geometries (EPSG:4490) of figures by their ids, for the plots that need them."""


_GRID = 1e-11
"""Degrees, a micrometre. GEOS never fails on figures snapped to a grid, as it does on the ends of cuts upon cuts."""


class Zone(NamedTuple):
    """One of several layers that are looked at in order, and where its geometries come from.

    `exclusive` says that its figures never overlap, so that their shares add up to the ground covered.
    """

    layer: PreparedLayer
    figures: Figures
    exclusive: bool = False


@dataclass(frozen=True)
class Exclusions:
    """m² per plot (row) and zone (column): `applies`, whatever other zones say; `first`, counted to the first zone
    in order that has it, so that a row sums to the ground in any zone."""

    applies: Floats
    first: Floats


def shares(plots: Shapes, layer: PreparedLayer) -> Pairs:
    """m² of each plot (EPSG:4490) in each figure of a layer; `source` is the figure's position in the layer.

    Raises:
        GeometryRefused: an invalid plot.
    """
    return shares_of(checked(plots), [layer])[0]


def checked(plots: Shapes) -> Chains:
    """Plots (EPSG:4490) as `shares_of` takes them, looked at once for many layers.

    Raises:
        GeometryRefused: an invalid plot.
    """
    require_valid(plots, "地块")
    return chains_of(plots)


def shares_of(plots: Chains, layers: Sequence[PreparedLayer]) -> list[Pairs]:
    """As `shares`, of plots that are checked, in several layers; they are looked at once for each plane."""
    ready = {plane: looked_at(projected(plots, plane)) for plane in {one.plane for one in layers}}
    return [shared_areas(ready[one.plane], one.figures) for one in layers]


def by_category(found: Pairs, layer: PreparedLayer, official: Sequence[Decimal]) -> Areas:
    """Shares by category, closed to the plots' official areas (m², 0.01). The layer must not overlap itself."""
    number = len(layer.names)
    keys, inverse = np.unique(found.plot * number + layer.codes[found.source], return_inverse=True)
    sums = np.bincount(inverse, found.m2, len(keys)).astype(np.float64)
    return closed(RawAreas(found.whole, keys // number, keys % number, sums), layer.names, official)


def cover(plots: Shapes, found: Pairs, zone: Zone, usable: Ints | None = None) -> Floats:
    """m² of each plot that any figure covers, counted once however many do.

    `usable` are the ids of the figures that count, such as the approvals in force on a day; None means all.
    """
    counts = found.m2 >= NEGLIGIBLE_M2
    if usable is not None:
        counts &= np.isin(zone.layer.ids[found.source], usable)
    plot, source, m2 = found.plot[counts], found.source[counts], found.m2[counts]
    out = np.bincount(plot, m2, len(plots)).astype(np.float64)
    several = np.flatnonzero(np.bincount(plot, minlength=len(plots)) > 1)
    for index in () if zone.exclusive else several.tolist():
        others = zone.figures(zone.layer.ids[source[plot == index]])
        out[index] = _size(split(plots[index], others)[0])
    return np.minimum(out, found.whole)


def exclusions(
    plots: Shapes, zones: Sequence[Zone], found: Sequence[Pairs] | None = None
) -> Exclusions:
    """How much of each plot lies in each of several zones, alone and in their order.

    `found` are the shares of the plots in each zone, where they are known already. Geometry is built only for plots
    that two zones cover in part before one covers the whole.

    Raises:
        GeometryRefused: an invalid plot.
    """
    found = found or [shares(plots, zone.layer) for zone in zones]
    applies = np.column_stack(
        [cover(plots, one, zone) for one, zone in zip(found, zones, strict=True)]
    )
    whole = np.min([one.whole for one in found], axis=0)
    touches = applies >= NEGLIGIBLE_M2
    full = applies >= whole[:, None] - NEGLIGIBLE_M2
    # What lies behind the first zone that covers the whole plot gets nothing.
    behind = np.cumsum(full & touches, axis=1) - (full & touches) > 0
    first = np.where(touches & ~behind, applies, 0.0)
    partial = touches & ~full & ~behind
    for index in np.flatnonzero(partial.sum(axis=1) > 1).tolist():
        left = plots[index]
        for k in np.flatnonzero(partial[index]).tolist():
            mine = found[k].source[found[k].plot == index]
            inside, left = split(left, zones[k].figures(zones[k].layer.ids[mine]))
            first[index, k] = _size(inside)
    for k in range(first.shape[1]):
        last = full[:, k] & touches[:, k] & ~behind[:, k]
        first[last, k] = np.maximum(whole[last] - first[last, :k].sum(axis=1), 0.0)
    return Exclusions(applies, first)


def split(
    plot: shapely.Geometry, others: Shapes
) -> tuple[shapely.MultiPolygon, shapely.MultiPolygon]:
    """The part of a plot inside any of `others` and the part outside all of them (EPSG:4490; either may be empty).

    Raises:
        GeometryRefused: the plot or one of the others is invalid.
    """
    one = np.empty(1, dtype=object)
    one[0] = plot
    require_valid(one, "地块")
    near = others[shapely.intersects(plot, others)]
    require_valid(near, "图层")
    whole = dense_in_degrees(one)[0]
    ground = shapely.union_all(dense_in_degrees(near), grid_size=_GRID)
    return (
        _areal(shapely.intersection(whole, ground, grid_size=_GRID)),
        _areal(shapely.difference(whole, ground, grid_size=_GRID)),
    )


def nearest(plots: Shapes, others: Shapes) -> tuple[Ints, Floats]:
    """For each plot the nearest of `others` (any geometry, EPSG:4490) and its distance in metres, 0 when they meet.

    Measured in the plane of the plots' 3° zone, right to 0.04 % within 1.5° of its meridian. Without `others`, or for
    a plot that is None, the position is -1 and the distance infinite.
    """
    index, metres = np.full(len(plots), -1), np.full(len(plots), np.inf)
    there = np.flatnonzero(~(shapely.is_missing(plots) | shapely.is_empty(plots)))
    if not len(there) or not len(others):
        return index, metres
    west, _, east, _ = shapely.total_bounds(plots).tolist()
    zone = zone_at((west + east) / 2)
    tree = shapely.STRtree(to_plane(others, zone))
    (asked, hit), far = tree.query_nearest(
        to_plane(plots[there], zone), return_distance=True, all_matches=False
    )
    index[there[asked]], metres[there[asked]] = hit, far
    return index, metres


def _size(geom: shapely.Geometry) -> float:
    one = np.empty(1, dtype=object)
    one[0] = geom
    return float(survey_areas(one)[0])


def _areal(geom: shapely.Geometry) -> shapely.MultiPolygon:
    one = np.empty(1, dtype=object)
    one[0] = geom
    return shapely.multipolygons(single_polygons(one)[0])
