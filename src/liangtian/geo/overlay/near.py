"""The segments of a figure that come near a plot, found in two steps.

First the boxes of its stretches are looked at, for all figures that a plot meets, and memory is asked for what is to
be read; then, when it has come, the vertices of the stretches left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.compiled import asked_for, inlined
from liangtian.geo.overlay.chains import Floats, Ints
from liangtian.geo.overlay.lanes import STEEP
from liangtian.geo.overlay.stretches import Singles

Marks = NDArray[np.uint8]

_NEXT = np.uint64(1)
_LINE = np.uint64(8)
"""Numbers that memory hands out together."""


@inlined
def opened_of(
    span: Ints, edge: Singles, first: int, last: int, outer: Singles,
    opened: Ints, number: int, end: Ints, ends: int,
) -> tuple[int, int]:  # fmt: skip
    """Look at the boxes of the stretches `first` to `last` of a figure: adds to `opened` those that may come near
    the plot, to `end` the ends of runs above it, and says how many there are then.

    A run above the plot counts by its ends alone, stretches below or beside it do not count.
    """
    above, stop = False, -1
    west, south, east, north = outer[0], outer[1], outer[2], outer[3]
    for k in range(np.uint64(first), np.uint64(last)):
        start = span[k, 0]
        new, over = start != stop, edge[k, 1] >= north
        end[ends] = stop
        ends += above & (new | (not over))
        end[ends] = start
        ends += over & (new | (not above))
        above, stop = over, span[k, 1]
        opened[number] = k
        reaches = (edge[k, 1] < north) & (edge[k, 3] > south)
        number += reaches & (edge[k, 2] > west) & (edge[k, 0] < east)
    end[ends] = stop
    return number, ends + above


@inlined
def ask_for(x: Floats, y: Floats, span: Ints, opened: Ints, number: int) -> None:
    """Have the vertices of these stretches on their way from memory, which takes longer than all sums with them."""
    for n in range(number):
        k = opened[n]
        start, stop = np.uint64(span[k, 0]), np.uint64(span[k, 1])
        for i in (start, start + _LINE, stop):
            asked_for(x, i)
            asked_for(y, i)


@inlined
def near_segments(
    x: Floats, y: Floats, start: int, stop: int, box: Floats,
    mark: Marks, segment: Ints, number: int,
) -> int:  # fmt: skip
    """Of a stretch the segments that reach the plot: their last vertices are added to `segment`; how many then."""
    first, length = np.uint64(start), np.uint64(stop - start)
    west, south, east = box[0], box[1], box[2]
    for k in range(length):
        # Numbers without a sign cannot count from the end of an array: without that the loop is not vectorised.
        i = first + k
        x0, y0, x1, y1 = x[i], y[i], x[i + _NEXT], y[i + _NEXT]
        beside = (max(x0, x1) <= west) | (min(x0, x1) >= east)
        mark[k] = not (beside | (max(y0, y1) <= south) | (abs(x1 - x0) <= STEEP))
    for k in range(length):
        segment[number] = first + k + _NEXT
        number += mark[k]
    return number
