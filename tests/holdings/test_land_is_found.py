"""Parcels are found by code, name, number and range, with their sums, by whoever may; tiles say when they generalise."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.maps.sources import sources
from liangtian.programmes.holdings import boundaries, classing, dividing, parcels, tiles
from liangtian.programmes.holdings.finding import Wanted, search, select
from liangtian.programmes.holdings.models import ParcelClasses, ParcelVersion
from liangtian.programmes.holdings.pages import fetch_parcel, parcel_out
from tests.conftest import People, Run, plane_box
from tests.holdings.land import SPRING, company, ground, id_number, parcel, person
from tests.layers.deliveries import delivery, imported, tile_of


def test_the_search_box_knows_codes_whole_names_and_parts_of_organisations(people: People) -> None:
    holder = person(people.clerk, "王演示")
    firm = company(people.clerk, "示例农业有限公司")
    one = parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    parcel(people.clerk, 11_000, 1_000, holder_id=firm.pk, code="东-1")
    assert [h["title"] for h in search(people.township_a, one.code[:14])] == [one.code]
    assert [h["title"] for h in search(people.township_a, "王演示")] == ["王*示"]
    assert search(people.township_a, "王演") == []
    assert [h["kind"] for h in search(people.clerk, "示例农业")] == ["holder"]
    assert search(people.township_a, "示例农业") == []  # holds no land there
    assert search(people.township_a, "东-1") == []


def test_a_drawn_range_gives_parcels_and_sums_xpcc_land_apart(people: People) -> None:
    first = parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 1_100, 1_000, ownership="state", way="租赁", source_paper="租赁合同")
    parcel(people.clerk, 1_200, 1_000, corps=True, ownership="state")
    parcel(people.clerk, 1_300, 1_000)
    parcel(people.clerk, 11_000, 1_000)
    found = select(people.township_a, Wanted(geometry=ground(1_050, 1_000, 249, 100)))
    assert (found["count"], found["corps_count"]) == (2, 1)
    assert found["area_mu"] == parcels.area_mu(first) * 2
    assert abs(found["inside_mu"] - Decimal("22.5")) < Decimal("0.05")  # 50 m and 100 m of 100 m
    assert [(s["label"], s["count"]) for s in found["by_ownership"]] == [("国有", 1), ("集体", 1)]
    with pytest.raises(Refused, match="至少给出一个条件"):
        select(people.clerk, Wanted())
    bowtie = shapely.Polygon([(111.4, 34.4), (111.5, 34.5), (111.5, 34.4), (111.4, 34.5)])
    with pytest.raises(Refused, match="范围无效"):
        select(people.clerk, Wanted(geometry=bowtie))


def test_a_number_is_looked_for_with_right_and_reason_only(people: People) -> None:
    holder = person(people.clerk)
    parcel(people.clerk, 1_000, 1_000, holder_id=holder.pk)
    with pytest.raises(Forbidden):
        select(people.reviewer, Wanted(number=id_number(1), reason="核对来访农户的地块"))
    with pytest.raises(Refused, match="理由"):
        select(people.clerk, Wanted(number=id_number(1)))
    found = select(people.clerk, Wanted(number=id_number(1), reason="核对来访农户的地块"))
    assert [p["holder"] for p in found["parcels"]] == ["王*示"]
    entry = AuditEntry.objects.get(act="holdings.find.number")
    assert id_number(1) not in f"{entry.target_label}{entry.after}{entry.note}"


def test_tiles_label_once_and_say_when_they_generalise(people: People, settings: Any) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 1_200, 1_000, way="租赁", source_paper="租赁合同")
    lon, lat = one.geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 15)
    data = tiles.parcel_tile(people.township_a, z, x, y)
    assert b"label" in data
    assert b"general" not in data
    settings.TILE_FEATURES = 1
    data = tiles.parcel_tile(people.township_a, z, x, y)
    assert b"general" in data
    assert b"label" not in data
    assert "租赁".encode() in data
    assert tiles.parcel_tile(people.township_b, z, x, y) == b""
    assert tiles.shown_code("9901211002010000012") == "12"


def test_printed_maps_show_parcels_of_the_own_township(people: People) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    draw = sources["parcels"]
    (group,) = draw(people.township_a, one.geom.bounds)
    assert (group.name, group.labels) == ("地块（承包）", ["1"])
    assert draw(people.township_b, one.geom.bounds) == []


def test_a_new_boundary_is_tried_before_it_is_saved(people: People) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    other = parcel(people.clerk, 1_100, 1_000)
    around = boundaries.neighbours(people.township_a, one.parcel_id)
    assert [n["code"] for n in around] == [other.code]
    tried = boundaries.preview(
        people.township_a, one.parcel_id, ground(1_000, 1_000, 90, 100), SPRING
    )
    assert (tried["problem"], tried["overlaps"], tried["region"]) == ("", [], "柳塘村")
    assert abs(tried["difference_mu"] + Decimal("1.5")) < Decimal("0.02")
    wide = boundaries.preview(
        people.township_a, one.parcel_id, ground(1_000, 1_000, 110, 100), SPRING
    )
    assert [o["code"] for o in wide["overlaps"]] == [other.code]
    assert abs(wide["overlaps"][0]["shared_m2"] - 1_000) < 2
    with pytest.raises(NotFound):
        boundaries.preview(people.township_b, one.parcel_id, ground(1_000, 1_000), SPRING)


def test_a_merger_asks_whose_attributes_count(people: People) -> None:
    a = parcel(people.clerk, 1_000, 1_000, reclaimed_year=1990)
    b = parcel(people.clerk, 1_100, 1_000, reclaimed_year=2005)
    later = SPRING.replace(month=6)
    with pytest.raises(Refused, match="开发年份不同") as asked:
        dividing.merge(people.clerk, [a.parcel_id, b.parcel_id], later, "统一经营合并地块")
    assert asked.value.code == "choose"
    made = dividing.merge(people.clerk, [a.parcel_id, b.parcel_id], later, "统一经营合并地块",
                          {"reclaimed_year": b.parcel_id})  # fmt: skip
    assert made.reclaimed_year == 2005


def test_areas_by_land_class_follow_boundary_and_layer(
    people: People, run_jobs: Run, tmp_path: Path
) -> None:
    one = parcel(people.clerk, 1_000, 1_000)
    parcel(people.clerk, 3_000, 1_000)  # where the survey says nothing
    plots = [plane_box(900, 900, 150, 400), plane_box(1_050, 900, 150, 400)]
    columns = {"DLBM": ["0101", "0301"], "DLMC": ["水田", "乔木林地"]}
    path = delivery(tmp_path, "dltb", plots, columns)
    imported(people.clerk, path, run_jobs, publish=True)
    classing.order(people.clerk)
    run_jobs()
    found = ParcelClasses.objects.get(version=one)
    assert found.farmland_m2 + found.forest_m2 == one.area_m2
    assert abs(found.farmland_m2 - 5_000) < 5
    assert ParcelClasses.objects.exclude(version=one).get().unknown_m2 > 9_900
    page = parcel_out(people.clerk, fetch_parcel(people.clerk, one.parcel_id))
    assert {row["code"] for row in page["classes"]["rows"]} == {"0101", "0301"}
    parcels.redraw(
        people.clerk, one.parcel_id, ground(1_000, 1_000, 50, 100), SPRING, "实地核查界线有误"
    )
    now = ParcelVersion.objects.get(parcel=one.parcel_id, valid_to=None)
    classing.classes_by_the_clock()
    assert ParcelClasses.objects.get(version=now).farmland_m2 == now.area_m2
