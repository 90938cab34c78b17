"""Validity: what is wrong and where, and repairs that say what they changed."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
import shapely

from liangtian.geo.area import survey_area
from liangtian.geo.clean import GeometryRefused, check, repair, require_valid

GOOD = shapely.box(0, 0, 10, 10)
BOW_TIE = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


def array(*geoms: shapely.Geometry | None) -> np.ndarray:
    out = np.empty(len(geoms), dtype=object)
    out[:] = geoms
    return out


def at_easting(geom: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(geom, lambda c: c + np.array([500_000, 3_800_000]))


def hole(*corners: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon(GOOD.exterior, [corners])


@pytest.mark.parametrize(
    ("geom", "reason", "place"),
    [
        (BOW_TIE, "自相交", (5.0, 5.0)),
        (
            shapely.Polygon([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]),
            "环自接",
            (5.0, 5.0),
        ),
        (hole((20, 20), (21, 20), (21, 21)), "洞在壳外", (20.0, 20.0)),
        (
            shapely.Polygon(
                GOOD.exterior,
                [[(1, 1), (9, 1), (9, 9), (1, 9)], [(2, 2), (3, 2), (3, 3), (2, 3)]],
            ),
            "洞嵌套",
            (2.0, 2.0),
        ),
        (
            shapely.MultiPolygon([GOOD, shapely.box(2, 2, 3, 3)]),
            "面嵌套",
            (3.0, 2.0),
        ),
        (hole((0, 5), (5, 0), (10, 5), (5, 10)), "洞把面切断", None),
        (None, "空几何", None),
        (shapely.Polygon(), "空几何", None),
        (shapely.LineString([(0, 0), (1, 1)]), "不是面，是线", None),
        (shapely.Point(0, 0), "不是面，是点", None),
    ],
)
def test_a_fault_is_named_and_placed(
    geom: shapely.Geometry | None, reason: str, place: tuple[float, float] | None
) -> None:
    (problem,) = check(array(GOOD, geom, GOOD), ["甲", "乙", "丙"])
    assert (problem.index, problem.fid) == (1, "乙")
    assert problem.reason.startswith(reason)
    if place is not None:
        assert problem.location == place
    assert "第2个图形" in str(problem)


def test_coordinates_that_are_no_numbers_are_found() -> None:
    with np.errstate(invalid="ignore"):
        bad = shapely.polygons([[(0, 0), (float("nan"), 1), (1, 1), (0, 0)]])
    (problem,) = check(bad)
    assert problem.reason == "坐标非数"
    assert problem.fid == "1"


def test_a_flat_ring_has_a_problem() -> None:
    flat = shapely.Polygon([(0, 0), (5, 0), (10, 0), (0, 0)])
    assert len(check(array(flat))) == 1


def test_valid_polygons_raise_no_problem() -> None:
    assert check(array(GOOD, hole((1, 1), (2, 1), (2, 2)), shapely.MultiPolygon([GOOD]))) == []
    assert check(array()) == []
    require_valid(array(GOOD, None, shapely.Polygon()), "地块")


def test_the_first_problems_are_named_in_a_refusal() -> None:
    with pytest.raises(GeometryRefused, match=r"地块有1个图形无效.*第3个自相交"):
        require_valid(array(GOOD, None, BOW_TIE), "地块")


def test_both_lobes_of_a_bow_tie_are_kept_and_the_change_is_stated() -> None:
    made = repair(at_easting(BOW_TIE), 4547)
    assert made.geom.is_valid
    assert made.geom.area == pytest.approx(50.0)
    assert made.area_after == survey_area(made.geom, 4547) == Decimal("50.00")
    assert made.changed_m2 == made.area_after - made.area_before
    for words in ("自相交", f"修复前面积{made.area_before}", "修复后50.00", "2个部分"):
        assert words in made.note


def test_a_lost_spike_is_named() -> None:
    spike = shapely.Polygon([(0, 0), (10, 0), (10, 10), (10, 30), (10, 10), (0, 10)])
    made = repair(at_easting(spike), 4547)
    assert made.geom.equals(at_easting(GOOD))
    assert "舍去1个线" in made.note
    assert made.changed_m2 == Decimal("0.00")


def test_a_doubly_wound_ring_is_counted_once() -> None:
    twice = shapely.Polygon([*GOOD.exterior.coords, *GOOD.exterior.coords])
    made = repair(at_easting(twice), 4547)
    assert made.geom.area == pytest.approx(100.0)
    assert made.area_before == Decimal("200.00")
    assert made.changed_m2 == Decimal("-100.00")
    assert "变化-100.00" in made.note


def test_a_valid_polygon_is_left_as_it_is() -> None:
    made = repair(at_easting(GOOD), 4547)
    assert made.geom.equals(at_easting(GOOD))
    assert made.changed_m2 == 0
    assert "有效" in made.note


def test_what_has_no_area_cannot_be_repaired() -> None:
    flat = shapely.Polygon([(0, 0), (5, 0), (10, 0), (0, 0)])
    with np.errstate(invalid="ignore"):
        nan = shapely.polygons([(0, 0), (float("nan"), 1), (1, 1), (0, 0)])
    for geom, words in ((flat, "没有面积"), (shapely.Polygon(), "空几何"), (nan, "不是数字")):
        with pytest.raises(GeometryRefused, match=words):
            repair(geom, 4490)
