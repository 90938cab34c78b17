"""Deadlines: made for periods and for events, moved with a reason, ended. The only writer of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.models import Deadline, DeadlineChange
from liangtian.platform.calendar.packs import own_arrangement, packs
from liangtian.platform.calendar.pages import PAGES
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given
from liangtian.platform.regions.models import Region
from liangtian.policy.clocks import Deadline as Reckoned
from liangtian.policy.clocks import resumed_due
from liangtian.policy.obligation_schema import Obligation
from liangtian.policy.obligations import due_of, instances
from liangtian.policy.pack import Pack

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

DIGITS = {"county": 6, "township": 9}
ROWS_PER_STATEMENT = 500
Act = DeadlineChange.Act
_ANEW = ("done_on", "done_by", "starts_on", "first_due_on", "due_on", "estimated", "note")


@dataclass(frozen=True)
class Source:
    """A matter whose clock starts: its kind and number, where it lies, what it is called."""

    kind: str
    id: int
    region_id: str
    title: str


def today() -> date:
    """The day it is in China."""
    return timezone.localdate()


def start(event: str, sources: Sequence[Source], day: date | None = None) -> dict[int, Deadline]:
    """Start the clocks of an event for matters, as of a day; the first deadline of each by its source id.

    A clock that ran before for the same matter begins anew. The caller's transaction surrounds it.
    """
    on, own = day or today(), own_arrangement()
    made: dict[int, Deadline] = {}
    for pack in packs():
        for obligation in (o for o in pack.obligations if o.event == event):
            reckoned = due_of(pack, obligation, on, own)
            rows = [_of_source(pack, obligation, reckoned, on, s) for s in sources]
            keys = [row.key for row in rows]
            before = set(Deadline.objects.filter(key__in=keys).values_list("key", flat=True))
            Deadline.objects.bulk_create(
                [row for row in rows if row.key not in before], batch_size=ROWS_PER_STATEMENT
            )
            if before:
                _again([row for row in rows if row.key in before])
            for row in Deadline.objects.filter(key__in=keys):
                made.setdefault(row.source_id or 0, row)
    return made


def stop(event: str, kind: str, ids: Iterable[int], user: User | None) -> None:
    """End the clocks an event started for matters; those that do not run are left alone."""
    wanted = {o.id for pack in packs() for o in pack.obligations if o.event == event}
    running = Deadline.objects.filter(
        source_kind=kind, source_id__in=list(ids), obligation__in=wanted, done_on=None
    )
    _end(list(running), user)


def make_periodic(first: date, last: date, due_from: date = date.min) -> int:
    """Make the periodic deadlines whose period begins in [first, last]; those there are stay. How many are new.

    One for each county, or each township of it, as the obligation says. What was due before `due_from` is
    not made: a system set up in November does not hold January against its county.
    """
    places = list(Region.objects.filter(level__in=DIGITS).order_by("code"))
    rows = []
    for pack in packs():
        for one in instances(pack, first, last):
            for place in places:
                if place.level == one.obligation.level and one.deadline.due >= due_from:
                    rows.append(_row(pack, one.obligation, one.deadline, one.starts, place.code))
                    rows[-1].key += f":{one.period}"
                    rows[-1].period = one.period
    before = Deadline.objects.count()
    Deadline.objects.bulk_create(rows, batch_size=ROWS_PER_STATEMENT, ignore_conflicts=True)
    return Deadline.objects.count() - before


def running_of(events: Sequence[str], kind: str, source_id: int) -> Deadline | None:
    """The nearest running deadline that one of the events started for a matter."""
    wanted = [o.id for p in packs() for o in p.obligations if o.event in events]
    rows = Deadline.objects.filter(
        source_kind=kind, source_id=source_id, obligation__in=wanted, done_on=None
    )
    return rows.order_by("due_on").first()


def reckon_estimates() -> int:
    """Reckon again what rested on an estimated holiday arrangement; how many days moved."""
    moved, own = 0, own_arrangement()
    known = {(p.name, o.id): (p, o) for p in packs() for o in p.obligations}
    for deadline in Deadline.objects.filter(estimated=True, done_on=None, paused_on=None):
        found = known.get((deadline.pack, deadline.obligation))
        if found is None or deadline.due_on != deadline.first_due_on:
            continue  # moved by hand meanwhile: a person decided
        now = due_of(*found, deadline.starts_on, own)
        if (now.due, bool(now.warnings)) == (deadline.due_on, True):
            continue
        with transaction.atomic():
            change = _change(deadline, Act.RECKONED, None, now.due, "节假日安排公布后重新计算")
            moved += change.from_due != change.to_due
            deadline.first_due_on = now.due
            deadline.estimated, deadline.note = bool(now.warnings), "；".join(now.warnings)[:300]
            deadline.save(update_fields=["first_due_on", "estimated", "note"])
    return moved


def page_of(deadline: Deadline) -> str:
    """Where the matter of a deadline is handled; empty for a periodic one."""
    if not deadline.source_kind or deadline.source_id is None:
        return ""
    return PAGES[deadline.source_kind]([deadline.source_id]).get(deadline.source_id, "")


def pause(user: User, deadline_id: int, reason: str) -> Deadline:
    """Stop the clock, with a reason. Raises Forbidden, NotFound, Refused, Conflict."""
    with transaction.atomic():
        deadline = _manageable(user, deadline_id)
        text = reason_given(reason, "中止")
        if deadline.paused_on:
            raise Conflict(f"“{deadline}”自 {deadline.paused_on} 起已中止。")
        deadline.paused_on = today()
        _change(deadline, Act.PAUSE, user, deadline.due_on, text)
        deadline.save(update_fields=["paused_on"])
        record(user, "deadline.pause", deadline, note=text)
    return deadline


def resume(user: User, deadline_id: int, reason: str = "") -> Deadline:
    """Let the clock go on: what was left when it was paused is left again."""
    with transaction.atomic():
        deadline = _manageable(user, deadline_id)
        if deadline.paused_on is None:
            raise Conflict(f"“{deadline}”没有中止，不用恢复。")
        due = resumed_due(
            deadline.due_on, deadline.paused_on, today(),
            workdays=deadline.in_workdays, own=own_arrangement(),
        )  # fmt: skip
        deadline.paused_on = None
        _change(deadline, Act.RESUME, user, due, reason.strip())
        deadline.save(update_fields=["paused_on"])
        record(user, "deadline.resume", deadline, after={"due_on": due})
    return deadline


def extend(user: User, deadline_id: int, due: date, reason: str) -> Deadline:
    """Move the due day to a later one, with a reason."""
    with transaction.atomic():
        deadline = _manageable(user, deadline_id)
        text = reason_given(reason, "延期")
        if due <= deadline.due_on:
            raise Refused(
                f"延期后的到期日须晚于 {deadline.due_on}。", fields={"due_on": "须晚于现到期日"}
            )
        before = deadline.due_on
        _change(deadline, Act.EXTEND, user, due, text)
        record(
            user, "deadline.extend", deadline,
            before={"due_on": before}, after={"due_on": due}, note=text,
        )  # fmt: skip
    return deadline


def finish(user: User, deadline_id: int, note: str = "") -> Deadline:
    """Say that a periodic obligation is done. One of a matter ends with the matter's own step.

    Raises Forbidden for who is neither of the role it falls to nor keeps the calendar.
    """
    with transaction.atomic():
        deadline: Deadline = Deadline.objects.visible_to(user).fetch_for(user, pk=deadline_id)
        own = deadline.desk_id == user.region_id and user.roles.filter(code=deadline.role).exists()
        require(user, "calendar.view", *([] if own else ["calendar.manage"]))
        deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=deadline.pk)
        if deadline.source_kind:
            raise Conflict(f"“{deadline}”随事项办结自动完成，请办理该事项。")
        if deadline.done_on:
            raise Conflict(f"“{deadline}”已于 {deadline.done_on} 完成。")
        _end([deadline], user, note.strip())
        record(user, "deadline.done", deadline, note=note.strip())
    return deadline


def _manageable(user: User, deadline_id: int) -> Deadline:
    require(user, "calendar.view", "calendar.manage")
    seen: Deadline = Deadline.objects.fetch_for(user, pk=deadline_id)
    deadline: Deadline = Deadline.objects.select_for_update(of=("self",)).get(pk=seen.pk)
    if deadline.done_on:
        raise Conflict(f"“{deadline}”已于 {deadline.done_on} 完成，不能再变更。")
    return deadline


def _change(
    deadline: Deadline, act: str, user: User | None, due: date, reason: str
) -> DeadlineChange:
    """Write the log, then the due day."""
    change = DeadlineChange.objects.create(
        deadline=deadline, act=act, by=user, from_due=deadline.due_on, to_due=due, reason=reason
    )
    deadline.due_on = due
    deadline.save(update_fields=["due_on"])
    return change


def _end(deadlines: Sequence[Deadline], user: User | None, note: str = "") -> None:
    """End clocks, each with its entry in the log."""
    DeadlineChange.objects.bulk_create(
        [
            DeadlineChange(
                deadline=one, act=Act.DONE, by=user, from_due=one.due_on, to_due=one.due_on, reason=note
            )
            for one in deadlines
        ],
        batch_size=ROWS_PER_STATEMENT,
    )  # fmt: skip
    for one in deadlines:
        one.done_on, one.done_by, one.paused_on = today(), user, None
    Deadline.objects.filter(pk__in=[one.pk for one in deadlines]).update(
        done_on=today(), done_by=user, paused_on=None
    )


def _again(rows: Sequence[Deadline]) -> None:
    """Begin clocks anew that had ended; for one still running a second start changes nothing."""
    fresh = {row.key: row for row in rows}
    ended = list(
        Deadline.objects.select_for_update(of=("self",)).filter(
            key__in=fresh, done_on__isnull=False
        )
    )
    changes = []
    for there in ended:
        new = fresh[there.key]
        changes.append(
            DeadlineChange(deadline=there, act=Act.AGAIN, from_due=there.due_on, to_due=new.due_on)
        )
        there.done_on = there.done_by = None
        there.starts_on, there.first_due_on, there.due_on = new.starts_on, new.due_on, new.due_on
        there.estimated, there.note = new.estimated, new.note
    Deadline.objects.bulk_update(ended, _ANEW)
    DeadlineChange.objects.bulk_create(changes, batch_size=ROWS_PER_STATEMENT)


def _of_source(
    pack: Pack, obligation: Obligation, reckoned: Reckoned, day: date, source: Source
) -> Deadline:
    row = _row(pack, obligation, reckoned, day, source.region_id)
    row.desk_id = source.region_id[: DIGITS[obligation.level]]
    row.key = f"{pack.name}:{obligation.id}:{source.kind}:{source.id}"
    row.source_kind, row.source_id, row.matter = source.kind, source.id, source.title
    return row


def _row(
    pack: Pack, obligation: Obligation, reckoned: Reckoned, day: date, region_id: str
) -> Deadline:
    remind = pack.value(obligation.remind, day).items
    values: dict[str, Any] = {
        "pack": pack.name, "pack_version": pack.version, "obligation": obligation.id,
        "label": obligation.label, "what": obligation.what, "clause": str(reckoned.clause)[:200],
        "role": obligation.role, "escalate_to": obligation.escalate_to,
        "remind_days": sorted((int(n) for n in remind), reverse=True),
        "escalate_days": pack.value(obligation.escalate, day).integer,
    }  # fmt: skip
    return Deadline(
        key=f"{pack.name}:{obligation.id}:{region_id}", region_id=region_id, desk_id=region_id,
        starts_on=day, due_on=reckoned.due, first_due_on=reckoned.due,
        in_workdays=pack.value(obligation.value, day).unit == "工作日",
        estimated=bool(reckoned.warnings), note="；".join(reckoned.warnings)[:300], **values,
    )  # fmt: skip
