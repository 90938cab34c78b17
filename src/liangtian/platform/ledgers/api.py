"""The ledgers over HTTP: what there is, how it looks, its rows, its Excel file."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, WithJsonSchema

from liangtian.platform.errors import NotFound
from liangtian.platform.ledgers.declaration import (
    FilterKind,
    Kind,
    Ledger,
    Tag,
    all_ledgers,
    find_ledger,
)
from liangtian.platform.ledgers.extent import extent
from liangtian.platform.ledgers.groups import dimensions, grouped
from liangtian.platform.ledgers.query import AS_OF, LARGEST, filtered
from liangtian.platform.ledgers.unmasking import as_seen, ask, end, number_sought, page_seen
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.people.security import current
from liangtian.platform.personal import Sensitivity
from liangtian.platform.shapes import Bounds

router = Router(tags=["ledgers"])


class LedgerName(Schema):
    name: str
    title: str


class ChoiceOut(Schema):
    value: str
    label: str
    tag: Tag | None


class ColumnOut(Schema):
    name: str
    label: str
    unit: str | None
    kind: Kind
    width: int
    sortable: bool
    sum: bool
    choices: list[ChoiceOut] | None
    link: str | None
    fixed: bool
    group: str
    sensitivity: Sensitivity
    masked: bool


class FilterOut(Schema):
    name: str
    label: str
    kind: FilterKind
    choices: list[ChoiceOut] | None


class DimensionOut(Schema):
    name: str
    label: str


class LedgerOut(Schema):
    name: str
    title: str
    unit_note: str
    has_map: bool
    dimensions: list[DimensionOut]
    columns: list[ColumnOut]
    filters: list[FilterOut]
    default_sort: str
    may_export: bool
    may_unmask: bool
    unmask_minutes: int


# A value for each column by its name, and the row's own key.
LedgerRow = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "integer"}},
            "additionalProperties": {"type": ["string", "number", "boolean", "null"]},
        }
    ),
]


class ClearOut(Schema):
    """What of the page is shown unmasked, and until when."""

    until: datetime
    whole: bool
    rows: list[int]


class LedgerPage(Schema):
    rows: list[LedgerRow]
    page: int
    size: int
    next: str | None
    total: int | None
    sums: dict[str, float] | None
    clear: ClearOut | None


class MaskedOut(Schema):
    masked: bool = True


class UnmaskIn(Schema):
    reason: Annotated[str, Field(max_length=200)]
    row: Annotated[int, Field(ge=1, le=LARGEST)] | None = None


class NumberIn(Schema):
    column: Annotated[str, Field(max_length=60)]
    number: Annotated[str, Field(max_length=60)]


class NumberOut(Schema):
    """What stands for the number in the column's condition."""

    value: str


class ExtentOut(Schema):
    bounds: Bounds | None


class GroupOut(Schema):
    keys: list[str]
    labels: list[str]
    parts: list[dict[str, str]]
    narrow: dict[str, str]
    count: int
    sums: dict[str, float]


class GroupedOut(Schema):
    dimensions: list[DimensionOut]
    axes: list[list[str]]
    groups: list[GroupOut]
    count: int
    sums: dict[str, float]


@router.get("", response=list[LedgerName])
def list_ledgers(request: HttpRequest) -> list[dict[str, str]]:
    """The ledgers the user may read."""
    user = user_of(request)
    return [
        {"name": ledger.name, "title": ledger.title}
        for ledger in all_ledgers()
        if user.may(ledger.permission)
    ]


@router.get("/{name}", response=LedgerOut)
def describe(request: HttpRequest, name: str) -> dict[str, Any]:
    """Columns and filters of one ledger."""
    user = user_of(request)
    require(user, _find(name).permission)
    ledger = as_seen(user, _session(request), _find(name))
    columns = [
        {
            **{key: getattr(c, key) for key in _COLUMN_KEYS},
            "sortable": c.in_order,
            "choices": [vars(x) for x in c.choices()] if c.choices else None,
        }
        for c in ledger.columns
    ]
    by_name = {c["name"]: c for c in columns}
    dated = {"name": AS_OF, "label": "截至日期", "kind": "date", "choices": None}
    filters = [
        {
            "name": c.name,
            "label": c.label,
            "kind": c.searchable,
            "choices": by_name[c.name]["choices"],
        }
        for c in ledger.columns
        if c.searchable
    ] + ([dated] if ledger.at else [])
    return {
        "name": ledger.name,
        "title": ledger.title,
        "unit_note": ledger.unit_note,
        "has_map": ledger.geometry is not None,
        "dimensions": [{"name": n, "label": label} for n, label in dimensions(ledger)],
        "columns": columns,
        "filters": filters,
        "default_sort": ledger.default_sort,
        "may_export": user.may(ledger.export_permission),
        "may_unmask": ledger.personal and user.may(ledger.unmask_permission),
        "unmask_minutes": current()["unmask_minutes"],
    }  # fmt: skip


_COLUMN_KEYS = ("name", "label", "unit", "kind", "width", "sum", "link", "fixed", "group",
                "sensitivity", "masked")  # fmt: skip


@router.get("/{name}/rows", response=LedgerPage)
def rows(request: HttpRequest, name: str) -> dict[str, Any]:
    """One page of rows; the query string holds the filters. `totals=0` leaves count and sums out."""
    user, params = user_of(request), request.GET.dict()
    page, leave = page_seen(user, _session(request), _find(name), params)
    return {
        "rows": [{key: _json(value) for key, value in row.items()} for row in page.rows],
        "total": page.total,
        "page": page.page,
        "size": page.size,
        "next": page.next,
        "sums": page.sums,
        "clear": {"until": leave.until, "whole": leave.whole, "rows": sorted(leave.rows)}
        if leave.until
        else None,
    }


@router.post("/{name}/unmask", response=ClearOut)
def unmask(request: HttpRequest, name: str, body: UnmaskIn) -> dict[str, Any]:
    """Show what is masked, of the ledger or of one row, for a reason and some minutes."""
    user, ledger = user_of(request), _find(name)
    made = ask(user, _session(request), ledger, body.reason, body.row)
    rows = [] if made.row is None else [made.row]
    return {"until": made.until, "whole": made.row is None, "rows": rows}


@router.post("/{name}/number", response=NumberOut)
def number(request: HttpRequest, name: str, body: NumberIn) -> dict[str, str]:
    """Turn a whole number into the condition that finds it, so that no address ever holds the number."""
    user = user_of(request)
    return {"value": number_sought(user, _session(request), _find(name), body.column, body.number)}


@router.delete("/{name}/unmask", response=MaskedOut)
def mask(request: HttpRequest, name: str) -> MaskedOut:
    """Mask again at once."""
    ledger = _find(name)
    require(user_of(request), ledger.permission, ledger.unmask_permission)
    end(user_of(request), ledger)
    return MaskedOut()


@router.get("/{name}/extent", response=ExtentOut)
def where(request: HttpRequest, name: str) -> dict[str, Any]:
    """Where the filtered rows lie, for the map."""
    ledger = _find(name)
    return {"bounds": extent(ledger, filtered(ledger, user_of(request), request.GET.dict()))}


@router.get("/{name}/groups", response=GroupedOut)
def groups(request: HttpRequest, name: str, by: str) -> dict[str, Any]:
    """The filtered rows summed up by one dimension, or by two: `by=region:township,judgement`."""
    found = grouped(_find(name), user_of(request), request.GET.dict(), by.split(","))
    return {
        "dimensions": [{"name": d.name, "label": d.label} for d in found.dimensions],
        "axes": found.axes,
        "groups": found.groups,
        "count": found.count,
        "sums": found.sums,
    }


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""


def _find(name: str) -> Ledger:
    ledger = find_ledger(name)
    if ledger is None:
        raise NotFound(f"没有名为“{name}”的台账。")
    return ledger


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return value
