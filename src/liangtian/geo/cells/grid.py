"""Cells of about equal work: rectangles of a fine grid, halved by weight again and again."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_FINEST = 4096
"""Squares on a side at most: 1.2 km where the whole country is measured at once."""
_SQUARES_PER_CELL = 64
"""The more squares a cell has, the nearer the cells come to equal weight."""


class Grid(NamedTuple):
    """Squares between `bounds` (west, south, east, north in degrees), `side` × `side` of them."""

    bounds: tuple[float, float, float, float]
    side: int

    def squares(self, points: Floats) -> tuple[Ints, Ints]:
        """Row and column of points (longitude, latitude); what lies beyond counts to the outermost square."""
        west, south, east, north = self.bounds
        wide, high = max(east - west, 1e-12), max(north - south, 1e-12)
        column = ((points[:, 0] - west) * (self.side / wide)).astype(np.int64)
        row = ((points[:, 1] - south) * (self.side / high)).astype(np.int64)
        return np.clip(row, 0, self.side - 1), np.clip(column, 0, self.side - 1)

    def weights(self, points: Floats, weight: Floats) -> Floats:
        """The weight in each square, as rows and columns."""
        row, column = self.squares(points)
        flat = np.bincount(row * self.side + column, weights=weight, minlength=self.side**2)
        return flat.reshape(self.side, self.side).astype(np.float64)


def grid_for(bounds: tuple[float, float, float, float], cells: int) -> Grid:
    """A grid fine enough for so many cells."""
    side = 2 ** math.ceil(math.log2(math.sqrt(cells * _SQUARES_PER_CELL)))
    return Grid(bounds, min(_FINEST, side))


def divided(weights: Floats, cells: int) -> NDArray[np.int32]:
    """The number of the cell (from 0) that each square belongs to; a single square is not divided."""
    label = np.zeros(weights.shape, np.int32)
    waiting = [(0, weights.shape[0], 0, weights.shape[1], 0, cells)]
    while waiting:
        south, north, west, east, first, number = waiting.pop()
        label[south:north, west:east] = first
        if number == 1 or (north - south == 1 and east - west == 1):
            continue
        tall = north - south >= east - west
        along = weights[south:north, west:east].sum(axis=1 if tall else 0)
        low = number // 2
        run = np.cumsum(along)
        cut = int(np.searchsorted(run, run[-1] * low / number)) + 1
        cut = min(max(cut, 1), len(along) - 1)
        if tall:
            waiting.append((south, south + cut, west, east, first, low))
            waiting.append((south + cut, north, west, east, first + low, number - low))
        else:
            waiting.append((south, north, west, west + cut, first, low))
            waiting.append((south, north, west + cut, east, first + low, number - low))
    return label


def points_of(boxes: Floats) -> Floats:
    """The point by which a plot belongs to a cell, the centre of its box; (0, 0) where there is no figure."""
    return np.nan_to_num((boxes[:, :2] + boxes[:, 2:]) / 2)
