"""Survey areas of polygons as they are stored, without geometry objects in between."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.geo.area import survey_areas, survey_areas_of_wkb

HOLED = shapely.Polygon(
    [(114, 34), (114, 34.02), (114.03, 34.02), (114.03, 34)],
    [[(114.01, 34.01), (114.02, 34.01), (114.02, 34.015)]],
)
MANY = shapely.Point(113.5, 33.5).buffer(0.01, quad_segs=500)
PROVINCE = shapely.segmentize(shapely.box(110, 31, 116, 36), 0.5)
FIGURES = np.array(
    [HOLED, None, HOLED.reverse(), shapely.MultiPolygon([HOLED, shapely.box(115, 30, 115.1, 30.1)]),
     shapely.Polygon(), MANY, PROVINCE, shapely.MultiPolygon([MANY, PROVINCE.difference(MANY)])],
    dtype=object,
)  # fmt: skip


@pytest.mark.parametrize("dims", [2, 3])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
def test_stored_figures_have_the_area_of_their_geometries(flavor: str, dims: int) -> None:
    figures = shapely.force_3d(FIGURES, 9.0) if dims == 3 else FIGURES
    wkb = shapely.to_wkb(
        figures, byte_order=1, flavor=flavor, output_dimension=dims, include_srid=flavor != "iso"
    )
    found, expected = survey_areas_of_wkb(wkb.tolist()), survey_areas(FIGURES)
    assert found == pytest.approx(expected, abs=1e-6, rel=1e-13)
    assert found[1] == found[4] == 0.0
    assert found[0] == pytest.approx(found[2], rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    lat=st.floats(3, 53),
    size=st.floats(1e-6, 0.5),
    corners=st.integers(3, 400),
)
def test_figures_anywhere_in_the_country_have_the_same_area_to_a_hundredth(
    seed: int, lat: float, size: float, corners: int
) -> None:
    rng = np.random.default_rng(seed)
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = size * rng.uniform(0.2, 1, corners)
    figure = shapely.Polygon(
        np.column_stack(
            [rng.uniform(74, 134) + radius * np.cos(angles), lat + radius * np.sin(angles)]
        )
    )
    found = survey_areas_of_wkb([shapely.to_wkb(figure, byte_order=1)])[0]
    assert found == pytest.approx(survey_areas(np.array([figure]))[0], abs=1e-4, rel=1e-13)


@pytest.mark.parametrize(
    "bad",
    [
        shapely.to_wkb(shapely.Point(114, 34), byte_order=1),
        shapely.to_wkb(HOLED, byte_order=0),
        shapely.to_wkb(HOLED, byte_order=1)[:-5],
        b"\1\3",
    ],
)
def test_what_is_no_whole_polygon_is_refused_by_its_number(bad: bytes) -> None:
    good = shapely.to_wkb(HOLED, byte_order=1)
    with pytest.raises(ValueError, match="第2个图形不是面"):
        survey_areas_of_wkb([good, bad, good])


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_bytes_of_any_kind_are_read(kind: type) -> None:
    good = shapely.to_wkb(HOLED, byte_order=1)
    mixed = survey_areas_of_wkb([good, None, kind(good)])
    assert mixed.tolist() == survey_areas_of_wkb((good, None, good)).tolist()
    assert (
        survey_areas_of_wkb(np.array([good, None, good], object)).tolist() == mixed.tolist()  # type: ignore[arg-type]
    )


def test_no_figures_have_no_areas() -> None:
    assert len(survey_areas_of_wkb([])) == 0
