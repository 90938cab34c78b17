"""Registering buildings at the field edge, changing them, and noting that they were pulled down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from shapely.geometry.base import BaseGeometry
from shapely.ops import nearest_points

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.sketches.rules import ELLIPSOID
from liangtian.programmes.holdings.codes import not_listed, overlap_tolerance_m2, pack_in_use
from liangtian.programmes.holdings.ground import shared_m2, sound
from liangtian.programmes.holdings.models import Building, Parcel, ParcelVersion
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR
from liangtian.programmes.holdings.states import lock_parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

SERIAL_DIGITS = 4
_NAMED = 3


@dataclass(frozen=True)
class BuildingForm:
    """What is entered of a building; without a parcel it is of the one it stands on."""

    kind: str
    on: date
    parcel_id: int | None = None
    built_year: int | None = None
    note: str = ""
    code: str = ""


def save_building(
    user: User, form: BuildingForm, geom: BaseGeometry | None, building_id: int | None = None
) -> Building:
    """Enter a building, or change one; without a figure the one it has stays.

    Raises Forbidden, NotFound outside the scope, Refused for entries or figure, Conflict for a code that is
    taken or a building that is gone.
    """
    require(user, "holdings.view", "holdings.edit")
    _check(form)
    with transaction.atomic():
        row = _fetched(user, building_id) if building_id else Building(entered_by=user)
        before = told(row) if building_id else {}
        if geom is not None:
            row.geom, row.area_m2 = sound(geom, "建筑物")
        elif building_id is None:
            raise Refused("请画出或导入建筑物的占地图形。", fields={"geometry": "必填"})
        parcel, now = lock_parcel(user, form.parcel_id or standing_on(user, row.geom))
        refuse_far(row.geom, now)
        refuse_overlap(row, parcel.county_id)
        row.parcel, row.region, row.county_id = parcel, parcel.region, parcel.county_id
        row.kind, row.built_year, row.note = form.kind, form.built_year, form.note.strip()
        row.valid_from = form.on
        row.code = form.code.strip() or row.code or next_code(parcel.region)
        _kept(row)
        record(user, "holdings.building.save", row, before=before, after=told(row))
    return row


def remove_building(user: User, building_id: int, on: date, reason: str) -> Building:
    """Note that a building was pulled down on a day. Raises Forbidden, NotFound, Conflict, Refused."""
    require(user, "holdings.view", "holdings.edit")
    said = reason_given(reason, "登记拆除")
    with transaction.atomic():
        row = _fetched(user, building_id)
        if not row.valid_from <= on <= timezone.localdate():
            raise Refused(
                f"拆除日期应在登记日期 {row.valid_from} 至今天之间。", fields={"on": "日期不对"}
            )
        row.valid_to, row.end_reason = on, said
        row.save(update_fields=["valid_to", "end_reason"])
        record(user, "holdings.building.remove", row, after={"valid_to": on}, note=said)
    return row


def carry_buildings(old: Sequence[Parcel], new: Sequence[ParcelVersion]) -> None:
    """The standing buildings of old parcels go to the new one they stand on, else the nearest."""
    for row in Building.objects.filter(parcel__in=old, valid_to=None):
        best = max(new, key=lambda v: (shared_m2(v.geom, row.geom), -v.geom.distance(row.geom)))
        row.parcel_id, row.region_id = best.parcel_id, best.region_id
        row.save(update_fields=["parcel", "region"])


def standing_on(user: User, geom: BaseGeometry) -> int:
    """The parcel in scope that most of a footprint lies on. Refused for one on no parcel."""
    rows = ParcelVersion.objects.visible_to(user).filter(valid_to=None, geom__bbox=geom.bounds)
    found = [(shared_m2(other, geom), key) for key, other in rows.values_list("parcel_id", "geom")]
    shared, key = max(found, default=(0.0, 0))
    if shared <= 0:
        raise Refused(
            "建筑物没有落在辖区内已登记的地块上，请选择所属地块，或核对位置。",
            fields={"parcel_id": "请选择"},
        )
    return int(key)


def refuse_far(geom: BaseGeometry, now: ParcelVersion) -> None:
    """Refused for a footprint farther from its parcel than the pack allows."""
    most = pack_in_use().value("holdings.building_distance_m", timezone.localdate()).decimal
    here, there = nearest_points(geom, now.geom)
    metres = ELLIPSOID.inv(here.x, here.y, there.x, there.y)[2]
    if metres > most:
        raise Refused(
            f"建筑物距地块 {now.code} 约 {metres:.0f} 米，超过 {most} 米，不像地头建筑物。"
            "请核对位置和所属地块。",
            fields={"parcel_id": f"距离超过 {most} 米"},
        )


def refuse_overlap(row: Building, county: str) -> None:
    """Refused where the footprint lies on another standing building by more than the tolerance."""
    near = Building.objects.filter(county=county, valid_to=None, geom__bbox=row.geom.bounds)
    tolerance = float(overlap_tolerance_m2())
    shared = [
        (code, m2)
        for code, other in near.exclude(pk=row.pk).order_by("code").values_list("code", "geom")
        if (m2 := shared_m2(row.geom, other)) > tolerance
    ]
    if shared:
        named = "、".join(f"{code}（{m2:.2f} 平方米）" for code, m2 in shared[:_NAMED])
        raise Refused(
            f"与已登记的建筑物重叠：{named}。同一建筑物请在原记录上修改。",
            fields={"geometry": f"与 {len(shared)} 处建筑物重叠"},
        )


def next_code(region: Region) -> str:
    """The next free code of a village: F, the village, a serial."""
    prefix = f"F{region.code}"
    rows = Building.objects.filter(code__startswith=prefix, county=region.code[:6])
    last = rows.aggregate(last=Max("code"))["last"]
    serial = last[len(prefix) :] if last else ""
    return f"{prefix}{(int(serial) if serial.isdecimal() else 0) + 1:0{SERIAL_DIGITS}d}"


def told(row: Building) -> dict[str, Any]:
    """A building for the audit trail."""
    names = ("code", "parcel_id", "kind", "built_year", "area_m2", "valid_from", "note")
    return {name: getattr(row, name) for name in names}


def building_out(row: Building) -> dict[str, Any]:
    """A building as pages show it."""
    plain = ("id", "code", "kind", "built_year", "area_m2", "valid_from", "valid_to", "end_reason",
             "note")  # fmt: skip
    return {
        **{name: getattr(row, name) for name in plain},
        "parcel_id": row.parcel_id, "parcel": row.parcel.code,
        "geometry": shapely.geometry.mapping(row.geom),
    }  # fmt: skip


def _fetched(user: User, building_id: int) -> Building:
    row: Building = Building.objects.select_for_update(of=("self",)).fetch_for(user, pk=building_id)
    if row.valid_to is not None:
        raise Conflict(f"建筑物 {row.code} 已于 {row.valid_to} 拆除，不能再变更。")
    return row


def _check(form: BuildingForm) -> None:
    wrong: dict[str, str] = {}
    today = timezone.localdate()
    if said := not_listed("building_kind", form.kind):
        wrong["kind"] = said
    if form.on > today:
        wrong["on"] = "晚于今天"
    if form.built_year is not None and not FIRST_YEAR <= form.built_year <= today.year:
        wrong["built_year"] = f"应在 {FIRST_YEAR} 至 {today.year} 之间"
    if wrong:
        raise Refused("建筑物没有登记，请改正标出的各项。", fields=wrong)


def _kept(row: Building) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(f"建筑物编号 {row.code} 已被使用，请换一个编号。") from error
