"""Overlay runs over HTTP: what can be chosen, starting, the list, one with its sums, discarding."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from liangtian.platform.jobs.api import JobOut, job_out
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import published_version, versions_for
from liangtian.platform.overlays import reading, services
from liangtian.platform.overlays.models import Run
from liangtian.platform.overlays.sources import all_choices
from liangtian.platform.people.models import User
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import COUNTY_DIGITS, require

router = Router(tags=["overlays"])
PER_PAGE = 20


class OverlaySource(Schema):
    """Plots that can be measured."""

    source: str
    key: int
    title: str
    plots: int


class OverlayVersion(Schema):
    id: int
    label: str
    valid_from: date


class OverlayLayer(Schema):
    """A layer with its published versions, newest first; `in_force` is the one of the day asked for."""

    code: str
    name: str
    group: str
    in_force: int | None
    versions: list[OverlayVersion]


class OverlayChoices(Schema):
    sources: list[OverlaySource]
    layers: list[OverlayLayer]
    most_layers: int
    most_metres: int


class OverlayIn(Schema):
    """What is asked for; `layers` in the order in which ground is counted to them."""

    source: str
    key: int = Field(ge=1, lt=2**63)
    layers: list[Annotated[int, Field(ge=1, lt=2**63)]]
    as_of: date | None = None
    title: str = Field("", max_length=120)
    region_code: str = ""
    ordered: bool = False
    near_id: int | None = Field(None, ge=1, lt=2**63)
    near_m: int | None = Field(None, ge=1, lt=2**31)


class OverlayBrief(Schema):
    id: int
    title: str
    source_title: str
    region_name: str
    layers: int
    plots: int
    as_of: date
    created_by: str
    created_at: datetime
    done_at: datetime | None
    mine: bool
    job: JobOut | None


class OverlayPage(Schema):
    rows: list[OverlayBrief]
    total: int


class OverlayLine(Schema):
    category: str
    label: str
    m2: Decimal
    mu: Decimal
    touched: int


class OverlayTownship(Schema):
    """m² of each category, in the order of the categories."""

    code: str
    name: str
    m2: list[Decimal]


class OverlaySums(Schema):
    """One layer of a run; `first` is the ground that no earlier layer covers."""

    id: int
    version_id: int
    layer_name: str
    version_label: str
    first: OverlayLine
    categories: list[OverlayLine]
    townships: list[OverlayTownship]


class OverlayRunOut(OverlayBrief):
    ordered: bool
    near: str
    near_m: int | None
    engine: str
    pack: str
    pack_version: str
    sliver_m2: Decimal
    seen_plots: int
    seen_m2: Decimal
    sums: list[OverlaySums]


@router.get("/choices", response=OverlayChoices)
def choices(request: HttpRequest, as_of: date | None = None) -> dict[str, Any]:
    """The plots and the layers that can be chosen."""
    user = _runner(request)
    return {
        "sources": all_choices(user),
        "layers": _layers(user, as_of or timezone.localdate()),
        "most_layers": settings.OVERLAY_LAYERS,
        "most_metres": settings.OVERLAY_NEAR_METRES,
    }


def _layers(user: User, on: date) -> list[dict[str, Any]]:
    published = versions_for(user).filter(status=LayerVersion.Status.PUBLISHED)
    rows = published.order_by("layer__position", "-valid_from", "-pk")
    out: dict[str, dict[str, Any]] = {}
    for one in rows:
        layer = out.setdefault(
            one.layer.code,
            {"code": one.layer.code, "name": one.layer.name, "group": one.layer.get_group_display(),
             "versions": [], "in_force": None},
        )  # fmt: skip
        layer["versions"].append(one)
    for code, layer in out.items():
        county = str(layer["versions"][0].region_id)[:COUNTY_DIGITS]
        found = published_version(code, on, county)
        layer["in_force"] = found.pk if found else None
    return list(out.values())


@router.get("", response=OverlayPage)
def runs(request: HttpRequest, page: Annotated[int, Field(ge=1, le=10**6)] = 1) -> dict[str, Any]:
    """Runs over the user's region, newest first."""
    user = _reader(request)
    rows, start = _runs(user), (page - 1) * PER_PAGE
    return {
        "rows": [_brief(user, one) for one in rows[start : start + PER_PAGE]],
        "total": rows.count(),
    }


@router.post("", response=OverlayBrief)
def begin(request: HttpRequest, body: OverlayIn) -> dict[str, Any]:
    """Ask for a run; a worker fills it."""
    user = _runner(request)
    made = services.start(
        user,
        services.Wanted(
            body.source, body.key, body.layers, body.as_of or timezone.localdate(), body.title,
            body.region_code, body.ordered, body.near_id, body.near_m,
        ),
    )  # fmt: skip
    return _brief(user, _runs(user).get(pk=made.pk))


@router.get("/{run_id}", response=OverlayRunOut)
def show(request: HttpRequest, run_id: int) -> dict[str, Any]:
    """One run: what it was made with, and its sums once it is whole."""
    user = _reader(request)
    run: Run = _runs(user).fetch_for(user, pk=run_id)  # type: ignore[attr-defined]
    number, m2 = reading.plots_of(user, run) if run.done_at else (0, Decimal(0))
    return {
        **_brief(user, run),
        "ordered": run.ordered, "near": str(run.near) if run.near else "", "near_m": run.near_m,
        "engine": run.engine, "pack": run.pack, "pack_version": run.pack_version,
        "sliver_m2": run.sliver_m2, "seen_plots": number, "seen_m2": m2,
        "sums": reading.sums(user, run) if run.done_at else [],
    }  # fmt: skip


@router.delete("/{run_id}", response=None)
def remove(request: HttpRequest, run_id: int) -> None:
    """Discard a run."""
    services.discard(_runner(request), run_id)


def _reader(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, "layers.view", "overlays.view")
    return user


def _runner(request: HttpRequest) -> User:
    user = user_of(request)
    require(user, "layers.view", "overlays.run")
    return user


def _runs(user: User) -> QuerySet[Run]:
    rows = Run.objects.visible_to(user).prefetch_related("layers")
    return rows.select_related("region", "created_by", "job__created_by", "near__layer")


def _brief(user: User, run: Run) -> dict[str, Any]:
    return {
        "id": run.pk, "title": run.title, "source_title": run.source_title,
        "region_name": run.region.name, "layers": len(run.layers.all()), "plots": run.plots,
        "as_of": run.as_of, "created_by": run.created_by.name, "created_at": run.created_at,
        "done_at": run.done_at,
        "mine": user.may("overlays.run") and run.region_id.startswith(user.scope),
        "job": job_out(run.job) if run.job and not run.done_at else None,
    }  # fmt: skip
