"""Survey area: shapes, orientation, other coordinate systems, units, levelling."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st

from liangtian.geo.area import (
    densified,
    distribute,
    distribute_each,
    round_m2,
    survey_area,
    survey_areas,
    to_hectare,
    to_mu,
)
from liangtian.geo.crs import CrsRefused, to_4490
from liangtian.geo.gauss import Zone

GEOD = pyproj.Geod(a=6378137, rf=298.257222101)


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def square(
    size: float = 100.0, east: float = 600_000.0, north: float = 3_800_000.0
) -> shapely.Polygon:
    return shapely.box(east, north, east + size, north + size)


def test_a_hole_is_subtracted() -> None:
    hole = square(20, 600_040, 3_800_040)
    ring = shapely.Polygon(square().exterior, [hole.exterior])
    whole, inner, left = survey_areas(array(square(), hole, ring), 4547)
    assert left == pytest.approx(whole - inner, abs=1e-9)
    assert inner == pytest.approx(400, rel=1e-3)


def test_parts_of_a_multipolygon_add_up() -> None:
    a, b = square(), square(50, 600_300)
    both = survey_areas(array(shapely.MultiPolygon([a, b]), a, b), 4547)
    assert both[0] == pytest.approx(both[1] + both[2], abs=1e-9)


def test_orientation_does_not_matter() -> None:
    hole = square(20, 600_040, 3_800_040).exterior
    shapes = [
        shapely.Polygon(list(shell.coords), [list(inner.coords)])
        for shell in (square().exterior, shapely.reverse(square().exterior))
        for inner in (hole, shapely.reverse(hole))
    ]
    assert len(set(np.round(survey_areas(array(*shapes), 4547), 7))) == 1


def test_nothing_and_empty_and_lines_have_no_area() -> None:
    line = shapely.LineString([(115, 34), (116, 35)])
    mixed = shapely.GeometryCollection([shapely.box(115, 34, 115.001, 34.001), line])
    found = survey_areas(array(None, shapely.Polygon(), line, mixed))
    assert found[:3].tolist() == [0.0, 0.0, 0.0]
    assert found[3] == survey_areas(array(shapely.box(115, 34, 115.001, 34.001)))[0]
    assert survey_areas(array()).tolist() == []
    assert survey_area(None) == Decimal("0.00")


def test_every_geometry_gets_its_own_area() -> None:
    sizes = [10.0, 200.0, 35.0, 71.0]
    shapes = [square(s, 600_000 + 500 * i) for i, s in enumerate(sizes)]
    together = survey_areas(array(shapes[0], None, *shapes[1:]), 4547)
    alone = [survey_areas(array(s), 4547)[0] for s in shapes]
    assert together.tolist() == pytest.approx([alone[0], 0.0, *alone[1:]], abs=1e-9)


def test_heights_are_ignored() -> None:
    assert survey_area(shapely.force_3d(square(), 55.0), 4547) == survey_area(square(), 4547)


def test_a_prefixed_layer_across_two_zones_is_measured_zone_by_zone() -> None:
    west, east = square(100, 38_620_000.0), square(100, 39_380_000.0)
    found = survey_areas(array(west, east), 4526)
    assert found[0] == survey_areas(array(west), 4526)[0]
    assert found[1] == survey_areas(array(east), 4527)[0]


def test_an_easting_of_another_zone_is_refused() -> None:
    with pytest.raises(CrsRefused, match="第38带"):
        survey_areas(array(square(100, 40_500_000.0)), 4526)


@pytest.mark.parametrize("crs", [4507, 4496, 32648, 3857])
def test_other_systems_go_through_proj(crs: int) -> None:
    degrees = shapely.segmentize(shapely.box(105.2, 34.0, 105.204, 34.004), 0.0005)
    to_plane = pyproj.Transformer.from_crs(4490, crs, always_xy=True)
    plane = shapely.transform(degrees, lambda c: np.column_stack(to_plane.transform(*c.T)))
    there, here = survey_areas(array(plane), crs)[0], survey_areas(array(degrees))[0]
    assert there == pytest.approx(here, abs=0.06e-6 * here + 0.01)


def test_six_degree_zones_far_from_the_meridian_agree_with_geodesics() -> None:
    plane = square(500, 500_000 + 240_000)
    geodesic = geodesic_area(densified(array(plane), 4507)[0], 4507)
    assert survey_areas(array(plane), 4507)[0] == pytest.approx(geodesic, abs=0.03)


def geodesic_area(dense: shapely.Polygon, crs: int) -> float:
    turn = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)
    rings = [dense.exterior, *dense.interiors]
    sizes = [
        abs(GEOD.polygon_area_perimeter(*turn.transform(*shapely.get_coordinates(ring).T))[0])
        for ring in rings
    ]
    return sizes[0] - sum(sizes[1:])


def equal_area(dense: shapely.Polygon, crs: int) -> float:
    """Planar area in PROJ's own cylindrical equal-area projection: exact, edge for edge."""
    turn = pyproj.Transformer.from_crs(crs, 4490, always_xy=True)
    lon, lat = turn.transform(*shapely.get_coordinates(dense.exterior).T)
    plane = pyproj.Proj(proj="cea", lon_0=lon[0], lat_ts=lat[0], a=6378137, rf=298.257222101)
    x, y = plane(lon, lat)
    return float(shapely.Polygon(np.column_stack([x - x[0], y - y[0]])).area)


def rounding_noise(dense: shapely.Polygon) -> float:
    """Standard deviation in m² of an area whose vertices are rounded to 1e-6 arc-seconds (3.1e-5 m)."""
    vertices = shapely.get_coordinates(dense.exterior)[:-1]
    chords = np.roll(vertices, -1, axis=0) - np.roll(vertices, 1, axis=0)
    return float(3.1e-5 / np.sqrt(12) / 2 * np.sqrt((chords**2).sum()))


places = st.builds(
    lambda zone, prefixed, offset, north: (Zone(3, zone, prefixed), offset, north),
    st.integers(25, 45),
    st.booleans(),
    st.floats(-140_000, 140_000),
    st.floats(2_100_000, 5_900_000),
)


@settings(max_examples=60, deadline=None)
@given(place=places, size=st.floats(5, 3000), seed=st.integers(0, 2**32 - 1))
@example(place=(Zone(3, 38, True), 139_000, 5_900_000), size=3000, seed=1)
def test_random_shapes_agree_with_projs_equal_area_and_geodesics(
    place: tuple[Zone, float, float], size: float, seed: int
) -> None:
    zone, offset, north = place
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(5, 40))))
    radius = size * rng.uniform(0.4, 1, len(angles))
    east = 500_000 + offset + (zone.number * 1e6 if zone.prefixed else 0)
    turned = np.column_stack([np.cos(angles), np.sin(angles)])
    shell = np.array([east, north]) + radius[:, None] * turned
    shape = shapely.Polygon(shell)
    if not shape.is_valid:
        shape = shape.convex_hull
    dense = densified(array(shape), zone.epsg)[0]
    found = survey_areas(array(shape), zone.epsg)[0]
    exact = equal_area(dense, zone.epsg)
    assert abs(found - exact) <= 2e-9 * exact + 6 * rounding_noise(dense)
    # PROJ's geodesic area is itself noisy by some 3e-5 m times the size of the figure.
    geodesic = geodesic_area(dense, zone.epsg)
    assert abs(found - geodesic) <= 0.06e-6 * geodesic + 2.5e-4 * size


@settings(max_examples=30, deadline=None)
@given(place=places, seed=st.integers(0, 2**32 - 1))
def test_seconds_to_six_decimals_move_an_area_by_no_more_than_chance(
    place: tuple[Zone, float, float], seed: int
) -> None:
    zone, offset, north = place
    east = 500_000 + offset + (zone.number * 1e6 if zone.prefixed else 0)
    shifts = np.random.default_rng(seed).uniform(0, 0.01, (40, 2)).round(4)
    plots = shapely.box(*(np.round([east, north, east + 50, north + 30], 4)[:, None]))
    moved = [shapely.transform(plots[0], lambda c, d=d: c + d) for d in shifts]
    areas = survey_areas(array(*moved), zone.epsg)
    # Four corners, each off by up to 1.6e-5 m across diagonals of 58 m.
    assert np.ptp(areas) <= 4 * 2 * 58 * 1.6e-5
    assert np.abs(areas.mean() / 1500 - 1) < 5e-4


def test_mu_and_hectare_are_exact() -> None:
    assert to_mu(Decimal("666.67")) == Decimal("1.000005")
    assert to_mu(Decimal("33333.33")) == Decimal("49.999995")
    assert to_hectare(Decimal("0.01")) == Decimal("0.000001")
    long = Decimal("12345678901234567890123456.78")
    assert to_mu(long) == Decimal("18518518351851851835185.185170")


def test_half_a_cent_is_rounded_up() -> None:
    assert round_m2(Decimal("0.005")) == Decimal("0.01")
    assert round_m2(Decimal("2.675")) == Decimal("2.68")
    assert round_m2(Decimal("0.00499")) == Decimal("0.00")


cents = st.integers(0, 10**12)


@settings(max_examples=60)
@given(
    total=cents, parts=st.lists(st.floats(0, 1e8, allow_subnormal=False), min_size=1, max_size=12)
)
def test_shares_sum_to_the_total_and_stay_within_a_cent_of_proportion(
    total: int, parts: list[float]
) -> None:
    whole = sum(map(Decimal, parts))
    amount = Decimal(total).scaleb(-2)
    if not whole:
        parts = [1.0] * len(parts)
        whole = Decimal(len(parts))
    shares = distribute(amount, parts)
    assert sum(shares) == amount
    for part, share in zip(parts, shares, strict=True):
        assert abs(share - amount * Decimal(part) / whole) < Decimal("0.01")


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**9), st.lists(st.integers(1, 10**6), min_size=1, max_size=6)),
        min_size=1,
        max_size=6,
    )
)
def test_many_totals_are_spread_as_each_alone_would_be(
    jobs: list[tuple[int, list[int]]],
) -> None:
    owner = np.repeat(np.arange(len(jobs)), [len(parts) for _, parts in jobs])
    parts = np.array([p for _, ps in jobs for p in ps], dtype=float)
    units = distribute_each(np.array([t for t, _ in jobs]), owner, parts)
    for index, (total, own) in enumerate(jobs):
        mine = units[owner == index]
        alone = distribute(Decimal(total).scaleb(-2), [Decimal(p) for p in own])
        assert mine.sum() == total
        assert np.abs(mine - [int(a.scaleb(2)) for a in alone]).max() <= 1


def test_what_cannot_be_spread_is_refused() -> None:
    assert distribute(Decimal("0.00"), [0.0, 0.0]) == [Decimal("0.00")] * 2
    assert distribute(Decimal("0.00"), []) == []
    for total, parts in (("1.00", [0.0]), ("1.00", []), ("1.005", [1.0]), ("-1.00", [1.0])):
        with pytest.raises(ValueError, match="面积"):
            distribute(Decimal(total), parts)
    for bad in (-1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="各部分"):
            distribute(Decimal("1.00"), [1.0, bad])


def test_degrees_are_not_densified_and_planes_are() -> None:
    degrees = array(shapely.box(115, 34, 116, 35))
    assert densified(degrees, 4490)[0] == degrees[0]
    dense = densified(array(square(140)), 4547)[0]
    assert shapely.get_num_coordinates(dense) == 4 * 3 + 1
    assert shapely.get_num_coordinates(densified(array(square(69.9)), 4547)[0]) == 5
    assert to_4490(array(None), 4547)[0] is None
