"""The register of holdings of the sample county: two townships surveyed, some land of a farm company and of XPCC.

Parcels are the farmland figures of the survey layer, entered by the services a clerk's screens call, as of days
of two years, so that the county can be read as it was.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from random import Random

from django.db import transaction
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from liangtian.platform.errors import Refused
from liangtian.platform.layers.models import Feature, Layer, LayerVersion
from liangtian.platform.people.models import User
from liangtian.platform.regions.models import Region
from liangtian.policy.credit_code import check_character
from liangtian.programmes.holdings import (
    classing,
    contracts,
    crops,
    dividing,
    holders,
    parcels,
    units,
    years,
)
from liangtian.programmes.holdings.codes import NO_PAPER
from liangtian.programmes.holdings.models import Contract, Holder, ParcelVersion, SurveyUnit

OF_A_TOWNSHIP = 70  # parcels
TOWNSHIPS = 2
CORPS_EVERY, COMPANY_EVERY, BARE_EVERY, STATE_EVERY = 14, 9, 11, 4  # parcels in turn
SURVEYED, FROZEN, CHANGED = date(2024, 3, 20), date(2024, 12, 31), date(2025, 4, 10)
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何"
_GIVEN = ("拟耕", "假田", "样亩", "示禾", "虚谷", "例麦", "代棉", "备粟")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_COMPANY, _UNIT = "青禾县示例种植有限公司", "青禾县示例农业发展有限责任公司"
FORM = parcels.ParcelForm(
    "collective", "承包", "承包协议", "耕地", irrigation="地表水", land_kind="二轮承包地"
)


class Register:
    """What is entered, and by whom."""

    def __init__(self, clerk: User) -> None:
        self.clerk, self.random, self.serial = clerk, Random(20240320), 0

    def fill(self) -> None:
        """All of it at once, or nothing."""
        with transaction.atomic():
            unit = units.save_company(self.clerk, _UNIT)
            made = [version for town in self._townships() for version in self._survey(town, unit)]
            self._sow(made)
            years.freeze_year(self.clerk, FROZEN.year, FROZEN, "2024年清查成果")
            self._live_on(made)

    def _townships(self) -> list[Region]:
        county = self.clerk.region_id or ""
        rows = Region.objects.current().within(county).filter(level="township").order_by("code")
        return list(rows[:TOWNSHIPS])

    def _survey(self, town: Region, unit: SurveyUnit) -> list[ParcelVersion]:
        """The township's farmland, parcel by parcel; a figure that a neighbour overlaps is left out."""
        layer = LayerVersion.objects.filter(
            layer=Layer.objects.get(code="dltb"), status="published"
        ).order_by("valid_from")[0]
        figures = Feature.objects.filter(version=layer, category__startswith="01")
        inside = (
            figures.filter(geom__bbox=town.geom.bounds)
            .order_by("row")
            .values_list("geom", flat=True)
        )
        made: list[ParcelVersion] = []
        for geom in inside.iterator():
            if len(made) == OF_A_TOWNSHIP:
                break
            if not town.geom.contains(geom.representative_point()):
                continue
            try:
                with transaction.atomic():
                    made.append(self._parcel(geom, len(made), unit))
            except Refused:
                continue
        return made

    def _parcel(self, geom: BaseGeometry, number: int, unit: SurveyUnit) -> ParcelVersion:
        form = replace(FORM, reclaimed_year=1985 + self.random.randrange(30))
        if number % CORPS_EVERY == CORPS_EVERY - 1:
            form = replace(form, corps=True, ownership="state", way="划拨", source_paper="国有土地使用证",
                           land_kind="", note="兵团用地，同域同策")  # fmt: skip
            return parcels.register(self.clerk, form, geom, SURVEYED)
        if number % COMPANY_EVERY == COMPANY_EVERY - 1:
            form = replace(form, ownership="state", way="租赁", source_paper="租赁合同", land_kind="",
                           irrigation="井渠结合", unit_id=unit.pk)  # fmt: skip
        elif number % BARE_EVERY == BARE_EVERY - 1:
            form = replace(
                form, way="无手续占用", source_paper=NO_PAPER, land_kind="荒地", irrigation="地下水"
            )
        elif number % STATE_EVERY == STATE_EVERY - 1:
            form = replace(
                form, ownership="state", way="租赁", source_paper="租赁合同", land_kind=""
            )
        version = parcels.register(self.clerk, form, geom, SURVEYED)
        holder = self._holder(version)
        parcels.change(self.clerk, version.parcel_id, replace(form, holder_id=holder.pk), SURVEYED,
                       "清查登记权利人")  # fmt: skip
        if form.way in ("承包", "租赁"):
            self._contract(version, holder, form.way)
        return version

    def _holder(self, version: ParcelVersion) -> Holder:
        """Two parcels of three are a new household's, the third is one's own already known."""
        known = Holder.objects.filter(region=version.region).order_by("pk")
        if version.unit.kind == SurveyUnit.Kind.COMPANY:
            return self._company()
        if self.serial % 3 == 2 and known:
            self.serial += 1
            return known[self.random.randrange(len(known))]  # type: ignore[no-any-return]
        self.serial += 1
        name = _SURNAMES[self.serial % len(_SURNAMES)] + _GIVEN[self.serial // 3 % len(_GIVEN)]
        form = holders.HolderForm("person", name, version.region_id, "id_card",
                                  _id_number(self.serial), "13800000000")  # fmt: skip
        return holders.save_holder(self.clerk, form, namesake=True)

    def _company(self) -> Holder:
        found = Holder.objects.filter(name=_COMPANY).first()
        code = "91990121MA0000001"
        form = holders.HolderForm("company", _COMPANY, (self.clerk.region_id or "")[:6],
                                  "credit_code", code + check_character(code))  # fmt: skip
        return found or holders.save_holder(self.clerk, form)

    def _contract(self, version: ParcelVersion, holder: Holder, way: str) -> None:
        household, own = way == "承包", holder.kind == Holder.Kind.COMPANY
        number = f"{'CB' if household else 'ZL'}-2024-{version.code[-5:]}-{version.region_id[6:9]}"
        contracts.register_contract(self.clerk, contracts.ContractForm(
            kind="household" if household else "lease", number=number,
            grantor=_committee(version.region.name) if household else "青禾县自然资源局",
            holder_id=holder.pk, starts_on=date(1998, 1, 1) if household else date(2021, 7, 1),
            ends_on=date(2027, 12, 31) if household else date(2031, 6, 30),
            price_kind="free" if household else "per_mu" if own else "tariff",
            price_yuan=Decimal("100.00") if own and not household else None,
            lines=[contracts.LineForm(version.parcel_id, parcels.area_mu(version))],
        ))  # fmt: skip

    def _sow(self, made: list[ParcelVersion]) -> None:
        for number, version in enumerate(made):
            crop = ("棉花", "小麦", "玉米")[number % 3]
            sown = [crops.Sown(crop, parcels.area_mu(version))]
            crops.save_crops(self.clerk, version.parcel_id, FROZEN.year, "春播", sown)

    def _live_on(self, made: list[ParcelVersion]) -> None:
        """What became different after the year was frozen: one parcel divided, another planted with pears."""
        own = [v for v in made if v.way == "承包" and not v.corps]
        west, south, east, north = own[0].geom.bounds
        middle = (west + east) / 2
        line = LineString([(middle, south - 0.001), (middle, north + 0.001)])
        dividing.split(self.clerk, own[0].parcel_id, line, CHANGED, "兄弟两户分开承包")
        now = ParcelVersion.objects.get(parcel=own[1].parcel_id, valid_to=None)
        form = replace(
            FORM, actual_use="园地", holder_id=now.holder_id, reclaimed_year=now.reclaimed_year
        )
        parcels.change(self.clerk, now.parcel_id, form, CHANGED, "棉田改种香梨")


def load_register(clerk: User) -> None:
    """Fill the register of the clerk's county, once."""
    if not Contract.objects.exists() and not ParcelVersion.objects.exists():
        Register(clerk).fill()
        classing.order(clerk)


def _committee(place: str) -> str:
    return f"{place}民委员会" if place.endswith("村") else f"{place}居民委员会"


def _id_number(serial: int) -> str:
    first = f"990121197{serial % 10}0101{serial % 1000:03d}"
    total = sum(int(d) * w for d, w in zip(first, _WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]
