"""Home page and search: what the programmes have for this user, put together."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any, Literal

from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from liangtian.platform.calendar.reading import Wanted, conditions, deadlines_for
from liangtian.platform.cases.inbox import groups_of
from liangtian.platform.dashboards.api import key_figures
from liangtian.platform.dashboards.declaration import Unit
from liangtian.platform.errors import Forbidden
from liangtian.platform.ledgers.declaration import Tag
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.regions.models import Region
from liangtian.platform.shapes import Bounds
from liangtian.programmes.enforcement import home as enforcement
from liangtian.programmes.enforcement.shapes import OutcomeName
from liangtian.programmes.holdings import finding as holdings

router = Router(tags=["home"])
MOST_HITS = 20
MOST_DUE = 6


class Task(Schema):
    kind: str
    title: str
    count: int
    overdue: int
    to: str


class HomeFigure(Schema):
    dashboard: str
    key: str
    label: str
    value: float | None
    unit: str
    kind: Unit
    tag: Tag | None
    to: str


class DueRow(Schema):
    id: int
    label: str
    matter: str
    due_on: date
    days_left: int
    desk: str


class TownshipRow(Schema):
    code: str
    name: str
    total: int
    confirmed: int
    illegal_count: int
    illegal_farmland_mu: float


class OutcomeRow(Schema):
    outcome: OutcomeName
    label: str
    count: int
    farmland_mu: float


class BatchRow(Schema):
    id: int
    title: str
    period: str
    total: int
    confirmed: int


class HomeOut(Schema):
    tasks: list[Task]
    figures: list[HomeFigure]
    due: list[DueRow]
    by_township: list[TownshipRow]
    by_outcome: list[OutcomeRow]
    batches: list[BatchRow]


class Hit(Schema):
    kind: Literal["region", "patch", "parcel", "holder", "feature"]
    title: str
    subtitle: str
    to: str | None
    bounds: Bounds | None


@router.get("/home", response=HomeOut)
def home(request: HttpRequest) -> dict[str, Any]:
    """My tasks, what is due soon, key figures, progress."""
    user = user_of(request)
    found = enforcement.home_parts(user)
    mine = [{"overdue": 0, **task} for task in (*groups_of(user), *found["tasks"])]
    return {**found, "tasks": mine, "due": _due(user), "figures": key_figures(user)}


def _due(user: User) -> list[dict[str, Any]]:
    """What of the user's own duties is overdue or due soon, the most urgent first."""
    if not user.may("calendar.view"):
        return []
    today = timezone.localdate()
    urgent = conditions(today)
    rows = deadlines_for(user, Wanted(mine=True)).select_related("desk")
    rows = rows.filter(urgent["overdue"] | urgent["today"] | urgent["soon"])[:MOST_DUE]
    return [
        {
            "id": row.pk,
            "label": row.label,
            "matter": row.matter or row.period,
            "due_on": row.due_on,
            "days_left": (row.due_on - today).days,
            "desk": row.desk.name,
        }
        for row in rows
    ]


@router.get("/search", response=list[Hit])
def search(request: HttpRequest, q: str) -> list[dict[str, Any]]:
    """Regions by code, name or pinyin; patches by number; parcels by code or place; holders by name; features by title."""
    from liangtian.platform.layers.queries import search_features

    user, text = user_of(request), q.strip()
    if len(text) < 2:
        return []
    hits = _regions(user, text) + enforcement.search(user, text) + holdings.search(user, text)
    if len(hits) < MOST_HITS and user.may("layers.view"):
        with suppress(Forbidden):  # a region without boundary has no layers; the map says so
            hits += search_features(user, text, MOST_HITS - len(hits))
    return hits[:MOST_HITS]


def _regions(user: User, text: str) -> list[dict[str, Any]]:
    if not user.scope:
        return []
    wanted = Q(code__startswith=text) | Q(name__contains=text) | Q(pinyin__contains=text.lower())
    rows = Region.objects.current().within(user.scope).filter(wanted)[:8]
    return [
        {
            "kind": "region",
            "title": region.name,
            "subtitle": f"{region.get_level_display()} {region.code}",
            "to": None,
            "bounds": list(region.geom.bounds) if region.geom else None,
        }
        for region in rows
    ]
