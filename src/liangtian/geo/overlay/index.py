"""Boxes of small figures in Hilbert order under a packed R-tree: flat arrays, nothing to unpack."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import compiled, inner
from liangtian.geo.overlay.chains import Chains, Floats, Ints

NODE = 8
"""Boxes under one box of the level above."""
_ORDER = 16
_LARGEST = 2**_ORDER - 1


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
    if not len(boxes):
        return np.empty(0, np.int64)
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    low = centres.min(axis=0)
    side = max(float((centres.max(axis=0) - low).max()), 1e-9)
    cells = ((centres - low) * (_LARGEST / side)).astype(np.int64)
    return np.argsort(_along_curve(cells), kind="stable")


@compiled
def _along_curve(cells: Ints) -> Ints:
    out = np.zeros(len(cells), np.int64)
    for i in range(len(cells)):
        x, y = cells[i, 0], cells[i, 1]
        side = np.int64(1) << (_ORDER - 1)
        while side > 0:
            east, north = np.int64((x & side) != 0), np.int64((y & side) != 0)
            out[i] += side * side * ((3 * east) ^ north)
            if north == 0:
                if east == 1:
                    x, y = _LARGEST - x, _LARGEST - y
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


@inner
def meeting(tree: Tree, box: Floats, waiting: Ints, found: Ints) -> tuple[Ints, int]:
    """The boxes that share ground with this one, touching excluded, and their number, in a fixed order.

    `waiting` is room for the boxes yet to be looked at (see `room_for`), `found` for the result: it is given
    back, made longer if it had to be.
    """
    top = len(tree.level) - 2
    left, number = 0, 0
    for i in range(tree.level[top], tree.level[top + 1]):
        waiting[left] = i
        left += 1
    while left:
        left -= 1
        at = waiting[left]
        one = tree.boxes[at]
        if one[0] >= box[2] or one[2] <= box[0] or one[1] >= box[3] or one[3] <= box[1]:
            continue
        if at < tree.level[1]:
            if number == len(found):
                longer = np.empty(2 * number, np.int64)
                for i in range(number):
                    longer[i] = found[i]
                found = longer
            found[number] = at
            number += 1
            continue
        level = 1
        while at >= tree.level[level + 1]:
            level += 1
        first = tree.level[level - 1] + (at - tree.level[level]) * NODE
        for below in range(first, min(first + NODE, tree.level[level])):
            waiting[left] = below
            left += 1
    return found, number


def room_for(tree: Tree) -> Ints:
    """Room in which `meeting` keeps the boxes it has yet to look at."""
    return np.empty(NODE * len(tree.level), np.int64)
