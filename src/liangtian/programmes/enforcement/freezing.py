"""Freezing indicators for illegal farmland (增违挂钩): a run brings every part to what it should hold, in the book.

A run compares what each part holds with what it should hold, so running it again moves nothing. What a part
held on a judgement that no longer stands is reversed entry by entry. Nothing is overdrawn: what the reserve
lacks is owed, and frozen by a later run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.books.models import Entry
from liangtian.platform.books.reserve import FARMLAND, KEPT, Reserve, reserves, standing
from liangtian.platform.books.services import Draft, Side, post
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

RUN, VIEW = "freezes.run", "books.view"
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
                    f"储备库{kind.name}不足：尚欠冻结 {kind.amount(owed)} {kind.unit}，已记欠，"
                    "储备库有指标入库后再次办理时自动补冻。"
                )
        return found


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
    return _planned(user, county, year, standing(county))


def run(user: User, county: Region, year: int, note: str = "") -> FreezeRun | None:
    """Bring every part of the year to what it should hold; None when nothing is to be changed.

    One transaction, one run of a county at a time. Raises Forbidden, Refused for a closed period.
    """
    require(user, "enforcement.view", RUN)
    today = timezone.localdate()
    with transaction.atomic():
        Region.objects.select_for_update(no_key=True).get(pk=county.pk)
        plan = _planned(user, county, year, reserves(user, county, today))
        if not plan.steps:
            return None
        made = FreezeRun.objects.create(
            region=county, year=year, note=note.strip()[:200], made_by=user
        )
        accounts = reserves(user, county, today)
        for step in plan.steps:
            _carried_out(user, made, step, accounts, today)
        made.counts = _counts(plan)
        made.save(update_fields=["counts"])
        record(user, "enforcement.freeze.run", made, after=made.counts)
    return made


def take_in(  # noqa: PLR0917 -- what a voucher says
    user: User, county: Region, commodity: str, m2: Decimal, document: str, on: date
) -> Entry:
    """Indicators come into the reserve, by the paper that says so. Raises Refused, Conflict for the same paper."""
    require(user, RUN)
    kind = COMMODITIES.get(commodity)
    if kind is None or commodity not in KEPT:
        raise Refused("请选择耕地数量或水田规模指标。", fields={"commodity": "请选择"})
    amount = kind.smallest(m2)
    if amount <= 0 or not document.strip():
        raise Refused(
            "请填写大于零的面积和入库依据文号。", fields={"m2": "须大于零", "document": "必填"}
        )
    with transaction.atomic():
        accounts = reserves(user, county, on)[commodity]
        draft = Draft(
            f"reserve:{county.code}:{commodity}:{document.strip()}"[:160], on,
            f"储备库入库 {document.strip()}"[:200], county,
            (Side(accounts.free, amount), Side(accounts.source, -amount)),
        )  # fmt: skip
        entry = post(user, [draft])[0]
        record(user, "enforcement.freeze.take_in", entry, region=county,
               after={"commodity": commodity, "amount": str(m2), "document": document.strip()})  # fmt: skip
    return entry


def _planned(user: User, county: Region, year: int, accounts: dict[str, Reserve]) -> Plan:
    free = {c: accounts[c].free.balance if c in accounts else 0 for c in KEPT}
    plan = Plan(county, year, free_before=dict(free))
    rows = Freeze.objects.filter(region=county, year=year).order_by("pk")
    there = {(f.part_id, f.commodity): f for f in rows}
    by_hand = _reversed_by_hand(county, year)
    wanted = targets(user, ratio.Asked(county, year))
    kept = {(t.part.pk, c): (t, a) for t in wanted for c, a in t.amounts.items()}
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
        empty = Freeze(region=county, part=target.part, year=year, commodity=key[1])
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


def _carried_out(
    user: User, made: FreezeRun, step: Step, accounts: dict[str, Reserve], on: date
) -> None:
    freeze = step.freeze
    if step.undo:
        entry = _reversed(user, freeze, on)
        freeze.wanted = freeze.frozen = freeze.spent = freeze.released = freeze.owed = 0
    else:
        freeze.wanted += step.wanted
        freeze.frozen += step.frozen
        freeze.spent += step.spent
        freeze.released += step.released
        freeze.owed += step.owed
        if freeze.pk is None:
            freeze.save()
        entry = _posted(user, freeze, step, accounts[freeze.commodity], on)
    freeze.moves_made += 1
    freeze.save()
    FreezeMove.objects.create(
        run=made, freeze=freeze, act=step.act, frozen=step.frozen, spent=step.spent,
        owed=step.owed, reason=step.reason[:200], entry=entry,
    )  # fmt: skip


def _posted(user: User, freeze: Freeze, step: Step, accounts: Reserve, on: date) -> Entry | None:
    """The balanced entry of a step; none where only what is owed changed."""
    moved = (
        (accounts.free, -step.frozen - step.spent),
        (accounts.frozen, step.frozen),
        (accounts.spent, step.spent),
    )
    sides = tuple(Side(account, amount) for account, amount in moved if amount)
    if not sides:
        return None
    # No number of the patch: an entry stays for good, also of what is military land.
    text = f"增违挂钩{Act(step.act).label} {freeze.year}年度 冻结编号{freeze.pk}"
    key = f"enforcement.freeze:{freeze.pk}:{freeze.moves_made + 1}"
    return post(user, [Draft(key, on, text, freeze.region, sides)])[0]


def _reversed(user: User, freeze: Freeze, on: date) -> Entry | None:
    """Turn round every entry of a part that stands, the last first; the last reversal."""
    last: Entry | None = None
    moves = FreezeMove.objects.filter(
        freeze=freeze,
        entry__isnull=False,
        entry__reverses=None,
        entry__reversed_by__isnull=True,
    ).order_by("-pk")
    for move in moves.select_related("entry"):
        entry = move.entry
        assert entry is not None
        sides = tuple(
            Side(line.account, -line.amount, line.text)
            for line in entry.lines.select_related("account")
        )
        draft = Draft(f"reverse:{entry.pk}", on, f"冲销 {entry}"[:200], freeze.region, sides)
        last = post(user, [draft], reverses=entry)[0]
    return last


def _counts(plan: Plan) -> dict[str, object]:
    acts = Counter(step.act for step in plan.steps if step.freeze.commodity == FARMLAND)
    sums = {
        commodity: {
            name: str(COMMODITIES[commodity].amount(
                sum(getattr(s, name) for s in plan.steps if s.freeze.commodity == commodity)))
            for name in ("frozen", "spent", "released", "owed")
        }
        for commodity in KEPT
    }  # fmt: skip
    return {"acts": dict(acts), "sums": sums, "messages": plan.messages}


def last_runs(county: Region, year: int) -> Sequence[FreezeRun]:
    """The runs of a year, the newest first."""
    rows = FreezeRun.objects.filter(region=county, year=year).select_related("made_by", "region")
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
