"""Reporting periods (报告期): months, quarters, half years, years."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from liangtian.platform.errors import Refused

Kind = Literal["month", "quarter", "half", "year"]
_PATTERNS: dict[Kind, str] = {
    "month": r"(\d{4})-(0[1-9]|1[0-2])",
    "quarter": r"(\d{4})-Q([1-4])",
    "half": r"(\d{4})-H([12])",
    "year": r"(\d{4})",
}
_EXAMPLES: dict[Kind, str] = {
    "month": "2026-03",
    "quarter": "2026-Q1",
    "half": "2026-H1",
    "year": "2026",
}
_QUARTERS = "一二三四"
_HALVES = "上下"


@dataclass(frozen=True)
class Period:
    """One period: its months, its last day, how it is written."""

    code: str
    label: str
    first: str
    last: str
    end: date


def read_period(kind: Kind, code: str) -> Period:
    """The period of that code. Raises Refused for one of another kind."""
    found = re.fullmatch(_PATTERNS[kind], code)
    if found is None:
        raise Refused(
            f"“{code}”不是本报表的报告期，应形如 {_EXAMPLES[kind]}。", fields={"period": "格式不符"}
        )
    year = int(found.group(1))
    if kind == "year":
        first, last, label = 1, 12, f"{year}年"
    elif kind == "quarter":
        quarter = int(found.group(2))
        first, last = quarter * 3 - 2, quarter * 3
        label = f"{year}年第{_QUARTERS[quarter - 1]}季度"
    elif kind == "half":
        half = int(found.group(2))
        first, last, label = half * 6 - 5, half * 6, f"{year}年{_HALVES[half - 1]}半年"
    else:
        first = last = int(found.group(2))
        label = f"{year}年{first}月"
    following = date(year + last // 12, last % 12 + 1, 1)
    end = following - timedelta(days=1)
    return Period(code, label, f"{year}-{first:02}", f"{year}-{last:02}", end)


def recent_periods(kind: Kind, today: date, count: int = 12) -> list[Period]:
    """The present period and those before it, newest first."""
    codes: list[str] = []
    month = today.year * 12 + today.month - 1
    while len(codes) < count:
        year, within = divmod(month, 12)
        code = {"month": f"{year}-{within + 1:02}", "quarter": f"{year}-Q{within // 3 + 1}",
                "half": f"{year}-H{within // 6 + 1}", "year": str(year)}[kind]  # fmt: skip
        if code not in codes:
            codes.append(code)
        month -= 1
    return [read_period(kind, code) for code in codes]
