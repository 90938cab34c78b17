"""Freezing indicators for illegal farmland (增违挂钩): what a run would change, so that every part holds what it should.

A run compares what each part holds with what it should hold, so a second one moves nothing. What a part held
on a judgement that no longer stands is reversed entry by entry. Nothing is overdrawn: what the reserve lacks
is owed, and frozen by a later run.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.db.models import Sum
from django.utils import timezone

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.reserve import FARMLAND, KEPT, Reserve, shown_mu, standing
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.freeze_targets import Amounts, targets
from liangtian.programmes.enforcement.models import (
    Freeze,
    FreezeMove,
    FreezeRun,
    Patch,
    PatchPart,
)

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

RUN, CONFIRM, VIEW = "freezes.run", "freezes.confirm", "books.view"
NO_LONGER = "判定已撤回或不再计入，冲销原分录"
Act = FreezeMove.Act


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one part and indicator, smallest units. `undo`: what it held is reversed first."""

    freeze: Freeze
    act: str
    wanted: int
    frozen: int
    spent: int
    released: int
    owed: int
    reason: str
    undo: bool = False


@dataclass
class Plan:
    """What a run would do, and what the reserve has before and after, by indicator."""

    county: Region
    year: int
    steps: list[Step] = field(default_factory=list)
    free_before: dict[str, int] = field(default_factory=dict)
    free_after: dict[str, int] = field(default_factory=dict)

    @property
    def messages(self) -> list[str]:
        """What the reserve lacks, in words."""
        found = []
        for commodity in KEPT:
            owed = sum(s.owed for s in self.steps if s.freeze.commodity == commodity and s.owed > 0)
            if owed:
                kind = COMMODITIES[commodity]
                found.append(
                    f"储备库{kind.name}不足：尚欠冻结 {shown_mu(owed, commodity)} 亩，已记欠，"
                    "储备库有指标入库后再次办理时自动补冻。"
                )
        return found

    @property
    def digest(self) -> str:
        """Of all changes: a plan made again of the same state has the same."""
        content = sorted(
            [s.freeze.part_id or 0, s.freeze.pk or 0, s.freeze.commodity, s.act, s.wanted, s.frozen,
             s.spent, s.released, s.owed]
            for s in self.steps
        )  # fmt: skip
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def county_of(user: User, code: str = "") -> Region:
    """The county asked for, the user's own unless told. Raises Forbidden, NotFound, Refused for no county."""
    require(user, VIEW)
    region = ratio.asked_for(user, code, timezone.localdate().year).region
    if region.level != Region.Level.COUNTY:
        raise Refused(f"增违挂钩按县办理，“{region.name}”不是县。")
    return region


def preview(user: User, county: Region, year: int) -> Plan:
    """What a run would change now; nothing is written."""
    require(user, "enforcement.view", VIEW)
    return planned(user, county, year, standing(county))


def planned(user: User, county: Region, year: int, accounts: dict[str, Reserve]) -> Plan:
    """The changes from what every part of the year holds to what it should hold, with these accounts."""
    free = {c: accounts[c].free.balance if c in accounts else 0 for c in KEPT}
    plan = Plan(county, year, free_before=dict(free))
    rows = Freeze.objects.filter(region=county, year=year).order_by("pk")
    there = {(f.part_id, f.commodity): f for f in rows}
    by_hand = _reversed_by_hand(county, year)
    wanted = targets(user, ratio.Asked(county, year))
    kept = {(t.part, c): (t, a) for t in wanted for c, a in t.amounts.items()}
    undone = set()
    for key, freeze in there.items():
        if freeze.wanted and (
            key not in kept or freeze.pk in by_hand or _undone(freeze, kept[key][1])
        ):
            plan.steps.append(_given_back(freeze))
            free[freeze.commodity] += freeze.frozen + freeze.spent
            undone.add(key)
    due = []
    for key, (target, amounts) in kept.items():
        empty = Freeze(region=county, part_id=target.part, year=year, commodity=key[1])
        freeze = there.get(key, empty)
        before = empty if key in undone else freeze
        due.append((freeze, before, amounts, target.reason))
        free[key[1]] += min(amounts.released - before.released, before.frozen)
    steps = [_step(*one, free) for one in due]
    # What gives back goes before what takes: the reserve is never short on the way.
    plan.steps += sorted(filter(None, steps), key=lambda step: step.frozen + step.spent)
    plan.free_after = free
    return plan


def _reversed_by_hand(county: Region, year: int) -> set[int]:
    """Freezes of which somebody reversed an entry in the book itself."""
    moves = FreezeMove.objects.filter(freeze__region=county, freeze__year=year)
    ended = dict(
        moves.filter(act=Act.REVERSE).order_by("freeze_id", "pk").values_list("freeze_id", "pk")
    )
    gone = moves.filter(entry__reversed_by__isnull=False).values_list("freeze_id", "pk")
    return {freeze for freeze, move in gone if move > ended.get(freeze, 0)}


def _undone(freeze: Freeze, amounts: Amounts) -> bool:
    """Whether the judgement changed under it: the area, or less put right than was booked."""
    return bool(
        freeze.wanted != amounts.wanted
        or freeze.spent > amounts.spent
        or freeze.released > amounts.released
    )


def _given_back(freeze: Freeze) -> Step:
    return Step(
        freeze, Act.REVERSE, 0, -freeze.frozen, -freeze.spent, -freeze.released, -freeze.owed,
        NO_LONGER, undo=True,
    )  # fmt: skip


def _step(
    freeze: Freeze, before: Freeze, amounts: Amounts, reason: str, free: dict[str, int]
) -> Step | None:
    """From what is held to what should be, as far as `free` reaches; what it lacks is owed.

    What is released gives back what lay frozen for it, which `free` holds already.
    """
    spend = amounts.spent - before.spent
    release = min(amounts.released - before.released, before.frozen)
    held = before.frozen - release
    from_held = min(spend, held)
    held -= from_held
    commodity = freeze.commodity
    straight = min(spend - from_held, max(free[commodity], 0))
    free[commodity] -= straight
    more = min(max(amounts.held - held, 0), max(free[commodity], 0))
    free[commodity] -= more
    spent, frozen = from_held + straight, held + more - before.frozen
    released = amounts.released - before.released
    owed = amounts.wanted - (before.spent + spent) - (before.frozen + frozen) - amounts.released
    if not (frozen or spent or released or owed != before.owed):
        return None
    act = Act.SPEND if spent else Act.FREEZE if frozen > 0 else Act.RELEASE if released else Act.OWE
    return Step(
        freeze, act, amounts.wanted - before.wanted, frozen, spent, released,
        owed - before.owed, reason,
    )  # fmt: skip


def counts_of(plan: Plan) -> dict[str, object]:
    """A plan in figures: changes by act, sums in 亩 by indicator, what is said of it."""
    acts = Counter(step.act for step in plan.steps if step.freeze.commodity == FARMLAND)
    sums = {
        commodity: {
            name: str(shown_mu(
                sum(getattr(s, name) for s in plan.steps if s.freeze.commodity == commodity), commodity))
            for name in ("frozen", "spent", "released", "owed")
        }
        for commodity in KEPT
    }  # fmt: skip
    return {"acts": dict(acts), "sums": sums, "messages": plan.messages}


def last_runs(county: Region, year: int) -> Sequence[FreezeRun]:
    """The runs of a year, the newest first."""
    rows = FreezeRun.objects.filter(region=county, year=year).select_related(
        "made_by", "region", "proposal__proposed_by"
    )
    return list(rows[:50])


def parts_of(steps: Sequence[Step]) -> dict[int, PatchPart]:
    """The parts of steps by their keys, those that still are."""
    ids = {step.freeze.part_id for step in steps if step.freeze.part_id}
    rows = PatchPart.objects.filter(pk__in=ids).select_related("patch__region")
    return {part.pk: part for part in rows}


def owed_of(county: Region) -> dict[str, int]:
    """What a county still owes, of all years, by indicator."""
    rows = Freeze.objects.filter(region=county).order_by().values_list("commodity")
    return dict(rows.annotate(owed=Sum("owed")))


def moves_of(user: User, part_id: int) -> Sequence[FreezeMove]:
    """Every change of one part that the user may see, the first first. Raises NotFound for another's part."""
    require(user, "enforcement.view", VIEW)
    seen = PatchPart.objects.filter(pk=part_id, patch__in=Patch.objects.visible_to(user))
    if not seen.exists():
        raise NotFound
    rows = FreezeMove.objects.filter(freeze__part=part_id)
    return list(rows.select_related("freeze", "entry", "run__made_by").order_by("pk"))
