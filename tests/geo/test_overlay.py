"""Overlay: closing to the survey area, and agreement with independent measures."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geo.doc_tables import doc_table

from liangtian.geo.area import densified, survey_area
from liangtian.geo.clean import GeometryRefused
from liangtian.geo.crs import to_4490
from liangtian.geo.overlay import Areas, areas, pieces, raw_areas

PAGE = "overlay.md"
GEOD = pyproj.Geod(a=6378137, rf=298.257222101)
LON, LAT = 115.0, 34.0
STEP = 0.001
"""About 92 m east and 111 m north."""

seeds = st.integers(0, 2**32 - 1)
latitudes = st.sampled_from([18.5, 34.0, 53.0])


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def box(x: float, y: float, width: float = 1.0, height: float = 1.0) -> shapely.Polygon:
    """A box in units of STEP from (LON, LAT)."""
    west, south = LON + x * STEP, LAT + y * STEP
    return shapely.box(west, south, west + width * STEP, south + height * STEP)


def blob(rng: np.random.Generator, lat: float, size: float = 3.0) -> shapely.Polygon:
    """A star-shaped polygon near (LON, lat), sometimes with a hole."""
    angles = np.linspace(0, 2 * np.pi, int(rng.integers(5, 30)), endpoint=False)
    radius = size * STEP * rng.uniform(0.3, 1, len(angles))
    centre = np.array([LON, lat]) + rng.uniform(-2, 2, 2) * STEP
    turned = np.column_stack([np.cos(angles), np.sin(angles)])
    shell = centre + radius[:, None] * turned
    holes = [centre + 0.1 * size * STEP * turned] if rng.uniform() < 0.5 else []
    return shapely.Polygon(shell, holes)


def rows(found: Areas) -> dict[tuple[int, str], Decimal]:
    keys = zip(found.plot.tolist(), found.category.tolist(), strict=True)
    return dict(zip(keys, found.m2, strict=True))


def raw(plot: shapely.Geometry, *layer: shapely.Geometry) -> float:
    return float(raw_areas(array(plot), array(*layer), np.zeros(len(layer), np.int64)).m2.sum())


def geodesic_area(geom: shapely.Geometry) -> float:
    """Area of a polygon straight in degrees, by PROJ's geodesics on edges of some 5 m."""
    total = 0.0
    for part in shapely.get_parts(geom):
        if part.geom_type != "Polygon" or part.is_empty:
            continue
        rings = shapely.segmentize(shapely.get_rings(part), 5e-5)
        sizes = [
            abs(GEOD.polygon_area_perimeter(*shapely.get_coordinates(ring).T)[0]) for ring in rings
        ]
        total += sizes[0] - sum(sizes[1:])
    return total


def test_the_worked_example_comes_out_to_the_cent() -> None:
    plots = doc_table(PAGE, "plot", "polygon")
    layer = doc_table(PAGE, "category", "polygon")
    expected = doc_table(PAGE, "plot", "category", "planar", "m²")

    def read(table: list[dict[str, str]]) -> np.ndarray:
        geoms = shapely.from_wkt(array(*(row["polygon"] for row in table)))
        return to_4490(densified(geoms, 4547), 4547)

    found = areas(read(plots), read(layer), [row["category"] for row in layer])
    names = [plots[i]["plot"] for i in found.plot]
    told = list(zip(names, found.category.tolist(), map(str, found.m2), strict=True))
    assert told == [(row["plot"], row["category"], row["m²"]) for row in expected]
    assert found.excess_m2 == {}


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_parts_and_remainder_close_to_the_survey_area(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plots = array(*(blob(rng, lat) for _ in range(4)), None)
    layer = array(*(blob(rng, lat) for _ in range(3)))
    found = areas(plots, layer, ["甲", "乙", "甲"])
    for index, plot in enumerate(plots):
        mine = [m2 for at, m2 in zip(found.plot, found.m2, strict=True) if at == index]
        assert sum(mine) == survey_area(plot)
        assert min(mine) >= 0
        assert found.category[found.plot == index][-1] == ""


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_the_area_shared_agrees_with_geodesics(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plot, other = blob(rng, lat), blob(rng, lat)
    expected = geodesic_area(shapely.intersection(plot, other))
    # The engine's edges are 20 m long: 6.5e-3 m² per hectare at most, and PROJ's noise.
    assert raw(plot, other) == pytest.approx(expected, abs=0.02)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_plot_and_layer_can_change_places(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plot, other = blob(rng, lat), blob(rng, lat)
    assert raw(plot, other) == pytest.approx(raw(other, plot), abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_a_layer_cut_into_a_grid_gives_the_same_areas(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plot, other = blob(rng, lat), blob(rng, lat)
    lines = np.linspace(-6, 6, 5) * STEP
    cells = [
        shapely.box(LON + x, lat + y, LON + x + 3 * STEP, lat + y + 3 * STEP)
        for x in lines[:-1]
        for y in lines[:-1]
    ]
    split = [piece for piece in shapely.intersection(other, array(*cells)) if piece.area > 0]
    # Where an edge is cut decides where its 20 m vertices fall.
    assert raw(plot, *split) == pytest.approx(raw(plot, other), abs=2e-3)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_a_tessellation_leaves_no_remainder(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    points = shapely.multipoints(np.array([LON, lat]) + rng.uniform(-8, 8, (25, 2)) * STEP)
    frame = shapely.box(LON - 8 * STEP, lat - 8 * STEP, LON + 8 * STEP, lat + 8 * STEP)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    found = areas(array(blob(rng, lat)), cells, [f"{i % 4}" for i in range(len(cells))])
    assert rows(found)[0, ""] <= Decimal("0.01")
    assert found.excess_m2 == {}


@settings(max_examples=30, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_the_order_of_the_layer_does_not_matter(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plots = array(*(blob(rng, lat) for _ in range(3)))
    layer = array(*(blob(rng, lat, 1.0) for _ in range(6)))
    names = ["甲", "乙", "丙", "甲", "乙", "丙"]
    turn = rng.permutation(6)
    straight = areas(plots, layer, names)
    turned = areas(plots, layer[turn], [names[i] for i in turn])
    assert rows(straight) == rows(turned)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, lat=latitudes, east=st.floats(-40, 18))
def test_a_shift_along_the_parallel_changes_nothing(seed: int, lat: float, east: float) -> None:
    rng = np.random.default_rng(seed)
    plot, other = blob(rng, lat), blob(rng, lat)
    far = shapely.transform(array(plot, other), lambda c: c + np.array([east, 0.0]))
    assert raw(*far) == pytest.approx(raw(plot, other), abs=1e-3)


@settings(max_examples=30, deadline=None)
@given(seed=seeds, lat=latitudes)
def test_pieces_agree_with_the_areas(seed: int, lat: float) -> None:
    rng = np.random.default_rng(seed)
    plot = blob(rng, lat)
    others = array(*(blob(rng, lat) for _ in range(3)))
    found = dict(pieces(plot, others))
    for index, other in enumerate(others):
        expected = raw(plot, other)
        if index in found:
            assert found[index].is_valid
            assert float(survey_area(found[index])) == pytest.approx(expected, abs=0.03)
        else:
            assert expected < 0.01


def test_a_plot_inside_one_category_is_all_of_it() -> None:
    found = rows(areas(array(box(0, 0)), array(box(-1, -1, 5, 5)), ["红线"]))
    assert found == {(0, "红线"): survey_area(box(0, 0)), (0, ""): Decimal("0.00")}


def test_an_identical_polygon_covers_the_plot() -> None:
    blob_ = blob(np.random.default_rng(3), 34.0)
    found = rows(areas(array(blob_), array(shapely.reverse(blob_)), ["红线"]))
    assert found[0, "红线"] == survey_area(blob_)
    assert found[0, ""] == 0


def test_touching_along_an_edge_or_in_a_corner_is_not_overlap() -> None:
    neighbours = array(box(1, 0), box(1, 1), box(-1, 0.3, 1, 5))
    found = rows(areas(array(box(0, 0)), neighbours, ["边", "角", "边"]))
    assert found == {(0, ""): survey_area(box(0, 0))}
    assert pieces(box(0, 0), neighbours) == []


def test_a_slanting_border_with_other_vertices_is_not_overlap() -> None:
    a, b = np.array([LON, 45.0]), np.array([LON + 0.009, 45.007])
    aside = np.array([-0.005, 0.005])
    plot = shapely.Polygon([a, b, b + aside, a + aside])
    border = [a + (b - a) * t for t in (0, 0.137, 0.381, 0.8, 1)]
    other = shapely.Polygon([*border, b - aside, a - aside])
    assert rows(areas(array(plot), array(other), ["邻"])) == {(0, ""): survey_area(plot)}


def test_a_hole_in_the_layer_goes_to_the_remainder() -> None:
    ring = shapely.Polygon(box(-1, -1, 3, 3).exterior, [box(0.25, 0.25, 0.5, 0.5).exterior])
    found = rows(areas(array(box(0, 0)), array(ring), ["红线"]))
    assert float(found[0, ""]) == pytest.approx(
        float(survey_area(box(0.25, 0.25, 0.5, 0.5))), abs=0.02
    )


def test_a_hole_in_the_plot_is_not_counted() -> None:
    plot = shapely.Polygon(box(0, 0).exterior, [box(0.25, 0.25, 0.5, 0.5).exterior])
    found = rows(areas(array(plot), array(box(-1, -1, 3, 3)), ["红线"]))
    assert found[0, "红线"] == survey_area(plot)
    inside = rows(areas(array(plot), array(box(0.3, 0.3, 0.2, 0.2)), ["红线"]))
    assert inside == {(0, ""): survey_area(plot)}


def test_parts_of_multipolygons_are_summed() -> None:
    plot = shapely.MultiPolygon([box(0, 0), box(3, 0)])
    layer = shapely.MultiPolygon([box(0, 0, 0.5), box(3, 0, 0.5)])
    found = rows(areas(array(plot), array(layer), ["红线"]))
    assert sum(found.values()) == survey_area(plot)
    assert abs(found[0, "红线"] - found[0, ""]) <= Decimal("0.01")


def test_a_sliver_is_kept_from_half_a_hundredth_of_a_square_metre() -> None:
    plot = box(0, 0)
    wide = 1e-9  # degrees; 0.09 mm by 111 m is 0.0102 m²
    sliver = shapely.box(LON + STEP - wide, LAT - STEP, LON + STEP + wide, LAT + 2 * STEP)
    found = rows(areas(array(plot), array(sliver), ["细条"]))
    assert found[0, "细条"] == Decimal("0.01")
    thin = shapely.box(LON + STEP - wide / 4, LAT - STEP, LON + STEP + wide, LAT + 2 * STEP)
    assert (0, "细条") not in rows(areas(array(plot), array(thin), ["细条"]))


def test_equal_categories_are_one_row_sorted_before_the_remainder() -> None:
    layer = array(box(0, 0, 0.2), box(0.2, 0, 0.2), box(0.4, 0, 0.2))
    found = areas(array(box(0, 0)), layer, ["B", "A", "B"])
    assert found.category.tolist() == ["A", "B", ""]


def test_a_layer_on_top_of_itself_is_stated() -> None:
    found = areas(array(box(0, 0), box(5, 5)), array(box(0, 0), box(0, 0)), ["甲", "乙"])
    assert list(found.excess_m2) == [0]
    assert found.excess_m2[0] == pytest.approx(survey_area(box(0, 0)), abs=Decimal("0.02"))
    assert sum(found.m2) == survey_area(box(0, 0)) + survey_area(box(5, 5))


def test_empty_sides_give_remainders_only() -> None:
    assert rows(areas(array(box(0, 0)), array(), [])) == {(0, ""): survey_area(box(0, 0))}
    nothing = areas(array(None, shapely.Polygon()), array(box(0, 0), None), ["甲", "乙"])
    assert rows(nothing) == {(0, ""): Decimal("0.00"), (1, ""): Decimal("0.00")}
    assert rows(areas(array(), array(box(0, 0)), ["甲"])) == {}
    assert pieces(box(0, 0), array()) == []


def test_invalid_figures_are_refused_where_they_matter() -> None:
    bow_tie = shapely.Polygon(
        [(LON, LAT), (LON + STEP, LAT + STEP), (LON + STEP, LAT), (LON, LAT + STEP)]
    )
    with pytest.raises(GeometryRefused, match="地块"):
        areas(array(bow_tie), array(box(0, 0)), ["甲"])
    with pytest.raises(GeometryRefused, match="图层"):
        areas(array(box(0, 0)), array(bow_tie), ["甲"])
    with pytest.raises(GeometryRefused, match="图层"):
        pieces(box(0, 0), array(bow_tie))
    far = areas(array(box(50, 50)), array(bow_tie), ["甲"])
    assert far.category.tolist() == [""]


def test_categories_must_name_every_polygon() -> None:
    with pytest.raises(ValueError, match="必须相等"):
        areas(array(box(0, 0)), array(box(0, 0)), [])
    with pytest.raises(ValueError, match="空字符串"):
        areas(array(box(0, 0)), array(box(0, 0)), [""])


def crinkled(vertices: int) -> shapely.Polygon:
    angles = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    radius = 5 * STEP * (1 + 0.1 * np.sin(97 * angles))
    shell = np.column_stack([LON + radius * np.cos(angles), LAT + radius * np.sin(angles)])
    return shapely.Polygon(shell, [box(-0.5, -0.5).exterior])


def test_a_red_line_of_thousands_of_vertices_measures_as_its_parts() -> None:
    big = crinkled(4000)
    plots = array(*(box(x, y) for x in range(-6, 6) for y in range(-6, 6)))
    found = areas(plots, array(big), ["红线"])
    total = sum(m2 for name, m2 in zip(found.category, found.m2, strict=True) if name)
    assert float(total) == pytest.approx(geodesic_area(big), abs=0.01 * len(plots))
    assert found.excess_m2 == {}
