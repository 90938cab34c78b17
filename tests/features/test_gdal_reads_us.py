"""GDAL's own OAPIF driver, which QGIS builds on, reads layers and ledgers with a token's rights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely

from liangtian.geo.area import survey_areas
from liangtian.platform.tokens.services import create
from tests.conftest import SIDE, ZONE_38, County, People
from tests.enforcement.ground import box, make_batch, publish
from tests.features.gdal_reader import gdal

pytestmark = pytest.mark.django_db(transaction=True)
RIGHTS = ["layers.view", "enforcement.view", "enforcement.export"]
Read = Callable[..., Any]


@pytest.fixture
def read_as(live_server: Any) -> Read:
    """What GDAL reads from the running service for a user."""

    def start(user: Any, *words: str) -> Any:
        key = create(user, "QGIS", RIGHTS, user.region_id, 1)[1] if user else ""
        return gdal(f"OAPIF:{live_server.url}/api/ogc", key, *words)

    return start


def test_a_layer_arrives_whole_with_its_areas(
    people: People, county: County, read_as: Read
) -> None:
    plots = [(box(100 + 30 * i, 200, 20, 20), {"category": "0101"}) for i in range(1_250)]
    version = publish(people, county, "dltb", plots)
    layer = f"dltb-{version.pk}"
    assert layer in read_as(people.clerk)["layers"]
    found = read_as(people.clerk, layer)
    assert len(found["wkb"]) == 1_250  # more than one page
    assert set(found["columns"]["category"]) == {"0101"}
    computed = survey_areas(shapely.force_2d(shapely.from_wkb(np.array(found["wkb"]))))
    told = np.array(found["columns"]["area_m2"], dtype=float)
    assert np.abs(computed.astype(float) - told).max() < 0.05


def test_a_box_is_asked_of_the_server(people: People, county: County, read_as: Read) -> None:
    plots = [(box(100 + 300 * i, 200, 100, 100), {"category": "0101"}) for i in range(10)]
    version = publish(people, county, "dltb", plots)
    change = pyproj.Transformer.from_crs(ZONE_38, 4326, always_xy=True)
    west, south, east, north = plots[3][0].bounds
    corners = (*change.transform(west, south), *change.transform(east, north))
    found = read_as(people.clerk, f"dltb-{version.pk}", ",".join(map(str, corners)))
    assert found["columns"]["fid"] == ["4"]


def test_the_ledger_of_a_township_is_the_townships(
    people: People, county: County, read_as: Read
) -> None:
    make_batch(
        people, county,
        [("A-1", box(100, 100, 100, 100), county.village_a),
         ("B-1", box(SIDE + 100, 100, 100, 100), county.village_b)],
    )  # fmt: skip
    found = read_as(people.township_a, "enforcement.patches")
    assert found["columns"]["number"] == ["A-1"]
    assert len(found["wkb"]) == 1


def test_without_a_token_gdal_gets_nothing(people: People, read_as: Read) -> None:
    with pytest.raises(RuntimeError, match="401"):
        read_as(None)
