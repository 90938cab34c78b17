"""Carrying out the changes of a run (增违挂钩): all of them in one posting, a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from liangtian.platform.books.models import Entry
from liangtian.platform.books.reserve import Reserve
from liangtian.platform.books.services import Draft, Side, post, reversing
from liangtian.programmes.enforcement.freezing import Step
from liangtian.programmes.enforcement.models import Freeze, FreezeMove, FreezeRun

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_AT_ONCE = 500  # rows in a statement
_KEPT = ["wanted", "frozen", "spent", "released", "owed", "moves_made"]


def carry_out(
    user: User, made: FreezeRun, steps: Sequence[Step], accounts: dict[str, Reserve], on: date
) -> None:
    """Post every change and keep what each part holds then. In the caller's transaction, county locked."""
    standing = _standing([step.freeze for step in steps if step.undo])
    numbered = [(step, _applied(step)) for step in steps]
    _saved([step.freeze for step in steps])
    drafts = [
        _reversals(standing[step.freeze.pk], on) if step.undo
        else _drafts(step, number, accounts[step.freeze.commodity], on)
        for step, number in numbered
    ]  # fmt: skip
    entries = iter(post(user, [draft for some in drafts for draft in some]))
    posted = [[next(entries) for _ in some] for some in drafts]
    FreezeMove.objects.bulk_create(
        [
            FreezeMove(
                run=made, freeze=step.freeze, act=step.act, frozen=step.frozen, spent=step.spent,
                owed=step.owed, reason=step.reason[:200], entry=some[-1] if some else None,
            )
            for step, some in zip(steps, posted, strict=True)
        ],
        batch_size=_AT_ONCE,
    )  # fmt: skip


def _applied(step: Step) -> int:
    """What the part holds after the change, in memory; the number of the change."""
    freeze = step.freeze
    if step.undo:
        freeze.wanted = freeze.frozen = freeze.spent = freeze.released = freeze.owed = 0
        freeze.moves_made += 1
        return freeze.moves_made
    freeze.wanted += step.wanted
    freeze.frozen += step.frozen
    freeze.spent += step.spent
    freeze.released += step.released
    freeze.owed += step.owed
    freeze.moves_made += 1
    return freeze.moves_made


def _saved(freezes: Sequence[Freeze]) -> None:
    once = list({id(freeze): freeze for freeze in freezes}.values())
    new = [freeze for freeze in once if freeze.pk is None]
    old = [freeze for freeze in once if freeze.pk is not None]
    Freeze.objects.bulk_create(
        old, update_conflicts=True, unique_fields=["id"], update_fields=_KEPT, batch_size=_AT_ONCE
    )
    Freeze.objects.bulk_create(new, batch_size=_AT_ONCE)


def _drafts(step: Step, number: int, accounts: Reserve, on: date) -> list[Draft]:
    """The balanced entry of a change; none where only what is owed changed."""
    moved = (
        (accounts.free, -step.frozen - step.spent),
        (accounts.frozen, step.frozen),
        (accounts.spent, step.spent),
    )
    sides = tuple(Side(account, amount) for account, amount in moved if amount)
    if not sides:
        return []
    freeze = step.freeze
    # No number of the patch: an entry stays for good, also of what is military land.
    label = FreezeMove.Act(step.act).label
    text = f"增违挂钩{label} {freeze.year}年度 冻结编号{freeze.pk}"
    return [Draft(f"enforcement.freeze:{freeze.pk}:{number}", on, text, freeze.region, sides)]


def _reversals(entries: Sequence[Entry], on: date) -> list[Draft]:
    return [reversing(entry, on) for entry in entries]


def _standing(freezes: Sequence[Freeze]) -> dict[int, list[Entry]]:
    """The entries of each that nobody reversed, the last first."""
    found: dict[int, list[Entry]] = defaultdict(list)
    ids = [freeze.pk for freeze in freezes]
    for start in range(0, len(ids), _AT_ONCE):
        moves = FreezeMove.objects.filter(
            freeze__in=ids[start : start + _AT_ONCE],
            entry__isnull=False,
            entry__reverses=None,
            entry__reversed_by__isnull=True,
        ).order_by("-pk")
        for move in moves.select_related("entry__region").prefetch_related("entry__lines__account"):
            assert move.entry is not None
            found[move.freeze_id].append(move.entry)
    return found
