"""A dashboard (统计看板) is declared as data: figures, charts, and what is told apart by region.

What comes from a ledger is computed by the ledger's own filters and sums, so that a figure is always the
number of rows, or the sum, that the ledger shows under the same filters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from liangtian.platform.ledgers.declaration import Tag
from liangtian.platform.regions.models import Region
from liangtian.platform.returns.periods import Period

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

Unit = Literal["integer", "area_mu", "yuan", "percent"]
Shape = Literal["stack", "bar", "line", "pie"]
Value = int | Decimal


@dataclass(frozen=True)
class Asked:
    """What is asked for: whose view, of which region (None: not by region), in which period (None: all)."""

    user: User
    region: Region | None
    period: Period | None


@dataclass(frozen=True)
class Figure:
    """One key figure (指标).

    Of a ledger: the rows under `where` counted, or `measure` (a summed column) added up. `share` names two
    figures, the first as a share of the second. A `counted` one is in what the dashboard's `count` says, and
    `to` is the page behind it.
    A figure of today (`timed` false) is not narrowed by the period and has none before to compare with.
    """

    name: str
    label: str
    unit: str = "个"
    kind: Unit = "integer"
    where: Mapping[str, str] = field(default_factory=dict)
    measure: str = ""
    share: tuple[str, str] | None = None
    counted: bool = False
    to: Callable[[Asked], str] | None = None
    timed: bool = True
    needs: str = ""  # a further permission, without which the figure is left out
    tag: Tag | None = None
    note: str = ""

    @property
    def of_ledger(self) -> bool:
        """Whether it is a count or sum of ledger rows."""
        return not self.counted and self.share is None


@dataclass(frozen=True)
class Series:
    """One line, or one colour, of a chart: a value for each category."""

    key: str
    label: str
    values: list[Value]
    tag: Tag | None = None
    colour: str = ""
    narrow: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Drawn:
    """A chart with its numbers; `narrow` of a category are the filters of the ledger that show its rows.

    `mark` is a value to hold the others against, drawn as a line.
    """

    categories: list[str]
    series: list[Series]
    narrow: list[Mapping[str, str]] = field(default_factory=list)
    mark: Value | None = None


@dataclass(frozen=True)
class Chart:
    """One chart: a ledger's rows under `where` summed up `by` one or two dimensions, or what `read` says.

    A trend over all time (`timed` false) is not narrowed by the period.
    """

    name: str
    title: str
    shape: Shape
    unit: str = "个"
    kind: Unit = "integer"
    by: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    measure: str = ""
    read: Callable[[Asked], Drawn] | None = None
    timed: bool = True


@dataclass(frozen=True)
class Dashboard:
    """What one kind of user wants to see at a glance. `home` names the figures for the home page."""

    name: str
    title: str
    permission: str
    export_permission: str
    figures: Sequence[Figure]
    charts: Sequence[Chart] = ()
    count: Callable[[Asked], Mapping[str, Value]] | None = None
    ledger: str = ""
    page: str = ""  # where the ledger's rows are shown
    period: str = ""  # the date column of the ledger by which periods are told apart
    period_note: str = ""
    timed: bool = True  # whether a period can be chosen
    regional: bool = True  # whether a region can be chosen
    places: bool = False  # whether its figures are told apart by region, as a map and a table
    home: tuple[str, ...] = ()
    position: int = 50


_dashboards: dict[str, Dashboard] = {}


def register(dashboard: Dashboard) -> Dashboard:
    """Make a dashboard known under its name; an app's `dashboards.py` calls this on import."""
    if dashboard.name in _dashboards:
        raise ValueError(f"two dashboards named {dashboard.name!r}")
    _dashboards[dashboard.name] = dashboard
    return dashboard


def all_dashboards() -> list[Dashboard]:
    """Every dashboard, in the order they are offered."""
    return sorted(_dashboards.values(), key=lambda d: (d.position, d.name))


def find_dashboard(name: str) -> Dashboard | None:
    """The dashboard of that name."""
    return _dashboards.get(name)
