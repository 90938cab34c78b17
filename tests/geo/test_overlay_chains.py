"""Polygons as chains: what is read, how it is mapped, how far mapping may be from the truth."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.area import survey_areas
from liangtian.geo.densify import split_edges
from liangtian.geo.overlay import pieces, raw_areas
from liangtian.geo.overlay.chains import Chains, chains_of, select
from liangtian.geo.overlay.equal_area import BEND_LIMIT, plane_around, projected
from liangtian.geo.overlay.kernel import areas_of
from liangtian.geo.overlay.wkb import chains_of_wkb

METRES = 111_700.0

HOLED = shapely.Polygon(
    [(0, 0), (0, 9), (9, 9), (9, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)], [(4, 4), (4, 5), (5, 5)]]
)
SOME = [
    HOLED,
    shapely.Polygon(),
    shapely.box(3, 3, 4, 5),
    None,
    shapely.MultiPolygon([HOLED, shapely.box(20, 0, 21, 1)]),
]


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def same(one: Chains, other: Chains) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_shells_run_counter_clockwise_and_holes_clockwise() -> None:
    made = chains_of(array(*SOME))
    assert np.diff(made.figure).tolist() == [3, 0, 1, 0, 4]
    turning = []
    for first, last in zip(made.ring, made.ring[1:], strict=False):
        ring = shapely.LinearRing(np.column_stack([made.x[first:last], made.y[first:last]]))
        turning.append(ring.is_ccw)
    assert turning == [True, False, False, True, True, False, False, True]
    assert areas_of(made) == pytest.approx([79.5, 0, 2, 0, 80.5])


@pytest.mark.parametrize("options", [{}, {"include_srid": True}, {"flavor": "iso"}])
@pytest.mark.parametrize("dims", [2, 3, 4])
def test_wkb_of_any_make_gives_the_same_chains(options: dict[str, object], dims: int) -> None:
    figures = array(*SOME)
    raised = shapely.force_3d(figures, 7.5) if dims > 2 else figures
    raised = shapely.set_srid(raised, 4490)
    wkb = shapely.to_wkb(raised, byte_order=1, output_dimension=dims, **options).tolist()
    assert same(chains_of_wkb(wkb), chains_of(figures))


def test_measures_in_wkb_are_passed_over() -> None:
    figures = shapely.from_wkt(
        [
            "POLYGON M ((0 0 5, 4 0 5, 4 3 6, 0 0 5))",
            "POLYGON ZM ((0 0 1 5, 4 0 1 5, 4 3 1 6, 0 0 1 5))",
        ]
    )
    made = chains_of_wkb(shapely.to_wkb(figures, byte_order=1, output_dimension=4).tolist())
    assert areas_of(made).tolist() == [6.0, 6.0]


@pytest.mark.parametrize("options", [{}, {"include_srid": True}])
@pytest.mark.parametrize("figure", [0, 4])
def test_wkb_cut_short_is_refused_wherever_it_ends(figure: int, options: dict[str, bool]) -> None:
    whole = shapely.to_wkb(shapely.set_srid(SOME[figure], 4490), byte_order=1, **options)
    after = shapely.to_wkb(HOLED, byte_order=1)
    for length in range(1, len(whole)):
        with pytest.raises(ValueError, match="第1个图形"):
            chains_of_wkb([whole[:length], after])
        with pytest.raises(ValueError, match="第2个图形"):
            chains_of_wkb([after, whole[:length]])


@pytest.mark.parametrize("lie", [2, 5, 1 << 16, (1 << 31) - 1, (1 << 32) - 1])
def test_wkb_whose_counts_lie_is_refused_or_stays_within_its_bytes(lie: int) -> None:
    """Any four bytes may hold any number: a wrong count never reads into the next figure."""
    after = shapely.to_wkb(shapely.box(3, 3, 4, 5), byte_order=1)
    for figure in (SOME[0], SOME[4]):
        whole = shapely.to_wkb(figure, byte_order=1)
        refused = 0
        for at in range(1, len(whole) - 4):
            changed = whole[:at] + lie.to_bytes(4, "little") + whole[at + 4 :]
            try:
                made = chains_of_wkb([changed, after])
            except ValueError:
                refused += 1
            else:
                assert len(made.x) * 16 <= len(changed) + len(after)
                assert select(made, np.array([1])).x.tolist() == chains_of_wkb([after]).x.tolist()
        assert refused >= 5


def test_what_is_no_polygon_is_refused() -> None:
    with pytest.raises(ValueError, match="第2个图形不是面"):
        chains_of(array(HOLED, shapely.Point(1, 2)))
    with pytest.raises(ValueError, match="第1个图形不是面"):
        chains_of_wkb([shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]), byte_order=1)])
    with pytest.raises(ValueError, match="小端"):
        chains_of_wkb([shapely.to_wkb(HOLED, byte_order=0)])
    line = shapely.to_wkb(shapely.LineString([(0, 0), (1, 1)]), byte_order=1)
    with pytest.raises(ValueError, match="第1个图形不是面"):
        chains_of_wkb([b"\1\6\0\0\0\1\0\0\0" + line])


def test_figures_can_be_picked_out() -> None:
    made = chains_of(array(*SOME))
    assert same(select(made, np.array([4, 1, 0])), chains_of(array(SOME[4], SOME[1], SOME[0])))


seeds = st.integers(0, 2**32 - 1)
latitudes = st.sampled_from([18.5, 34.0, 53.0])


def field(rng: np.random.Generator, lat: float, size: float) -> shapely.Polygon:
    angles = (np.arange(12) + rng.uniform(-0.4, 0.4, 12)) * np.pi / 6
    radius = size / METRES * rng.uniform(0.4, 1, 12)
    around = np.column_stack([np.cos(angles) / np.cos(np.radians(lat)), np.sin(angles)])
    return shapely.Polygon(np.array([114.0, lat]) + radius[:, None] * around)


def plane_area(geoms: np.ndarray) -> np.ndarray:
    out: np.ndarray = areas_of(projected(chains_of(geoms), plane_around(geoms)))
    return out


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes, size=st.sampled_from([50.0, 500.0, 5000.0]))
def test_the_plane_is_off_by_no_more_than_its_bound(seed: int, lat: float, size: float) -> None:
    figure = array(field(np.random.default_rng(seed), lat, size))
    fine = split_edges(figure, size / 1000 / METRES)
    border = shapely.length(shapely.get_exterior_ring(figure[0])) * METRES
    bound = BEND_LIMIT * border + 2e-9 * size * size
    assert abs(plane_area(figure) - plane_area(fine))[0] <= bound


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_the_plane_measures_what_the_official_formula_does(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    fine = split_edges(array(*(field(rng, lat, 300) for _ in range(5))), 5 / METRES)
    # Arc-seconds to 6 decimals move a border by 0.03 mm.
    assert plane_area(fine) == pytest.approx(survey_areas(fine), abs=5e-3)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_a_piece_has_the_area_of_the_official_formula_to_a_hundredth(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plot, figure = field(rng, lat, 150), field(rng, lat, 200)
    built = [split_edges(array(shape), 5 / METRES)[0] for _, shape in pieces(plot, array(figure))]
    found = raw_areas(array(plot), array(figure), np.zeros(1, np.int64)).m2.sum()
    assert found == pytest.approx(survey_areas(array(*built)).sum(), abs=0.01)


def test_neighbours_keep_their_border_whichever_way_it_runs() -> None:
    one = array(shapely.Polygon([(114, 34), (114.02, 34.013), (114.0, 34.02)]))
    other = array(shapely.Polygon([(114.02, 34.013), (114, 34), (114.03, 34.0)]))
    plane = plane_around(one)
    points = [
        set(zip(c.x.tolist(), c.y.tolist(), strict=True))
        for c in (projected(chains_of(g), plane) for g in (one, other))
    ]
    assert len(points[0] & points[1]) > 50
