"""What the accountability ratio asks, read from the parts of patches whose judgement is confirmed."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.policy.accountability import AssessedPatch
from liangtian.programmes.enforcement.flow import SETTLED
from liangtian.programmes.enforcement.models import Patch, PatchPart

_COLUMNS = (
    "patch__number", "order", "undivided", "farmland_mu", "judgement", "old_construction",
    "farm_damage", "project__listing", "project__duty_done", "regularised_mu", "restored_mu",
    "homestead", "affordable_housing",
)  # fmt: skip
Beside = tuple[Any, ...]


def parts_counted(user: User, first: str, last: str) -> QuerySet[PatchPart]:
    """Parts of confirmed patches of the batches of months `first` to `last` ("YYYY-MM") the user may see."""
    require(user, "enforcement.view")
    patches = Patch.objects.visible_to(user).filter(
        pk=OuterRef("patch"), case__stage__in=SETTLED,
        batch__period__gte=first, batch__period__lte=last,
    )  # fmt: skip
    # Asked of each part: where SQLite lists the patches first it does so again for every part named by its id.
    parts: QuerySet[PatchPart] = PatchPart.objects.filter(Exists(patches))
    return parts.select_related("project", "patch").order_by("patch__number", "order")


def assessed(part: PatchPart) -> AssessedPatch:
    """One part as the ratio takes it; `id` is the patch's number, with the part's where it is divided."""
    number = part.patch.number
    project = part.project
    return AssessedPatch(
        id=number if part.geom is None else f"{number}-{part.order}",
        farmland_mu=part.farmland_mu or Decimal(0),
        legality=part.judgement,  # type: ignore[arg-type]  # a confirmed part has one of the three
        old_construction=part.old_construction,
        farm_damage=part.farm_damage,
        infrastructure=project.listing if project else "none",  # type: ignore[arg-type]
        duty_done=bool(project and project.duty_done),
        regularised_mu=part.regularised_mu,
        restored_mu=part.restored_mu,
        homestead=part.homestead,
        affordable_housing=part.affordable_housing,
    )


def read(rows: QuerySet[PatchPart], *beside: str) -> Iterator[tuple[AssessedPatch, Beside]]:
    """Parts as the ratio takes them, each with the columns asked for beside; no objects, for there may be many."""
    undivided = ExpressionWrapper(Q(geom__isnull=True), output_field=BooleanField())
    found = rows.annotate(undivided=undivided).values_list(*_COLUMNS, *beside)
    for number, order, whole, mu, judgement, old, damage, listing, duty, *rest in found:
        papers, restored, homestead, housing, *others = rest
        patch = AssessedPatch(
            number if whole else f"{number}-{order}", mu or Decimal(0), judgement, old, damage,
            listing or "none", bool(duty), papers, restored, homestead, housing,
        )  # fmt: skip
        yield patch, tuple(others)
