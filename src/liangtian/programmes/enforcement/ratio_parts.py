"""Single parts of the ratio: a page of how each counts, which to restore, and what if they were."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from django.db.models import QuerySet

from liangtian.platform.people.models import User
from liangtian.policy.accountability import (
    Accountability,
    AssessedPatch,
    Treatment,
    fewest_to_restore,
)
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.assessing import assessed, read
from liangtian.programmes.enforcement.models import PatchPart
from liangtian.programmes.enforcement.ratio_alike import (
    OPEN,
    Alike,
    alike,
    any_of,
    merged,
    parts_asked,
    patches_of,
)
from liangtian.programmes.enforcement.rules import pack_in_use

Side = Literal["all", "numerator", "denominator", "neither", "open"]
MOST_SHOWN = 200  # a list that is longer is no plan
Treated = list[tuple[PatchPart, Treatment]]


def page_of(
    user: User, asked: ratio.Asked, side: Side, start: int, size: int
) -> tuple[int, Treated]:
    """How many parts count on a side, and `size` of them from `start` by number, with their treatment."""
    kinds = merged(alike(user, asked), lambda one: one.kind)
    treated = ratio.assessment([one.patch for one in kinds], asked).treatments
    kept = [one for one, how in zip(kinds, treated, strict=True) if _on_side(how, side, one.open)]
    rows = parts_asked(user, asked)
    if len(kept) < len(kinds):
        rows = rows.filter(any_of(kept))
    return sum(one.number for one in kept), _treated(rows[start : start + size], asked)


def _on_side(how: Treatment, side: Side, still_open: bool) -> bool:
    if side == "numerator":
        return how.numerator_mu > 0
    if side == "denominator":
        return how.denominator_mu > 0
    if side == "neither":
        return not how.numerator_mu and not how.denominator_mu
    return side == "all" or still_open


@dataclass(frozen=True, slots=True)
class ToRestore:
    """The fewest parts to restore: how many, how much farmland is open on them (mu), the first of them."""

    number: int
    open_mu: Decimal
    first: Treated


def to_restore(user: User, asked: ratio.Asked, rows: Sequence[Alike]) -> ToRestore | None:
    """The fewest parts whose restoration leaves the region out of scope; None when none suffices.

    `rows` are all its parts added up; only those that are open are read one by one.
    """
    if not asked.assessed_itself or not ratio.assessment(patches_of(rows), asked).in_scope:
        return ToRestore(0, Decimal(0), [])
    single = list(read(parts_asked(user, asked).filter(OPEN), "pk"))
    rest = patches_of(one for one in rows if not one.open)
    chosen = fewest_to_restore(
        [*rest, *(patch for patch, _ in single)], asked.level, pack_in_use(), ratio.rule_day(asked)
    )
    if chosen is None:
        return None
    wanted = {id(patch) for patch in chosen}
    ids = [pk for patch, (pk,) in single if id(patch) in wanted]
    shown = _treated(parts_asked(user, asked).filter(pk__in=ids[:MOST_SHOWN]), asked)
    return ToRestore(len(ids), ratio.open_mu(chosen), shown)


def what_if(user: User, asked: ratio.Asked, restored: Collection[int]) -> Accountability:
    """The figures as they would be with the named parts (ids) wholly restored."""
    named = read(parts_asked(user, asked).filter(pk__in=restored))
    rest = patches_of(alike(user, asked, restored))
    return ratio.assessment([*rest, *(_restored(patch) for patch, _ in named)], asked)


def _restored(patch: AssessedPatch) -> AssessedPatch:
    if patch.legality != "illegal":
        return patch
    return replace(patch, restored_mu=patch.farmland_mu - patch.regularised_mu)


def _treated(rows: QuerySet[PatchPart], asked: ratio.Asked) -> Treated:
    parts = list(rows.select_related("patch__region", "project"))
    treated = ratio.assessment([assessed(part) for part in parts], asked).treatments
    return list(zip(parts, treated, strict=True))
