"""Land across township borders and XPCC land: who sees what, and what no total counts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from liangtian.platform.errors import NotFound, Refused
from liangtian.programmes.holdings import contracts, parcels
from liangtian.programmes.holdings.dossier.gathering import gathered
from liangtian.programmes.holdings.models import Contract, Parcel, Serving
from liangtian.programmes.holdings.pages import holder_out, parcel_out
from liangtian.programmes.holdings.water.pages import source_out
from tests.conftest import SIDE, People, SignedIn
from tests.holdings.land import ground, parcel, person
from tests.holdings.waterworks import serve, well

JUNE = date(2024, 6, 1)
EAST = SIDE + 1_000


def over_both(people: People, holder: Any) -> tuple[Any, Any, Contract]:
    """A parcel of each township, and one contract over both."""
    west, east = parcel(people.clerk, 1_000, 1_000), parcel(people.clerk, EAST, 1_000)
    lines = [contracts.LineForm(v.parcel_id, parcels.area_mu(v)) for v in (west, east)]
    form = contracts.ContractForm(
        kind="lease", number="HT-两镇", grantor="青禾县国资公司", holder_id=holder.pk,
        starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31), price_kind="per_mu",
        price_yuan=Decimal(100), lines=lines,
    )  # fmt: skip
    return west, east, contracts.register_contract(people.clerk, form)


def test_a_contract_over_two_townships_shows_each_its_own_parcels(
    people: People, signed_in: SignedIn
) -> None:
    west, east, made = over_both(people, person(people.clerk))
    for user, mine, other in (
        (people.township_a, west, east), (people.township_b, east, west),
    ):  # fmt: skip
        (told,) = parcel_out(user, Parcel.objects.get(pk=mine.parcel_id))["contracts"]
        assert (told["parcels"], told["beyond"]) == ([mine.code], 1)
        assert told["area_mu"] == parcels.area_mu(mine)
        page = signed_in(user).get("/api/ledgers/holdings.contracts/rows").json()
        assert [(r["parcels"], r["area_mu"]) for r in page["rows"]] == [
            (1, float(parcels.area_mu(mine)))
        ]
        assert other.code not in str(page)
        with pytest.raises(Refused, match="辖区外的地块"):
            contracts.end_contract(user, made.pk, JUNE, "双方协商提前终止")
    whole = parcel_out(people.clerk, Parcel.objects.get(pk=west.parcel_id))["contracts"][0]
    assert (len(whole["parcels"]), whole["beyond"]) == (2, 0)
    contracts.end_contract(people.clerk, made.pk, JUNE, "双方协商提前终止")


def test_a_holders_file_tells_a_township_of_its_own_land_only(people: People) -> None:
    holder = person(people.clerk)
    west, east, _ = over_both(people, holder)
    (held,) = gathered(people.township_a, [holder])
    assert [x.parcel.code for x in held.contracts[0].lines.all()] == [west.code]
    assert east.code not in str(holder_out(people.township_a, holder))


def test_a_parcel_goes_to_the_other_township_with_its_whole_past(people: People) -> None:
    land = parcel(people.clerk, SIDE - 150, 1_000)
    parcels.redraw(people.clerk, land.parcel_id, ground(SIDE - 30, 1_000), JUNE, "界线复核后更正")
    moved = Parcel.objects.get(pk=land.parcel_id)
    assert moved.region_id == "990121101201"
    assert len(parcel_out(people.township_b, moved)["states"]) == 2
    with pytest.raises(NotFound):
        Parcel.objects.fetch_for(people.township_a, pk=moved.pk)


def test_nobody_draws_a_parcel_over_into_anothers_township(people: People) -> None:
    with pytest.raises(NotFound, match="不在您的管辖范围"):
        parcel(people.township_a, SIDE - 30, 1_000)  # 70 of 100 m lie in the other township
    land = parcel(people.township_a, SIDE - 150, 1_000)
    with pytest.raises(NotFound):
        parcels.redraw(
            people.township_a, land.parcel_id, ground(SIDE - 30, 1_000), JUNE, "界线复核后更正"
        )
    edge = parcel(people.township_a, SIDE - 60, 2_000)  # the larger part is its own
    assert edge.region_id == "990121100201"


def test_a_well_for_two_townships_keeps_the_parcels_of_each(people: People) -> None:
    west, east = parcel(people.clerk, 1_000, 1_000), parcel(people.clerk, EAST, 1_000)
    pump = well(people.clerk, "J001", at=(1_010, 1_010))
    serve(people.clerk, pump, (west, "5.00"), (east, "6.00"))
    shown = source_out(people.township_a, pump)["servings"]
    assert [s["code"] for s in shown] == [west.code]
    serve(people.township_a, pump, (west, "7.00"), on=JUNE)
    now = Serving.objects.filter(valid_to=None).values_list("parcel", "area_mu")
    assert dict(now) == {west.parcel_id: Decimal(7), east.parcel_id: Decimal(6)}


def test_xpcc_land_counts_in_no_sum_of_contracts_or_of_watered_land(
    people: People, signed_in: SignedIn
) -> None:
    own, corps = parcel(people.clerk, 1_000, 1_000), parcel(people.clerk, 1_200, 1_000, corps=True)
    lines = [contracts.LineForm(v.parcel_id, parcels.area_mu(v)) for v in (own, corps)]
    form = contracts.ContractForm(
        kind="lease", number="HT-1", grantor="青禾县国资公司", holder_id=person(people.clerk).pk,
        starts_on=date(2024, 1, 1), ends_on=date(2028, 12, 31), price_kind="free", lines=lines,
    )  # fmt: skip
    contracts.register_contract(people.clerk, form)
    pump = well(people.clerk, "J001", at=(1_010, 1_010))
    serve(people.clerk, pump, (own, "5.00"), (corps, "6.00"))
    browser = signed_in(people.clerk)
    page = browser.get("/api/ledgers/holdings.contracts/rows").json()
    assert page["sums"]["area_mu"] == float(parcels.area_mu(own))
    page = browser.get("/api/ledgers/holdings.water_sources/rows").json()
    assert page["sums"]["area_mu"] == 5.0
    (found,) = browser.get("/api/ledgers/holdings.corps/rows").json()["rows"]
    assert found["code"] == corps.code
