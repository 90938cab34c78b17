"""Geometry of layers: cutting at a boundary, finding overlaps; both against plain shapely."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from liangtian.geo.area import survey_areas
from liangtian.geo.topology import FigureFile, gaps, overlaps
from liangtian.platform.layers.queries import cut
from tests.conftest import ZONE_38, lonlat, plane_box

CRS_38 = CRS.from_epsg(ZONE_38)
metres = st.integers(0, 40).map(lambda n: 10 * n)
boxes = st.tuples(metres, metres, st.integers(1, 15), st.integers(1, 15)).map(
    lambda b: plane_box(b[0], b[1], 10 * b[2], 10 * b[3])
)


def array(shapes: list[Any]) -> Any:
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    return out


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=2, max_size=8))
def test_every_overlap_is_found_and_no_touch_is_taken_for_one(shapes: list[Any]) -> None:
    geoms = array(shapes)
    pairs = [
        (i, j)
        for i in range(len(shapes))
        for j in range(i + 1, len(shapes))
        if shapely.intersection(shapes[i], shapes[j]).area > 0
    ]
    with FigureFile() as figures:
        figures.add(geoms[:1])
        figures.add(geoms[1:])
        found = overlaps(figures, CRS_38, least_m2=0.01)
    assert sorted(zip(found.first.tolist(), found.second.tolist(), strict=True)) == pairs
    shared = array([shapely.intersection(shapes[i], shapes[j]) for i, j in pairs])
    assert found.m2.sum() == pytest.approx(survey_areas(shared, CRS_38).sum(), abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=12), st.sampled_from([2, 8000]))
def test_gaps_are_what_the_boundary_has_and_no_figure_covers(shapes: list[Any], cell: int) -> None:
    whole = plane_box(0, 0, 550, 550)
    free = shapely.difference(whole, shapely.union_all(shapes))
    with FigureFile() as figures, pytest.MonkeyPatch.context() as patch:
        patch.setattr("liangtian.geo.topology.CELL", cell)
        figures.add(array(shapes))
        found = gaps(figures, CRS_38, least_m2=1, least_width_m=0.1, boundary=whole)
        holes = gaps(figures, CRS_38, least_m2=1, least_width_m=0.1)
    assert found.m2.sum() == pytest.approx(survey_areas(array([free]), CRS_38)[0], abs=0.01)
    hull = shapely.union_all(shapes)
    inner = [shapely.Polygon(r) for p in shapely.get_parts(hull) for r in p.interiors]
    closed = shapely.difference(shapely.union_all(array(inner)), hull) if inner else None
    wanted = survey_areas(array([closed]), CRS_38)[0] if closed is not None else 0.0
    assert holes.m2.sum() == pytest.approx(wanted, abs=0.01)


@settings(max_examples=40, deadline=None)
@given(st.lists(boxes, min_size=1, max_size=6), boxes)
def test_two_sides_of_a_boundary_make_up_the_whole(shapes: list[Any], here: Any) -> None:
    geoms = array([lonlat(shape) for shape in shapes])
    scope = lonlat(here)
    beyond = shapely.difference(shapely.union_all(geoms).buffer(0.01), scope)
    inside, outside = cut(geoms, scope), cut(geoms, beyond)
    total = survey_areas(inside) + survey_areas(outside)
    assert total == pytest.approx(survey_areas(geoms), abs=2.0)  # each side may drop a sliver
    for piece in inside[~shapely.is_missing(inside)]:
        assert shapely.difference(piece, scope).area < 1e-12


def test_no_boundary_means_no_cut_and_nothing_left_is_none() -> None:
    geoms = array([lonlat(plane_box(0, 0, 100, 100)), lonlat(plane_box(500, 0, 100, 100))])
    assert cut(geoms, None) is geoms
    near = cut(geoms, lonlat(plane_box(0, 0, 100, 100)))
    assert near[1] is None
    touching = cut(geoms, lonlat(plane_box(100, 0, 400, 100)))
    assert list(touching) == [None, None]
