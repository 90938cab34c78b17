"""What is owed, as reminders and stop lists look at it: bill by bill, holder by holder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.programmes.holdings.fees.arrears import outstanding
from liangtian.programmes.holdings.models import Bill, Charge

WATER_KINDS = (Charge.WATER.value, Charge.RESOURCE.value)
FROM_WELLS = ":well:"  # in the key of a bill for groundwater


@dataclass(frozen=True)
class Due:
    """One bill of which something is left."""

    bill: int
    holder: int
    kind: str
    year: int
    due_on: date
    left: int
    key: str

    @property
    def told(self) -> dict[str, Any]:
        """For a letter, and for the record of what was asked for."""
        return {
            "bill": self.bill, "kind": self.kind, "label": str(Charge(self.kind).label),
            "year": self.year, "due_on": str(self.due_on), "fen": self.left,
        }  # fmt: skip


def dues(rows: ScopedQuerySet) -> list[Due]:
    """Of some bills those that are not settled, the oldest first."""
    found = outstanding(rows).order_by("due_on", "year", "pk")
    columns = ("pk", "holder_id", "kind", "year", "due_on", "left", "key")
    return [Due(*row) for row in found.values_list(*columns)]


def by_holder(found: Iterable[Due]) -> dict[int, list[Due]]:
    """The same, by who owes it."""
    made: dict[int, list[Due]] = defaultdict(list)
    for one in found:
        made[one.holder].append(one)
    return made


def overdue_water(county: str, before: date) -> dict[int, list[Due]]:
    """Water and resource fees of a county that were due before a day, by holder."""
    rows = Bill.objects.within(county).filter(kind__in=WATER_KINDS, due_on__lt=before)
    return by_holder(dues(rows))


def total(found: Iterable[Due]) -> int:
    """Their sum, fen."""
    return sum(one.left for one in found)


def yuan(fen: int) -> str:
    """Fen as yuan in print."""
    return f"{fen // 100:,}.{fen % 100:02d}"
