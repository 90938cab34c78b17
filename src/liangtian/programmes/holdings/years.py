"""Freezing a year as base (年度底册)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.ledgers.declaration import MuCents
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import BaseYear, ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def base_years(user: User) -> list[BaseYear]:
    """The frozen years of the user's county, newest first."""
    require(user, "holdings.view")
    return list(BaseYear.objects.within((user.region_id or "-")[:COUNTY_DIGITS]))


def freeze_year(user: User, year: int, as_of: date, note: str = "") -> BaseYear:
    """Freeze the register of the user's county as of a day as the base of a year.

    Afterwards no change can be dated on that day or before. Raises Forbidden, Refused for a day to come or
    one before the last frozen one, Conflict for a year that is frozen.
    """
    require(user, "holdings.view", "holdings.manage")
    with transaction.atomic():
        county = Region.objects.select_for_update().get(code=county_of(user.region_id or ""))
        years = BaseYear.objects.filter(region=county)
        if years.filter(year=year).exists():
            raise Conflict(f"{year} 年度底册已经冻结。")
        last = years.aggregate(day=Max("as_of"))["day"]
        if as_of > timezone.localdate() or (last and as_of <= last):
            said = f"应晚于已冻结的 {last}" if last and as_of <= last else "晚于今天"
            raise Refused(f"年度底册没有冻结：基准日{said}。", fields={"as_of": said})
        parcels, area = figures(county.code, as_of, corps=False)
        corps_parcels, corps_area = figures(county.code, as_of, corps=True)
        row = BaseYear.objects.create(
            region=county, year=year, as_of=as_of, parcels=parcels, area_m2=area,
            corps_parcels=corps_parcels, corps_m2=corps_area, note=note.strip(), frozen_by=user,
        )  # fmt: skip
        record(user, "holdings.year.freeze", row, region=county, after={
            "as_of": as_of, "parcels": parcels, "area_m2": area,
        })  # fmt: skip
    return row


def printed_mu(code: str, day: date, *, corps: bool) -> Decimal:
    """The area in mu as the ledger of that day prints it: the sum of its rows."""
    rows = ParcelVersion.objects.within(code).at(day).filter(corps=corps).order_by()
    return Decimal(rows.aggregate(n=Sum(MuCents("area_m2")))["n"] or 0) / 100


def figures(code: str, day: date, *, corps: bool) -> tuple[int, Decimal]:
    """Number and area in m² of the parcels of a region as of a day, XPCC land or all other."""
    rows = ParcelVersion.objects.within(code).at(day).filter(corps=corps).order_by()
    found = rows.aggregate(n=Count("pk"), m2=Sum("area_m2"))
    return found["n"], found["m2"] or Decimal(0)
