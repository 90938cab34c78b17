"""Borders in short stretches with a box each, so that a plot looks only at the vertices near it.

The boxes are single precision, rounded outwards: what they say lies beyond the plot lies beyond it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from liangtian.geo.compiled import compiled, inner
from liangtian.geo.overlay.chains import Chains, Floats, Ints

Singles = NDArray[np.float32]

STRETCH = 16
"""Segments of a stretch, at most."""


class Stretches(NamedTuple):
    """Stretch k runs from vertex `span[k, 0]` to `span[k, 1]` of one ring, inside `box[k]` (west, south, east, north);
    figure f has the stretches `figure[f]` to `figure[f + 1]`, in the order of its rings."""

    span: Ints
    box: Singles
    figure: Ints


def stretches_of(chains: Chains) -> Stretches:
    """The stretches of all figures."""
    parts = -(-(np.diff(chains.ring) - 1) // STRETCH)
    before = np.concatenate([[0], np.cumsum(parts)]).astype(np.int64)
    number = int(before[-1])
    made = Stretches(
        np.empty((number, 2), np.int64), np.empty((number, 4), np.float32), before[chains.figure]
    )
    _stretch(chains, parts, made)
    return made


@compiled
def _stretch(chains: Chains, parts: Ints, made: Stretches) -> None:
    k = 0
    for r in range(len(parts)):
        first, segments = chains.ring[r], chains.ring[r + 1] - chains.ring[r] - 1
        for part in range(parts[r]):
            start = first + segments * part // parts[r]
            end = first + segments * (part + 1) // parts[r]
            made.span[k, 0], made.span[k, 1] = start, end
            _box(chains.x, start, end, made.box[k], 0)
            _box(chains.y, start, end, made.box[k], 1)
            k += 1


@inner
def _box(values: Floats, start: int, end: int, box: Singles, side: int) -> None:
    low = high = values[start]
    for i in range(start + 1, end + 1):
        low, high = min(low, values[i]), max(high, values[i])
    box[side], box[side + 2] = _below(low), _above(high)


@inner
def round_out(box: Floats, out: Singles) -> None:
    """A box in single precision that has the one given inside."""
    out[0], out[1], out[2], out[3] = _below(box[0]), _below(box[1]), _above(box[2]), _above(box[3])


@inner
def _below(value: float) -> np.float32:
    near = np.float32(value)
    return np.nextafter(near, np.float32(-np.inf)) if near > value else near


@inner
def _above(value: float) -> np.float32:
    near = np.float32(value)
    return np.nextafter(near, np.float32(np.inf)) if near < value else near
