"""Low zooms of a crowded layer: which class lies where, on a grid, and that grid as polygons.

Where a tile holds tens of thousands of polygons nobody can tell one from another. Leaving the small ones
out would show holes where there is land; drawing them all would send megabytes. So each cell of a grid
shows the class found at its centre: over many cells every class keeps its share of the ground, nothing
is left blank that is covered, and a tile's size is bounded whatever the county's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from liangtian.geo.tiles import HALF_WORLD

CELLS = 256  # along one side of a tile: two screen pixels
NONE = 0  # the code of a cell in which nothing lies

Codes = NDArray[np.uint16]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ClassGrid:
    """(CELLS, CELLS) codes, north row first; code k stands for `names[k - 1]`, 0 for nothing."""

    names: tuple[str, ...]
    cells: Codes

    @property
    def empty(self) -> bool:
        return not self.cells.any()


EMPTY = ClassGrid((), np.zeros((CELLS, CELLS), dtype=np.uint16))


def cell_centres(z: int, x: int, y: int) -> tuple[Floats, Floats]:
    """Longitudes of the columns and latitudes of the rows of a tile's grid, degrees."""
    place = (np.arange(CELLS) + 0.5) / CELLS
    lon = (x + place) / 2**z * 360.0 - 180.0
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * (y + place) / 2**z))))
    return lon, lat


def class_grid(
    geoms: NDArray[np.object_], names: NDArray[np.object_], z: int, x: int, y: int
) -> ClassGrid:
    """The name of the polygon (EPSG:4490) at each cell's centre; of several, the first in the array."""
    if not len(geoms):
        return EMPTY
    lon, lat = cell_centres(z, x, y)
    columns, rows = np.meshgrid(lon, lat)
    spots = shapely.points(columns.ravel(), rows.ravel())
    cell, hit = shapely.STRtree(geoms).query(spots, predicate="intersects")
    known, codes = np.unique(names.astype(str), return_inverse=True)
    cells = np.full(CELLS * CELLS, NONE, dtype=np.uint16)
    backwards = np.argsort(-hit, kind="stable")  # the first polygon is written last
    cells[cell[backwards]] = codes[hit[backwards]] + 1
    return ClassGrid(tuple(known.tolist()), cells.reshape(CELLS, CELLS))


def from_children(children: dict[tuple[int, int], ClassGrid]) -> ClassGrid:
    """The grid of a tile from those of its four children, by (column, row) 0 or 1; absent is empty.

    Every other cell of a child is kept: still the class at one place, so shares stay true.
    """
    names = tuple(sorted({name for grid in children.values() for name in grid.names}))
    cells = np.zeros((CELLS, CELLS), dtype=np.uint16)
    half = CELLS // 2
    for (column, row), grid in children.items():
        translate = np.array([NONE, *(names.index(n) + 1 for n in grid.names)], dtype=np.uint16)
        kept = translate[grid.cells[::2, ::2]]
        cells[row * half : (row + 1) * half, column * half : (column + 1) * half] = kept
    return ClassGrid(names, cells)


def coarser(grid: ClassGrid) -> ClassGrid:
    """Each two by two cells show the class of their first: a quarter of the figures at the most."""
    step = 2
    while step < CELLS and (_blocks(grid.cells, step) == grid.cells).all():
        step *= 2
    return ClassGrid(grid.names, _blocks(grid.cells, step))


def _blocks(cells: Codes, step: int) -> Codes:
    return np.kron(cells[::step, ::step], np.ones((step, step), dtype=np.uint16))


def masked(grid: ClassGrid, scope: shapely.Geometry, z: int, x: int, y: int) -> ClassGrid:
    """Only the cells whose centre lies inside `scope` (EPSG:4490)."""
    lon, lat = cell_centres(z, x, y)
    columns, rows = np.meshgrid(lon, lat)
    shapely.prepare(scope)
    inside = shapely.contains_xy(scope, columns, rows)
    return ClassGrid(grid.names, np.where(inside, grid.cells, NONE).astype(np.uint16))


def boxes(grid: ClassGrid, z: int, x: int, y: int) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Rectangles in EPSG:3857 that cover the cells of each class, sorted by code, and their codes."""
    row, start, stop, code = _runs(grid.cells)
    order = np.lexsort((row, stop, start, code))
    row, start, stop, code = row[order], start[order], stop[order], code[order]
    new = np.ones(len(row), dtype=bool)
    same = (start[1:] == start[:-1]) & (stop[1:] == stop[:-1]) & (code[1:] == code[:-1])
    new[1:] = ~(same & (row[1:] == row[:-1] + 1))
    first = np.flatnonzero(new)
    height = np.diff(np.r_[first, len(row)])
    size = math.ldexp(2 * HALF_WORLD, -z)
    west, north = x * size - HALF_WORLD, HALF_WORLD - y * size
    step = size / CELLS
    top = row[first]
    shapes = shapely.box(
        west + start[first] * step, north - (top + height) * step,
        west + stop[first] * step, north - top * step,
    )  # fmt: skip
    return np.asarray(shapes, dtype=object), code[first]


def _runs(cells: Codes) -> tuple[NDArray[np.int64], ...]:
    """Stretches of one class along each row: row, first column, column after the last, code."""
    flat = cells.ravel().astype(np.int64)
    change = np.r_[True, flat[1:] != flat[:-1]]
    change[:: cells.shape[1]] = True
    first = np.flatnonzero(change)
    length = np.diff(np.r_[first, len(flat)])
    keep = flat[first] != NONE
    first, length = first[keep], length[keep]
    row, start = np.divmod(first, cells.shape[1])
    return row, start, start + length, flat[first]


def crowded_zoom(count: int, bounds: tuple[float, float, float, float], most: int) -> int | None:
    """The deepest zoom at which a tile would hold more than `most` features, if spread evenly.

    `bounds` of the layer in degrees; None when even all of it in one tile is not too much.
    """
    if count <= most:
        return None
    west, south, east, north = bounds

    def down(latitude: float) -> float:
        return 0.5 - math.asinh(math.tan(math.radians(latitude))) / (2 * math.pi)

    share = max((east - west) / 360.0 * (down(south) - down(north)), 1e-12)
    return max(0, math.floor(math.log(count / (share * most), 4)))
