"""Counts day by day, of the latest days."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from liangtian.platform.dashboards.declaration import Drawn, Series
from liangtian.platform.ledgers.declaration import Tag

DAYS = 30
Part = tuple[str, str, Q, Tag | None]  # key, label, which rows, colour


def last_days() -> list[date]:
    """The latest days, today the last."""
    today = timezone.localdate()
    return [today - timedelta(days=n) for n in range(DAYS - 1, -1, -1)]


def by_day(rows: QuerySet[Any], field: str, parts: list[Part]) -> Drawn:
    """How many rows fall on each day by `field`, of each part; one query."""
    days = last_days()
    counted = (
        rows.filter(**{f"{field}__date__gte": days[0]})
        .order_by()
        .annotate(on_day=TruncDate(field))
        .values("on_day")
        .annotate(**{f"of_{key}": Count("pk", filter=wanted) for key, _, wanted, _ in parts})
    )
    found = {row["on_day"]: row for row in counted}
    return Drawn(
        [f"{day:%m-%d}" for day in days],
        [
            Series(key, label, [found.get(day, {}).get(f"of_{key}", 0) for day in days], tag)
            for key, label, _, tag in parts
        ],
    )
