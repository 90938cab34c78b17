"""Boxes of small figures in Hilbert order under a packed R-tree: flat arrays, nothing to unpack."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inlined
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
        first, last = chains.ring[chains.figure[f]], chains.ring[chains.figure[f + 1]]
        box_into(boxes[f], chains.x[first:last], chains.y[first:last])


@inlined
def box_into(box: Floats, x: Floats, y: Floats) -> None:
    """Write the box of some vertices."""
    west = south = np.inf
    east = north = -np.inf
    for i in range(len(x)):
        west, south = min(west, x[i]), min(south, y[i])
        east, north = max(east, x[i]), max(north, y[i])
    box[0], box[1], box[2], box[3] = west, south, east, north


def hilbert_order(boxes: Floats) -> Ints:
    """Positions of boxes along a Hilbert curve through their centres; neighbours come close together."""
    x, y = ((boxes[:, side] + boxes[:, side + 2]) / 2 for side in (0, 1))
    return np.argsort(_along_curve(x, y, _ORDER), kind="stable")


def rough_hilbert_order(x: Floats, y: Floats) -> Ints:
    """The same of points on a coarser grid, which sorts much faster."""
    return np.argsort(_along_curve(x, y, _ROUGH).astype(np.uint16), kind="stable")


def _along_curve(x: Floats, y: Floats, order: int) -> Ints:
    """The place of each point on a curve through 2^order cells each way."""
    if not len(x):
        return np.empty(0, np.int64)
    west, south = float(x.min()), float(y.min())
    side = max(float(x.max()) - west, float(y.max()) - south, 1e-9)
    return _places(x, y, west, south, (2**order - 1) / side, order)


@compiled
def _places(
    easts: Floats, norths: Floats, west: float, south: float, scale: float, order: int
) -> Ints:
    out, largest = np.zeros(len(easts), np.int64), (1 << order) - 1
    for i in range(len(easts)):
        x, y = int((easts[i] - west) * scale), int((norths[i] - south) * scale)
        side = np.int64(1) << (order - 1)
        while side > 0:
            east, north = np.int64((x & side) != 0), np.int64((y & side) != 0)
            out[i] += side * side * ((3 * east) ^ north)
            # Chosen, not jumped over: which way it goes cannot be guessed.
            turned = (north == 0) & (east == 1)
            x, y = (largest - x if turned else x), (largest - y if turned else y)
            x, y = (y if north == 0 else x), (x if north == 0 else y)
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
