"""Areas shared by two figures in exact rational arithmetic: the arbiter where two programs disagree.

Slab by slab between all vertices and crossings, where segments do not cross and can be put in order.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import shapely

Segment = tuple[Fraction, Fraction, Fraction, Fraction, int]  # x0 < x1, and whose it is


def shared_exactly(one: shapely.Geometry, other: shapely.Geometry) -> Fraction:
    """The area both polygons have, without rounding."""
    segments = _segments(one, 0) + _segments(other, 1)
    stops = {s[0] for s in segments} | {s[2] for s in segments}
    for i, first in enumerate(segments):
        for second in segments[:i]:
            stops |= _crossing(first, second)
    total = Fraction(0)
    for west, east in pairwise(sorted(stops)):
        total += _slab(segments, west, east)
    return total


def _segments(figure: shapely.Geometry, whose: int) -> list[Segment]:
    out = []
    for ring in shapely.get_rings(shapely.get_parts(figure)):
        points = [(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(ring).tolist()]
        for (x0, y0), (x1, y1) in pairwise(points):
            if x0 < x1:
                out.append((x0, y0, x1, y1, whose))
            elif x1 < x0:
                out.append((x1, y1, x0, y0, whose))
    return out


def _at(segment: Segment, x: Fraction) -> Fraction:
    x0, y0, x1, y1, _ = segment
    return y0 + (y1 - y0) * (x - x0) / (x1 - x0)


def _crossing(a: Segment, b: Segment) -> set[Fraction]:
    west, east = max(a[0], b[0]), min(a[2], b[2])
    if west >= east:
        return set()
    start, end = _at(a, west) - _at(b, west), _at(a, east) - _at(b, east)
    return {west + (east - west) * start / (start - end)} if start * end < 0 else set()


def _slab(segments: list[Segment], west: Fraction, east: Fraction) -> Fraction:
    across = sorted(
        ((_at(s, west) + _at(s, east)) / 2, s[4]) for s in segments if s[0] <= west and s[2] >= east
    )
    inside, total = [False, False], Fraction(0)
    for (low, whose), (high, _) in pairwise(across):
        inside[whose] = not inside[whose]
        if all(inside):
            total += (high - low) * (east - west)
    return total
