"""Registering wells and canals, whom they serve, and the meters on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import below, require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import Holder, Parcel, ParcelVersion, Serving, WaterSource
from liangtian.programmes.holdings.parcels import area_mu

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Kind = WaterSource.Kind
SHAPES = {Kind.WELL.value: ("Point",), Kind.CANAL.value: ("LineString", "MultiLineString")}
_OF_A_WELL = ("permit", "permit_until", "depth_m", "pump_m3h")


@dataclass(frozen=True)
class SourceForm:
    """What is entered of a well or a canal; a village or township says where it lies."""

    kind: str
    code: str
    name: str
    region: str
    holder_id: int | None = None
    level: str = ""
    parent_id: int | None = None
    permit: str = ""
    permit_until: date | None = None
    depth_m: Decimal | None = None
    pump_m3h: Decimal | None = None
    closed_on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Served:
    """A parcel and how much of it, in mu, is watered from the source."""

    parcel_id: int
    area_mu: Decimal


def save_source(
    user: User, form: SourceForm, geom: BaseGeometry | None, source_id: int | None = None
) -> WaterSource:
    """Enter a well or a canal, or change one; without a figure the one it has stays.

    Raises Forbidden, NotFound outside the scope, Refused for entries, Conflict for a code that is taken.
    """
    require(user, "holdings.view", "water.edit")
    _check(form, geom)
    with transaction.atomic():
        region = Region.objects.current().within(user.region_id or "-").filter(code=form.region)
        place = region.first()
        if place is None or place.level not in ("village", "township"):
            raise NotFound("没有找到该村或乡镇，或不在您的管辖范围内。")
        if source_id is None:
            row = WaterSource(kind=form.kind, county_id=county_of(place.code), entered_by=user)
        else:
            row = WaterSource.objects.select_for_update().fetch_for(user, pk=source_id)
            if row.kind != form.kind:
                raise Refused("水源类别不能改变，请另行登记。", fields={"kind": "不能改变"})
        before = told(row) if source_id else {}
        _related(user, form, row)
        for name, value in asdict(form).items():
            if name not in ("kind", "region"):
                setattr(row, name, value.strip() if isinstance(value, str) else value)
        row.region = place
        if geom is not None:
            row.geom = geom
        _kept(row)
        record(user, "holdings.water.source", row, before=before, after=told(row))
    return row


def serve(user: User, source_id: int, parcels: Sequence[Served], on: date) -> list[Serving]:
    """Which parcels a source waters from a day on, in place of what it watered before.

    Raises Forbidden, NotFound, Conflict for a parcel that is gone, Refused for a day to come or for more
    than a parcel's area over all its sources.
    """
    require(user, "holdings.view", "water.edit")
    if on > timezone.localdate():
        raise Refused("供水关系没有登记：起始日期晚于今天。", fields={"on": "晚于今天"})
    if len({one.parcel_id for one in parcels}) < len(parcels):
        raise Refused("同一地块只能列一次。", fields={"parcels": "地块重复"})
    with transaction.atomic():
        source = WaterSource.objects.select_for_update().fetch_for(user, pk=source_id)
        mine = below(user.region_id or "-", "parcel__region__code")  # another township's stay
        now = {s.parcel_id: s for s in source.servings.filter(mine, valid_to=None)}
        wanted = {one.parcel_id: one.area_mu for one in parcels}
        for parcel_id, mu in wanted.items():
            _fits(user, source, parcel_id, mu)
        same = {k for k, s in now.items() if wanted.get(k) == s.area_mu}
        for parcel_id in now.keys() - same:
            _end(now[parcel_id], on)
        made: list[Serving] = Serving.objects.bulk_create(
            Serving(source=source, parcel_id=k, area_mu=mu, valid_from=on)
            for k, mu in wanted.items() if k not in same
        )  # fmt: skip
        record(
            user, "holdings.water.serve", source,
            before={str(k): str(s.area_mu) for k, s in now.items()},
            after={str(k): str(mu) for k, mu in wanted.items()}, note=str(on),
        )  # fmt: skip
    return made


def told(row: WaterSource) -> dict[str, Any]:
    """A source for the audit trail."""
    names = [f.attname for f in row._meta.concrete_fields if f.name not in ("geom", "id")]
    return {n: getattr(row, n) for n in names if n not in ("entered_at", "entered_by_id")}


def _check(form: SourceForm, geom: BaseGeometry | None) -> None:
    wrong: dict[str, str] = {}
    if form.kind not in Kind.values:
        raise Refused("请选择机电井或渠道。", fields={"kind": "请选择"})
    wrong |= {name: "必填" for name in ("code", "name") if not getattr(form, name).strip()}
    well = form.kind == Kind.WELL
    if well and (form.level or form.parent_id):
        wrong["level"] = "机电井没有渠系级别和上级渠道"
    if not well:
        if form.level not in WaterSource.Level.values:
            wrong["level"] = "请选择干、支、斗、农渠"
        wrong |= {n: "仅机电井填写" for n in _OF_A_WELL if getattr(form, n)}
    for name in ("depth_m", "pump_m3h"):
        value = getattr(form, name)
        if value is not None and value <= 0:
            wrong[name] = "应大于零"
    if geom is not None and (geom.is_empty or geom.geom_type not in SHAPES[form.kind]):
        wrong["geometry"] = "机电井应为一个点" if well else "渠道应为一条线"
    if wrong:
        raise Refused("水源设施没有登记，请改正标出的各项。", fields=wrong)


def _related(user: User, form: SourceForm, row: WaterSource) -> None:
    if form.holder_id is not None:
        Holder.objects.filter(merged_into=None).fetch_for(user, pk=form.holder_id)
    if form.parent_id is not None:
        parent = WaterSource.objects.filter(kind=Kind.CANAL).fetch_for(user, pk=form.parent_id)
        order = WaterSource.Level.values
        if order.index(parent.level) >= order.index(form.level) or parent.pk == row.pk:
            raise Refused("上级渠道应比本渠道高一级。", fields={"parent_id": "级别不高于本渠道"})


def _kept(row: WaterSource) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(
            f"{row.get_kind_display()}编号 {row.code} 已被使用，请换一个编号。"
        ) from error


def _fits(user: User, source: WaterSource, parcel_id: int, mu: Decimal) -> None:
    parcel = Parcel.objects.select_for_update().fetch_for(user, pk=parcel_id)
    now = ParcelVersion.objects.filter(parcel=parcel, valid_to=None).first()
    if now is None:
        raise Conflict(f"地块 {parcel.code} 已分割或合并，请选择其现有地块。")
    others = Serving.objects.filter(parcel=parcel, valid_to=None).exclude(source=source)
    total = mu + sum((s.area_mu for s in others), Decimal(0))
    if mu <= 0 or total > area_mu(now):
        raise Refused(
            f"地块 {parcel.code} 各水源的灌溉面积合计 {total} 亩，大于地块面积 {area_mu(now)} 亩（或不大于零）。",
            fields={"parcels": f"{parcel.code}：合计应不超过 {area_mu(now)} 亩"},
        )


def _end(serving: Serving, on: date) -> None:
    if serving.valid_from >= on:
        serving.delete()  # begun on the same day: it never held
        return
    serving.valid_to = on
    serving.save(update_fields=["valid_to"])
