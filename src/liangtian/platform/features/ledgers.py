"""Ledgers whose rows have a figure, as collections: the same rows and columns as on the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
from django.db.models import Count
from shapely.geometry.base import BaseGeometry

from liangtian.platform.errors import Refused
from liangtian.platform.features.asking import Asked, Bounds
from liangtian.platform.features.items import Items, Property
from liangtian.platform.ledgers.declaration import Column, Ledger, all_ledgers, find_ledger
from liangtian.platform.ledgers.query import HUNDREDTHS, alias, annotated, filtered, plain
from liangtian.platform.people.models import User

TYPES = {
    "integer": "integer", "area_mu": "number", "area_m2": "number", "yuan": "number",
    "m3": "number", "boolean": "boolean",
}  # fmt: skip
FORMATS = {"date": "date", "datetime": "date-time"}


def ledger_collections(user: User) -> list[LedgerCollection]:
    """Every ledger with figures that the user may read and take away."""
    return [LedgerCollection(ledger, user) for ledger in all_ledgers() if _open_to(ledger, user)]


def ledger_collection(user: User, name: str) -> LedgerCollection | None:
    """The ledger of that name, if it has figures and the user may read and take it away."""
    ledger = find_ledger(name)
    return LedgerCollection(ledger, user) if ledger and _open_to(ledger, user) else None


def _open_to(ledger: Ledger, user: User) -> bool:
    return bool(
        ledger.geometry and user.may(ledger.permission) and user.may(ledger.export_permission)
    )


class LedgerCollection:
    """One ledger, for one user."""

    period: tuple[date | None, date | None] | None = None

    def __init__(self, ledger: Ledger, user: User) -> None:
        assert ledger.geometry is not None
        self.ledger, self.user, self.geometry = ledger, user, ledger.geometry
        self.id, self.title = ledger.name, ledger.title
        self.description = f"台账，{ledger.unit_note}。"
        self.filters: Sequence[str] = [
            column.name for column in ledger.columns if column.searchable in ("text", "choice")
        ]
        region: BaseGeometry | None = user.region.geom if user.region else None
        self.extent: Bounds | None = region.bounds if region is not None else None

    def properties(self) -> Sequence[Property]:
        return [
            Property(
                c.name, f"{c.label}（{c.unit}）" if c.unit else c.label,
                TYPES.get(c.kind, "string"), FORMATS.get(c.kind, ""),
            )
            for c in self.ledger.columns
        ]  # fmt: skip

    def matched(self, asked: Asked) -> int | None:
        total: int = self._rows(asked).aggregate(n=Count("pk"))["n"]
        return total

    def items(self, asked: Asked) -> Items:
        rows = self._rows(asked).filter(pk__gt=asked.after).order_by("pk")
        found = self._values(rows[: asked.limit + 1])
        more = len(found) > asked.limit
        shown = found[: asked.limit]
        return self._packed(shown, shown[-1]["pk"] if more else None)

    def item(self, key: int) -> Items:
        return self._packed(self._values(self._rows(Asked()).filter(pk=key)), None)

    def _rows(self, asked: Asked) -> Any:
        try:
            rows = filtered(self.ledger, self.user, asked.filters)
        except Refused as refusal:
            raise Refused(refusal.message, status=400, fields=refusal.fields) from refusal
        if asked.bbox is not None:
            rows = rows.filter(**{f"{self.geometry}__bbox": asked.bbox})
        return rows.exclude(**{self.geometry: None})

    def _values(self, rows: Any) -> list[dict[str, Any]]:
        names = (alias(column) for column in self.ledger.columns)
        whole = annotated(self.ledger, self.user, rows)
        return list(whole.values("pk", self.geometry, *names))

    def _packed(self, found: list[dict[str, Any]], next_after: int | None) -> Items:
        geoms = np.empty(len(found), dtype=object)
        geoms[:] = [row[self.geometry] for row in found]
        return Items(
            ids=[row["pk"] for row in found],
            geoms=geoms,
            properties=[
                {c.name: _shown(c, row[alias(c)]) for c in self.ledger.columns} for row in found
            ],
            next_after=next_after,
        )


def _shown(column: Column, value: Any) -> Any:
    shown = plain(column, value)
    return float(shown) if column.kind in HUNDREDTHS and isinstance(shown, Decimal) else shown
