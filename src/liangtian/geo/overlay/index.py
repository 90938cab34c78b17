"""Boxes of small figures in Hilbert order under a packed R-tree: flat arrays, nothing to unpack."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inlined, inner
from liangtian.geo.overlay.chains import Chains, Floats, Ints

NODE = 8
"""Boxes under one box of the level above."""
_ORDER, _ROUGH = 16, 8


class Tree(NamedTuple):
    """`boxes` (west, south, east, north) level by level, the figures' own first; level l begins at `level[l]`."""

    boxes: Floats
    level: Ints


def boxes_of(chains: Chains) -> Floats:
    """The box of each figure (which must have vertices)."""
    boxes = np.empty((chains.number, 4))
    _boxes(boxes, chains)
    return boxes


@compiled
def _boxes(boxes: Floats, chains: Chains) -> None:
    for f in range(len(boxes)):
        box_into(boxes[f], chains, f)


@inner
def box_into(box: Floats, chains: Chains, f: int) -> None:
    """Write the box of one figure."""
    first, last = chains.ring[chains.figure[f]], chains.ring[chains.figure[f + 1]]
    box[0] = box[1] = np.inf
    box[2] = box[3] = -np.inf
    for i in range(first, last):
        box[0] = min(box[0], chains.x[i])
        box[1] = min(box[1], chains.y[i])
        box[2] = max(box[2], chains.x[i])
        box[3] = max(box[3], chains.y[i])


def hilbert_order(boxes: Floats) -> Ints:
    """Positions of boxes along a Hilbert curve through their centres; neighbours come close together."""
    return np.argsort(_along_curve((boxes[:, :2] + boxes[:, 2:]) / 2, _ORDER), kind="stable")


def rough_hilbert_order(points: Floats) -> Ints:
    """The same of points on a coarser grid, which sorts much faster."""
    return np.argsort(_along_curve(points, _ROUGH).astype(np.uint16), kind="stable")


def _along_curve(points: Floats, order: int) -> Ints:
    """The place of each point on a curve through 2^order cells each way."""
    if not len(points):
        return np.empty(0, np.int64)
    low = points.min(axis=0)
    side = max(float((points.max(axis=0) - low).max()), 1e-9)
    return _places(points, low, (2**order - 1) / side, order)


@compiled
def _places(points: Floats, low: Floats, scale: float, order: int) -> Ints:
    out, largest = np.zeros(len(points), np.int64), (1 << order) - 1
    for i in range(len(points)):
        x = int((points[i, 0] - low[0]) * scale)
        y = int((points[i, 1] - low[1]) * scale)
        side = np.int64(1) << (order - 1)
        while side > 0:
            east, north = np.int64((x & side) != 0), np.int64((y & side) != 0)
            out[i] += side * side * ((3 * east) ^ north)
            if north == 0:
                if east == 1:
                    x, y = largest - x, largest - y
                x, y = y, x
            side >>= 1
    return out


def tree_over(boxes: Floats) -> Tree:
    """The packed tree over boxes that are already in Hilbert order."""
    counts = [len(boxes)]
    while counts[-1] > NODE:
        counts.append(-(-counts[-1] // NODE))
    level = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    every = np.empty((int(level[-1]), 4))
    every[: len(boxes)] = boxes
    for low, start, count in zip(level, level[1:], counts[1:], strict=False):
        starts = np.arange(low, start, NODE)
        every[start : start + count, :2] = np.minimum.reduceat(every[:start, :2], starts, axis=0)
        every[start : start + count, 2:] = np.maximum.reduceat(every[:start, 2:], starts, axis=0)
    return Tree(every, level)


@inlined
def meeting(
    boxes: Floats, levels: Ints, box: Floats, found: Ints, waiting: Ints
) -> tuple[int, Ints, Ints]:
    """How many boxes of a tree share ground with this one, touching excluded, and which, in the tree's order.

    `found` and `waiting` are room for the result and for the level above it; they are given back, exchanged or
    longer.
    """
    top = len(levels) - 2
    west, south, east, north = box[0], box[1], box[2], box[3]
    number = 0
    for i in range(levels[top], levels[top + 1]):
        found[number] = i
        number += _meet(boxes, i, west, south, east, north)
    for level in range(top, 0, -1):
        found, waiting = waiting, found
        if len(found) < number * NODE:
            found = np.empty(2 * number * NODE, np.int64)
        above, number = number, 0
        for k in range(above):
            first = levels[level - 1] + (waiting[k] - levels[level]) * NODE
            for i in range(max(first, 0), min(first + NODE, levels[level])):
                found[number] = i
                number += _meet(boxes, i, west, south, east, north)
    return number, found, waiting


@inlined
def _meet(boxes: Floats, i: int, west: float, south: float, east: float, north: float) -> bool:
    """Whether boxes share ground; all four sides are looked at, since a wrong guess costs more."""
    return bool(
        (boxes[i, 0] < east) & (boxes[i, 2] > west) & (boxes[i, 1] < north) & (boxes[i, 3] > south)
    )
