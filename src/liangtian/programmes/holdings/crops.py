"""What grows on a parcel, season by season (种植情况)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.codes import not_listed
from liangtian.programmes.holdings.models import Crop
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR
from liangtian.programmes.holdings.parcels import area_mu
from liangtian.programmes.holdings.states import lock_parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Sown:
    """One crop and its area in mu."""

    crop: str
    area_mu: Decimal


def check_season(year: int, season: str) -> None:
    """Refused for a year or a season that cannot be."""
    if said := not_listed("season", season):
        raise Refused("种植情况没有登记，请选择季别。", fields={"season": said})
    if not FIRST_YEAR <= year <= timezone.localdate().year + 1:
        raise Refused("种植情况没有登记，年份不对。", fields={"year": "超出范围"})


def sown_wrong(sown: Sequence[Sown], whole: Decimal) -> str:
    """What is wrong with the crops of a parcel of that many mu; empty when nothing is."""
    for one in sown:
        if said := not_listed("crop", one.crop):
            return f"作物“{one.crop}”{said}"
        if one.area_mu <= 0:
            return f"{one.crop}的面积应大于零"
    if len({one.crop for one in sown}) < len(sown):
        return "同一作物在一季中只能填一行"
    total = sum((one.area_mu for one in sown), Decimal(0))
    return f"种植面积合计 {total} 亩，大于地块面积 {whole} 亩" if total > whole else ""


def save_crops(
    user: User, parcel_id: int, year: int, season: str, sown: Sequence[Sown]
) -> list[Crop]:
    """What grew in a season of a year, in place of what was entered before; nothing: fallow.

    Raises Forbidden, NotFound, Conflict, Refused for entries or more than the parcel's area.
    """
    require(user, "holdings.view", "holdings.edit")
    check_season(year, season)
    with transaction.atomic():
        parcel, now = lock_parcel(user, parcel_id)
        if said := sown_wrong(sown, area_mu(now)):
            raise Refused(f"种植情况没有登记：{said}。请核对后再登记。", fields={"sown": said})
        rows = Crop.objects.filter(parcel=parcel, year=year, season=season)
        before = {r.crop: str(r.area_mu) for r in rows}
        rows.delete()
        made: list[Crop] = Crop.objects.bulk_create(
            Crop(
                parcel=parcel, region=parcel.region, year=year, season=season, crop=one.crop,
                area_mu=one.area_mu, entered_by=user,
            )
            for one in sown
        )  # fmt: skip
        record(
            user, "holdings.crop.save", parcel, before=before,
            after={one.crop: str(one.area_mu) for one in sown}, note=f"{year}年{season}",
        )  # fmt: skip
    return made
