"""The overlay kernel beside GEOS, with exact arithmetic to judge between them, and beside itself."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geo.exact import shared_exactly

from liangtian.geo.overlay.chains import chains_of, select
from liangtian.geo.overlay.kernel import (
    GRID_M2,
    Pairs,
    areas_of,
    indexed,
    looked_at,
    over,
    shared_areas,
)

seeds = st.integers(0, 2**32 - 1)
WHOLE = 10**9  # no figure is cut


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def measured(plots: np.ndarray, figures: np.ndarray, most: int = 256, threads: int = 1) -> Pairs:
    ready = indexed(chains_of(figures), most)
    return shared_areas(looked_at(chains_of(plots), most), ready, threads=threads)


def table(found: Pairs, figures: int) -> np.ndarray:
    out = np.zeros((len(found.whole), figures))
    out[found.plot, found.source] = found.m2
    return out


def one(plot: shapely.Geometry, figure: shapely.Geometry) -> float:
    return float(table(measured(array(plot), array(figure)), 1)[0, 0])


def odd_figure(rng: np.random.Generator, side: int) -> shapely.Geometry:
    """A valid figure with vertices on a small grid, so that corners, edges and collinear runs coincide."""
    while True:
        parts = []
        for _ in range(int(rng.integers(1, 4))):
            if rng.uniform() < 0.5:
                low = rng.integers(0, side, (int(rng.integers(1, 6)), 2))
                high = low + rng.integers(1, max(2, side // 2), low.shape)
                parts.append(shapely.union_all(shapely.box(*low.T, *high.T)))
            else:
                ring = rng.integers(0, side + 1, (int(rng.integers(3, 12)), 2))
                parts.append(shapely.make_valid(shapely.Polygon(ring)))
        made = parts[0]
        if len(parts) > 1:
            made = shapely.difference(parts[0], parts[1])
        if len(parts) > 2:
            made = shapely.symmetric_difference(made, parts[2])
        polygons = [p for p in shapely.get_parts(made) if p.geom_type == "Polygon" and p.area > 0]
        if polygons and shapely.MultiPolygon(polygons).is_valid:
            return shapely.MultiPolygon(polygons)


def agree(plots: np.ndarray, figures: np.ndarray, most: int) -> None:
    """Kernel and GEOS give the same areas; where they do not, exact arithmetic says that the kernel is right."""
    found = table(measured(plots, figures, most), len(figures))
    geos = shapely.area(shapely.intersection(plots[:, None], figures[None, :]))
    for i, j in np.argwhere(np.abs(found - geos) > GRID_M2 + 1e-11 * geos).tolist():
        exact = float(shared_exactly(plots[i], figures[j]))
        assert found[i, j] == pytest.approx(exact, abs=GRID_M2, rel=1e-11), (plots[i], figures[j])


@settings(max_examples=25, deadline=None)
@given(seed=seeds, side=st.sampled_from([3, 5, 9, 20]), most=st.sampled_from([8, 256]))
def test_degenerate_figures_measure_as_geos_says_or_as_exact_arithmetic_does(
    seed: int, side: int, most: int
) -> None:
    rng = np.random.default_rng(seed)
    plots = array(*(odd_figure(rng, side) for _ in range(6)))
    figures = array(*(odd_figure(rng, side) for _ in range(6)), plots[0], plots[1])
    agree(plots, figures, most)


@settings(max_examples=15, deadline=None)
@given(seed=seeds, turn=st.floats(0.01, 1.5), far=st.floats(0, 40_000))
def test_nearly_collinear_figures_of_a_county_agree_too(seed: int, turn: float, far: float) -> None:
    rng = np.random.default_rng(seed)
    cos, sin = 13.3 * np.cos(turn), 13.3 * np.sin(turn)

    def moved(xy: np.ndarray) -> np.ndarray:
        return np.asarray(xy @ np.array([[cos, sin], [-sin, cos]]) + far)

    plots, figures = (
        shapely.transform(array(*(odd_figure(rng, 9) for _ in range(6))), moved) for _ in range(2)
    )
    valid = shapely.is_valid(plots) & shapely.is_valid(figures)
    agree(plots[valid], figures[valid], 256)


@settings(max_examples=10, deadline=None)
@given(seed=seeds)
def test_exact_arithmetic_finds_the_same_areas(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plot, figure = odd_figure(rng, 7), odd_figure(rng, 7)
    exact = float(shared_exactly(plot, figure))
    assert one(plot, figure) == pytest.approx(exact, abs=GRID_M2 / 2 + 1e-9)
    assert exact == pytest.approx(shapely.intersection(plot, figure).area, abs=1e-9)


def county(seed: int, figures: int = 900, plots: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Plots of any shape over a tessellation, 9 km wide, with one figure of thousands of vertices."""
    rng = np.random.default_rng(seed)
    points, frame = (
        shapely.multipoints(rng.uniform(0, 9000, (figures, 2))),
        shapely.box(0, 0, 9000, 9000),
    )
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    cells = shapely.segmentize(shapely.intersection(cells, frame), 25)
    some = [star(rng, rng.uniform(0, 9000, 2), rng.uniform(5, 90), 24) for _ in range(plots - 1)]
    return array(*some, star(rng, np.array([4500.0, 4500.0]), 4000, 3000)), cells


def star(
    rng: np.random.Generator, centre: np.ndarray, radius: float, vertices: int
) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    size = radius * (
        1 + 0.3 * np.sin(angles * rng.integers(2, 9)) + rng.uniform(-0.003, 0.003, vertices)
    )
    return shapely.Polygon(
        centre + size[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
    )


def test_the_number_of_threads_changes_no_byte() -> None:
    plots, cells = county(1)
    alone = measured(plots, cells, threads=1)
    for threads in (2, 3):
        together = measured(plots, cells, threads=threads)
        assert [a.tobytes() for a in alone] == [a.tobytes() for a in together]


def test_the_order_in_which_pieces_are_found_changes_no_byte() -> None:
    plots, cells = county(5)
    ready = indexed(chains_of(shapely.union_all(cells.reshape(-1, 10), axis=1)), 16)
    mixed = np.random.default_rng(6).permutation(ready.pieces.number)
    other = over(select(ready.pieces, mixed), ready.source[mixed], ready.number)
    usual, found = (shared_areas(chains_of(plots), one, threads=1) for one in (ready, other))
    assert [a.tobytes() for a in usual] == [a.tobytes() for a in found]


def test_how_figures_are_cut_moves_an_area_by_one_step_of_the_grid_at_most() -> None:
    plots, cells = county(2)
    figures = np.r_[cells, plots[-1:]]
    usual = table(measured(plots, figures), len(figures))
    for most in (16, 100, WHOLE):
        other = table(measured(plots, figures, most), len(figures))
        assert np.abs(other - usual).max() <= GRID_M2
        assert (np.round(other, 2) == np.round(usual, 2)).all()


def test_cells_of_a_tessellation_sum_to_the_plots() -> None:
    plots, cells = county(3)
    inside = shapely.within(plots, shapely.box(0, 0, 9000, 9000))
    found = measured(plots, cells)
    sums = np.bincount(found.plot, found.m2, minlength=len(plots))
    assert inside.sum() > 500
    assert np.abs(sums - found.whole)[inside].max() <= 1e-5
    assert found.whole == pytest.approx(shapely.area(plots), abs=1e-6, rel=1e-12)


def test_the_figures_of_a_plot_are_not_limited_in_number() -> None:
    x, y = (side.ravel() for side in np.meshgrid(np.arange(270.0), np.arange(270.0)))
    found = measured(array(shapely.box(0.5, 0.5, 269.5, 269.5)), shapely.box(x, y, x + 1, y + 1))
    assert len(found.m2) == 270 * 270
    assert found.m2.sum() == pytest.approx(269.0**2, abs=1e-6)


def test_sums_do_not_depend_on_the_order_of_adding() -> None:
    found = measured(*county(4))
    forwards, backwards = found.m2.cumsum()[-1], found.m2[::-1].cumsum()[-1]
    assert forwards == backwards
    assert (found.m2 % GRID_M2 == 0).all()


def test_a_sliver_of_a_micrometre_is_measured() -> None:
    sliver = shapely.box(100 - 1e-6, 0, 100 + 1e-6, 1000)
    assert one(shapely.box(0, -5, 100, 1005), sliver) == pytest.approx(1e-3, abs=GRID_M2)
    leaning = shapely.Polygon([(0, 0), (1000, 700), (1000, 700 + 1e-6), (0, 1e-6)])
    assert one(shapely.box(-5, -5, 2000, 2000), leaning) == pytest.approx(1e-3, abs=GRID_M2)


def test_touching_figures_share_nothing() -> None:
    plot = shapely.Polygon([(0, 0), (31, 7), (40, 39), (3, 33)])
    aside = shapely.Polygon([(31, 7), (70, -3), (77, 55), (40, 39)])
    corner = shapely.Polygon([(40, 39), (90, 60), (50, 90)])
    finer = shapely.segmentize(aside, 1.7)
    found = measured(array(plot), array(aside, corner, finer, shapely.box(31, 60, 50, 70)))
    assert len(found.m2) == 0


def test_a_figure_on_itself_is_all_of_it() -> None:
    rng = np.random.default_rng(8)
    for _ in range(20):
        figure = odd_figure(rng, 9)
        assert one(figure, figure) == pytest.approx(figure.area, abs=GRID_M2)


def test_an_island_in_a_hole_counts_and_the_hole_does_not() -> None:
    ring = shapely.Polygon(
        shapely.box(0, 0, 90, 90).exterior, [shapely.box(10, 10, 80, 80).exterior]
    )
    island = shapely.Polygon(
        shapely.box(20, 20, 70, 70).exterior, [shapely.box(30, 30, 60, 60).exterior]
    )
    both = shapely.MultiPolygon([ring, island])
    assert one(shapely.box(-9, -9, 99, 99), both) == both.area
    assert (
        one(both, shapely.box(15, -9, 45, 99))
        == both.intersection(shapely.box(15, -9, 45, 99)).area
    )
    assert one(both, shapely.box(31, 31, 59, 59)) == 0


def test_empty_figures_and_plots_give_no_pairs() -> None:
    found = measured(array(None, shapely.box(0, 0, 2, 2)), array(shapely.Polygon(), None))
    assert len(found.m2) == 0
    assert found.whole.tolist() == [0.0, 4.0]
    assert len(measured(array(), array(shapely.box(0, 0, 1, 1))).whole) == 0


def test_pieces_of_a_large_figure_tile_it() -> None:
    rng = np.random.default_rng(5)
    big = star(rng, np.zeros(2), 9000, 20_000)
    big = shapely.Polygon(big.exterior, [star(rng, np.zeros(2), 900, 5_000).exterior])
    small = shapely.box(0, 0, 1, 1)
    made = indexed(chains_of(array(small, big, None)))
    assert made.pieces.sizes().max() <= 256
    assert len(made.pieces.x) < 1.5 * 25_000
    assert sorted(set(made.source.tolist())) == [0, 1]
    sums = np.bincount(made.source, areas_of(made.pieces))
    assert sums == pytest.approx([1.0, big.area], rel=1e-13)
    assert areas_of(made.pieces).min() >= 0


def test_spikes_that_meet_in_one_place_are_not_cut_for_ever() -> None:
    angles = np.linspace(0, 2 * np.pi, 3000, endpoint=False)
    size = np.where(np.arange(3000) % 2, 0.01, 500)
    fan = shapely.Polygon(size[:, None] * np.column_stack([np.cos(angles), np.sin(angles)]))
    assert len(indexed(chains_of(array(fan))).pieces.x) < 40 * 3000
    plot = shapely.box(-300, -200, 90, 300)
    assert one(plot, fan) == pytest.approx(plot.intersection(fan).area, abs=1e-6)
