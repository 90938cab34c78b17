"""Low zooms of a crowded layer: no hole where there is land, shares kept, size bounded."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.tilegrid import (
    CELLS,
    ClassGrid,
    boxes,
    class_grid,
    coarser,
    crowded_zoom,
    from_children,
    masked,
)
from liangtian.geo.tiles import tile_bounds

Z, X, Y = 11, 1668, 818
BOUNDS = tile_bounds(Z, X, Y)
SIDE = 2 * np.pi * 6378137.0 / 2**Z


def net(side: int, seed: int = 1) -> tuple[Any, Any]:
    """Rectangles that cover the tile without gaps, of three classes."""
    west, south, east, north = BOUNDS
    x, y = np.linspace(west, east, side + 1), np.linspace(south, north, side + 1)
    left, low = np.meshgrid(x[:-1], y[:-1])
    right, high = np.meshgrid(x[1:], y[1:])
    geoms = shapely.box(left.ravel(), low.ravel(), right.ravel(), high.ravel())
    kinds = np.random.default_rng(seed).choice(
        ["0101", "0301", "1006"], side * side, p=[0.6, 0.3, 0.1]
    )
    return geoms, kinds.astype(object)


def shares(grid: ClassGrid) -> dict[str, float]:
    counted = np.bincount(grid.cells.ravel(), minlength=len(grid.names) + 1)[1:]
    return dict(zip(grid.names, (counted / CELLS**2).tolist(), strict=True))


def test_land_without_gaps_has_no_gap_and_classes_keep_their_share_of_the_ground() -> None:
    geoms, kinds = net(400)  # 160 000 polygons, each smaller than a cell
    grid = class_grid(geoms, kinds, Z, X, Y)
    assert grid.cells.all(), "every cell shows a class"
    real = {k: float((kinds == k).mean()) for k in ("0101", "0301", "1006")}
    for kind, share in shares(grid).items():
        assert abs(share - real[kind]) < 0.01
    upper = from_children({(i, j): grid for i in (0, 1) for j in (0, 1)})
    for kind, share in shares(upper).items():
        assert abs(share - real[kind]) < 0.02


def test_ground_that_no_polygon_covers_stays_blank_and_a_scope_cuts_at_its_edge() -> None:
    west, south, east, north = BOUNDS
    middle = (west + east) / 2
    half = np.array([shapely.box(west, south, middle, north)], dtype=object)
    grid = class_grid(half, np.array(["0101"], dtype=object), Z, X, Y)
    assert grid.cells[:, : CELLS // 2].all()
    assert not grid.cells[:, CELLS // 2 :].any()
    upper_half = shapely.box(west, (south + north) / 2, east, north)
    cut = masked(grid, upper_half, Z, X, Y)
    assert cut.cells[: CELLS // 2 - 1, : CELLS // 2].all()
    assert not cut.cells[CELLS // 2 + 1 :].any()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_rectangles_cover_each_class_exactly_once(seed: int, run: int) -> None:
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 4, (CELLS // 4, CELLS // 4)).astype(np.uint16)
    cells = np.kron(small, np.ones((4, 4), dtype=np.uint16))
    cells[:run] = 2
    grid = ClassGrid(("a", "b", "c"), cells)
    shapes, codes = boxes(grid, Z, X, Y)
    cell = (SIDE / CELLS) ** 2
    for code in (1, 2, 3):
        covered = shapely.area(shapes[codes == code]).sum() / cell
        assert round(covered) == int((cells == code).sum())
    assert (np.diff(codes) >= 0).all()


def test_a_coarser_grid_has_a_quarter_of_the_cells_and_ends_somewhere() -> None:
    rng = np.random.default_rng(3)
    grid = ClassGrid(("a", "b"), rng.integers(1, 3, (CELLS, CELLS)).astype(np.uint16))
    first = coarser(grid)
    second = coarser(first)
    assert (first.cells[::2, ::2] == first.cells[1::2, 1::2]).all()
    assert (
        len(boxes(second, Z, X, Y)[0])
        < len(boxes(first, Z, X, Y)[0])
        < len(boxes(grid, Z, X, Y)[0])
    )


def test_the_crowded_zoom_follows_the_number_of_features_on_the_ground() -> None:
    county = (113.0, 34.0, 113.65, 34.55)  # 60 km by 60 km
    assert crowded_zoom(1_500, county, 12_000) is None
    assert crowded_zoom(400_000, county, 12_000) == 11
    assert crowded_zoom(1_600_000, county, 12_000) == 12
