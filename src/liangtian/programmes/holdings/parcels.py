"""Registering a parcel and changing it: attributes, who holds it, its boundary."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from liangtian.geo.area import to_mu
from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.codes import NO_PAPER, not_listed
from liangtian.programmes.holdings.ground import county_of, refuse_overlap, region_of, sound
from liangtian.programmes.holdings.models import Holder, Parcel, ParcelVersion
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR
from liangtian.programmes.holdings.states import (
    Step,
    begin,
    follow,
    lock_parcel,
    new_parcel,
    next_codes,
    refuse_day,
    state_of,
)
from liangtian.programmes.holdings.units import chosen

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

CHOSEN = ("way", "source_paper", "land_kind", "actual_use", "irrigation")
_OPTIONAL = ("land_kind", "irrigation")
CODE_LENGTH = 40


@dataclass(frozen=True)
class ParcelForm:
    """What is entered of a parcel beside its figure; the choices come from the policy pack."""

    ownership: str
    way: str
    source_paper: str
    actual_use: str
    unit_id: int | None = None
    corps: bool = False
    holder_id: int | None = None
    cultivator_id: int | None = None
    paper_number: str = ""
    land_kind: str = ""
    irrigation: str = ""
    reclaimed_year: int | None = None
    place_name: str = ""
    note: str = ""


def register(
    user: User, form: ParcelForm, geom: BaseGeometry, on: date, code: str = ""
) -> ParcelVersion:
    """Enter a parcel, from a day on; without a code it gets the next one of its village.

    Raises Forbidden, NotFound outside the scope, Refused for entries, figure, overlap or day, Conflict for
    a code that is taken.
    """
    require(user, "holdings.view", "holdings.edit")
    _check(form, on)
    figure, area = sound(geom)
    with transaction.atomic():
        region = region_of(user, figure)
        county = county_of(region.code)
        refuse_day(on, county)
        refuse_overlap(figure, county, on)
        wanted = _clean_code(code) or next_codes(region, 1)[0]
        parcel = new_parcel(region, wanted)
        values = _values(user, form, parcel) | {"geom": figure, "area_m2": area}
        version = begin(user, parcel, region, Step(on, ParcelVersion.Change.REGISTER), values)
        record(user, "holdings.parcel.register", parcel, after=told(version))
    return version


def change(user: User, parcel_id: int, form: ParcelForm, on: date, reason: str) -> ParcelVersion:
    """Enter what became different on a day; the figure stays.

    Raises Forbidden, NotFound, Conflict for a parcel that is gone, Refused for entries, day or reason.
    """
    require(user, "holdings.view", "holdings.edit")
    _check(form, on)
    said = reason_given(reason, "变更地块")
    with transaction.atomic():
        parcel, now = lock_parcel(user, parcel_id)
        refuse_day(on, parcel.county_id, now)
        values = _values(user, form, parcel)
        before = told(now)
        if all(getattr(now, name) == value for name, value in values.items()):
            raise Refused("没有需要变更的内容，请修改后再提交。")
        whose = {"holder_id", "cultivator_id"}
        differing = {n for n, value in values.items() if getattr(now, n) != value}
        kind = ParcelVersion.Change.HOLDER if differing <= whose else ParcelVersion.Change.EDIT
        version = follow(user, now, Step(on, kind, said), values)
        record(
            user, "holdings.parcel.change", parcel, before=before, after=told(version), note=said
        )
    return version


def redraw(user: User, parcel_id: int, geom: BaseGeometry, on: date, reason: str) -> ParcelVersion:
    """Correct the boundary of a parcel from a day on; everything else stays.

    Raises as `register` and `change` do.
    """
    require(user, "holdings.view", "holdings.edit")
    said = reason_given(reason, "调整界线")
    figure, area = sound(geom)
    with transaction.atomic():
        parcel, now = lock_parcel(user, parcel_id)
        refuse_day(on, parcel.county_id, now)
        refuse_overlap(figure, parcel.county_id, on, without=[parcel.pk])
        region = region_of(user, figure)
        if county_of(region.code) != parcel.county_id:
            raise NotFound
        before = told(now)
        step = Step(on, ParcelVersion.Change.BOUNDARY, said)
        version = follow(user, now, step, {"geom": figure, "area_m2": area}, region)
        if parcel.region_id != region.pk:
            Parcel.objects.filter(pk=parcel.pk).update(region=region)
        record(
            user, "holdings.parcel.boundary", parcel, before=before, after=told(version), note=said
        )
    return version


def told(version: ParcelVersion) -> dict[str, Any]:
    """A state for the audit trail: no figure, holders by their keys."""
    values = state_of(version)
    values.pop("geom")
    return {**values, "valid_from": version.valid_from, "change": version.change}


def _values(user: User, form: ParcelForm, parcel: Parcel) -> dict[str, Any]:
    for key in (form.holder_id, form.cultivator_id):
        if key is not None:
            Holder.objects.filter(merged_into=None).fetch_for(user, pk=key)
    values = {k: v.strip() if isinstance(v, str) else v for k, v in asdict(form).items()}
    unit = chosen(parcel.region, form.unit_id)
    same = values["cultivator_id"] == values["holder_id"]
    return values | {"unit_id": unit.pk, "cultivator_id": None if same else values["cultivator_id"]}


def _check(form: ParcelForm, on: date) -> None:
    wrong: dict[str, str] = {}
    if form.ownership not in ParcelVersion.Ownership.values:
        wrong["ownership"] = "请选择国有或集体"
    for name in CHOSEN:
        value = getattr(form, name)
        if not (name in _OPTIONAL and not value) and (said := not_listed(name, value)):
            wrong[name] = said
    if form.source_paper == NO_PAPER and form.paper_number.strip():
        wrong["paper_number"] = "来源材料为“无”时不应有编号"
    year, latest = form.reclaimed_year, timezone.localdate().year
    if year is not None and not FIRST_YEAR <= year <= latest:
        wrong["reclaimed_year"] = f"应在 {FIRST_YEAR} 至 {latest} 之间"
    if wrong:
        raise Refused("地块没有登记，请改正标出的各项。", fields=wrong)


def _clean_code(code: str) -> str:
    text = code.strip()
    if len(text) > CODE_LENGTH:
        raise Refused(f"地块编码不能超过 {CODE_LENGTH} 个字符。", fields={"code": "过长"})
    return text


def area_mu(version: ParcelVersion) -> Decimal:
    """The area in mu to 0.01, half up."""
    return to_mu(version.area_m2).quantize(Decimal("0.01"), ROUND_HALF_UP)
