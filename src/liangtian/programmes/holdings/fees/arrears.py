"""What holders owe (欠费) as of a day, by kind of charge and year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import (
    BigIntegerField,
    Case,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from liangtian.programmes.holdings.models import Charge, Holder, Payment, PaymentShare, Waiver

if TYPE_CHECKING:
    from liangtian.platform.people.scope import ScopedQuerySet

ORDER = {kind: place for place, kind in enumerate(Charge.values)}
LEFT = ExpressionWrapper(F("amount") - F("paid") - F("waived"), output_field=BigIntegerField())


@dataclass(frozen=True, slots=True)
class Owed:
    """What one holder owes of one kind and year, fen; `overdue` is the part whose day has passed."""

    holder_id: int
    kind: str
    year: int
    due: int
    overdue: int
    since: date  # the first day by which some of it should have been paid


def outstanding(rows: ScopedQuerySet) -> Any:
    """Of some bills those that something is left of today, with `left` (fen)."""
    return rows.filter(reversed_on=None).annotate(left=LEFT).filter(left__gt=0)


def owed(rows: ScopedQuerySet, on: date | None = None) -> list[Owed]:
    """What is owed of these bills as of a day (today), by holder, kind and year; the oldest first."""
    day = on or timezone.localdate()
    left = outstanding(rows) if day >= timezone.localdate() else _then(rows, day)
    late = Sum(Case(When(due_on__lt=day, then=F("left")), default=Value(0)))
    found = left.order_by().values("holder_id", "kind", "year").annotate(
        all=Sum("left"), late=late, first=Min("due_on")
    )  # fmt: skip
    made = [
        Owed(row["holder_id"], row["kind"], row["year"], row["all"], row["late"], row["first"])
        for row in found
    ]
    return sorted(made, key=lambda o: (o.holder_id, o.year, ORDER[o.kind]))


def overdue_holders(
    rows: ScopedQuerySet, days: int, kinds: Collection[str], on: date | None = None
) -> dict[int, int]:
    """Who has owed some of these bills for more than `days` days after they were due, and how much (fen)."""
    last = (on or timezone.localdate()) - timedelta(days=days)
    late = outstanding(rows.filter(kind__in=list(kinds), due_on__lt=last))
    found = late.order_by().values("holder_id").annotate(all=Sum("left"))
    return {row["holder_id"]: row["all"] for row in found}


def of_holder(holder: Holder) -> Q:
    """The bills of a holder and of those joined into it."""
    return Q(holder=holder) | Q(holder__merged_into=holder)


def _then(rows: ScopedQuerySet, day: date) -> Any:
    """What was left on a day of the past, from the payments and waivers up to it."""
    stood = rows.filter(issued_on__lte=day).filter(Q(reversed_on=None) | Q(reversed_on__gt=day))
    shares = PaymentShare.objects.filter(
        Q(payment__reversed_on=None) | Q(payment__reversed_on__gt=day),
        bill=OuterRef("pk"), payment__on__lte=day,
    )  # fmt: skip
    sign = Case(When(payment__sort=Payment.Sort.RELEASE, then=Value(-1)), default=Value(1))
    paid = shares.order_by().values("bill").annotate(n=Sum(F("amount") * sign)).values("n")
    waivers = Waiver.objects.filter(
        Q(state=Waiver.State.APPROVED) | Q(state=Waiver.State.UNDONE, undone_at__date__gt=day),
        bill=OuterRef("pk"), decided_at__date__lte=day,
    )  # fmt: skip
    given = waivers.order_by().values("bill").annotate(n=Sum("amount")).values("n")
    return stood.annotate(
        left=ExpressionWrapper(
            F("amount") - Coalesce(Subquery(paid), 0) - Coalesce(Subquery(given), 0),
            output_field=BigIntegerField(),
        )
    ).filter(left__gt=0)
