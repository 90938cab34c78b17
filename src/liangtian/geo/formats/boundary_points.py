"""The points of one plot into closed rings, with 点数 as the proof that none is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from liangtian.geo.formats.boundary_header import BlockHeader
from liangtian.geo.formats.boundary_rings import Ring
from liangtian.geo.formats.model import LineProblem


@dataclass(frozen=True)
class Point:
    """One point line: where it stands, its 圈号, and its two numbers in the order of the file."""

    line: int
    ring: int
    first: Decimal
    second: Decimal
    shown: str


@dataclass
class Draft:
    """A header line and the points under it."""

    head: BlockHeader
    line: int
    points: list[Point] = field(default_factory=list)


def close_rings(
    draft: Draft,
    swapped: bool,
    precision: Decimal,
    notes: list[str],
    problems: list[LineProblem],
) -> list[Ring]:
    """The plot's rings, x east and y north.

    An unclosed ring is closed, and said to be, only when 点数 confirms that every point is there;
    otherwise `problems` gets the line.
    """
    groups = _groups(draft, problems)
    closed = [_closes(group, precision, notes) for group in groups]
    _check_count(draft, len(groups), closed.count(False), problems)
    made = []
    for group, repeated in zip(groups, closed, strict=True):
        if not repeated:
            notes.append(
                f"第 {group[0].line} 行起的圈没有重复首点,末点(第 {group[-1].line} 行)与首点相连。"
            )
        _note_duplicates(group, notes)
        made.append(_ring(group, repeated, swapped, problems))
    return made


def _groups(draft: Draft, problems: list[LineProblem]) -> list[list[Point]]:
    groups: dict[int, list[Point]] = {}
    previous = None
    for point in draft.points:
        if point.ring != previous and point.ring in groups:
            problems.append(LineProblem(point.line, str(point.ring), "同一圈号的点被别的圈隔开"))
        groups.setdefault(point.ring, []).append(point)
        previous = point.ring
    if not groups:
        problems.append(LineProblem(draft.line, draft.head.number, "地块没有界址点"))
    return list(groups.values())


def _closes(group: list[Point], precision: Decimal, notes: list[str]) -> bool:
    first, last = group[0], group[-1]
    gap = max(abs(first.first - last.first), abs(first.second - last.second))
    if len(group) < 2 or gap > precision:
        return False
    if gap:
        notes.append(
            f"第 {last.line} 行的闭合点与首点(第 {first.line} 行)相差 {gap} 米,按闭合处理。"
        )
    return True


def _check_count(draft: Draft, rings: int, unclosed: int, problems: list[LineProblem]) -> None:
    """点数 may count every listed point, leave closing points out, or count ones not listed."""
    declared, listed = draft.head.count, len(draft.points)
    if declared is None:
        if unclosed:
            problems.append(
                LineProblem(draft.line, "", "点数为空而环未闭合,无法确认界址点是否齐全")
            )
        return
    if declared not in {listed, listed + unclosed, listed - (rings - unclosed)}:
        problems.append(
            LineProblem(
                draft.line, str(declared), f"点数与实际不符:声明 {declared},实际列出 {listed}"
            )
        )


def _note_duplicates(group: list[Point], notes: list[str]) -> None:
    for before, after in pairwise(group):
        if (before.first, before.second) == (after.first, after.second):
            notes.append(f"第 {after.line} 行与第 {before.line} 行坐标相同(重复点),照原样保留。")


def _ring(group: list[Point], closed: bool, swapped: bool, problems: list[LineProblem]) -> Ring:
    pairs = [(p.first, p.second) if swapped else (p.second, p.first) for p in group]
    points = [(float(east), float(north)) for east, north in pairs]
    points = [*(points[:-1] if closed else points), points[0]]
    number = str(group[0].ring)
    if len(set(points)) < 3:
        problems.append(LineProblem(group[0].line, number, "这一圈不足 3 个不同的点"))
    for index in range(1, len(points) - 2):
        if points[index] == points[0] != points[index - 1]:
            problems.append(
                LineProblem(
                    group[index].line,
                    number,
                    "这一圈在此已经闭合,后面又有同一圈号的点;不同的圈请用不同的圈号",
                )
            )
            break
    return Ring(group[0].ring, group[0].line, tuple(points))
