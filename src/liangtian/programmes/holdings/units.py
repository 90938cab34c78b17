"""Survey units (调查单位)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import SurveyUnit

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

TOWNSHIP_DIGITS = 9


def units_for(user: User) -> list[SurveyUnit]:
    """The units a user may enter parcels under: of the townships in scope, and the county's companies."""
    require(user, "holdings.view")
    code = user.region_id or "-"
    townships = SurveyUnit.objects.visible_to(user).filter(kind=SurveyUnit.Kind.TOWNSHIP)
    companies = SurveyUnit.objects.filter(kind=SurveyUnit.Kind.COMPANY, region=code[:6])
    return [*townships, *companies]


def save_company(user: User, name: str, unit_id: int | None = None) -> SurveyUnit:
    """Enter a state-owned farm company as a unit of the county, or rename one.

    Raises Forbidden, NotFound, Refused without a name, Conflict for one that is taken.
    """
    require(user, "holdings.view", "holdings.manage")
    clean = name.strip()
    if not clean:
        raise Refused("请填写单位名称。", fields={"name": "必填"})
    with transaction.atomic():
        if unit_id is None:
            county = Region.objects.get(code=county_of(user.region_id or ""))
            row = SurveyUnit(region=county, kind=SurveyUnit.Kind.COMPANY)
        else:
            row = SurveyUnit.objects.fetch_for(user, pk=unit_id)
        before = row.name
        row.name = clean
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise Conflict(f"已有名为“{clean}”的调查单位。") from error
        record(user, "holdings.unit.save", row, before={"name": before}, after={"name": clean})
    return row


def unit_of(region: Region) -> SurveyUnit:
    """The unit of the township a village lies in; made when its first parcel comes."""
    township = Region.objects.get(code=region.code[:TOWNSHIP_DIGITS])
    unit, _ = SurveyUnit.objects.get_or_create(
        region=township, kind=SurveyUnit.Kind.TOWNSHIP, defaults={"name": township.name}
    )
    return unit


def chosen(region: Region, unit_id: int | None) -> SurveyUnit:
    """The unit asked for, of the parcel's own township or a company of its county. NotFound for another."""
    own = unit_of(region)
    if unit_id is None or unit_id == own.pk:
        return own
    found: SurveyUnit | None = SurveyUnit.objects.filter(
        pk=unit_id, kind=SurveyUnit.Kind.COMPANY, region=county_of(region.code)
    ).first()
    if found is None:
        raise NotFound("没有找到该调查单位，或不属于地块所在的乡镇、县（市）。")
    return found
