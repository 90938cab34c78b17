"""Pages of a ledger, by number or by cursor.

Only the keys of a page are sorted and counted off; what its columns show is computed for those keys
alone, so that a page deep in a long ledger costs what sorting its keys costs.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q

from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column, Ledger
from liangtian.platform.ledgers.query import (
    alias,
    annotated,
    filtered,
    may_be_empty,
    ordered,
    totals,
    values,
)
from liangtian.platform.people.scope import ScopedQuerySet

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PAGE_SIZES = (20, 50, 100, 200)
DEEP = 5_000  # rows before a page, from which on it may be quicker to come from the end


@dataclass(frozen=True)
class Page:
    """One page of rows; `total` and `sums` over all filtered rows are None when not asked for.

    `next` is the cursor of the page after this one, None on the last.
    """

    rows: list[dict[str, Any]]
    page: int
    size: int
    next: str | None
    total: int | None = None
    sums: dict[str, Any] | None = None


def read_page(ledger: Ledger, user: User, params: Mapping[str, str]) -> Page:
    """One page of the ledger. Raises Refused for a page, size or cursor that cannot be read."""
    page, size = _whole(params, "page", 1), _whole(params, "size", PAGE_SIZES[1])
    if size not in PAGE_SIZES:
        raise Refused("每页条数只能是 20、50、100 或 200。", fields={"size": "20、50、100 或 200"})
    rows = filtered(ledger, user, params)
    sort = params.get("sort") or ledger.default_sort
    shown = ordered(ledger, user, rows, sort)
    count, sums = (None, None) if params.get("totals") == "0" else totals(ledger, user, rows)
    start = (page - 1) * size
    if cursor := params.get("after"):
        shown, start = _after(ledger, shown, sort, cursor), 0
    whole_length = _length(rows, count) if start >= DEEP else None
    by = alias(_sorted_by(ledger, sort))
    found = _slice(shown.values_list("pk", by), start, start + size + 1, whole_length)
    keys = [key for key, _ in found[:size]]
    by_key = read_rows(ledger, user, keys)
    return Page(
        rows=[by_key[key] for key in keys if key in by_key],
        page=page,
        size=size,
        next=_cursor(sort, *found[size - 1]) if len(found) > size else None,
        total=count,
        sums=sums,
    )


def read_rows(ledger: Ledger, user: User, keys: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the ledger shows of the rows of these keys that the user may see, by key."""
    whole = annotated(ledger, user, ledger.rows(user))
    return {row["id"]: row for row in values(ledger, whole.filter(pk__in=keys))}


def _length(rows: ScopedQuerySet, count: int | None) -> int:
    found: int = rows.order_by().aggregate(n=Count("pk"))["n"] if count is None else count
    return found


def _slice(shown: Any, start: int, stop: int, whole: int | None) -> list[Any]:
    """Rows `start` to `stop` in their order; behind the middle of `whole` rows counted from the end."""
    if whole is None or start <= whole // 2:
        return list(shown[start:stop])
    back = list(shown.reverse()[max(whole - stop, 0) : max(whole - start, 0)])
    return back[::-1]


def _sorted_by(ledger: Ledger, sort: str) -> Column:
    column = ledger.column(sort.lstrip("-"))
    if column is None:  # `ordered` has refused it before
        raise Refused("不能按此列排序。")
    return column


def _cursor(sort: str, key: int, value: Any) -> str:
    said = value.isoformat() if isinstance(value, (date, datetime)) else value
    text = json.dumps([sort, said, key], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode()


def _after(ledger: Ledger, rows: ScopedQuerySet, sort: str, cursor: str) -> ScopedQuerySet:
    """The rows behind the cursor in this order; empty values stand last, or first when descending."""
    try:
        made_for, value, key = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error):
        made_for, value, key = "", None, 0
    if made_for != sort or not isinstance(key, int):
        raise Refused("翻页位置已失效，请从第一页重新查询。", fields={"after": "请重新查询"})
    column = _sorted_by(ledger, sort)
    field, down = alias(column), sort.startswith("-")
    step = "lt" if down else "gt"
    if value is None:
        rest = Q(**{f"{field}__isnull": True, f"pk__{step}": key})
        return rows.filter(rest | Q(**{f"{field}__isnull": False}) if down else rest)
    if column.kind == "date":
        value = date.fromisoformat(value)
    elif column.kind == "datetime":
        value = datetime.fromisoformat(value)
    behind = Q(**{f"{field}__{step}": value}) | Q(**{field: value, f"pk__{step}": key})
    if not down and may_be_empty(rows, column):
        behind |= Q(**{f"{field}__isnull": True})
    return rows.filter(behind)


def _whole(params: Mapping[str, str], name: str, default: int) -> int:
    text = params.get(name, str(default))
    if not text.isdecimal() or not 0 < int(text) < 10**7:
        raise Refused(f"参数 {name} 应为正整数，收到“{text}”。", fields={name: "应为正整数"})
    return int(text)
