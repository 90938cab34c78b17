"""The two sides of a comparison: a kept state, or the ledger as it is now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.ledgers.declaration import Ledger, find_ledger
from liangtian.platform.ledgers.export import as_text
from liangtian.platform.ledgers.query import filtered, totals
from liangtian.platform.people.scope import require
from liangtian.platform.returns.compare import Comparison, State, compare
from liangtian.platform.returns.forms import find_form
from liangtian.platform.returns.models import Snapshot
from liangtian.platform.returns.periods import read_period
from liangtian.platform.returns.snapshots import kept_texts, live_lines, text_of

if TYPE_CHECKING:
    from django.db.models import Q

    from liangtian.platform.people.models import User


def kept_state(snapshot: Snapshot, label: str = "") -> State:
    """A kept state, read as it is walked."""
    when = timezone.localtime(snapshot.taken_at).strftime("%Y-%m-%d %H:%M")
    return State(
        label or f"{snapshot.title}（{when}）", snapshot.taken_at, snapshot.columns,
        kept_texts(snapshot), snapshot.count, snapshot.sums,
    )  # fmt: skip


def state_now(user: User, snapshot: Snapshot, ledger: Ledger) -> State:
    """The rows that the kept state's conditions select today, among those the user may see.

    Raises Refused with the code `long` where they are too many for a request: `keep_for` keeps them first.
    """
    only = period_of(snapshot)
    rows = filtered(ledger, user, snapshot.query)
    count, sums = totals(ledger, user, rows.filter(only) if only is not None else rows)
    if count > settings.SNAPSHOT_ROWS_AT_ONCE:
        raise Refused(f"现有 {count} 行，先在后台留存现状，完成后再比较两个留存。", code="long")
    columns = [
        {"name": c.name, "label": c.label, "unit": c.unit or "", "kind": c.kind, "sum": c.sum}
        for c in ledger.columns
    ]
    return State(
        "现在", timezone.now(), columns,
        ((key, text_of(key, cells)) for key, cells in live_lines(ledger, user, snapshot.query, only)),
        count,
        {name: as_text(value) for name, value in sums.items()},
    )  # fmt: skip


def period_of(snapshot: Snapshot) -> Q | None:
    """What a return is about, as a condition on rows; None for a state kept by hand."""
    made = getattr(snapshot, "declared", None)
    form = find_form(made.form) if made is not None else None
    if made is None or form is None:
        return None
    period = read_period(form.period, made.period)
    return form.within(period.first, period.last)


def compared(user: User, left: int, right: int | None) -> Comparison:
    """Two kept states of one ledger, or one and now. Raises NotFound, Refused for different ledgers."""
    before = fetch_snapshot(user, left)
    ledger = find_ledger(before.ledger)
    if ledger is None:
        raise NotFound
    if right is None:
        return compare(kept_state(before), state_now(user, before, ledger))
    after = fetch_snapshot(user, right)
    if after.ledger != before.ledger:
        raise Refused("只能比较同一台账的两个时点。")
    sides = sorted((before, after), key=lambda s: (s.taken_at, s.pk))
    return compare(kept_state(sides[0]), kept_state(sides[1]))


def fetch_snapshot(user: User, snapshot_id: int) -> Snapshot:
    """A kept state in the user's region. Raises NotFound otherwise."""
    found: Snapshot = Snapshot.objects.fetch_for(user, pk=snapshot_id)
    ledger = find_ledger(found.ledger)
    if ledger is None:
        raise NotFound
    require(user, ledger.permission)
    return found
