"""The segments of one plot piece, laid out for the processor's vectors and found by their x.

Segments stand in the order of the bucket in which they begin, the width of the plot being cut into equal buckets;
tables say which of them can overlap a bucket. A segment of a figure is thus compared with a few of the plot's only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from liangtian.geo.compiled import inlined, inner, vectorised
from liangtian.geo.overlay.chains import Chains, Floats, Ints

BUCKETS = 32
LANES = 8
"""Segments are taken in blocks of this many, which fill whole vectors."""
LEFT, RIGHT, HEIGHT, SLOPE, SIGN = range(5)
STEEP = 1e-12
"""Metres; a segment that spans less in x is vertical, and counts for nothing."""
_FAR = 1e9
_TINY = 1e-300


class Frame(NamedTuple):
    """Centre of the box of a plot piece, half its width, buckets per metre, and the piece's area.

    Segments are relative to the centre.
    """

    x: float
    y: float
    wide: float
    scale: float
    area: float


class Lanes(NamedTuple):
    """`row` has five numbers per segment: x at the left and the right, height at x = 0, slope, and +1 for those that
    run west, which bound the inside from above, else -1.

    Those that may overlap bucket b are at `first[b]` to `last[b]`. `unsorted`, `bucket` and `begins` are scratch.
    """

    row: Floats
    first: Ints
    last: Ints
    unsorted: Floats
    bucket: Ints
    begins: Ints


@inner
def room_for_lanes(vertices: int) -> Lanes:
    """Room for a piece of so many vertices."""
    most = vertices + LANES
    tables = np.empty((3, BUCKETS + 1), np.int64)
    return Lanes(
        np.empty((5, most)),
        tables[0],
        tables[1],
        np.empty((5, most)),
        np.empty(most, np.int64),
        tables[2],
    )


@inlined
def bucket_of(x: float, frame: Frame) -> int:
    """The bucket of an x; those beyond the plot fall into the outermost."""
    return int(min(max((x + frame.wide) * frame.scale, 0.0), BUCKETS - 1.0))


@inner
def loaded(pieces: Chains, f: int, box: Floats, lanes: Lanes) -> Frame:
    """Lay out the segments of a piece with its box."""
    wide = box[2] - box[0]
    scale = BUCKETS / wide if wide > 0 else 0.0
    frame = Frame((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, wide / 2, scale, 0.0)
    number, twice = _read(pieces, f, frame, lanes)
    _in_order(number, lanes)
    _find(number, frame, lanes)
    return Frame(frame.x, frame.y, frame.wide, frame.scale, twice / 2)


@inner
def _read(pieces: Chains, f: int, frame: Frame, lanes: Lanes) -> tuple[int, float]:
    """The segments as they come, how many begin in each bucket, and twice the area."""
    lanes.begins[:] = 0
    raw, n, twice = lanes.unsorted, 0, 0.0
    for r in range(pieces.figure[f], pieces.figure[f + 1]):
        first = max(pieces.ring[r], 0)
        x1, y1 = pieces.x[first] - frame.x, pieces.y[first] - frame.y
        for i in range(first + 1, pieces.ring[r + 1]):
            x0, y0 = x1, y1
            x1, y1 = pieces.x[i] - frame.x, pieces.y[i] - frame.y
            east = x1 - x0
            left, slope = min(x0, x1), (y1 - y0) / east
            raw[LEFT, n], raw[RIGHT, n] = left, max(x0, x1)
            raw[HEIGHT, n] = (y0 if x0 < x1 else y1) - slope * left
            raw[SLOPE, n], raw[SIGN, n] = slope, np.copysign(1.0, -east)
            bucket, counts = bucket_of(left, frame), int(abs(east) > STEEP)
            lanes.bucket[n] = bucket
            lanes.begins[bucket + 1] += counts
            n += counts
            twice -= east * (y0 + y1)
    return n, twice


@inner
def _in_order(number: int, lanes: Lanes) -> None:
    """Counting sort by bucket; filled up to whole blocks with segments beyond all others."""
    row, raw = lanes.row, lanes.unsorted
    for b in range(BUCKETS):
        lanes.begins[b + 1] += lanes.begins[b]
    for i in range(number):
        bucket = lanes.bucket[i]
        to = lanes.begins[bucket]
        lanes.begins[bucket] = to + 1
        for k in range(5):
            row[k, to] = raw[k, i]
    for i in range(number, _whole(number)):
        row[LEFT, i], row[RIGHT, i] = _FAR, -_FAR
        row[HEIGHT, i] = row[SLOPE, i] = row[SIGN, i] = 0.0


@inner
def _whole(number: int) -> int:
    return (number + LANES - 1) // LANES * LANES


@inner
def _find(number: int, frame: Frame, lanes: Lanes) -> None:
    """The tables of the blocks that reach a bucket: blocks begin in the order of the buckets."""
    first, last, row, end = lanes.first, lanes.last, lanes.row, _whole(number)
    first[:], last[:] = end, 0
    for start in range(0, end, LANES):
        right = row[RIGHT, start]
        for i in range(start + 1, start + LANES):
            right = max(right, row[RIGHT, i])
        reached = bucket_of(right, frame)
        first[reached] = min(first[reached], start)
        last[bucket_of(row[LEFT, start], frame)] = start + LANES
    for b in range(1, BUCKETS):
        last[b] = max(last[b], last[b - 1])
        back = BUCKETS - 1 - b
        first[back] = min(first[back], first[back + 1])


@inlined
def under(
    x0: float, y0: float, x1: float, y1: float, frame: Frame, row: Floats, first: Ints, last: Ints
) -> float:
    """Signed area between a segment and the segments of the plot below it: positive where it runs east.

    Computed from its left end, so that neighbours who run it both ways find the same. `row`, `first` and `last` are
    those of the plot's `Lanes`: taking arrays out of tuples counts references, and would take longer than the sum.
    """
    left, right, slope = min(x0, x1), max(x0, x1), (y1 - y0) / (x1 - x0)
    height = (y0 if x0 < x1 else y1) - slope * left
    begin, end = first[bucket_of(left, frame)], last[bucket_of(right, frame)]
    area = _under(left, right, height, slope, row, np.uint64(begin), np.uint64(end))
    return area if x0 < x1 else -area


@vectorised
def _under(
    left: float,
    right: float,
    height: float,
    slope: float,
    row: Floats,
    first: np.uint64,
    last: np.uint64,
) -> float:
    # Numbers without a sign cannot count from the end of an array: without that the loop is not vectorised.
    total = 0.0
    for i in range(first, last):
        a, b = max(row[LEFT, i], left), min(row[RIGHT, i], right)
        wide = max(b - a, 0.0)
        apart, leaning = height - row[HEIGHT, i], slope - row[SLOPE, i]
        start, end = apart + leaning * a, apart + leaning * b
        top = max(start, 0.0) + max(end, 0.0)
        total += row[SIGN, i] * wide * top * top / (abs(start) + abs(end) + _TINY)
    return total / 2


@inlined
def left_of(x: float, frame: Frame, row: Floats, last: Ints) -> float:
    """Area of the plot piece left of x."""
    if x <= -frame.wide:
        return 0.0
    if x >= frame.wide:
        return frame.area
    return _strip(x, row, np.uint64(last[bucket_of(x, frame)]))


@vectorised
def _strip(x: float, row: Floats, last: np.uint64) -> float:
    total = 0.0
    for i in range(last):
        left, right = row[LEFT, i], min(row[RIGHT, i], x)
        middle = row[HEIGHT, i] + row[SLOPE, i] * ((left + right) / 2)
        total += row[SIGN, i] * max(right - left, 0.0) * middle
    return total
