"""Fitting meters, taking them off and swapping them (装表、拆表、换表); the history stays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.models import Fitting, Meter, Reading, WaterSource

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class MeterForm:
    """A meter as its plate says, and what it showed when it was fitted."""

    kind: str
    number: str
    rollover: Decimal
    factor: Decimal
    fitted_on: date
    first: Decimal


@dataclass(frozen=True)
class Removal:
    """The day a meter comes off, its last reading, whether it had rolled over, and why."""

    on: date
    last: Decimal
    reason: str
    rolled: bool = False


def fit(user: User, source_id: int, form: MeterForm) -> Fitting:
    """Put a meter on a source.

    Raises Forbidden, NotFound, Refused for entries, Conflict for a meter that hangs elsewhere on that day.
    """
    require(user, "holdings.view", "water.edit")
    _check(form)
    with transaction.atomic():
        source = WaterSource.objects.select_for_update().fetch_for(user, pk=source_id)
        made = _fitted(user, source, form)
        record(user, "holdings.water.fit", source, after=_told(made))
    return made


def remove(user: User, fitting_id: int, removal: Removal) -> Fitting:
    """Take a meter off. Raises Forbidden, NotFound, Conflict for one that is off, Refused for its reading."""
    require(user, "holdings.view", "water.edit")
    with transaction.atomic():
        fitting = lock_fitting(user, fitting_id)
        _take_off(fitting, removal)
        record(user, "holdings.water.remove", fitting.source, after=_told(fitting),
               note=removal.reason)  # fmt: skip
    return fitting


def swap(user: User, fitting_id: int, removal: Removal, form: MeterForm) -> Fitting:
    """Take a meter off and put another of its kind in its place on the same day."""
    require(user, "holdings.view", "water.edit")
    _check(form)
    with transaction.atomic():
        fitting = lock_fitting(user, fitting_id)
        if form.kind != fitting.meter.kind or form.fitted_on != removal.on:
            raise Refused(
                "换上的表应为同类表，安装日期与拆除日期相同。", fields={"kind": "与原表不同"}
            )
        _take_off(fitting, removal)
        made = _fitted(user, fitting.source, form)
        record(user, "holdings.water.swap", fitting.source, before=_told(fitting),
               after=_told(made), note=removal.reason)  # fmt: skip
    return made


def lock_fitting(user: User, fitting_id: int) -> Fitting:
    """The fitting with its source, in the user's scope. NotFound otherwise."""
    found = (
        Fitting.objects.select_for_update(of=("self",))
        .select_related("source__region", "meter")
        .filter(pk=fitting_id)
        .first()
    )
    if found is None:
        raise NotFound
    WaterSource.objects.fetch_for(user, pk=found.source_id)
    return found


def _check(form: MeterForm) -> None:
    wrong: dict[str, str] = {}
    if form.kind not in Meter.Kind.values:
        wrong["kind"] = "请选择水表或电表"
    if not form.number.strip():
        wrong["number"] = "必填"
    if form.rollover <= 0:
        wrong["rollover"] = "应大于零"
    if form.factor <= 0:
        wrong["factor"] = "应大于零"
    if not 0 <= form.first < form.rollover:
        wrong["first"] = "应不小于零且小于表底量程"
    if form.fitted_on > timezone.localdate():
        wrong["fitted_on"] = "晚于今天"
    if wrong:
        raise Refused("计量表没有登记，请改正标出的各项。", fields=wrong)


def _fitted(user: User, source: WaterSource, form: MeterForm) -> Fitting:
    plate = {"rollover": form.rollover, "factor": form.factor}
    meter, made = Meter.objects.get_or_create(
        region_id=source.county_id, kind=form.kind, number=form.number.strip(), defaults=plate
    )
    if not made and (meter.rollover, meter.factor) != (form.rollover, form.factor):
        raise Conflict(
            f"{meter.get_kind_display()} {meter.number} 已登记，量程 {meter.rollover}、倍率 {meter.factor}，"
            "与填写的不同，请核对表号。"
        )
    busy = meter.fittings.filter(Q(removed_on=None) | Q(removed_on__gt=form.fitted_on)).first()
    if busy is not None:
        raise Conflict(f"{meter.get_kind_display()} {meter.number} 已装在{busy.source}，请先拆除。")
    row: Fitting = Fitting.objects.create(
        meter=meter, source=source, fitted_on=form.fitted_on, first=form.first, entered_by=user
    )
    return row


def _take_off(fitting: Fitting, removal: Removal) -> None:
    said = reason_given(removal.reason, "拆换计量表")
    if fitting.removed_on is not None:
        raise Conflict(f"表 {fitting.meter} 已于 {fitting.removed_on} 拆除。")
    latest = (
        Reading.objects.filter(fitting=fitting, state__in=("good", "confirmed"))
        .order_by("-on")
        .first()
    )
    since, before = (latest.on, latest.value) if latest else (fitting.fitted_on, fitting.first)
    wrong: dict[str, str] = {}
    if not since <= removal.on <= timezone.localdate():
        wrong["on"] = f"应在 {since} 至今天之间"
    if not 0 <= removal.last < fitting.meter.rollover:
        wrong["last"] = "应不小于零且小于表底量程"
    elif (removal.last < before) != removal.rolled:
        wrong["last"] = f"上次示数为 {before}；示数变小时须注明翻转，没有变小时不得注明"
    if wrong:
        raise Refused("计量表没有拆除，请改正标出的各项。", fields=wrong)
    fitting.removed_on, fitting.last = removal.on, removal.last
    fitting.rolled, fitting.reason = removal.rolled, said
    fitting.save(update_fields=["removed_on", "last", "rolled", "reason"])


def _told(fitting: Fitting) -> dict[str, object]:
    names = ("fitted_on", "first", "removed_on", "last", "rolled")
    return {"meter": fitting.meter.number, **{n: getattr(fitting, n) for n in names}}
