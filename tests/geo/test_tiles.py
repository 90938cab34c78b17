"""Vector tiles read back by an independent reader and by GDAL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.geo.mvt_reader import read_tile, surveyor

from liangtian.geo.tiles import EXTENT, TileLayer, least_area, mvt, tile_bounds

Z, X, Y = 16, 53550, 27300
WEST, SOUTH, EAST, NORTH = tile_bounds(Z, X, Y)
WIDTH, HEIGHT = EAST - WEST, NORTH - SOUTH


def in_tile(*corners: tuple[float, float]) -> list[tuple[float, float]]:
    """Shares of the tile (0..1, north up) to longitude and latitude."""
    return [(WEST + x * WIDTH, SOUTH + y * HEIGHT) for x, y in corners]


def square(x: float, y: float, side: float) -> Any:
    return shapely.Polygon(in_tile((x, y), (x, y + side), (x + side, y + side), (x + side, y)))


def tile(*geoms: Any, z: int = Z, x: int = X, y: int = Y, **columns: list[Any]) -> Any:
    shapes = np.array(geoms, dtype=object)
    data = mvt({"features": TileLayer(shapes, list(range(len(geoms))), columns)}, z, x, y)
    return read_tile(data).get("features")


def test_a_square_lands_where_it_belongs() -> None:
    got = tile(square(0.25, 0.5, 0.25))
    assert (got.version, got.extent) == (2, EXTENT)
    west, north, east, south = got.polygons()[0].bounds
    assert (west, east) == (1024, 2048)
    assert abs(north - 1024) <= 1  # the tile is a little stretched between its latitudes
    assert abs(south - 2048) <= 1


def test_exteriors_and_holes_wind_the_way_the_format_wants_whatever_the_source_does() -> None:
    outer = in_tile((0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9))
    hole = in_tile((0.3, 0.3), (0.6, 0.3), (0.6, 0.6), (0.3, 0.6))
    for shell, inner in ((outer, hole), (outer[::-1], hole), (outer, hole[::-1])):
        ((_, _, rings),) = tile(shapely.Polygon(shell, [inner])).features
        assert [surveyor(ring) > 0 for ring in rings] == [True, False]


def test_parts_of_a_multipolygon_keep_their_own_holes() -> None:
    ring = square(0.1, 0.1, 0.3).difference(square(0.2, 0.2, 0.1))
    both = shapely.MultiPolygon([ring, square(0.6, 0.6, 0.2)])
    got = tile(both).polygons()[0]
    assert len(got.geoms) == 2
    assert [len(part.interiors) for part in got.geoms] == [1, 0]


def test_what_lies_beyond_the_buffer_is_cut_off() -> None:
    got = tile(square(-3.0, -3.0, 7.0)).polygons()[0]
    assert got.bounds == (-64, -64, EXTENT + 64, EXTENT + 64)
    assert tile(square(2.0, 2.0, 0.5)) is None


def test_a_vertex_on_a_straight_line_is_left_out_but_the_shape_stays() -> None:
    bent = shapely.Polygon(
        in_tile((0.1, 0.1), (0.1, 0.5), (0.1, 0.9), (0.5, 0.9), (0.9, 0.9), (0.9, 0.1))
    )
    ((_, _, (ring,)),) = tile(bent).features
    assert len(ring) == 4


def test_properties_of_every_kind_come_back_and_none_is_left_out() -> None:
    got = tile(
        square(0.1, 0.1, 0.2),
        square(0.5, 0.5, 0.2),
        category=["0101", "水浇地"],
        number=[-7, 300],
        share=[0.25, None],
        fixed=[True, False],
    )
    assert got.properties() == {
        0: {"category": "0101", "number": -7, "share": 0.25, "fixed": True},
        1: {"category": "水浇地", "number": 300, "fixed": False},
    }


def test_equal_values_are_written_once() -> None:
    squares = [square(0.1 * k, 0.1, 0.05) for k in range(8)]
    assert tile(*squares, category=["0101", "0102"] * 4).values == ["0101", "0102"]


def test_a_plot_too_small_to_see_is_left_out_only_at_low_zoom() -> None:
    plot = square(0.4, 0.4, 0.1)  # about 50 m across
    assert tile(plot) is not None
    assert tile(plot, z=8, x=X >> 8, y=Y >> 8) is None
    assert least_area(8, NORTH) == pytest.approx(least_area(9, NORTH) * 4)


def test_neighbours_still_share_their_border_at_low_zoom() -> None:
    rng = np.random.default_rng(5)
    z, x, y = 12, X >> 4, Y >> 4
    west, south, east, north = tile_bounds(z, x, y)
    middle = [
        (west + (east - west) * (0.5 + dx), south + (north - south) * t)
        for dx, t in zip(rng.uniform(-0.02, 0.02, 40), np.linspace(0.1, 0.9, 40), strict=True)
    ]
    left = shapely.Polygon([*middle, (west, middle[-1][1]), (west, middle[0][1])])
    right = shapely.Polygon([*middle, (east, middle[-1][1]), (east, middle[0][1])])
    a, b = tile(left, right, z=z, x=x, y=y).polygons().values()
    assert a.intersection(b).area == pytest.approx(0, abs=1e-6)
    assert a.union(b).area == pytest.approx(a.area + b.area)
    assert len(list(shapely.polygonize([a.union(b).boundary]).geoms)) == 1


def test_a_self_crossing_plot_does_not_break_the_tile() -> None:
    bow = shapely.Polygon(in_tile((-0.5, -0.5), (0.7, 0.9), (0.8, -0.4), (-0.4, 0.8)))
    assert tile(bow, square(0.1, 0.1, 0.1)).properties().keys() >= {1}


def test_missing_and_empty_geometries_are_passed_over() -> None:
    got = tile(None, shapely.Polygon(), square(0.1, 0.1, 0.2))
    assert list(got.polygons()) == [2]
    assert mvt({"features": TileLayer(np.array([], dtype=object), [], {})}, Z, X, Y) == b""


def test_lines_unknown_values_and_tiles_off_the_grid_are_refused() -> None:
    with pytest.raises(ValueError, match="面状"):
        tile(shapely.LineString(in_tile((0, 0), (1, 1))))
    with pytest.raises(ValueError, match="取值类型"):
        tile(square(0.1, 0.1, 0.2), thing=[object()])
    with pytest.raises(ValueError, match="没有编号"):
        mvt({}, 3, 8, 0)


def test_gdal_reads_the_same_tile(tmp_path: Path) -> None:
    shapes = np.array([square(0.2, 0.2, 0.3), square(0.6, 0.1, 0.2)], dtype=object)
    data = mvt({"features": TileLayer(shapes, [11, 12], {"title": ["甲", "乙"]})}, Z, X, Y)
    path = tmp_path / "one.mvt"
    path.write_bytes(data)
    _, _, wkb, (titles,) = pyogrio.raw.read(
        path, layer="features", columns=["title"], X=X, Y=Y, Z=Z
    )
    assert sorted(titles.tolist()) == ["乙", "甲"]
    got = {t: shapely.from_wkb(g) for t, g in zip(titles, wkb, strict=True)}
    scale = 20037508.342789244 / 180
    assert got["甲"].bounds[0] == pytest.approx(shapes[0].bounds[0] * scale, abs=0.2)
    in_metres = {"features": TileLayer(np.array([got["甲"]], dtype=object), [11], {})}
    again = read_tile(mvt(in_metres, Z, X, Y, crs=3857))["features"].polygons()[11]
    first = read_tile(data)["features"].polygons()[11]
    assert again.symmetric_difference(first).area == 0


corner = st.tuples(st.floats(-1.5, 2.5), st.floats(-1.5, 2.5))


@settings(max_examples=60, deadline=None)
@given(st.lists(corner, min_size=3, max_size=9), st.booleans())
def test_area_in_the_tile_is_kept_to_the_rounding_of_its_vertices(
    corners: list[tuple[float, float]], holed: bool
) -> None:
    plot = shapely.convex_hull(shapely.MultiPoint(in_tile(*corners)))
    if plot.geom_type != "Polygon" or plot.area < 0.01 * WIDTH * HEIGHT:
        return
    if holed:
        plot = plot.difference(square(0.4, 0.4, 0.2))
    grow = 64 / EXTENT
    box = shapely.Polygon(
        in_tile((-grow, -grow), (-grow, 1 + grow), (1 + grow, 1 + grow), (1 + grow, -grow))
    )
    seen = plot.intersection(box)
    expected = seen.area / (WIDTH * HEIGHT) * EXTENT**2
    got = tile(plot)
    area = sum(p.area for p in got.polygons().values()) if got else 0.0
    rounding = seen.length / WIDTH * EXTENT * 1.5 + 200
    assert area == pytest.approx(expected, abs=rounding)
