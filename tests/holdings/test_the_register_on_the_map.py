"""The main map: parcels by class, wells and canals, and what a click tells; every user's own region only."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from liangtian.geo.marks import marks
from liangtian.geo.tiles import TileLayer, tile_bounds
from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.people.models import Role
from liangtian.programmes.holdings.colouring import BY, CORPS, legend
from liangtian.programmes.holdings.onmap.summary import Clicked, summaries
from liangtian.programmes.holdings.tiles import parcel_tile
from liangtian.programmes.holdings.water.sources import SourceForm, save_source
from liangtian.programmes.holdings.water.tiles import water_tile
from tests.conftest import People, SignedIn
from tests.geo.mvt_reader import read_tile
from tests.holdings.land import parcel, person
from tests.holdings.waterworks import VILLAGE, serve, spot, well
from tests.layers.deliveries import tile_of


def _classes(data: bytes) -> set[str]:
    return {str(tags["class"]) for tags in read_tile(data)["parcels"].properties().values()}


def test_parcels_are_coloured_by_what_is_asked_for_and_xpcc_land_always_apart(
    people: People, settings: Any
) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 1_200, 1_000, ownership="state", way="租赁", source_paper="租赁合同")
    parcel(people.clerk, 1_400, 1_000, corps=True)
    lon, lat = one.geom.centroid.coords[0]
    tile = tile_of(lon, lat, 14)
    wanted = {
        "way": {"承包", "租赁", CORPS}, "ownership": {"集体", "国有", CORPS},
        "judgement": {"未研判", CORPS}, "arrears": {"无账单", CORPS},
    }  # fmt: skip
    for most in (settings.TILE_FEATURES, 1):  # each parcel drawn, and on the grid of a crowded tile
        settings.TILE_FEATURES = most
        for by, classes in wanted.items():
            assert _classes(parcel_tile(people.township_a, *tile, by=by)) == classes
    for by in BY:
        known = {name for name, _ in legend(by)}
        assert wanted[by] <= known
    assert parcel_tile(people.township_b, *tile, by="judgement") == b""


def test_arrears_are_seen_by_who_may_see_fees_only(people: People, signed_in: SignedIn) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    lon, lat = one.geom.centroid.coords[0]
    tile = tile_of(lon, lat, 15)
    people.reviewer.roles.set([Role.objects.get(code="agriculture")])
    for user, classes in ((people.clerk, BY), (people.reviewer, BY[:-1])):
        found = signed_in(user).get("/api/holdings/map/colours").json()
        assert [way["by"] for way in found] == [*classes]
    bureau = type(people.reviewer).objects.get(pk=people.reviewer.pk)
    assert parcel_tile(bureau, *tile, by="judgement")
    with pytest.raises(Forbidden):
        parcel_tile(bureau, *tile, by="arrears")
    (land,) = summaries(bureau, Clicked(parcels=[one.parcel_id]))
    assert "欠费" not in {fact["label"] for fact in land["facts"]}


def test_a_click_tells_what_lies_there_in_the_own_region(people: People) -> None:
    holder = person(people.clerk)
    one = parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    pump = well(people.clerk, "J001", at=(1_010, 1_010))
    serve(people.clerk, pump, (one, "10.00"))
    keys = Clicked(parcels=[one.parcel_id], sources=[pump.pk])
    source, land = summaries(people.township_a, keys)
    assert source["to"] == f"/water/sources/{pump.pk}"
    assert {f["label"]: f["value"] for f in source["facts"]}["供水地块"] == "1 个"
    facts = {f["label"]: f["value"] for f in land["facts"]}
    assert (facts["权利人"], facts["欠费"], facts["研判"]) == ("王*示", "无", "未研判")
    with pytest.raises(NotFound):
        summaries(people.township_b, keys)


def test_wells_and_canals_are_drawn_and_crowded_wells_counted(
    people: People, settings: Any
) -> None:
    wells = [well(people.clerk, f"J00{i}", at=(1_000 + 3 * i, 1_000)) for i in range(3)]
    line = shapely.LineString([spot(900, 900), spot(1_500, 1_200)])
    form = SourceForm("canal", "Q1", "一支渠", VILLAGE, level="branch")
    canal = save_source(people.clerk, form, line)
    lon, lat = wells[0].geom.coords[0]
    tile = tile_of(lon, lat, 13)
    layers = read_tile(water_tile(people.township_a, *tile))
    assert set(layers["wells"].properties()) == {w.pk for w in wells}
    assert layers["canals"].properties()[canal.pk]["level"] == "branch"
    settings.TILE_FEATURES = 2
    (only,) = read_tile(water_tile(people.township_a, *tile))["wells"].properties().values()
    assert only["count"] == 3
    assert water_tile(people.township_b, *tile) == b""


def test_points_and_lines_come_back_as_they_were_drawn() -> None:
    z, x, y = 12, 3000, 1600
    west, south, east, north = tile_bounds(z, x, y)
    middle = shapely.Point((west + east) / 2, (south + north) / 2)
    line = shapely.LineString([(west, south), (east, north)])
    geoms = np.array([middle, line, shapely.Point(0, 0)], dtype=object)
    layer = TileLayer(geoms, [1, 2, 3], {"name": ["点", "线", "远"]})
    found = read_tile(marks({"all": layer}, z, x, y))["all"]
    drawn = {number: rings for number, _, rings in found.features}
    assert set(drawn) == {1, 2}
    ((point,),) = drawn[1]
    assert abs(point[0] - 2048) <= 1
    assert abs(point[1] - 2048) <= 2
    ((first, last),) = drawn[2]
    assert (first[0], last[0]) == (0, 4096)
    with pytest.raises(ValueError, match="点和线"):
        marks({"all": layer._replace(geometry=np.array([middle.buffer(1)], dtype=object))}, z, x, y)
