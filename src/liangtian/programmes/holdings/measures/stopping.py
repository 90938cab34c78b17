"""Stopping water and power, step by step (停水、停电): proposed, notice, approval, carried out, lifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.documents import services as documents
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.schedule import every
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.clocks import due_after
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.ground import county_of
from liangtian.programmes.holdings.measures.reasons import Case, power_cases, water_cases
from liangtian.programmes.holdings.models import Measure, MeasureStep

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

State = Measure.State
NEEDED = {
    "notice": "measures.propose", "approve": "measures.approve", "execute": "measures.execute",
    "release": "measures.execute", "cancel": "measures.propose",
}  # fmt: skip
FROM = {
    "notice": (State.PROPOSED,), "approve": (State.NOTICED,), "execute": (State.APPROVED,),
    "release": (State.RELEASING,), "cancel": (State.PROPOSED, State.NOTICED, State.APPROVED),
}  # fmt: skip
AUTO_CANCELLED, AUTO_RELEASED = "理由已不存在，自动撤销", "理由已不存在，自动提出恢复"
MOST_AT_ONCE = 200


@dataclass(frozen=True)
class Refreshed:
    """How many were proposed, changed in their reasons, proposed to be lifted, withdrawn."""

    proposed: int = 0
    changed: int = 0
    releasing: int = 0
    cancelled: int = 0


@dataclass(frozen=True)
class Taken:
    """What became of one of several: empty `said` when the step was taken."""

    id: int
    said: str = ""


def refresh(user: User, kind: str) -> Refreshed:
    """Bring the list of the user's county up to date. Raises Forbidden, Refused."""
    require(user, "holdings.view", "measures.propose")
    if kind not in Measure.Kind.values:
        raise Refused("请选择停水或停电。", fields={"kind": "请选择"})
    county = Region.objects.get(code=county_of(user.region_id or ""))
    with transaction.atomic():
        done = _refresh(county, kind, user)
        record(user, "holdings.measure.refresh", f"{Measure.Kind(kind).label}名单", region=county,
               after={"proposed": done.proposed, "releasing": done.releasing})  # fmt: skip
    return done


@every("holdings.measures", 3600.0)
def release_paid() -> None:
    """Propose to lift what has no reason left; proposes nothing new, which is a person's act."""
    places = Measure.objects.filter(state__in=Measure.OPEN).order_by().values_list("region")
    for code in sorted({region[:COUNTY_DIGITS] for (region,) in places.distinct()}):
        county = Region.objects.get(code=code)
        for kind in Measure.Kind.values:
            with transaction.atomic():
                _refresh(county, kind, None)


def take(user: User, ids: Sequence[int], step: str, on: date, note: str) -> list[Taken]:
    """Take a step with several measures; each that cannot take it says why.

    Raises Forbidden, Refused for a day to come or too many at once.
    """
    require(user, "holdings.view", NEEDED[step])
    if on > timezone.localdate():
        raise Refused("日期不能晚于今天。", fields={"on": "晚于今天"})
    if not 0 < len(ids) <= MOST_AT_ONCE:
        raise Refused(f"一次办理 1 至 {MOST_AT_ONCE} 项。", fields={"ids": "数量不对"})
    done = []
    for key in dict.fromkeys(ids):
        try:
            with transaction.atomic():
                _take(user, key, step, on, note.strip())
            done.append(Taken(key))
        except Refused as refusal:
            done.append(Taken(key, refusal.message))
    return done


def _take(user: User, key: int, step: str, on: date, note: str) -> None:
    row: Measure = Measure.objects.select_for_update(of=("self",)).fetch_for(user, pk=key)
    if row.state not in FROM[step]:
        raise Conflict(f"现为“{row.get_state_display()}”，不能办理此项。")
    before = row.state
    if step == "notice":
        value = pack_in_use().value("measures.notice_days", on)
        row.noticed_on, row.notice_until = on, due_after(value, on, own_arrangement()).due
        row.state = State.NOTICED
    elif step == "approve":
        _approved(user, row)
    elif step == "execute":
        if row.notice_until is not None and on <= row.notice_until:
            raise Refused(f"停止日期应晚于告知期满日 {row.notice_until}。")
        row.state, row.executed_on = State.EXECUTED, on
    elif step == "release":
        row.state, row.released_on = State.RELEASED, on
    else:
        note = reason_given(note, "撤销")
        row.state = State.CANCELLED
    row.save()
    _step(row, on, user, note)
    record(user, "holdings.measure.step", row, before={"state": before},
           after={"state": row.state, "on": on}, note=note)  # fmt: skip


def _approved(user: User, row: Measure) -> None:
    if row.proposed_by_id == user.pk:
        raise Conflict("提出人不能批准自己提出的措施，请由他人批准。")
    assert row.notice_until is not None
    if timezone.localdate() <= row.notice_until:
        raise Refused(f"告知期至 {row.notice_until}，期满后方可批准。")
    row.state, row.approved_by = State.APPROVED, user


def _refresh(county: Region, kind: str, user: User | None) -> Refreshed:
    today = timezone.localdate()
    cases = (water_cases if kind == Measure.Kind.WATER else power_cases)(county.code, today)
    name = "holder_id" if kind == Measure.Kind.WATER else "source_id"
    rows = Measure.objects.select_for_update(of=("self",)).within(county.code)
    there = {getattr(m, name): m for m in rows.filter(kind=kind, state__in=Measure.OPEN)}
    changed = releasing = cancelled = 0
    for key, row in there.items():
        if key in cases:
            changed += _renew(row, cases[key], user)
        elif row.state == State.EXECUTED:
            _move(row, State.RELEASING, AUTO_RELEASED, user)
            releasing += 1
        elif row.state != State.RELEASING:
            _move(row, State.CANCELLED, AUTO_CANCELLED, user)
            cancelled += 1
    made = [] if user is None else [
        _proposed(kind, case, user) for key, case in cases.items() if key not in there
    ]  # fmt: skip
    return Refreshed(len(made), changed, releasing, cancelled)


def _renew(row: Measure, case: Case, user: User | None) -> int:
    """Newer reasons; one that was to be lifted and has a reason again stays stopped."""
    if row.state == State.RELEASING:
        _move(row, State.EXECUTED, "又有新的理由，不予恢复", user)
    if row.said == case.said and row.fen == case.fen:
        return 0
    row.reasons, row.said, row.fen = case.reasons, case.said, case.fen
    row.save(update_fields=["reasons", "said", "fen"])
    return 1


def _move(row: Measure, state: State, note: str, user: User | None) -> None:
    before, row.state = row.state, state
    row.save(update_fields=["state"])
    _step(row, timezone.localdate(), user, note)
    record(user, "holdings.measure.step", row, before={"state": before}, after={"state": state},
           note=note)  # fmt: skip


def _proposed(kind: str, case: Case, user: User) -> Measure:
    row: Measure = Measure.objects.create(
        kind=kind, region_id=case.region, holder_id=case.holder, source_id=case.source,
        reasons=case.reasons, said=case.said, fen=case.fen, proposed_by=user,
    )  # fmt: skip
    _step(row, timezone.localdate(), user, "")
    return row


def _step(row: Measure, on: date, user: User | None, note: str) -> None:
    MeasureStep.objects.create(measure=row, state=row.state, on=on, by=user, note=note)


def draft_letter(user: User, key: int, which: str) -> Measure:
    """Draft the notice (告知书) or the order (通知书) of a measure; issued with the office's other letters.

    Raises Forbidden, NotFound, Conflict for a notice after notice was given, or an order before approval.
    """
    require(user, "holdings.view", "measures.propose")
    with transaction.atomic():
        row: Measure = Measure.objects.select_for_update(of=("self",)).fetch_for(user, pk=key)
        early = row.state in (State.PROPOSED, State.NOTICED)
        if row.state == State.CANCELLED or early != (which == "notice"):
            raise Conflict(f"现为“{row.get_state_display()}”，不能制发该文书。")
        code = "holdings.stop_notice" if which == "notice" else "holdings.stop_order"
        row.letter = documents.draft(user, code, row.pk)
        row.save(update_fields=["letter"])
        record(user, "holdings.measure.letter", row, after={"letter": row.letter.pk, "kind": code})
    return row
