"""The segments of one plot piece, laid out for the processor's vectors and found by their x.

Segments stand in the order of the bucket in which they begin, the width of the plot being cut into equal buckets;
tables say which of them can overlap a bucket. A segment of a figure is thus compared with a few of the plot's only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.compiled import inlined, inner, vectorised
from liangtian.geo.overlay.chains import Floats, Ints

Narrow = NDArray[np.int32]

BUCKETS = 32
LANES = 8
"""Segments are taken in blocks of this many, which fill whole vectors."""
LEFT, RIGHT, HEIGHT, SLOPE, SIGN = range(5)
STEEP = 1e-12
"""Metres; a segment that spans less in x is vertical, and counts for nothing."""
_FAR = 1e9
_TINY = 1e-300
_NEXT = np.uint64(1)


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
    bucket: Narrow
    begins: Ints


@inner
def room_for_lanes(vertices: int) -> Lanes:
    """Room for a piece of so many vertices."""
    most = vertices + LANES
    tables = np.empty((2, BUCKETS), np.int64)
    return Lanes(
        np.empty((5, most)),
        tables[0],
        tables[1],
        np.empty((5, most)),
        np.empty(most, np.int32),
        np.empty(BUCKETS + 2, np.uint64),
    )


@inlined
def bucket_of(x: float, frame: Frame) -> int:
    """The bucket of an x; those beyond the plot fall into the outermost."""
    return int(_place(x, frame))


@inlined
def _place(x: float, frame: Frame) -> float:
    return min(max((x + frame.wide) * frame.scale, 0.0), BUCKETS - 1.0)


@inlined
def loaded(
    x: Floats, y: Floats, ring: Ints, first: int, last: int, box: Floats, lanes: Lanes
) -> Frame:
    """Lay out the segments of a piece, the rings `first` to `last`, with its box."""
    wide = box[2] - box[0]
    scale = BUCKETS / wide if wide > 0 else 0.0
    frame = Frame((box[0] + box[2]) / 2, (box[1] + box[3]) / 2, wide / 2, scale, 0.0)
    raw, bucket, number, twice = lanes.unsorted, lanes.bucket, 0, 0.0
    for r in range(first, last):
        segments = ring[r + 1] - ring[r] - 1
        start, to = np.uint64(ring[r]), np.uint64(number)
        twice += _read(x, y, start, np.uint64(segments), frame, raw, bucket, to)
        number += segments
    _find(_in_order(number, lanes), frame, lanes)
    return Frame(frame.x, frame.y, frame.wide, frame.scale, twice / 2)


@vectorised
def _read(
    x: Floats, y: Floats, first: np.uint64, number: np.uint64, frame: Frame,
    raw: Floats, bucket: Narrow, to: np.uint64,
) -> float:  # fmt: skip
    """The segments of a ring as they come, the bucket in which each begins, and twice the area.

    Vertical ones go into the bucket behind the last.
    """
    twice = 0.0
    for k in range(number):
        # Numbers without a sign cannot count from the end of an array: without that the loop is not vectorised.
        i, n = first + k, to + k
        x0, y0 = x[i] - frame.x, y[i] - frame.y
        x1, y1 = x[i + _NEXT] - frame.x, y[i + _NEXT] - frame.y
        east = x1 - x0
        left, slope = min(x0, x1), (y1 - y0) / east
        raw[LEFT, n], raw[RIGHT, n] = left, max(x0, x1)
        raw[HEIGHT, n] = (y0 if x0 < x1 else y1) - slope * left
        raw[SLOPE, n], raw[SIGN, n] = slope, np.copysign(1.0, -east)
        bucket[n] = np.int32(_place(left, frame) if abs(east) > STEEP else float(BUCKETS))
        twice -= east * (y0 + y1)
    return twice


@inner
def _in_order(number: int, lanes: Lanes) -> int:
    """Counting sort by bucket, without the vertical ones; how many are left.

    Filled up to whole blocks with segments beyond all others.
    """
    row, raw, begins, places = lanes.row, lanes.unsorted, lanes.begins, lanes.bucket
    begins[:] = 0
    for i in range(np.uint64(number)):
        begins[np.uint64(places[i]) + _NEXT] += _NEXT
    for b in range(BUCKETS):
        begins[b + 1] += begins[b]
    left = int(begins[BUCKETS])
    for i in range(np.uint64(number)):
        bucket = np.uint64(places[i])
        to = begins[bucket]
        begins[bucket] = to + _NEXT
        row[LEFT, to], row[RIGHT, to] = raw[LEFT, i], raw[RIGHT, i]
        row[HEIGHT, to], row[SLOPE, to] = raw[HEIGHT, i], raw[SLOPE, i]
        row[SIGN, to] = raw[SIGN, i]
    for i in range(left, _whole(left)):
        row[LEFT, i], row[RIGHT, i] = _FAR, -_FAR
        row[HEIGHT, i] = row[SLOPE, i] = row[SIGN, i] = 0.0
    return left


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
def described(
    x: Floats, y: Floats, segment: Ints, number: int, frame: Frame, line: Floats, reach: Narrow
) -> None:
    """Write the segments that end at these vertices as rows like those of a plot, but +1 for those that run east,
    and the buckets in which they begin and end.

    Computed from their left ends, so that neighbours who run one both ways find the same.
    """
    for k in range(np.uint64(number)):
        i = np.uint64(segment[k])
        x0, y0 = x[i - _NEXT] - frame.x, y[i - _NEXT] - frame.y
        x1, y1 = x[i] - frame.x, y[i] - frame.y
        left, right, slope = min(x0, x1), max(x0, x1), (y1 - y0) / (x1 - x0)
        line[LEFT, k], line[RIGHT, k], line[SLOPE, k] = left, right, slope
        line[HEIGHT, k] = (y0 if x0 < x1 else y1) - slope * left
        line[SIGN, k] = np.copysign(1.0, x1 - x0)
        reach[0, k], reach[1, k] = np.int32(_place(left, frame)), np.int32(_place(right, frame))


@inlined
def under(line: Floats, reach: Narrow, number: int, row: Floats, first: Ints, last: Ints) -> float:
    """Signed area between segments and those of the plot below them: positive where they run east.

    `row`, `first` and `last` are those of the plot's `Lanes`: taking arrays out of tuples counts references, and
    would take longer than the sum.
    """
    total = 0.0
    for k in range(np.uint64(number)):
        begin = np.uint64(first[np.uint64(reach[0, k])])
        end = np.uint64(last[np.uint64(reach[1, k])])
        left, right, height, slope = line[LEFT, k], line[RIGHT, k], line[HEIGHT, k], line[SLOPE, k]
        total += line[SIGN, k] * _under(left, right, height, slope, row, begin, end)
    return total


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
