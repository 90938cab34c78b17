"""The ratio of a place and of those right below it from sums: one query, however many patches there are.

The rule adds each part by itself, so parts that it treats alike may be added up before: what it asks of them
is the same, and whether a part is wholly put right, on which a setting may rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Case, F, Q, Sum, Value, When
from django.db.models.functions import Substr

from liangtian.platform.people.models import User
from liangtian.platform.people.scope import below
from liangtian.platform.regions.models import Region
from liangtian.policy.accountability import Accountability, AssessedPatch
from liangtian.programmes.enforcement import ratio
from liangtian.programmes.enforcement.assessing import parts_counted

_CENT = Decimal("0.01")
_ALIKE = (
    "judgement", "old_construction", "farm_damage", "homestead", "affordable_housing",
    "project__listing", "project__duty_done",
)  # fmt: skip
# Half of the last figure: sums of binary numbers, as SQLite adds, miss by less.
_PUT_RIGHT = Q(farmland_mu__lte=F("restored_mu") + F("regularised_mu") + Decimal("0.005"))


@dataclass(frozen=True, slots=True)
class Sums:
    """The place asked for, and each one right below by its code."""

    whole: Accountability
    below: Mapping[str, Accountability]
    names: Mapping[str, str]


def sums(user: User, asked: ratio.Asked) -> Sums:
    """The same figures as `ratio.assessment` of all parts. Raises Refused as it does."""
    children = dict(
        Region.objects.current()
        .filter(parent=asked.region)
        .order_by("code")
        .values_list("code", "name")
    )
    digits = max(map(len, children), default=len(asked.region.code))
    kept = list(_alike(user, asked, digits))
    places = {
        code: ratio.assessment([one for place, one in kept if place == code], asked)
        for code in children
    }
    return Sums(ratio.assessment([one for _, one in kept], asked), places, children)


def _alike(user: User, asked: ratio.Asked, digits: int) -> Iterator[tuple[str, AssessedPatch]]:
    """Parts treated alike, added up, by the place they lie in."""
    rows = parts_counted(user, f"{asked.year}-01", f"{asked.year}-12").select_related(None)
    rows = rows.filter(below(asked.region.code, "patch__region__code")).order_by()
    done = Case(
        When(_PUT_RIGHT, then=Value(True)), default=Value(False), output_field=BooleanField()
    )
    grouped: Any = rows.annotate(
        place=Substr("patch__region__code", 1, digits), put_right=done
    ).values("place", "put_right", *_ALIKE)
    found = grouped.annotate(
        farmland=Sum("farmland_mu"), restored=Sum("restored_mu"), papers=Sum("regularised_mu")
    )
    for number, row in enumerate(found):
        yield (
            row["place"],
            AssessedPatch(
                id=str(number),
                farmland_mu=_mu(row["farmland"]),
                legality=row["judgement"],
                old_construction=row["old_construction"],
                farm_damage=row["farm_damage"],
                infrastructure=row["project__listing"] or "none",
                duty_done=bool(row["project__duty_done"]),
                regularised_mu=_mu(row["papers"]),
                restored_mu=_mu(row["restored"]),
                homestead=row["homestead"],
                affordable_housing=row["affordable_housing"],
            ),
        )


def _mu(value: Decimal | None) -> Decimal:
    return (value or Decimal(0)).quantize(_CENT)
