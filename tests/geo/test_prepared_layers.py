"""Prepared layers as files, and what is asked of them: shares, cover, exclusions in order, what is near."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.area import round_m2, survey_area, survey_areas
from liangtian.geo.clean import GeometryRefused
from liangtian.geo.overlay import areas
from liangtian.geo.overlay.coverage import (
    Zone,
    by_category,
    cover,
    exclusions,
    nearest,
    shares,
    split,
)
from liangtian.geo.overlay.prepared import (
    PreparedLayer,
    PreparedRefused,
    build,
    open_prepared,
    verify,
)

seeds = st.integers(0, 2**32 - 1)
LON, LAT, STEP = 114.0, 34.0, 0.001


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def box(x: float, y: float, width: float = 1.0, height: float = 1.0) -> shapely.Polygon:
    west, south = LON + x * STEP, LAT + y * STEP
    return shapely.box(west, south, west + width * STEP, south + height * STEP)


def blobs(rng: np.random.Generator, number: int, size: float = 1.5) -> np.ndarray:
    out = []
    for centre in rng.uniform(0, 4, (number, 2)):
        angles = (np.arange(14) + rng.uniform(-0.4, 0.4, 14)) * np.pi / 7
        radius = size * rng.uniform(0.4, 1, 14)
        ring = centre + radius[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        out.append(shapely.Polygon(np.array([LON, LAT]) + ring * STEP))
    return array(*out)


def layer_of(geoms: np.ndarray, names: list[str] | None = None) -> PreparedLayer:
    return build(geoms, list(range(100, 100 + len(geoms))), names or ["区"] * len(geoms), "钥")


def zone_of(geoms: np.ndarray) -> Zone:
    return Zone(layer_of(geoms), lambda ids: geoms[ids - 100])


def test_a_layer_from_its_file_measures_as_the_one_that_was_saved(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    made = layer_of(blobs(rng, 40), [f"{k % 3}类" for k in range(40)])
    made.save(tmp_path / "some" / "layer")
    verify(tmp_path / "some" / "layer")
    kept = open_prepared(tmp_path / "some" / "layer", "钥")
    assert (kept.names, kept.plane, kept.key) == (made.names, made.plane, made.key)
    assert kept.bytes == made.bytes
    plots = blobs(rng, 30)
    for one, other in zip(shares(plots, kept), shares(plots, made), strict=True):
        assert one.tobytes() == other.tobytes()
    assert [p.name for p in (tmp_path / "some").iterdir()] == ["layer"]


def test_what_is_wrong_with_a_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "layer"
    layer_of(blobs(np.random.default_rng(2), 5)).save(path)
    good = path.read_bytes()
    with pytest.raises(PreparedRefused, match="不符"):
        open_prepared(path, "另一版本")
    path.write_bytes(good[:-100])
    with pytest.raises(PreparedRefused, match="不完整"):
        open_prepared(path)
    path.write_bytes(good[:2000] + bytes([good[2000] ^ 1]) + good[2001:])
    open_prepared(path)
    with pytest.raises(PreparedRefused, match="校验和"):
        verify(path)
    path.write_bytes(b"GIF89a" + good)
    with pytest.raises(PreparedRefused, match="不是预制图层"):
        open_prepared(path)
    path.write_bytes(b"")
    with pytest.raises(PreparedRefused, match="不存在"):
        open_prepared(path)
    with pytest.raises(PreparedRefused, match="不存在"):
        verify(tmp_path / "nothing")


def test_an_empty_layer_is_a_layer(tmp_path: Path) -> None:
    build(array(), [], []).save(tmp_path / "empty")
    verify(tmp_path / "empty")
    plots = array(box(0, 0))
    found = shares(plots, open_prepared(tmp_path / "empty"))
    assert len(found.m2) == 0
    assert by_category(found, open_prepared(tmp_path / "empty"), [survey_area(plots[0])]).m2 == [
        survey_area(plots[0])
    ]


def test_what_cannot_be_prepared_is_refused() -> None:
    bow_tie = shapely.Polygon([(114, 34), (114.1, 34.1), (114.1, 34), (114, 34.1)])
    with pytest.raises(GeometryRefused, match="自相交"):
        build(array(bow_tie), [1], ["甲"])
    with pytest.raises(GeometryRefused, match="地块"):
        shares(array(bow_tie), layer_of(array(box(0, 0))))
    with pytest.raises(ValueError, match="编号"):
        build(array(box(0, 0)), [], ["甲"])
    with pytest.raises(ValueError, match="空字符串"):
        build(array(box(0, 0)), [1], [""])


def test_shares_by_category_are_those_of_the_overlay() -> None:
    rng = np.random.default_rng(3)
    frame = box(-5, -5, 14, 14)
    points = shapely.multipoints(np.array([LON, LAT]) + rng.uniform(-5, 9, (60, 2)) * STEP)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    names, plots = [f"{k % 4}类" for k in range(60)], blobs(rng, 50)
    layer = layer_of(cells, names)
    official = [round_m2(m2) for m2 in survey_areas(plots).tolist()]
    found, expected = by_category(shares(plots, layer), layer, official), areas(plots, cells, names)
    assert found.plot.tolist() == expected.plot.tolist()
    assert found.category.tolist() == expected.category.tolist()
    # The planes have other origins, so an area may round to the other side.
    assert max(abs(a - b) for a, b in zip(found.m2, expected.m2, strict=True)) <= Decimal("0.01")
    assert sum(found.m2) == sum(official)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_ground_that_several_cover_counts_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plots, others = blobs(rng, 4), blobs(rng, 4)
    zone = zone_of(others)
    found = shares(plots, zone.layer)
    for usable in (None, np.array([100, 102])):
        some = others if usable is None else others[usable - 100]
        union = shapely.intersection(plots, shapely.union_all(some))
        assert cover(plots, found, zone, usable) == pytest.approx(survey_areas(union), abs=0.05)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_exclusions_count_to_the_first_in_order_and_to_all_that_apply(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plots, layers = blobs(rng, 3), [blobs(rng, 3) for _ in range(3)]
    found = exclusions(plots, [zone_of(geoms) for geoms in layers])
    fine = 1e-11
    before = shapely.Polygon()
    for k, geoms in enumerate(layers):
        union = shapely.union_all(geoms, grid_size=fine)
        fresh = shapely.difference(union, before, grid_size=fine)
        alone = survey_areas(shapely.intersection(plots, union, grid_size=fine))
        first = survey_areas(shapely.intersection(plots, fresh, grid_size=fine))
        assert found.applies[:, k] == pytest.approx(alone, abs=0.05)
        assert found.first[:, k] == pytest.approx(first, abs=0.05)
        before = shapely.union(before, union, grid_size=fine)
    whole = survey_areas(shapely.intersection(plots, before, grid_size=fine))
    assert found.first.sum(axis=1) == pytest.approx(whole, abs=0.05)


@settings(max_examples=25, deadline=None)
@given(seed=seeds)
def test_inside_and_outside_sum_to_the_plot(seed: int) -> None:
    rng = np.random.default_rng(seed)
    plot, others = blobs(rng, 1)[0], blobs(rng, 3, 0.9)
    inside, outside = split(plot, others)
    both = survey_areas(array(inside, outside))
    assert both.sum() == pytest.approx(survey_areas(array(plot))[0], abs=0.02)
    zone = zone_of(others)
    found = cover(array(plot), shares(array(plot), zone.layer), zone)
    assert both[0] == pytest.approx(found[0], abs=0.03)


def test_a_plot_that_nothing_covers_is_all_outside() -> None:
    inside, outside = split(box(0, 0), array(box(5, 5)))
    assert inside.is_empty
    assert outside.symmetric_difference(box(0, 0)).area < 1e-12


def test_the_nearest_and_how_far_it_is() -> None:
    plots = array(box(0, 0), None, box(9, 0))
    road = shapely.LineString([(LON - STEP, LAT - 2 * STEP), (LON + 20 * STEP, LAT - 2 * STEP)])
    index, metres = nearest(plots, array(box(40, 40), road, box(9.5, 0.5)))
    assert index.tolist() == [1, -1, 2]
    assert metres[0] == pytest.approx(2 * 110.92, abs=0.3)
    assert metres[1:].tolist() == [np.inf, 0.0]
    nothing = nearest(plots, array())
    assert nothing[0].tolist() == [-1, -1, -1]
