"""The worked areas of docs/algorithms/survey-area.md, digit for digit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest
import shapely
from tests.geo.doc_tables import doc_table

from liangtian.geo.area import densified, distribute, survey_area, survey_areas, to_hectare
from liangtian.geo.crs import to_4490
from liangtian.geo.trapezoid import COEFFICIENTS

PAGE = "survey-area.md"
RECTANGLES = doc_table(
    PAGE, "EPSG", "east", "north", "width", "height", "planar", "survey", "geodesic"
)
DIGIT = 1e-4


def rectangle(row: dict[str, str]) -> shapely.Polygon:
    east, north = float(row["east"]), float(row["north"])
    return shapely.box(east, north, east + float(row["width"]), north + float(row["height"]))


@pytest.mark.parametrize("row", RECTANGLES, ids=lambda row: f"{row['EPSG']}-{row['east']}")
def test_a_rectangle_has_the_worked_survey_area(row: dict[str, str]) -> None:
    found = survey_areas(np.array([rectangle(row)]), int(row["EPSG"]))[0]
    assert found == pytest.approx(float(row["survey"]), abs=DIGIT)
    assert f"{rectangle(row).area:.2f}" == row["planar"]
    assert found == pytest.approx(float(row["geodesic"]), abs=0.01)


@pytest.mark.parametrize("row", RECTANGLES, ids=lambda row: f"{row['EPSG']}-{row['east']}")
def test_degrees_made_from_densified_edges_keep_the_area(row: dict[str, str]) -> None:
    crs = int(row["EPSG"])
    dense = densified(np.array([rectangle(row)]), crs)
    assert survey_area(to_4490(dense, crs)[0]) == survey_area(rectangle(row), crs)


def test_a_map_sheet_in_degrees_has_the_worked_area() -> None:
    (row,) = doc_table(PAGE, "west", "south", "east", "north", "survey")
    sheet = shapely.box(*(float(row[side]) for side in ("west", "south", "east", "north")))
    assert survey_areas(np.array([sheet]))[0] == pytest.approx(float(row["survey"]), abs=2e-4)


def test_the_four_corner_plot_is_smaller_on_the_ellipsoid() -> None:
    corners = doc_table(PAGE, "corner", "north", "east")
    plot = shapely.Polygon([(float(c["east"]), float(c["north"])) for c in corners])
    (row,) = doc_table(PAGE, "planar", "survey", "hectare")
    found = survey_area(plot, 4526)
    assert f"{plot.area:.2f}" == row["planar"]
    assert found == Decimal(row["survey"])
    assert to_hectare(found).quantize(Decimal("0.0001")) == Decimal(row["hectare"])


def test_the_coefficients_are_those_of_cgcs2000() -> None:
    rows = doc_table(PAGE, "coefficient", "value", "to")
    for row, found in zip(rows, COEFFICIENTS, strict=True):
        assert abs(found) == pytest.approx(float(row["value"]), abs=float(row["to"]))


@pytest.mark.parametrize("row", doc_table(PAGE, "total", "parts", "shares"))
def test_a_total_is_spread_by_largest_remainder(row: dict[str, str]) -> None:
    parts = [Decimal(p) for p in row["parts"].split()]
    assert distribute(Decimal(row["total"]), parts) == [Decimal(s) for s in row["shares"].split()]
