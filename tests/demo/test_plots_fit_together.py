"""The survey plots, villages and townships tile the county exactly."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from liangtian.geo.area import survey_areas

from .conftest import Made

YEARS = (2023, 2024, 2025)


@pytest.mark.parametrize("year", YEARS)
def test_plot_areas_add_up_to_the_county(made: Made, year: int) -> None:
    plots = made.survey(year)
    county = made.read("regions/xzq.gpkg", "XZQX")
    whole = float(survey_areas(county.shapes, 4526)[0])
    assert abs(float(survey_areas(plots.shapes, 4526).sum()) - whole) < 0.05
    # The printed areas carry at most half a cent of rounding each.
    assert abs(float(plots.columns["TBMJ"].sum()) - whole) < 0.005 * len(plots.shapes)


@pytest.mark.parametrize("year", YEARS)
def test_no_two_plots_overlap(made: Made, year: int) -> None:
    plots = made.survey(year).shapes
    assert shapely.is_valid(plots).all()
    a, b = shapely.STRtree(plots).query(plots, predicate="intersects")
    pick = np.random.default_rng(1).permutation(np.nonzero(a < b)[0])[:600]
    shared = shapely.area(shapely.intersection(plots[a[pick]], plots[b[pick]]))
    # 0.1 mm of rounding in a file geodatabase along a border of some hundred metres.
    assert shared.max() < (0.02 if year == 2025 else 1e-6)


def test_neighbours_share_the_very_same_border_points(made: Made) -> None:
    plots = made.survey(2023).shapes
    assert shapely.coverage_is_valid(plots)


@pytest.mark.parametrize(("layer", "count"), [("XZQ", 4), ("CJDCQ", None)])
def test_regions_tile_the_county(made: Made, layer: str, count: int | None) -> None:
    regions = made.read("regions/xzq.gpkg", layer)
    county = made.read("regions/xzq.gpkg", "XZQX")
    assert count is None or len(regions.shapes) == count
    assert shapely.coverage_is_valid(regions.shapes)
    total = float(survey_areas(regions.shapes, 4526).sum())
    assert abs(total - float(survey_areas(county.shapes, 4526)[0])) < 0.05


def test_every_plot_lies_in_the_village_it_names(made: Made) -> None:
    villages = made.read("regions/xzq.gpkg", "CJDCQ")
    plots = made.survey(2024)
    by_code = dict(zip(villages.columns["ZLDWDM"], villages.shapes, strict=True))
    home = np.array([by_code[c] for c in plots.columns["ZLDWDM"]], dtype=object)
    assert shapely.within(shapely.point_on_surface(plots.shapes), home).all()
    assert shapely.area(shapely.difference(plots.shapes, home)).max() < 1e-6


def test_years_differ_by_a_few_plots_and_keep_the_rest(made: Made) -> None:
    a, b = made.survey(2023), made.survey(2024)
    before = {r["BSM"]: (r["DLBM"], r["TBMJ"]) for r in a.rows()}
    after = {r["BSM"]: (r["DLBM"], r["TBMJ"]) for r in b.rows()}
    assert set(before) <= set(after)
    changed = [k for k, v in before.items() if after[k] != v]
    assert 3 <= len(changed) + len(after) - len(before) <= 0.06 * len(before)
    assert len(after) > len(before), "some plots are split"


def test_planned_uses_cover_the_county_once(made: Made) -> None:
    planned = made.kind("planning")
    whole = made.read("regions/xzq.gpkg", "XZQX").shapes[0]
    assert shapely.is_valid(planned.shapes).all()
    assert shapely.area(planned.shapes).sum() == pytest.approx(whole.area, rel=1e-6)
    assert shapely.union_all(planned.shapes).area == pytest.approx(whole.area, rel=1e-6)
