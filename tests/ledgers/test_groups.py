"""Groups add up to the ledger, and each leads to exactly its rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.conftest import People, SignedIn

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/enforcement.patches"
SUMMED = ("area_mu", "farmland_mu", "pbf_mu")


def money(value: Any) -> Decimal:
    return Decimal(str(value))


@pytest.mark.parametrize(
    "by",
    ["region:province", "region:county", "region:township", "region:village", "judgement", "stage",
     "overridden", "township_name", "period_after:month", "judged_at:year",
     "region:township,judgement", "monitoring_type,period_after:month"],
)  # fmt: skip
def test_groups_add_up_and_lead_to_their_rows(
    patches: list[Any], people: People, signed_in: SignedIn, by: str
) -> None:
    client = signed_in(people.clerk)
    whole = client.get(f"{LEDGER}/groups", {"by": by}).json()
    listed = client.get(f"{LEDGER}/rows").json()
    assert whole["count"] == listed["total"] == sum(g["count"] for g in whole["groups"])
    for name in SUMMED:
        assert sum(money(g["sums"][name]) for g in whole["groups"]) == money(listed["sums"][name])
    assert len({tuple(g["keys"]) for g in whole["groups"]}) == len(whole["groups"])
    for group in whole["groups"]:
        rows = client.get(f"{LEDGER}/rows", group["narrow"]).json()
        assert (rows["total"], rows["sums"]) == (group["count"], group["sums"]), group


def test_a_row_of_the_township_itself_stands_beside_its_villages(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    found = signed_in(people.clerk).get(f"{LEDGER}/groups?by=region:village").json()
    assert [(g["labels"], g["count"]) for g in found["groups"]] == [
        (["柳塘镇（本级）"], 20), (["柳塘村"], 20), (["石桥村"], 20),
    ]  # fmt: skip


def test_a_township_groups_only_its_own(
    patches: list[Any], people: People, signed_in: SignedIn
) -> None:
    found = signed_in(people.township_b).get(f"{LEDGER}/groups?by=region:county").json()
    assert (found["count"], len(found["groups"])) == (20, 1)


@pytest.mark.parametrize("by", ["", "number", "region:planet", "judged_at", "stage,stage", "a,b,c"])
def test_what_cannot_be_grouped_is_refused(people: People, signed_in: SignedIn, by: str) -> None:
    assert signed_in(people.clerk).get(f"{LEDGER}/groups", {"by": by}).status_code == 422
