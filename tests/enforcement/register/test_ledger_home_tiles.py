"""Lists, sums, home page, search and tiles: each person's own."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import python_calamine

from liangtian.platform.dashboards.api import key_figures
from liangtian.programmes.enforcement.home import home_parts, search
from tests.conftest import County, People, SignedIn
from tests.enforcement.ground import box, make_batch
from tests.enforcement.register.conftest import Register
from tests.geo.mvt_reader import read_tile
from tests.layers.deliveries import tile_of

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/enforcement.patches"


def test_the_ledger_shows_each_person_their_own_with_its_own_sums(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    whole = signed_in(people.clerk).get(f"{LEDGER}/rows").json()
    a = signed_in(people.township_a).get(f"{LEDGER}/rows").json()
    b = signed_in(people.township_b).get(f"{LEDGER}/rows").json()
    assert (whole["total"], a["total"], b["total"]) == (3, 2, 1)
    assert [row["number"] for row in b["rows"]] == [register.b_legal.number]
    for name in ("area_mu", "farmland_mu", "pbf_mu"):
        printed = sum(Decimal(str(row[name])) for row in whole["rows"])
        assert Decimal(str(whole["sums"][name])) == printed
        assert Decimal(str(a["sums"][name])) + Decimal(str(b["sums"][name])) == printed


def test_filters_of_the_ledger_narrow_rows_and_sums(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    client = signed_in(people.clerk)

    def numbers(query: str) -> list[str]:
        answer = client.get(f"{LEDGER}/rows?{query}").json()
        return [row["number"] for row in answer["rows"]]

    assert numbers("proposal=split") == [register.a_split.number]
    assert numbers("proposal=split,legal&sort=-number") == [
        register.b_legal.number, register.a_split.number,
    ]  # fmt: skip
    assert numbers("township_name=石桥") == [register.b_legal.number]
    assert numbers(f"batch={register.batch.pk}&region=990121100") == [
        register.a_illegal.number, register.a_split.number,
    ]  # fmt: skip
    assert numbers("new_house_on_farmland=no") == [register.b_legal.number]
    assert numbers("stage=confirmed") == []
    assert len(numbers("photos__lte=0")) == 3
    assert client.get(f"{LEDGER}/rows?unknown=1").status_code == 422


def test_the_workbook_holds_the_rows_of_the_list(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    answer = signed_in(people.township_a).get(f"{LEDGER}/export.xlsx")
    assert answer.status_code == 200
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(answer.content))
    cells = [str(c) for row in book.get_sheet_by_index(0).to_python() for c in row]
    assert register.a_illegal.number in cells
    assert register.b_legal.number not in cells
    assert "部分合法" in cells


def test_every_column_sorts(register: Register, people: People, signed_in: SignedIn) -> None:
    client = signed_in(people.clerk)
    columns = [c["name"] for c in client.get(LEDGER).json()["columns"] if c["sortable"]]
    for name in columns:
        assert client.get(f"{LEDGER}/rows?sort=-{name}").json()["total"] == 3, name


def test_home_counts_within_the_scope(register: Register, people: People) -> None:
    whole, a = home_parts(people.clerk), home_parts(people.township_a)
    assert [row["code"] for row in whole["by_township"]] == ["990121100", "990121101"]
    assert [row["code"] for row in a["by_township"]] == ["990121100"]
    assert {row["outcome"]: row["count"] for row in whole["by_outcome"]} == {
        "legal": 1, "illegal": 1, "split": 1,
    }  # fmt: skip
    figures = {f["key"]: f["value"] for f in key_figures(people.clerk)}
    assert figures["received"] == 3
    assert figures["illegal_farmland"] == whole["by_township"][0]["illegal_farmland_mu"] > 14
    assert [t["kind"] for t in whole["tasks"]] == ["evidence"]
    assert [t["kind"] for t in a["tasks"]] == ["evidence"]
    assert a["batches"][0]["total"] == 2
    assert home_parts(people.auditor)["by_township"] == []


def test_home_answers_over_http(register: Register, people: People, signed_in: SignedIn) -> None:
    answer = signed_in(people.clerk).get("/api/home")
    assert answer.status_code == 200
    assert answer.json()["batches"][0] == {
        "id": register.batch.pk, "title": register.batch.title, "period": "2026-03",
        "total": 3, "confirmed": 0,
    }  # fmt: skip


def test_search_finds_only_what_may_be_seen(register: Register, people: People) -> None:
    assert [h["title"] for h in search(people.clerk, "603003")] == [register.b_legal.number]
    assert search(people.township_a, "603003") == []
    assert search(people.auditor, "603003") == []


def test_batches_are_counted_within_the_scope(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    assert signed_in(people.clerk).get("/api/enforcement/batches").json()[0]["total"] == 3
    assert signed_in(people.township_b).get("/api/enforcement/batches").json()[0]["total"] == 1
    assert signed_in(people.auditor).get("/api/enforcement/batches").status_code == 403


def test_tiles_hold_only_what_may_be_seen(
    register: Register, people: People, signed_in: SignedIn
) -> None:
    z = 10
    west, south, _, _ = register.a_illegal.geom.bounds
    x, y = tile_of(west, south, z)[1:]
    address = f"/api/enforcement/tiles/{z}/{x}/{y}.mvt"

    def numbers(user: Any) -> set[str]:
        answer = signed_in(user).get(address)
        if answer.status_code == 204:
            return set()
        layers = read_tile(answer.content)
        return {tags["number"] for tags in layers["patches"].properties().values()}

    assert len(numbers(people.clerk)) == 3, "the tile holds patches of both townships"
    assert numbers(people.township_a) == {register.a_illegal.number, register.a_split.number}
    assert numbers(people.township_b) == {register.b_legal.number}
    assert signed_in(people.auditor).get(address).status_code == 403
    assert signed_in(people.clerk).get("/api/enforcement/tiles/3/99/0.mvt").status_code == 404


def test_a_house_is_still_seen_and_hit_at_county_zoom(
    register: Register, people: People, county: County, signed_in: SignedIn
) -> None:
    house = make_batch(
        people, county, [("H1", box(7000, 3000, 10, 9), county.village_a)], title="房屋"
    ).patches.get()
    west, south, _, _ = house.geom.bounds
    for z in (7, 10, 15):
        x, y = tile_of(west, south, z)[1:]
        answer = signed_in(people.clerk).get(f"/api/enforcement/tiles/{z}/{x}/{y}.mvt")
        shown = read_tile(answer.content)["patches"].polygons()[house.pk]
        assert shown.area > (4096 / 512 * 4) ** 2, z
