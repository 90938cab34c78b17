"""The ledgers: XPCC land counts nowhere else, any day can be read, what is listed is what is exported."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from liangtian.programmes.holdings import dividing, parcels, years
from tests.conftest import People, SignedIn, lonlat
from tests.holdings.land import FORM, contract, parcel, person
from tests.holdings.test_a_parcel_through_the_years import _line

LEDGER = "/api/ledgers/holdings.parcels"


@pytest.fixture
def land(people: People) -> list[Any]:
    """Three parcels of township A, one of B, one of XPCC."""
    holder = person(people.clerk)
    made = [parcel(people.clerk, x, 0, holder_id=holder.pk) for x in (1_000, 1_200)]
    made.append(parcel(people.clerk, 1_400, 0, way="无手续占用", source_paper="无"))
    made.append(parcel(people.clerk, 11_000, 0))
    made.append(parcel(people.clerk, 2_000, 0, corps=True, ownership="state"))
    return made


def test_corps_land_is_left_out_of_every_total_and_listed_apart(
    people: People, signed_in: SignedIn, land: list[Any]
) -> None:
    browser = signed_in(people.clerk)
    page = browser.get(f"{LEDGER}/rows").json()
    assert page["total"] == 4
    wanted = sum(parcels.area_mu(v) for v in land[:4])
    assert page["sums"]["area_mu"] == float(wanted)
    apart = browser.get("/api/ledgers/holdings.corps/rows").json()
    assert [row["code"] for row in apart["rows"]] == [land[4].code]
    groups = browser.get(f"{LEDGER}/groups?by=region:township").json()
    assert (groups["count"], groups["sums"]["area_mu"]) == (4, float(wanted))
    holders = browser.get("/api/ledgers/holdings.holders/rows").json()["rows"]
    assert holders[0]["parcels"] == 2
    assert holders[0]["area_mu"] == float(sum(parcels.area_mu(v) for v in land[:2]))
    years.freeze_year(people.clerk, 2024, date(2024, 12, 31))
    (frozen,) = browser.get("/api/holdings/years").json()
    assert (frozen["area_mu"], frozen["parcels"]) == (float(wanted), 4)
    assert frozen["corps_mu"] == float(parcels.area_mu(land[4]))


def test_the_ledger_of_any_day(people: People, signed_in: SignedIn, land: list[Any]) -> None:
    line = lonlat(_line(1_050, -10, 1_050, 110))
    dividing.split(people.clerk, land[0].parcel_id, line, date(2024, 8, 1), "两户分开承包")
    parcels.change(
        people.clerk,
        land[1].parcel_id,
        replace(FORM, actual_use="园地"),
        date(2024, 9, 1),
        "棉田改种香梨",
    )
    browser = signed_in(people.clerk)

    def codes(query: str) -> list[str]:
        return [row["code"] for row in browser.get(f"{LEDGER}/rows?{query}").json()["rows"]]

    before = [v.code for v in land[:4]]
    assert codes("as_of=2024-07-31") == before
    assert codes("as_of=2024-02-01") == []
    assert len(codes("")) == 5
    assert land[0].code not in codes("as_of=2024-08-01")
    assert codes("actual_use=园地&as_of=2024-08-31") == []
    assert codes("actual_use=园地") == [land[1].code]
    total = [browser.get(f"{LEDGER}/rows?as_of={day}").json()["sums"]["area_mu"] for day in
             ("2024-07-31", "2024-09-30")]  # fmt: skip
    assert total[1] == pytest.approx(total[0], abs=0.01)  # pieces are rounded to 0.01 mu each
    assert browser.get(f"{LEDGER}/rows?as_of=昨天").status_code == 422
    assert browser.get("/api/ledgers/holdings.holders/rows?as_of=2024-07-31").status_code == 422


def test_the_file_holds_the_rows_of_the_list(
    people: People, signed_in: SignedIn, land: list[Any]
) -> None:
    browser = signed_in(people.township_a)
    query = "way=承包&as_of=2024-06-01"
    listed = browser.get(f"{LEDGER}/rows?{query}").json()
    assert listed["total"] == 2
    answer: Any = browser.get(f"{LEDGER}/export.csv?{query}")
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    codes = [cell for row in rows for cell in row if cell in {v.code for v in land}]
    assert codes == [row["code"] for row in listed["rows"]]


def test_contracts_are_listed_with_their_term(
    people: People, signed_in: SignedIn, land: list[Any]
) -> None:
    contract(people.clerk, land[0], land[0].holder)
    contract(
        people.clerk, land[1], land[1].holder, number="HT-2", starts_on=date(2020, 1, 1),
        ends_on=date(2023, 12, 31),
    )  # fmt: skip
    browser = signed_in(people.township_a)
    page = browser.get("/api/ledgers/holdings.contracts/rows").json()
    assert [(r["number"], r["term"]) for r in page["rows"]] == [
        ("HT-2", "over"),
        ("HT-1", "running"),
    ]
    wanted = sum(parcels.area_mu(v) for v in land[:2])
    assert page["sums"]["area_mu"] == float(wanted)
    assert (
        not signed_in(people.township_b).get("/api/ledgers/holdings.contracts/rows").json()["rows"]
    )


def test_tiles_show_the_day_that_is_asked_for(
    people: People, signed_in: SignedIn, land: list[Any]
) -> None:
    from tests.layers.deliveries import tile_of

    lon, lat = land[0].geom.centroid.coords[0]
    z, x, y = tile_of(lon, lat, 15)
    address = f"/api/holdings/tiles/{z}/{x}/{y}.mvt"
    browser = signed_in(people.clerk)
    assert browser.get(address).status_code == 200
    assert browser.get(f"{address}?as_of=2024-02-01").status_code == 204
    assert signed_in(people.township_b).get(address).status_code == 204
