"""The county's own holiday table, year by year."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.deadlines import reckon_estimates
from liangtian.platform.calendar.models import Holiday, HolidayNotice
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.platform.sheets import csv_rows, sheets

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


MOST_LETTERS = 120
LONGEST_SPAN = 31  # days; a longer holiday is a slip
KINDS = {"放假": False, "休息": False, "上班": True, "调休上班": True, "补班": True}
_FIRST = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
_LAST = r"(?:(?:(\d{4})[-/.年])?(\d{1,2})[-/.月])?(\d{1,2})日?"
_SPAN = re.compile(rf"{_FIRST}(?:\s*(?:至|到|~|—)\s*{_LAST})?")


def set_year(
    user: User, year: int, days: Sequence[tuple[date, bool, str]], document: str = ""
) -> int:
    """Replace the table of a year (day, worked?, name; `document`: by which notice) and reckon estimated deadlines again; how many moved.

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
    if len(document.strip()) > MOST_LETTERS:
        raise Refused(f"依据文件最多 {MOST_LETTERS} 个字。", fields={"document": "太长"})
    with transaction.atomic():
        before: dict[str, Any] = {
            str(h.day): h.works for h in Holiday.objects.filter(day__year=year)
        }
        Holiday.objects.filter(day__year=year).delete()
        Holiday.objects.bulk_create(
            [Holiday(day=day, works=works, name=name.strip()[:40]) for day, works, name in days]
        )
        after: dict[str, Any] = {str(day): works for day, works, _ in days}
        _set_notice(user, year, document.strip() if days else "")
        after["document"] = document.strip()
        record(
            user,
            "holidays.set",
            f"{year} 年节假日安排",
            region=user.region,
            before=before,
            after=after,
        )
        return reckon_estimates()


def _set_notice(user: User, year: int, document: str) -> None:
    HolidayNotice.objects.filter(year=year).delete()
    if document:
        HolidayNotice.objects.create(year=year, document=document, entered_by=user)


def read_list(path: Path, year: int) -> list[tuple[date, bool, str]]:
    """The days of a year in a list (Excel, CSV) with the columns 日期, 安排 (放假/上班) and 名称.

    A cell of days may be a span, `2027-01-01至2027-01-03`. Raises Refused with the line that cannot be read.
    """
    tables = [csv_rows(path)] if path.suffix.lower() in (".csv", ".txt") else sheets(path)
    named = next(((rows, at) for rows in tables if (at := _columns(rows)) is not None), None)
    if named is None:
        raise Refused(
            "没有找到“日期”和“安排”两列。请在第一行写列名：日期、安排(放假或上班)、名称。"
        )
    rows, (day, kind, name) = named
    found: dict[date, tuple[date, bool, str]] = {}
    for number, row in enumerate(rows[1:], start=2):
        cells = [str(value).strip() for value in row] + [""] * len(rows[0])
        if not any(cells):
            continue
        works = KINDS.get(cells[kind])
        days = _days(row[day] if day < len(row) else "")
        if works is None or not days or any(one.year != year for one in days):
            raise Refused(
                f"第 {number} 行不能读取：日期应在 {year} 年内(如 {year}-01-01 或 {year}-01-01至{year}-01-03)，"
                "安排应为“放假”或“上班”。", fields={"file": f"第 {number} 行"},
            )  # fmt: skip
        found |= {one: (one, works, cells[name] if name is not None else "") for one in days}
    return [found[one] for one in sorted(found)]


def _columns(rows: Sequence[Sequence[Any]]) -> tuple[int, int, int | None] | None:
    names = [str(value).strip() for value in rows[0]] if rows else []
    if "日期" not in names or "安排" not in names:
        return None
    return (
        names.index("日期"),
        names.index("安排"),
        names.index("名称") if "名称" in names else None,
    )


def _days(value: Any) -> list[date]:
    """A day, or all days of a span; none when it cannot be read."""
    if isinstance(value, date):
        return [date(value.year, value.month, value.day)]
    match = _SPAN.fullmatch(str(value).strip())
    if match is None:
        return []
    first = [int(match[n]) for n in (1, 2, 3)]
    last = [int(match[n] or first[n - 4]) for n in (4, 5, 6)]
    try:
        start, end = date(*first), date(*last)
    except ValueError:
        return []
    if not 0 <= (end - start).days <= LONGEST_SPAN:
        return []
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
