"""A ledger (台账) is declared once; list, filters, sums, Excel and API follow from the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Literal

from django.db.models import BigIntegerField, F, Func
from django.db.models.expressions import Combinable

from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.personal import LEVELS, Sensitivity

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Kind = Literal[
    "text", "integer", "area_mu", "area_m2", "yuan", "m3", "date", "datetime", "choice", "boolean"
]
AsOf = Callable[[ScopedQuerySet, "date | None"], ScopedQuerySet]
Source = str | Callable[["User"], Combinable]
FilterKind = Literal["text", "choice", "date_range", "number_range", "region", "number", "date"]
Tag = Literal["success", "danger", "warning", "info", "primary"]


@dataclass(frozen=True)
class Choice:
    """A stored value, how it is shown, and the colour of its tag."""

    value: str
    label: str
    tag: Tag | None = None


@dataclass(frozen=True)
class Column:
    """One column. An area column's source is in m², whatever it shows; that of a column of yuan in whole fen;
    of m3 in cubic metres kept to 0.01.

    `source` is an ORM path, or what computes the column for who reads. It joins other tables only where
    the column is shown, filtered or sorted by.

    A column that holds personal information says so (`sensitivity`). Its values are then masked, and it
    neither sorts nor groups; a filter compares whole names only. `clear` is set on the copy of the ledger
    that is read under an unmasking (`Ledger.opened`), never in a declaration. An encrypted number with a
    keyed digest beside it (`digest`, an ORM path) can then be filtered by its whole value.
    """

    name: str
    label: str
    source: Source
    kind: Kind = "text"
    width: int = 120
    sortable: bool = True
    sum: bool = False
    filter: FilterKind | None = None
    choices: Callable[[], Sequence[Choice]] | None = None
    link: str | None = None
    fixed: bool = False
    group: str = ""  # neighbouring columns of the same group share a heading above them
    by: bool = False  # a text column whose values are few enough to group by
    nothing: str = "（空）"  # what rows without a value are called when grouped
    sensitivity: Sensitivity = "none"
    digest: str = ""
    clear: bool = False

    def __post_init__(self) -> None:
        """Raises ValueError for a personal column that would be counted, chosen from or grouped by."""
        if self.personal and (self.kind != "text" or self.by or self.sum or self.link):
            raise ValueError(f"personal column {self.name!r} must be plain text, not grouped by")

    @property
    def personal(self) -> bool:
        """Whether its values are masked for who has no unmasking."""
        return LEVELS[self.sensitivity].mask is not None

    @property
    def masked(self) -> bool:
        """Whether they are masked here and now."""
        return self.personal and not self.clear

    @property
    def searchable(self) -> FilterKind | None:
        """How it can be filtered here and now: a masked number not at all, a masked name as a whole."""
        if self.masked and self.sensitivity != "name":
            return None
        return "number" if self.digest else self.filter

    @property
    def in_order(self) -> bool:
        """Whether the ledger can be sorted by it here and now: the order would tell what the mask hides."""
        return self.sortable and not self.masked

    @property
    def unit(self) -> str | None:
        """Unit shown in the heading."""
        return {"area_mu": "亩", "area_m2": "平方米", "yuan": "元", "m3": "立方米"}.get(self.kind)

    @property
    def groupable(self) -> bool:
        """Whether the ledger can be summed up by this column."""
        return self.by or self.kind in ("choice", "boolean", "date", "datetime")


@dataclass(frozen=True)
class Ledger:
    """A list an office keeps: what it holds, who may read it, how it is searched and printed."""

    name: str
    title: str
    permission: str
    export_permission: str
    rows: Callable[[User], ScopedQuerySet]
    columns: Sequence[Column]
    default_sort: str
    search: Sequence[str] = ()
    unit_note: str = "单位：亩"
    region_filter: str = "region__code"
    extra_filters: Mapping[str, str] = field(default_factory=dict)  # name -> ORM path, exact match
    geometry: str | None = None  # the rows' geometry column, for the map and for vector files
    unmask_permission: str = "personal.unmask"  # who may, for a reason, read what is masked
    at: AsOf | None = None  # narrows rows kept with their past to a day, None: to today
    subject: str = ""  # ORM path of what a row is about, where that is not the row itself

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((c for c in self.columns if c.name == name), None)

    @property
    def personal(self) -> bool:
        """Whether it has columns that are masked."""
        return any(c.personal for c in self.columns)

    def opened(self) -> Ledger:
        """The same ledger with nothing masked, for who was let (`ledgers.unmasking`)."""
        return replace(self, columns=tuple(replace(c, clear=True) for c in self.columns))

    def searched(self) -> list[tuple[str, bool]]:
        """The paths a text is looked for in, and whether it must be the whole value; no masked number."""
        closed = {c.source: c for c in self.columns if c.masked}
        paths = [(path, closed.get(path)) for path in self.search]
        return [(p, c is not None) for p, c in paths if c is None or c.sensitivity == "name"]


_ledgers: dict[str, Ledger] = {}


def register(ledger: Ledger) -> Ledger:
    """Make a ledger known under its name; an app's `ledgers.py` calls this on import."""
    if ledger.name in _ledgers:
        raise ValueError(f"two ledgers named {ledger.name!r}")
    _ledgers[ledger.name] = ledger
    return ledger


def all_ledgers() -> list[Ledger]:
    """Every registered ledger, by name."""
    return [_ledgers[name] for name in sorted(_ledgers)]


def find_ledger(name: str) -> Ledger | None:
    """The ledger of that name."""
    return _ledgers.get(name)


class MuCents(Func):
    """Hundredths of a mu, rounded half up, of an area in m² kept to 0.01: in whole numbers only.

    1 mu = 2000/3 m², so hundredths of a mu = hundredths of a m² × 15 / 10 000. Whole-number arithmetic
    gives the same figure on every database, and the sum of these figures is the sum of what is printed.
    """

    template = "((CAST(ROUND(%(expressions)s * 100) AS BIGINT) * 15 + 5000) / 10000)"
    output_field = BigIntegerField()


class Cents(Func):
    """Hundredths of a m² of an area kept to 0.01."""

    template = "CAST(ROUND(%(expressions)s * 100) AS BIGINT)"
    output_field = BigIntegerField()


def shown_value(column: Column, user: User) -> Combinable:
    """The database expression of what the column shows; areas come as whole hundredths."""
    source = F(column.source) if isinstance(column.source, str) else column.source(user)
    if column.kind == "area_mu":
        return MuCents(source)
    if column.kind in ("area_m2", "m3"):
        return Cents(source)
    return source
