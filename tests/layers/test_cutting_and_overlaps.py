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
from liangtian.platform.layers.overlaps import self_overlaps
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
    rows = np.arange(1, len(shapes) + 1)
    found = self_overlaps(geoms, rows, [str(r) for r in rows], CRS_38)
    if not pairs:
        assert found == []
        return
    assert f"重叠 {len(pairs)} 处" in found[0].reason
    shared = array([shapely.intersection(shapes[i], shapes[j]) for i, j in pairs])
    assert f"{survey_areas(shared, CRS_38).sum():.2f}" in found[0].reason
    named = {(f.row, int(f.reason.split("第 ")[1].split(" ")[0])) for f in found[1:]}
    assert named == {(i + 1, j + 1) for i, j in pairs}


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
