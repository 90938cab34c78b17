"""The one way a parcel gets a new state: the old version ends on the day, the new one begins."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Max
from django.utils import timezone

from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.models import BaseYear, Parcel, ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

# What a version says of the land; the rest tells when and by whom it was entered.
STATE = (
    "unit_id", "corps", "geom", "area_m2", "holder_id", "cultivator_id", "ownership", "way",
    "source_paper", "paper_number", "land_kind", "actual_use", "irrigation", "reclaimed_year",
    "place_name", "note",
)  # fmt: skip
SERIAL_DIGITS = 5  # of a parcel code: 发包方 14 digits and 5 for the parcel (GB/T 35958-2018)
GROUP_DIGITS = 14


@dataclass(frozen=True)
class Step:
    """When a change takes effect, of what sort it is, and why."""

    on: date
    change: str
    reason: str = ""


def lock_parcel(user: User, parcel_id: int) -> tuple[Parcel, ParcelVersion]:
    """The parcel and its version of today, locked. NotFound outside the scope, Conflict for one that is gone."""
    parcel = Parcel.objects.select_for_update().fetch_for(user, pk=parcel_id)
    now = ParcelVersion.objects.filter(parcel=parcel, valid_to=None).first()
    if now is None:
        raise Conflict(f"地块 {parcel.code} 已分割或合并，不能再变更。请在其现有地块上办理。")
    return parcel, now


def refuse_day(on: date, county: str, now: ParcelVersion | None = None) -> None:
    """Refused for a day to come, one within a frozen year, or one before the state it would change."""
    said = ""
    frozen = BaseYear.objects.filter(region=county).aggregate(day=Max("as_of"))["day"]
    if on > timezone.localdate():
        said = "晚于今天"
    elif frozen and on <= frozen:
        said = f"{frozen} 及以前的底册已冻结，生效日期应晚于该日"
    elif now is not None and on < now.valid_from:
        said = f"早于现状的生效日期 {now.valid_from}"
    if said:
        raise Refused(f"变更没有登记：生效日期{said}。", fields={"on": said})


def begin(
    user: User, parcel: Parcel, region: Region, step: Step, values: dict[str, Any]
) -> ParcelVersion:
    """The parcel's next version, in the caller's transaction."""
    if parcel.region_id != region.pk:
        parcel.region = region
        parcel.save(update_fields=["region"])
    return ParcelVersion.objects.create(
        parcel=parcel, code=parcel.code, region=region, valid_from=step.on, change=step.change,
        reason=step.reason, changed_by=user, changed_at=timezone.now(), **values,
    )  # fmt: skip


def state_of(version: ParcelVersion) -> dict[str, Any]:
    """What a version says of the land, to begin the next one with."""
    return {name: getattr(version, name) for name in STATE}


def follow(
    user: User,
    now: ParcelVersion,
    step: Step,
    changes: dict[str, Any],
    region: Region | None = None,
) -> ParcelVersion:
    """Let a changed state follow the present one; a second change of the same day takes the first one's place."""
    values = state_of(now) | changes
    if now.valid_from == step.on:
        for name, value in values.items():
            setattr(now, name, value)
        now.reason, now.changed_by, now.changed_at = step.reason, user, timezone.now()
        if now.change != ParcelVersion.Change.REGISTER:
            now.change = step.change
        if region is not None:
            now.region = region
        now.save()
        return now
    end(now, step.on)
    return begin(user, now.parcel, region or now.region, step, values)


def end(now: ParcelVersion, on: date) -> None:
    """The version holds until the day before. Refused when it began on that day."""
    if now.valid_from >= on:
        raise Refused(
            f"地块 {now.code} 的现状自 {now.valid_from} 起生效，分割、合并的日期应晚于该日。",
            fields={"on": f"应晚于 {now.valid_from}"},
        )
    now.valid_to = on
    now.save(update_fields=["valid_to"])


def next_codes(region: Region, number: int) -> list[str]:
    """The next free codes of a village: its 14-digit code of the contracting party and five digits."""
    prefix = region.code.ljust(GROUP_DIGITS, "0")
    rows = Parcel.objects.filter(
        county=county_of(region.code), code__gt=prefix, code__lt=f"{prefix}:"
    )
    taken = [c for c in rows.values_list("code", flat=True) if c[GROUP_DIGITS:].isdecimal()]
    last = max(
        (int(c[GROUP_DIGITS:]) for c in taken if len(c) == GROUP_DIGITS + SERIAL_DIGITS), default=0
    )
    return [f"{prefix}{last + 1 + i:0{SERIAL_DIGITS}d}" for i in range(number)]


def new_parcel(region: Region, code: str) -> Parcel:
    """A parcel under a code. Conflict for one that any parcel of the county has or ever had."""
    county = county_of(region.code)
    if Parcel.objects.filter(county=county, code=code).exists():
        raise Conflict(f"地块编码 {code} 已被使用，编码不能重复，也不能再用以前的编码。")
    parcel: Parcel = Parcel.objects.create(region=region, county_id=county, code=code)
    return parcel
