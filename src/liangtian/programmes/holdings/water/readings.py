"""Entering what meters show, correcting it, settling what is doubtful (抄表、更正、核实)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.programmes.holdings.models import Fitting, Reading, WaterSource
from liangtian.programmes.holdings.water.checking import blocking, check_reading
from liangtian.programmes.holdings.water.context import Context, context_of
from liangtian.programmes.holdings.water.months import end_of

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State, Way = Reading.State, Reading.Way
ACCEPTED = (State.GOOD, State.CONFIRMED)
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Seen:
    """What somebody read off a meter; `told` is the use a file claims beside it."""

    fitting_id: int
    on: date
    value: Decimal
    told: Decimal | None = None


def enter(user: User, month: date, seen: Sequence[Seen]) -> list[Reading]:
    """Enter readings of a month by hand; doubtful ones are kept as such.

    Raises Forbidden, NotFound for a meter outside the scope, Refused for days outside the month,
    Conflict for a meter that was read already: that is a correction.
    """
    require(user, "holdings.view", "water.edit")
    if not 0 < len(seen) <= MOST_AT_ONCE:
        raise Refused(f"一次录入 1 至 {MOST_AT_ONCE} 个读数。", fields={"readings": "数量不对"})
    with transaction.atomic():
        fittings = _fittings(user, [one.fitting_id for one in seen])
        context = context_of(list(fittings.values()), month)
        for one in seen:
            if said := day_wrong(fittings[one.fitting_id], one.on, month):
                number = fittings[one.fitting_id].meter.number
                raise Refused(f"表 {number} 没有录入：{said}。", fields={"on": said})
            if one.fitting_id in context.current:
                number = fittings[one.fitting_id].meter.number
                raise Conflict(f"表 {number} 本月已有读数，如有误请更正原读数。")
        made = kept(user, month, seen, context)
        record(user, "holdings.water.read", f"{month:%Y年%m月}抄表", region=made[0].region, after={
            fittings[one.fitting_id].meter.number: str(one.value) for one in seen
        })  # fmt: skip
    return made


def kept(
    user: User, month: date, seen: Sequence[Seen], context: Context, file: StoredFile | None = None
) -> list[Reading]:
    """The rows of readings that were looked at, each with its findings; in the caller's transaction."""
    made: list[Reading] = Reading.objects.bulk_create(
        [_row(user, month, one, context, file) for one in seen], batch_size=MOST_AT_ONCE
    )
    return made


def correct(user: User, reading_id: int, on: date, value: Decimal, reason: str) -> Reading:
    """Put another reading in a wrong one's place; the wrong one stays, replaced.

    Raises Forbidden, NotFound, Conflict for one that was replaced, Refused without a reason or for the day.
    """
    require(user, "holdings.view", "water.edit")
    said = reason_given(reason, "更正读数")
    with transaction.atomic():
        old = _lock(user, reading_id)
        if wrong := day_wrong(old.fitting, on, old.month):
            raise Refused(f"读数没有更正：{wrong}。", fields={"on": wrong})
        old.state = State.REPLACED
        old.save(update_fields=["state"])
        context = context_of([old.fitting], old.month)
        made = _row(user, old.month, Seen(old.fitting_id, on, value), context, None)
        made.replaces, made.reason = old, said
        made.save()
        record(user, "holdings.water.correct", old.fitting.source, before={"value": old.value},
               after={"value": value, "month": old.month}, note=said)  # fmt: skip
    return made


def settle(user: User, reading_id: int, reason: str, *, rolled: bool = False) -> Reading:
    """Say that a doubtful reading is right, or that the meter rolled over; from then on it counts.

    Raises Forbidden, NotFound, Conflict for one that is not doubtful, Refused without a reason, for a reading
    that goes back without having rolled over, and for what cannot be right (day, end of the counter).
    """
    require(user, "holdings.view", "water.edit")
    said = reason_given(reason, "核实读数")
    with transaction.atomic():
        row = _lock(user, reading_id)
        codes = {one["code"] for one in row.findings}
        if row.state != State.DOUBTFUL and "standing" not in codes:
            raise Conflict("该读数没有疑点，不需要核实；如有误请更正。")
        if codes & {"above_end", "early"}:
            raise Refused("该读数不可能是真实的，请更正示数或日期。")
        if rolled != ("backwards" in codes):
            raise Refused(
                "示数倒走的，只有表底翻转才能核实为正确，否则请更正示数；没有倒走的不得注明翻转。",
                fields={"rolled": "与示数不符"},
            )
        row.state, row.rolled, row.reason, row.settled_by = State.CONFIRMED, rolled, said, user
        row.save(update_fields=["state", "rolled", "reason", "settled_by"])
        record(user, "holdings.water.settle", row.fitting.source,
               after={"value": row.value, "month": row.month, "rolled": rolled}, note=said)  # fmt: skip
    return row


def day_wrong(fitting: Fitting, on: date, month: date) -> str:
    """What is wrong with the day of a reading of a month; empty when nothing is."""
    if on > timezone.localdate():
        return "抄表日期晚于今天"
    if not month <= on <= end_of(month):
        return f"抄表日期不在 {month:%Y年%m月} 内"
    if on < fitting.fitted_on or (fitting.removed_on is not None and on > fitting.removed_on):
        return "当日该表未安装或已拆除"
    return ""


def _row(user: User, month: date, one: Seen, context: Context, file: StoredFile | None) -> Reading:
    fitting = context.fittings[one.fitting_id]
    found = check_reading(
        one.value, one.on, context.earlier[fitting.pk], context.limits(fitting, one.on), one.told
    )
    return Reading(
        fitting=fitting, region_id=fitting.source.region_id, month=month, on=one.on,
        value=one.value, state=State.DOUBTFUL if blocking(found) else State.GOOD,
        findings=[asdict(finding) for finding in found], file=file, entered_by=user,
        way=Way.HAND if file is None else Way.FILE,
    )  # fmt: skip


def _fittings(user: User, keys: Sequence[int]) -> dict[int, Fitting]:
    if len(set(keys)) < len(keys):
        raise Refused("同一只表只能录入一个读数。", fields={"readings": "表重复"})
    mine = WaterSource.objects.visible_to(user)
    rows = Fitting.objects.select_for_update(of=("self",)).filter(pk__in=keys, source__in=mine)
    found = {f.pk: f for f in rows.select_related("meter", "source__region")}
    if len(found) < len(keys):
        raise NotFound("没有找到其中的计量表，或不在您的管辖范围内。")
    return found


def _lock(user: User, reading_id: int) -> Reading:
    rows = Reading.objects.select_for_update(of=("self",)).select_related(
        "fitting__meter", "fitting__source__region"
    )
    row: Reading = rows.fetch_for(user, pk=reading_id)
    if row.state == State.REPLACED:
        raise Conflict("该读数已被更正，请在新的读数上办理。")
    return row
