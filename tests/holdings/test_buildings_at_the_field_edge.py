"""Buildings: measured, tied to parcels, carried along when parcels are divided, drawn on the map."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from shapely.geometry import LineString

from liangtian.geo.area import survey_area
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.maps.sources import sources
from liangtian.programmes.holdings import dividing
from liangtian.programmes.holdings.buildings.services import (
    BuildingForm,
    remove_building,
    save_building,
)
from liangtian.programmes.holdings.models import Building, Parcel
from liangtian.programmes.holdings.onmap.tiles import building_tile
from liangtian.programmes.holdings.pages import holder_out, parcel_out
from tests.conftest import People, SignedIn
from tests.geo.mvt_reader import read_tile
from tests.holdings.land import SPRING, ground, parcel, person
from tests.layers.deliveries import tile_of

JUNE = date(2024, 6, 1)


def shed(user: Any, west: float, south: float, **form: Any) -> Building:
    """A pump house of 10 m by 8 m."""
    given = {"kind": "泵房", "on": SPRING, "built_year": 2010, **form}
    return save_building(user, BuildingForm(**given), ground(west, south, 10, 8))


def test_a_building_is_measured_and_belongs_to_the_parcel_it_stands_on(people: People) -> None:
    holder = person(people.clerk)
    land = parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    made = shed(people.township_a, 1_010, 1_010)
    assert made.parcel_id == land.parcel_id
    assert made.area_m2 == survey_area(ground(1_010, 1_010, 10, 8))
    assert made.code == "F9901211002010001"
    assert AuditEntry.objects.filter(act="holdings.building.save").count() == 1
    (shown,) = parcel_out(people.township_a, Parcel.objects.get(pk=land.parcel_id))["buildings"]
    assert (shown["kind"], shown["built_year"]) == ("泵房", 2010)
    assert [b["code"] for b in holder_out(people.clerk, holder)["buildings"]] == [made.code]


def test_a_building_far_from_land_on_another_or_of_no_kind_is_refused(people: People) -> None:
    land = parcel(people.clerk, 1_000, 1_000)
    with pytest.raises(Refused, match="没有落在"):
        shed(people.clerk, 3_000, 3_000)
    with pytest.raises(Refused, match="不像地头建筑物"):
        shed(people.clerk, 3_000, 3_000, parcel_id=land.parcel_id)
    shed(people.clerk, 1_110, 1_010, parcel_id=land.parcel_id)  # beside the field, within reach
    with pytest.raises(Refused, match="重叠"):
        shed(people.clerk, 1_112, 1_010, parcel_id=land.parcel_id)
    with pytest.raises(Refused, match="改正"):
        shed(people.clerk, 1_010, 1_010, kind="宫殿")
    with pytest.raises(Refused, match="没有落在"):
        shed(people.township_b, 1_010, 1_010)
    with pytest.raises(NotFound):
        shed(people.township_b, 1_010, 1_010, parcel_id=land.parcel_id)


def test_a_divided_parcel_hands_its_buildings_to_the_piece_they_stand_on(people: People) -> None:
    land = parcel(people.clerk, 1_000, 1_000)
    west, east = shed(people.clerk, 1_010, 1_010), shed(people.clerk, 1_080, 1_010)
    (a, b), (c, d) = (
        ground(x, y, 1, 1).exterior.coords[0] for x, y in ((1_050, 990), (1_050, 1_120))
    )
    made = dividing.split(
        people.clerk, land.parcel_id, LineString([(a, b), (c, d)]), JUNE, "两户分开承包"
    )
    for one, where in ((west, 0), (east, 1)):
        one.refresh_from_db()
        left = sorted(made, key=lambda v: v.geom.centroid.x)
        assert one.parcel_id == left[where].parcel_id
    joined = dividing.merge(
        people.clerk, [v.parcel_id for v in made], date(2024, 7, 1), "两户合并经营"
    )
    west.refresh_from_db()
    assert west.parcel_id == joined.parcel_id


def test_a_building_that_is_gone_stays_on_record_only(people: People) -> None:
    parcel(people.clerk, 1_000, 1_000)
    made = shed(people.clerk, 1_010, 1_010)
    with pytest.raises(Refused, match="拆除日期"):
        remove_building(people.clerk, made.pk, date(2020, 1, 1), "泵房改建，旧房已拆除")
    remove_building(people.clerk, made.pk, JUNE, "泵房改建，旧房已拆除")
    with pytest.raises(Conflict, match="已于"):
        remove_building(people.clerk, made.pk, JUNE, "泵房改建，旧房已拆除")
    assert sources["buildings"](people.clerk, made.geom.bounds) == []
    again = shed(people.clerk, 1_010, 1_010)
    assert again.code != made.code
    with pytest.raises(IntegrityError), transaction.atomic():
        Building.objects.filter(pk=again.pk).update(valid_to=JUNE, end_reason="")


def test_the_ledger_and_the_map_show_buildings_of_the_own_township_without_xpcc_land(
    people: People, signed_in: SignedIn
) -> None:
    parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 1_500, 1_000, corps=True)
    made, corps = shed(people.clerk, 1_010, 1_010), shed(people.clerk, 1_510, 1_010)
    browser = signed_in(people.township_a)
    page = browser.get("/api/ledgers/holdings.buildings/rows").json()
    assert [row["code"] for row in page["rows"]] == [made.code]
    assert page["sums"]["area_m2"] == float(made.area_m2)
    lon, lat = made.geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 15)
    found = read_tile(building_tile(people.township_a, z, x, y))["buildings"].properties()
    assert {tags["code"] for tags in found.values()} >= {made.code}
    assert building_tile(people.township_b, z, x, y) == b""
    elsewhere = signed_in(people.township_b).get("/api/ledgers/holdings.buildings/rows").json()
    assert elsewhere["rows"] == []
    assert corps.code not in str(page["rows"])
