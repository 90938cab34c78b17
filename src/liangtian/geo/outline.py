"""The ground of figures that fit together, from their edges alone: no overlay, no tree, one sort.

Where neighbours share their border point for point, every inner edge occurs twice, once in each direction,
and cancels out; what is left must be the border of the whole. When it is the border of one valid area,
the figures lie side by side: the number of figures over a point and the area's own indicator then jump
along the same edges by the same amount, both vanish far away, so they are equal. No two figures overlap,
and the area is their union. Anything else (an overlap, an edge that one neighbour has split and the other
has not) leaves edges that are no such border, and is left to the caller.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Keys = NDArray[np.uint64]


def outline(figures: Shapes) -> shapely.Geometry | None:
    """The union of valid (multi)polygons that share their borders point for point; None where they do not."""
    ends, keys, forward = _edges(figures)
    if not len(keys):
        return shapely.Polygon()
    order = np.argsort(keys, kind="stable")
    firsts = np.flatnonzero(np.r_[True, keys[order][1:] != keys[order][:-1]])
    times = np.diff(np.r_[firsts, len(keys)])
    balance = np.add.reduceat(np.where(forward[order], 1, -1), firsts)
    if (times > 2).any() or (balance[times == 2] != 0).any():
        return None  # an edge with two figures on the same side
    left = order[firsts[times == 1]]
    area = _enclosed(ends[left], keys[left], forward[left])
    return area if area.is_valid and _same(area, keys[left], forward[left]) else None


def _enclosed(
    ends: NDArray[np.float64], keys: Keys, forward: NDArray[np.bool_]
) -> shapely.MultiPolygon:
    """The faces between the edges that lie to the left of theirs."""
    faces = shapely.get_parts(shapely.polygonize(shapely.linestrings(ends)))
    _, own, direction, face = _edges_by_part(faces)
    order = np.argsort(keys)
    known = order[np.searchsorted(keys, own, sorter=order).clip(max=len(keys) - 1)]
    inside = np.zeros(len(faces), dtype=np.bool_)
    inside[face[(keys[known] == own) & (forward[known] == direction)]] = True
    return shapely.multipolygons(faces[inside])


def _same(area: shapely.Geometry, keys: Keys, forward: NDArray[np.bool_]) -> bool:
    """Whether the border of the area is those edges, in those directions."""
    _, own, direction = _edges(np.array([area], dtype=object))
    if len(own) != len(keys):
        return False
    mine, theirs = np.argsort(own), np.argsort(keys)
    return bool((own[mine] == keys[theirs]).all() and (direction[mine] == forward[theirs]).all())


def _edges(figures: Shapes) -> tuple[NDArray[np.float64], Keys, NDArray[np.bool_]]:
    """Edges of (multi)polygons; see below."""
    return _edges_by_part(shapely.get_parts(figures))[:3]


def _edges_by_part(
    polygons: Shapes,
) -> tuple[NDArray[np.float64], Keys, NDArray[np.bool_], NDArray[np.int64]]:
    """Every edge with its polygon on the left: both ends, a key without direction, the direction, and whose.

    Keys are 64-bit digests. Should two edges ever share one, what is left over is no closed border, and the
    answer is None as for any set that does not fit.
    """
    rings, owner = shapely.get_rings(polygons, return_index=True)
    shell = np.diff(owner, prepend=-1) != 0  # the outer ring comes first
    turned = shapely.is_ccw(rings) != shell
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = xy + 0.0  # -0.0 is the same place as 0.0
    node = _mixed(xy[:, 0].view(np.uint64), xy[:, 1].view(np.uint64))
    there = (ring[1:] == ring[:-1]) & (node[1:] != node[:-1])  # repeated points make no edge
    start, end = np.flatnonzero(there), np.flatnonzero(there) + 1
    back = turned[ring[start]]
    start, end = np.where(back, end, start), np.where(back, start, end)
    low, high = np.minimum(node[start], node[end]), np.maximum(node[start], node[end])
    ends = np.stack([xy[start], xy[end]], axis=1)
    return ends, _mixed(low, high), node[start] < node[end], owner[ring[start]]


def _mixed(one: Keys, other: Keys) -> Keys:
    """One digest of two (the finalizer of splitmix64)."""
    with np.errstate(over="ignore"):
        mixed = one * np.uint64(0x9E3779B97F4A7C15) + (other ^ (other >> np.uint64(29)))
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    out: Keys = mixed ^ (mixed >> np.uint64(31))
    return out
