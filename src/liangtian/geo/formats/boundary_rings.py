"""Rings of one plot into a polygon: containment, not the ring number, decides hole or part."""

from __future__ import annotations

from dataclasses import dataclass

import shapely
from shapely import MultiPolygon, Polygon

from liangtian.geo.formats.model import LineProblem


@dataclass(frozen=True)
class Ring:
    """One closed ring, x east and y north in metres, with its 圈号 and the line it starts on."""

    number: int
    line: int
    points: tuple[tuple[float, float], ...]


def assemble(
    rings: list[Ring], precision: float, notes: list[str], problems: list[LineProblem]
) -> Polygon | MultiPolygon | None:
    """The plot's geometry in the order of the file; None with a problem when rings cross.

    Contact thinner than the coordinate precision is no overlap. Self-crossing rings are kept as they
    are, for the geometry check to report.
    """
    areas = [shapely.make_valid(Polygon(ring.points)) for ring in rings]
    parents: list[list[int]] = [[] for _ in rings]
    for low, ring in enumerate(rings):
        for high in range(low):
            relation = _relation(areas[high], areas[low], precision)
            if relation == "crossing":
                problems.append(
                    LineProblem(
                        ring.line,
                        str(ring.number),
                        f"第 {low + 1} 圈与第 {high + 1} 圈(第 {rings[high].line} 行起)相互交叉或重合,"
                        "无法判断是洞还是另一部分",
                    )
                )
                return None
            if relation == "inside":
                parents[low].append(high)
            elif relation == "around":
                parents[high].append(low)
    return _build(rings, areas, parents, notes)


def _relation(first: shapely.Geometry, second: shapely.Geometry, precision: float) -> str:
    common = shapely.intersection(first, second).area
    slack = precision * min(first.length, second.length)
    if common <= slack:
        return "apart"
    if abs(first.area - second.area) <= slack:
        return "crossing"
    if second.area - common <= slack:
        return "inside"
    if first.area - common <= slack:
        return "around"
    return "crossing"


def _build(
    rings: list[Ring],
    areas: list[shapely.Geometry],
    parents: list[list[int]],
    notes: list[str],
) -> Polygon | MultiPolygon:
    holes: dict[int, list[int]] = {i: [] for i, p in enumerate(parents) if len(p) % 2 == 0}
    for index, around in enumerate(parents):
        if index in holes:
            continue
        owner = min((p for p in around if p in holes), key=lambda p: areas[p].area)
        holes[owner].append(index)
        notes.append(
            f"第 {rings[index].line} 行起的第 {index + 1} 圈在第 {owner + 1} 圈之内,按内环(洞)处理。"
        )
    for index in list(holes)[1:]:
        notes.append(
            f"第 {rings[index].line} 行起的第 {index + 1} 圈不在其他外环之内,按另一部分处理。"
        )
    parts = [
        Polygon(rings[outer].points, [rings[h].points for h in inner])
        for outer, inner in holes.items()
    ]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)
