"""Contracts: no two on one parcel at a time, none larger than the parcel, a transfer within what it rests on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.programmes.holdings import contracts
from liangtian.programmes.holdings.models import Contract, ContractLine
from liangtian.programmes.holdings.parcels import area_mu
from tests.conftest import People
from tests.holdings.land import contract, parcel, person


def test_terms_that_overlap_on_a_parcel_are_refused(people: People) -> None:
    holder, land = person(people.clerk), parcel(people.clerk, 1_000, 0)
    contract(people.clerk, land, holder)
    days = {"starts_on": date(2028, 12, 31), "ends_on": date(2030, 12, 31)}
    with pytest.raises(Conflict, match=r"2024-01-01 至 2028-12-31 已有合同 HT-1.*重叠"):
        contract(people.clerk, land, holder, number="HT-2", **days)
    days["starts_on"] = date(2029, 1, 1)
    renewed = contract(
        people.clerk, land, holder, number="HT-2", renews_id=Contract.objects.get().pk, **days
    )
    line = renewed.lines.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractLine.objects.filter(pk=line.pk).update(starts_on=date(2028, 1, 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractLine.objects.create(
            contract=renewed, parcel=land.parcel, area_mu=1, starts_on=date(2025, 1, 1),
            ends_on=date(2025, 2, 1),
        )  # fmt: skip


def test_an_area_above_the_parcels_is_refused(people: People) -> None:
    holder, land = person(people.clerk), parcel(people.clerk, 1_000, 0)
    over = area_mu(land) + Decimal("0.01")
    with pytest.raises(Refused, match="大于地块"):
        contract(people.clerk, land, holder, area_mu=over)
    made = contract(people.clerk, land, holder, area_mu=area_mu(land))
    with pytest.raises(IntegrityError), transaction.atomic():
        ContractLine.objects.create(
            contract=made, parcel=land.parcel, area_mu=over + 1, starts_on=date(2031, 1, 1),
            ends_on=date(2031, 2, 1),
        )  # fmt: skip


def test_a_transfer_stays_within_the_contract_it_rests_on(people: People) -> None:
    holder, farmer = person(people.clerk), person(people.clerk, "赵假设", 2)
    land = parcel(people.clerk, 1_000, 0, holder_id=holder.pk)
    base = contract(people.clerk, land, holder, area_mu=Decimal("12.00"))
    given = {"kind": "transfer", "number": "LZ-1", "under_id": base.pk, "grantor": ""}
    term = {"starts_on": date(2024, 5, 1), "ends_on": date(2026, 4, 30)}
    with pytest.raises(Refused, match="超出了合同 HT-1"):
        contract(people.clerk, land, farmer, area_mu=Decimal("12.01"), **given, **term)
    late = {**term, "ends_on": date(2029, 1, 1)}
    with pytest.raises(Refused, match="超出了合同 HT-1"):
        contract(people.clerk, land, farmer, area_mu=Decimal("12.00"), **given, **late)
    made = contract(people.clerk, land, farmer, area_mu=Decimal("12.00"), **given, **term)
    with pytest.raises(Conflict, match="先终止流转合同"):
        contracts.end_contract(people.clerk, base.pk, date(2025, 1, 1), "承包人进城落户")
    contracts.end_contract(people.clerk, made.pk, date(2024, 12, 31), "双方协商一致终止")
    contracts.end_contract(people.clerk, base.pk, date(2025, 1, 1), "承包人进城落户")
    days = {"starts_on": date(2025, 1, 2), "ends_on": date(2030, 12, 31)}
    contract(people.clerk, land, farmer, number="HT-9", **days)


def test_what_was_agreed_stays_as_it_was_written(people: People) -> None:
    holder, land = person(people.clerk), parcel(people.clerk, 1_000, 0)
    made = contract(people.clerk, land, holder)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contract.objects.filter(pk=made.pk).update(price_yuan=1)
    with pytest.raises(NotFound):
        contracts.end_contract(people.township_b, made.pk, date(2025, 1, 1), "不是本镇的合同")
    with pytest.raises(Refused) as wrong:
        contract(people.clerk, land, holder, number=" ", price_kind="free", kind="transfer")
    assert {"number", "price_yuan", "under_id"} <= set(wrong.value.fields)
