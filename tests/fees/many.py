"""State land by the thousand, past the services: each parcel with a holder, a lease at the tariff and a grade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

PARCELS = 1_200
YEARS = (2023, 2024)
MU = Decimal("15.00")
_RATES = {2023: 9_000, 2024: 10_000}  # fen per mu
YEARLY = {year: int(MU) * rate for year, rate in _RATES.items()}  # fen per parcel
_SINCE, _UNTIL = date(2010, 1, 1), date(2040, 12, 31)


def let(clerk: Any, parcels: int = PARCELS) -> None:
    """Parcels in the clerk's county, let and graded, with tariffs of two years."""
    from liangtian.platform.regions.models import Region
    from liangtian.programmes.holdings.models import (
        Contract,
        ContractLine,
        Holder,
        Parcel,
        ParcelGrade,
    )

    county = clerk.region
    place = Region.objects.filter(parent=county).order_by("pk")[0]
    here = {"region": place, "county": county}
    holders = Holder.objects.bulk_create(
        [Holder(**here, kind="person", name=f"户{n}", entered_by=clerk) for n in range(parcels)],
        500,
    )
    land = Parcel.objects.bulk_create(
        [Parcel(**here, code=f"{place.pk}20100{n:05}") for n in range(parcels)], 500
    )
    _registered(clerk, place, land, holders)
    contracts = Contract.objects.bulk_create(
        [
            Contract(**here, kind="lease", number=p.code, grantor="青禾县自然资源局", holder=h,
                     starts_on=_SINCE, ends_on=_UNTIL, price_kind="tariff", entered_by=clerk)
            for p, h in zip(land, holders, strict=True)
        ],
        500,
    )  # fmt: skip
    ContractLine.objects.bulk_create(
        [
            ContractLine(contract=c, parcel=p, area_mu=MU, starts_on=_SINCE, ends_on=_UNTIL)
            for p, c in zip(land, contracts, strict=True)
        ],
        500,
    )
    ParcelGrade.objects.bulk_create(
        [ParcelGrade(parcel=p, grade="二级", from_year=2010, basis="示例", entered_by=clerk) for p in land],
        500,
    )  # fmt: skip
    _tariffs(clerk)


def _registered(clerk: Any, place: Any, land: list[Any], holders: list[Any]) -> None:
    from shapely import box

    from liangtian.programmes.holdings.models import ParcelVersion, SurveyUnit

    unit = SurveyUnit.objects.create(region=place, kind="township", name=place.name)
    ParcelVersion.objects.bulk_create(
        [
            ParcelVersion(
                parcel=p, code=p.code, region=place, valid_from=_SINCE, unit=unit, holder=h,
                geom=box(111, 34, 111.001, 34.001), area_m2=Decimal("10000.00"), ownership="state",
                way="租赁", source_paper="租赁合同", actual_use="耕地", change="register", changed_by=clerk,
            )
            for p, h in zip(land, holders, strict=True)
        ],
        500,
    )  # fmt: skip


def _tariffs(clerk: Any) -> None:
    from django.utils import timezone

    from liangtian.platform.people.models import User
    from liangtian.programmes.holdings.models import RentTariff, TariffRate

    other = User.objects.exclude(pk=clerk.pk).order_by("pk")[0]
    for year, rate in _RATES.items():
        row = RentTariff.objects.create(
            region=clerk.region,
            first_year=year,
            document="通知",
            number=f"〔{year}〕1号",
            entered_by=clerk,
        )
        TariffRate.objects.create(tariff=row, grade="二级", use="耕地", rate=rate)
        row.state, row.decided_by, row.decided_at = "approved", other, timezone.now()
        row.save()
