"""The accountability ratio (违法占用耕地面积比例) of a region and patch year: how each part counts, what if, the year's end.

Only parts whose judgement is confirmed count; what is not judged yet is told beside the figure. A patch
belongs to the year its batch came down in, not to that of the building.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Count, Sum
from django.utils import timezone

from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import below, require
from liangtian.platform.regions.models import Region
from liangtian.policy.accountability import (
    Accountability,
    AssessedPatch,
    Level,
    PatchRefused,
    assess,
)
from liangtian.policy.pack_errors import PackError
from liangtian.programmes.enforcement.assessing import Beside, parts_counted, read
from liangtian.programmes.enforcement.flow import SETTLED
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.rules import pack_in_use

M2_OF_MU = Decimal(2000) / 3
_LEVELS: dict[str, Level] = {
    "province": "province", "prefecture": "prefecture", "county": "county",
    "township": "county", "village": "county",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """Which region and patch year. A township is treated by the rules of its county and has no threshold."""

    region: Region
    year: int

    @property
    def level(self) -> Level:
        """The level whose rules apply."""
        return _LEVELS[self.region.level]

    @cached_property
    def below(self) -> list[Region]:
        """The regions right below, by their codes, without their ground."""
        rows = Region.objects.current().filter(parent=self.region)
        return list(rows.defer("geom").order_by("code"))

    @property
    def assessed_itself(self) -> bool:
        """Whether the level has a threshold of its own."""
        return self.region.level in ("province", "prefecture", "county")


@dataclass(frozen=True, slots=True)
class Counted:
    """Every part that counts as the ratio takes it, and what was asked for beside; same order, same length."""

    patches: Sequence[AssessedPatch]
    beside: Sequence[Beside]


@dataclass(frozen=True, slots=True)
class Open:
    """Patches of the year that are not judged and confirmed yet, and the farmland they take, mu."""

    number: int
    farmland_mu: Decimal


def asked_for(user: User, region_code: str, year: int) -> Asked:
    """The region asked for, the user's own when none is named. Raises NotFound outside his."""
    require(user, "enforcement.view")
    own = user.region_id or ""
    code = region_code or own
    region = Region.objects.filter(code=code).first() if code.startswith(own) and own else None
    if region is None:
        raise NotFound
    return Asked(region, year)


def years(user: User) -> list[int]:
    """Patch years with batches the user may see, the last first; this year when there are none."""
    require(user, "enforcement.view")
    periods = Patch.objects.visible_to(user).values_list("batch__period", flat=True).distinct()
    found = sorted({int(period[:4]) for period in periods.order_by()}, reverse=True)
    return found or [timezone.localdate().year]


def counted(user: User, asked: Asked, *beside: str) -> Counted:
    """Every part that counts, in the order of their numbers: for what lists them all (`ratio_sums` for figures).

    `beside` names further columns that are wanted of each.
    """
    rows = parts_counted(user, f"{asked.year}-01", f"{asked.year}-12")
    rows = rows.filter(below(asked.region.code, "patch__region__code"))
    found = list(read(rows, *beside))
    return Counted([patch for patch, _ in found], [others for _, others in found])


def rule_day(asked: Asked) -> date:
    """The day by whose rules the year is assessed: its last, or today while it runs."""
    return min(timezone.localdate(), date(asked.year, 12, 31))


def assessment(patches: Sequence[AssessedPatch], asked: Asked) -> Accountability:
    """Numerator, denominator and every part's treatment.

    Raises Refused for entries that cannot be, and for a year in which the pack's values are not in force.
    """
    try:
        return assess(patches, asked.level, pack_in_use(), rule_day(asked))
    except (PatchRefused, PackError) as problem:
        raise Refused(str(problem)) from problem


def open_mu(patches: Sequence[AssessedPatch]) -> Decimal:
    """Illegal farmland neither restored nor with papers, mu."""
    illegal = (patch.open_mu for patch in patches if patch.legality == "illegal")
    return sum(illegal, Decimal(0))


def not_settled(user: User, asked: Asked) -> Open:
    """What does not count yet because its judgement is not confirmed."""
    rows = Patch.objects.visible_to(user).filter(
        below(asked.region.code), batch__period__startswith=f"{asked.year}-"
    )
    found = rows.exclude(case__stage__in=SETTLED).aggregate(
        number=Count("pk"), farmland=Sum("farmland_m2")
    )
    mu = Decimal(str(found["farmland"] or 0)) / M2_OF_MU
    return Open(found["number"], mu.quantize(Decimal("0.01")))
