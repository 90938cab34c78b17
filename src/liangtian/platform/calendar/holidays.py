"""The county's own holiday table, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.deadlines import reckon_estimates
from liangtian.platform.calendar.models import Holiday
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def set_year(user: User, year: int, days: Sequence[tuple[date, bool, str]]) -> int:
    """Replace the table of a year (day, worked?, name) and reckon estimated deadlines again; how many moved.

    Without days the year is unknown again. Raises Forbidden, Refused for a day of another year or one
    given twice.
    """
    require(user, "calendar.view", "calendar.manage")
    if user.region is None or user.region.level != "county":
        raise Refused(
            "节假日安排由县级统一维护，请联系县级经办人员。", status=403, code="forbidden"
        )
    wrong = [day for day, _, _ in days if day.year != year]
    if wrong or len({day for day, _, _ in days}) != len(days):
        raise Refused(f"日期须都在 {year} 年内且不重复。", fields={"days": "日期不在该年内或重复"})
    with transaction.atomic():
        before = {str(h.day): h.works for h in Holiday.objects.filter(day__year=year)}
        Holiday.objects.filter(day__year=year).delete()
        Holiday.objects.bulk_create(
            [Holiday(day=day, works=works, name=name.strip()[:40]) for day, works, name in days]
        )
        after = {str(day): works for day, works, _ in days}
        record(
            user,
            "holidays.set",
            f"{year} 年节假日安排",
            region=user.region,
            before=before,
            after=after,
        )
        return reckon_estimates()
