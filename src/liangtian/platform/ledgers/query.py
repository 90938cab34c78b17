"""Reading a ledger: filters, order, sums. Pages, groups and exports read through the same door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Count, F, Q, Sum
from django.db.models.expressions import OrderBy

from liangtian.platform.errors import Refused
from liangtian.platform.ledgers.declaration import Column, Ledger, shown_value
from liangtian.platform.people.scope import ScopedQuerySet, below, require
from liangtian.platform.personal import masked
from liangtian.platform.personal_digest import are_digests
from liangtian.platform.regions.changes import successors

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

HUNDREDTHS = ("area_mu", "area_m2", "yuan", "m3")  # kept as whole hundredths of what is shown
RESERVED = frozenset({"page", "size", "sort", "after", "totals", "q", "by", "columns"})
AS_OF = "as_of"  # the day whose state is asked for, of a ledger that keeps its past
OPERATORS = ("", "gte", "lte", "is", "empty")
LARGEST = 2**63 - 1  # the largest whole number the database compares with


def alias(column: Column) -> str:
    """Name of the column's annotation; prefixed, since a model field may have the same name."""
    return f"ledger_{column.name}"


def filtered(ledger: Ledger, user: User, params: Mapping[str, str]) -> ScopedQuerySet:
    """The rows the user may see, narrowed by the request's parameters.

    Columns that narrow are annotated where they have to be; `ordered` adds the one that sorts, `annotated`
    what is to be shown, so that counting and adding up joins no table for nothing. Raises Refused for an
    unknown parameter or a value that cannot be read: a filter that is ignored would show more rows than
    asked for.
    """
    require(user, ledger.permission)
    rows = ledger.rows(user)
    if ledger.at is not None:
        rows = ledger.at(rows, _day(params.get(AS_OF, "")))
    if text := params.get("q", "").strip():
        rows = rows.filter(_holding(rows.model, ledger.searched(), text))
    for key, value in params.items():
        if key not in RESERVED and value != "" and not (key == AS_OF and ledger.at):
            rows = _narrowed(ledger, user, rows, key, value)
    return rows


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        wanted = "应为日期，例如 2026-03-31"
        raise Refused(f"截至日期“{text}”{wanted}。", fields={AS_OF: wanted}) from None


def _narrowed(
    ledger: Ledger, user: User, rows: ScopedQuerySet, key: str, value: str
) -> ScopedQuerySet:
    name, _, operator = key.partition("__")
    column, wanted = ledger.column(name), condition(ledger, key, value)
    if column is None or name == "region" or (name in ledger.extra_filters and not operator):
        return rows.filter(wanted)
    first, rest, related = _elsewhere(rows.model, column)
    if related is None or operator == "empty" or column.masked:
        return annotated(ledger, user, rows, [column]).filter(wanted)
    # Keys that match in the other table are quickly found; looking up every row's there is slow.
    keys = related._base_manager.filter(_of_column(column, rest, operator, key, value))
    return rows.filter(**{f"{first}__in": keys.order_by().values("pk")})


def _elsewhere(model: Any, column: Column) -> tuple[str, str, Any]:
    """For a column of another table: the key to it, the path from there, its model; else no model."""
    first, _, rest = (
        column.source.partition("__") if isinstance(column.source, str) else ("", "", "")
    )
    own = {field.name: field.related_model for field in model._meta.concrete_fields}
    return first, rest, own.get(first) if rest and column.kind not in HUNDREDTHS else None


def annotated(
    ledger: Ledger, user: User, rows: ScopedQuerySet, columns: Sequence[Column] | None = None
) -> ScopedQuerySet:
    """The rows, each of the `columns` (all, unless told) annotated with what it shows."""
    wanted = ledger.columns if columns is None else columns
    missing = [c for c in wanted if alias(c) not in rows.query.annotations]
    shown: ScopedQuerySet = rows.annotate(**{alias(c): shown_value(c, user) for c in missing})
    return shown


def _holding(model: Any, paths: Sequence[tuple[str, bool]], text: str) -> Q:
    """Rows with the text in one of the paths; of another table, only the keys that match are joined.

    A path with True holds the text only when it equals it.
    """
    wanted = Q(pk__in=[])
    for path, whole in paths:
        how = "exact" if whole else "icontains"
        first, _, rest = path.partition("__")
        if not rest:
            wanted |= Q(**{f"{path}__{how}": text})
            continue
        related = model._meta.get_field(first).related_model
        keys = related._default_manager.filter(**{f"{rest}__{how}": text}).order_by()
        wanted |= Q(**{f"{first}__in": keys.values("pk")})
    return wanted


def condition(ledger: Ledger, key: str, value: str) -> Q:
    """One parameter as a condition on annotated rows. Raises Refused for one that is not known."""
    name, _, operator = key.partition("__")
    if key == "region":
        return _within(ledger, value)
    if key == "region__is":
        return Q(**{f"{ledger.region_filter}__in": today_codes(value)})
    if name in ledger.extra_filters and not operator:
        return Q(**{ledger.extra_filters[name]: _key(key, value)})
    column = ledger.column(name)
    known = column is not None and (column.filter or column.digest or column.groupable)
    if column is None or not known or operator not in OPERATORS:
        raise Refused(f"“{ledger.title}”没有查询条件“{key}”。", fields={key: "没有此查询条件"})
    if column.masked:
        return _of_masked(column, operator, key, value)
    if column.digest:
        return _of_number(column, operator, key, value)
    return _of_column(column, alias(column), operator, key, value)


def today_codes(code: str) -> list[str]:
    """A code given up stands for what took its place; one that never was, for itself."""
    return successors(code) or [code]


def of_today(query: Mapping[str, str]) -> dict[str, str]:
    """Filters that were kept, with the region's code of today where one code took its place.

    Where several did, the old code stays: asking by it still finds the rows of all of them.
    """
    now = dict(query)
    for key in {"region", "region__is"} & set(now):
        found = today_codes(now[key])
        now[key] = found[0] if len(found) == 1 else now[key]
    return now


def _within(ledger: Ledger, code: str) -> Q:
    within = Q()
    for one in today_codes(code):
        within |= below(one, ledger.region_filter)
    return within


def _of_column(column: Column, field: str, operator: str, key: str, value: str) -> Q:
    if operator == "empty":
        return _empty(column, value != "0")
    if operator in ("gte", "lte"):
        if column.kind == "datetime":
            field = f"{field}__date"
        return Q(**{f"{field}__{operator}": _bound(column, key, value)})
    if column.kind == "boolean":
        return Q(**{field: value in ("1", "true")})
    if column.kind == "choice":
        return Q(**{f"{field}__in": value.split(",")})
    if column.kind == "text":
        return Q(**{field: value} if operator == "is" else {f"{field}__icontains": value})
    return Q(**{field: _bound(column, key, value)})


def _of_masked(column: Column, operator: str, key: str, value: str) -> Q:
    """A whole name, or whether there is a value at all: parts would tell what the mask hides."""
    if operator == "empty":
        return _empty(column, value != "0")
    if column.searchable is None:
        raise Refused(
            f"“{column.label}”已脱敏，不能按它查询。请先点“查看”说明事由。",
            fields={key: "已脱敏"},
        )
    if operator not in ("", "is"):
        raise Refused(f"“{column.label}”已脱敏，只能按完整姓名查询。", fields={key: "已脱敏"})
    return Q(**{alias(column): value})


def _of_number(column: Column, operator: str, key: str, value: str) -> Q:
    """An encrypted number by its digest, never by itself: an address is kept in too many places."""
    if operator == "empty":
        return _empty(column, value != "0")
    if operator not in ("", "is") or not are_digests(value):
        raise Refused(
            f"“{column.label}”只能按完整号码查询，且号码不能写在地址里。请在台账页面的查询条件中填写。",
            fields={key: "只能按完整号码查询"},
        )
    return Q(**{f"{column.digest}__in": value.split(",")})


def _empty(column: Column, wanted: bool) -> Q:
    nothing = Q(**{f"{alias(column)}__isnull": True})
    if column.kind in ("text", "choice"):
        nothing |= Q(**{alias(column): ""})
    return nothing if wanted else ~nothing


def _key(key: str, value: str) -> int:
    if not value.isdecimal() or int(value) > LARGEST:
        raise Refused(f"查询条件“{key}”的值“{value}”不是编号。", fields={key: "应为编号"})
    return int(value)


def _bound(column: Column, key: str, value: str) -> Any:
    try:
        if column.kind in HUNDREDTHS:
            return _held(int((Decimal(value) * 100).to_integral_value()))
        if column.kind == "integer":
            return _held(int(value))
        if column.kind in ("date", "datetime"):
            return date.fromisoformat(value)
    except (ValueError, InvalidOperation, OverflowError):
        wanted = "日期，例如 2026-03-31" if column.kind.startswith("date") else "数字"
        raise Refused(
            f"查询条件“{column.label}”的值“{value}”不是{wanted}。", fields={key: f"应为{wanted}"}
        ) from None
    return value


def _held(number: int) -> int:
    if abs(number) > LARGEST:
        raise OverflowError
    return number


def ordered(ledger: Ledger, user: User, rows: ScopedQuerySet, sort: str) -> ScopedQuerySet:
    """By the asked column, then by primary key, so that no row is shown twice or left out."""
    descending, name = sort.startswith("-"), sort.lstrip("-")
    column = ledger.column(name)
    if column is None or not column.in_order:
        raise Refused(f"“{ledger.title}”不能按“{name}”排序。", fields={"sort": "不能按此列排序"})
    rows = annotated(ledger, user, rows, [column])
    place: str | OrderBy = f"-{alias(column)}" if descending else alias(column)
    if may_be_empty(rows, column):
        # Both databases put rows without a value last, so that a page number means the same.
        field = F(alias(column))
        place = field.desc(nulls_first=True) if descending else field.asc(nulls_last=True)
    return rows.order_by(place, "-pk" if descending else "pk")


def may_be_empty(rows: ScopedQuerySet, column: Column) -> bool:
    """Whether the column's source can be NULL; what is computed is taken to be."""
    model: Any = rows.model
    if not isinstance(column.source, str):
        return True
    try:
        for part in column.source.split("__"):
            field = model._meta.get_field(part)
            if field.null:
                return True
            model = field.related_model
    except FieldDoesNotExist:
        return True
    return False


def totals(ledger: Ledger, user: User, rows: ScopedQuerySet) -> tuple[int, dict[str, Any]]:
    """Number of `rows`, and the sum of each summed column: of the figures as printed."""
    summed = [c for c in ledger.columns if c.sum]
    found = rows.order_by().aggregate(
        ledger_count=Count("pk"), **{f"sum_{c.name}": Sum(shown_value(c, user)) for c in summed}
    )
    return found["ledger_count"], {c.name: plain(c, found[f"sum_{c.name}"] or 0) for c in summed}


def plain(column: Column, value: Any) -> Any:
    """A database value as it is shown: areas back from whole hundredths, personal ones masked."""
    if column.masked:
        return masked(column.sensitivity, value)
    if column.kind in HUNDREDTHS and value is not None:
        return Decimal(int(value)) / 100
    return value


def values(ledger: Ledger, rows: ScopedQuerySet) -> Iterator[dict[str, Any]]:
    """Rows as dictionaries of the ledger's columns, with `id`."""
    subject = (ledger.subject,) if ledger.subject else ()
    for row in rows.values("pk", *subject, *(alias(c) for c in ledger.columns)):
        about = {"subject": row[ledger.subject]} if subject else {}
        yield {"id": row["pk"]} | about | {c.name: plain(c, row[alias(c)]) for c in ledger.columns}
