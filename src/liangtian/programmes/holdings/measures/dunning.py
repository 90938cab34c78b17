"""Reminding and dunning (到期提醒、催缴): who is asked for what, the letters, and how they were delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.documents import services as documents
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people.scope import ScopedQuerySet, require
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.measures.owing import by_holder, dues, total
from liangtian.programmes.holdings.models import Bill, Dunning, Holder

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Kind, State = Dunning.Kind, Dunning.State
LETTER = "holdings.dunning"
MOST_AT_ONCE = 200
_AT_ONCE = 500


@dataclass(frozen=True)
class Delivery:
    """When and how it reached whom; `refused`: it was not accepted."""

    on: date
    way: str
    receiver: str = ""
    note: str = ""
    refused: bool = False


def prepare(user: User, kind: str, region: str = "") -> int:
    """Who is to be reminded or dunned today in a place: one row a holder, with the bills. How many are new.

    A holder with a letter that is still under way gets no second one. Raises Forbidden, Refused.
    """
    require(user, "holdings.view", "measures.propose")
    if kind not in Kind.values:
        raise Refused("请选择提醒或催缴的方式。", fields={"kind": "请选择"})
    today = timezone.localdate()
    rows = Bill.objects.visible_to(user).within(region or user.region_id or "-")
    owed = by_holder(dues(_due(rows, kind, today)))
    there = Dunning.objects.filter(kind=kind)
    done = set(there.filter(_under_way(kind) | Q(as_of=today)).values_list("holder", flat=True))
    with transaction.atomic():
        rounds = _rounds(kind)
        homes = _homes([h for h in owed if h not in done])
        made = Dunning.objects.bulk_create(
            [
                Dunning(
                    holder_id=holder, region_id=homes[holder], kind=kind, as_of=today,
                    fen=total(owed[holder]), items=[one.told for one in owed[holder]],
                    round=rounds[holder] + 1, made_by=user,
                )
                for holder in sorted(homes)
            ],
            batch_size=_AT_ONCE,
        )  # fmt: skip
        record(user, "holdings.dunning.prepare", f"{Kind(kind).label} {today}",
               after={"count": len(made), "fen": sum(d.fen for d in made)})  # fmt: skip
    return len(made)


def issue(user: User, ids: Sequence[int], series_id: int) -> list[Dunning]:
    """Write and number the letters of several; a reminder has none and counts as sent.

    Raises Forbidden, NotFound, Refused for too many or another office's series, Conflict for one issued.
    """
    require(user, "holdings.view", "measures.propose", "personal.unmask")
    _few(ids)
    done = []
    for found in _rows(user, ids):
        with transaction.atomic():
            row = _locked(user, found.pk, State.PREPARED)
            if row.kind == Kind.LETTER:
                row.letter = documents.draft(user, LETTER, row.pk)
                row.letter = documents.issue(user, row.letter.pk, series_id)
            row.state = State.ISSUED
            row.save(update_fields=["letter", "state"])
            number = row.letter.number if row.letter else ""
            record(user, "holdings.dunning.issue", row, after={"number": number, "fen": row.fen})
        done.append(row)
    return done


def deliver(user: User, ids: Sequence[int], delivery: Delivery) -> int:
    """Note how several were delivered, or that they were refused.

    Raises Forbidden, NotFound, Refused for the day or the way, Conflict for one not issued.
    """
    require(user, "holdings.view", "measures.propose")
    _few(ids)
    wrong: dict[str, str] = {}
    if delivery.way not in Dunning.Way.values:
        wrong["way"] = "请选择送达方式"
    if delivery.on > timezone.localdate():
        wrong["on"] = "晚于今天"
    if delivery.refused and not delivery.note.strip():
        wrong["note"] = "拒收的应写明情况和见证人"
    if wrong:
        raise Refused("送达情况没有登记，请改正标出的各项。", fields=wrong)
    with transaction.atomic():
        for key in ids:
            row = _locked(user, key, State.ISSUED)
            if delivery.on < row.as_of:
                raise Refused("送达日期早于制发日期。", fields={"on": "早于制发日期"})
            row.state = State.REFUSED if delivery.refused else State.DELIVERED
            row.delivered_on, row.way = delivery.on, delivery.way
            row.receiver, row.note = delivery.receiver.strip(), delivery.note.strip()
            row.save()
            record(user, "holdings.dunning.deliver", row, after={
                "on": delivery.on, "way": str(row.get_way_display()), "refused": delivery.refused,
            }, note=row.note)  # fmt: skip
    return len(ids)


def _due(rows: ScopedQuerySet, kind: str, today: date) -> ScopedQuerySet:
    if kind == Kind.BEFORE:
        days = pack_in_use().value("fees.remind_days_before", today).integer
        return rows.filter(due_on__gt=today, due_on__lte=today + timedelta(days=days))
    if kind == Kind.DUE:
        return rows.filter(due_on=today)
    return rows.filter(due_on__lt=today)


def _under_way(kind: str) -> Q:
    open_states = [State.PREPARED, State.ISSUED]
    return Q(state__in=open_states) if kind == Kind.LETTER else Q(state=State.PREPARED)


def _rounds(kind: str) -> Counter[int]:
    """How often each holder was asked in this way before."""
    return Counter(Dunning.objects.filter(kind=kind).values_list("holder", flat=True))


def _homes(holders: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for i in range(0, len(holders), _AT_ONCE):
        rows = Holder.objects.filter(pk__in=holders[i : i + _AT_ONCE])
        found |= dict(rows.values_list("pk", "region"))
    return found


def _few(ids: Sequence[int]) -> None:
    if not 0 < len(ids) <= MOST_AT_ONCE or len(set(ids)) < len(ids):
        raise Refused(f"一次办理 1 至 {MOST_AT_ONCE} 项，不能重复。", fields={"ids": "数量不对"})


def _rows(user: User, ids: Sequence[int]) -> list[Dunning]:
    return [Dunning.objects.fetch_for(user, pk=key) for key in ids]


def _locked(user: User, key: int, state: str) -> Dunning:
    row: Dunning = Dunning.objects.select_for_update(of=("self",)).fetch_for(user, pk=key)
    if row.state != state:
        raise Conflict(f"户档 {row.holder_id} 的{row}现为“{row.get_state_display()}”，不能办理。")
    return row
