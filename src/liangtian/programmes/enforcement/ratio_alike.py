"""Parts that the accountability ratio treats alike, added up in the database: one query, however many there are.

The rule adds each part by itself, so parts that it treats alike may be added up before: what it asks of them
is the same, and whether a part is wholly put right, on which a setting may rest.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Count,
    F,
    IntegerField,
    Q,
    QuerySet,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Substr
from django.utils import timezone

from liangtian.platform.people.models import User
from liangtian.platform.people.scope import below
from liangtian.policy.accountability import AssessedPatch
from liangtian.policy.clocks import month_end
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.assessing import parts_counted
from liangtian.programmes.enforcement.models import PatchPart

NEVER = 99
_CENT = Decimal("0.01")
# Half of the last figure: sums of binary numbers, as SQLite adds, miss by less.
_HALF = Decimal("0.005")
_ASKED: Mapping[str, Q] = {
    "some": Q(farmland_mu__gt=0),
    "papers": Q(regularised_mu__gt=0),
    "restored": Q(restored_mu__gt=0),
    "put_right": Q(farmland_mu__lte=F("restored_mu") + F("regularised_mu") + _HALF),
}
_KIND = (
    "judgement", "old_construction", "farm_damage", "homestead", "affordable_housing",
    "project__listing", "project__duty_done", *_ASKED,
)  # fmt: skip
OPEN = Q(judgement="illegal", some=True, put_right=False)


@dataclass(frozen=True, slots=True)
class Alike:
    """Parts of one place, month and kind, added up.

    `kind` holds what makes them alike; `papers_in` and `restored_in` say by the end of which month that was
    known: 0 from the beginning, NEVER not yet.
    """

    place: str
    month: int
    papers_in: int
    restored_in: int
    kind: tuple[Any, ...]
    number: int
    patch: AssessedPatch

    @property
    def open(self) -> bool:
        """Illegal, and not wholly put right."""
        known = dict(zip(_KIND, self.kind, strict=True))
        return bool(known["judgement"] == "illegal" and known["some"] and not known["put_right"])


def parts_asked(user: User, asked: ratio.Asked) -> QuerySet[PatchPart]:
    """The parts that count, by number, with what of them makes the rule treat them alike."""
    rows = parts_counted(user, f"{asked.year}-01", f"{asked.year}-12").select_related(None)
    yes_or_no = {
        name: Case(When(holds, then=Value(True)), default=Value(False), output_field=BooleanField())
        for name, holds in _ASKED.items()
    }
    return rows.filter(below(asked.region.code, "patch__region__code")).annotate(**yes_or_no)


def alike(user: User, asked: ratio.Asked, without: Collection[int] = ()) -> list[Alike]:
    """All parts that count but those named, added up; by the regions right below and by months."""
    digits = max((len(one.code) for one in asked.below), default=len(asked.region.code))
    until = months(asked)
    rows: Any = parts_asked(user, asked).order_by().annotate(
        place=Substr("patch__region__code", 1, digits),
        papers_in=_known_in("disposition__papers_on", until),
        restored_in=_known_in("disposition__accepted_on", until),
    )  # fmt: skip
    if without:
        rows = rows.exclude(pk__in=without)
    keys = ("place", "patch__batch__period", "papers_in", "restored_in", *_KIND)
    sums = {
        "sum_farmland": Sum("farmland_mu"),
        "sum_restored": Sum("restored_mu"),
        "sum_papers": Sum("regularised_mu"),
    }
    return [_added(row) for row in rows.values(*keys).annotate(number=Count("pk"), **sums)]


def months(asked: ratio.Asked) -> list[date]:
    """The last day of each month of the patch year as far as it has come, today for the last of them."""
    today = timezone.localdate()
    if today.year < asked.year:
        return []
    last = 12 if today.year > asked.year else today.month
    ends = [month_end(date(asked.year, number, 1)) for number in range(1, last)]
    return [*ends, today]


def merged(rows: Iterable[Alike], by: Callable[[Alike], Hashable]) -> list[Alike]:
    """Fewer of them: those of the same key put together."""
    found: dict[Hashable, list[Alike]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return [_together(some) for some in found.values()]


def patches_of(rows: Iterable[Alike]) -> list[AssessedPatch]:
    """What the rule takes, every place and month together."""
    return [one.patch for one in merged(rows, lambda one: one.kind)]


def any_of(rows: Iterable[Alike]) -> Q:
    """Which parts are of these kinds."""
    found = Q(pk__in=[])
    for kind in {one.kind for one in rows}:
        found |= Q(**dict(zip(_KIND, kind, strict=True)))
    return found


def _together(rows: Sequence[Alike]) -> Alike:
    patches = [row.patch for row in rows]
    patch = replace(
        patches[0],
        farmland_mu=sum((one.farmland_mu for one in patches), Decimal(0)),
        restored_mu=sum((one.restored_mu for one in patches), Decimal(0)),
        regularised_mu=sum((one.regularised_mu for one in patches), Decimal(0)),
    )
    return replace(rows[0], number=sum(row.number for row in rows), patch=patch)


def _known_in(field: str, until: Sequence[date]) -> Case:
    """By the end of which month a day had come."""
    known = [
        When(**{f"{field}__lte": day}, then=Value(number)) for number, day in enumerate(until, 1)
    ]
    return Case(
        When(**{f"{field}__isnull": True}, then=Value(0)), *known,
        default=Value(NEVER), output_field=IntegerField(),
    )  # fmt: skip


def _added(row: Mapping[str, Any]) -> Alike:
    kind = tuple(row[name] for name in _KIND)
    patch = AssessedPatch(
        id="",
        farmland_mu=_mu(row["sum_farmland"]),
        legality=row["judgement"],
        old_construction=row["old_construction"],
        farm_damage=row["farm_damage"],
        infrastructure=row["project__listing"] or "none",
        duty_done=bool(row["project__duty_done"]),
        regularised_mu=_mu(row["sum_papers"]),
        restored_mu=_mu(row["sum_restored"]),
        homestead=row["homestead"],
        affordable_housing=row["affordable_housing"],
    )
    month = int(row["patch__batch__period"][5:7])
    return Alike(
        row["place"], month, row["papers_in"], row["restored_in"], kind, row["number"], patch
    )


def _mu(value: Decimal | None) -> Decimal:
    return (value or Decimal(0)).quantize(_CENT)
