"""What the pages of a water source, of a month's readings and of the standards show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import shapely
from django.db.models import Q

from liangtian.platform.people.scope import below, require
from liangtian.programmes.holdings.models import (
    Coefficient,
    Fitting,
    Reading,
    ReadingFile,
    WaterSeason,
    WaterSource,
    WaterTariff,
)
from liangtian.programmes.holdings.pages import holder_ref, place_out
from liangtian.programmes.holdings.water.checking import CODES
from liangtian.programmes.holdings.water.context import context_of
from liangtian.programmes.holdings.water.months import end_of
from liangtian.programmes.holdings.water.reading_files import FIELDS, LABELS, counts
from liangtian.programmes.holdings.water.rules import used

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

PAGE = 50


def fetch_source(user: User, source_id: int) -> WaterSource:
    """The source. Raises Forbidden, NotFound outside the scope."""
    require(user, "holdings.view")
    rows = WaterSource.objects.select_related("region", "holder", "parent", "entered_by")
    found: WaterSource = rows.fetch_for(user, pk=source_id)
    return found


def source_out(user: User, row: WaterSource) -> dict[str, Any]:
    """A well or canal with whom it serves, its meters and their readings."""
    plain = ("id", "kind", "code", "name", "level", "permit", "permit_until", "depth_m", "pump_m3h",
             "closed_on", "note", "entered_at")  # fmt: skip
    fittings = row.fittings.select_related("meter").order_by("-fitted_on", "-pk")
    return {
        **{name: getattr(row, name) for name in plain},
        "kind_label": row.get_kind_display(), "level_label": row.get_level_display(),
        "region": place_out(row.region), "holder": holder_ref(row.holder),
        "parent_id": row.parent_id, "parent": str(row.parent) if row.parent else None,
        "entered_by": row.entered_by.name,
        "geometry": None if row.geom is None else shapely.geometry.mapping(row.geom),
        "bounds": None if row.geom is None else row.geom.bounds,
        "branches": [{"id": b.pk, "name": str(b)} for b in row.branches.visible_to(user)],
        "servings": [
            {
                "parcel_id": s.parcel_id, "code": s.parcel.code, "area_mu": s.area_mu,
                "valid_from": s.valid_from, "valid_to": s.valid_to,
            }
            for s in row.servings.filter(below(user.region_id or "-", "parcel__region__code"))
            .select_related("parcel").order_by("valid_to", "parcel__code")
        ],
        "fittings": [fitting_out(f) for f in fittings],
        "readings": [
            reading_out(r, str(r.fitting.meter)) for r in
            Reading.objects.filter(fitting__source=row).select_related(
                "fitting__meter", "entered_by", "settled_by"
            ).order_by("-month", "fitting", "-pk")[:60]
        ],
        "coefficients": [standard_out(c) for c in row.coefficients.select_related("entered_by", "approved_by")],
    }  # fmt: skip


def fitting_out(row: Fitting) -> dict[str, Any]:
    """A meter on a source, with its history there."""
    return {
        "id": row.pk, "kind": row.meter.kind, "kind_label": row.meter.get_kind_display(),
        "number": row.meter.number, "rollover": row.meter.rollover, "factor": row.meter.factor,
        "fitted_on": row.fitted_on, "first": row.first, "removed_on": row.removed_on,
        "last": row.last, "rolled": row.rolled, "reason": row.reason,
    }  # fmt: skip


def reading_out(row: Reading, number: str = "") -> dict[str, Any]:
    """A reading with what is doubtful about it."""
    return {
        "id": row.pk, "number": number, "month": row.month, "on": row.on, "value": row.value,
        "state": row.state, "state_label": row.get_state_display(), "way_label": row.get_way_display(),
        "rolled": row.rolled, "reason": row.reason, "replaces": row.replaces_id,
        "findings": [{**one, "label": CODES.get(one["code"], one["code"])} for one in row.findings],
        "entered_by": row.entered_by.name,
        "settled_by": row.settled_by.name if row.settled_by else None,
    }  # fmt: skip


def standard_out(row: WaterTariff | Coefficient | WaterSeason) -> dict[str, Any]:
    """What all standards have in common."""
    return {
        "id": row.pk, "label": str(row), "document": row.document, "clause": row.clause,
        "entered_by": row.entered_by.name, "entered_at": row.entered_at,
        "approved_by": row.approved_by.name if row.approved_by else None,
        "approved_at": row.approved_at,
        **{
            name: getattr(row, name)
            for name in ("valid_from", "valid_to", "price", "resource", "tiers", "source_kind", "land",
                         "per_kwh", "year", "name", "starts_on", "ends_on", "per_mu")
            if hasattr(row, name)
        },
    }  # fmt: skip


def standards(user: User) -> dict[str, Any]:
    """Tariffs and seasons of the county, and coefficients in sight that wait for approval."""
    require(user, "holdings.view")
    county, who = (user.region_id or "-")[:6], ("entered_by", "approved_by")
    waiting = Coefficient.objects.visible_to(user).filter(approved_by=None)
    return {
        "tariffs": [
            {**standard_out(t), "source_label": t.get_source_kind_display(),
             "land_label": t.get_land_display()}
            for t in WaterTariff.objects.filter(region=county).select_related(*who)
        ],
        "seasons": [standard_out(s) for s in WaterSeason.objects.filter(region=county).select_related(*who)],
        "coefficients": [
            {**standard_out(c), "source_id": c.source_id, "source": str(c.source)}
            for c in waiting.select_related("source", *who)
        ],
    }  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """Which meters are asked for: of a place, a kind, all or those missing or doubtful; a page of them."""

    region: str = ""
    kind: str = ""
    show: str = "all"
    page: int = 1


def sheet(user: User, month: date, wanted: Wanted) -> dict[str, Any]:
    """The meters of a place in a month: last reading, this month's, and what is missing or doubtful."""
    require(user, "holdings.view")
    rows = Fitting.objects.filter(
        source__in=WaterSource.objects.visible_to(user).within(wanted.region or user.region_id or "-"),
        fitted_on__lte=end_of(month),
    ).filter(Q(removed_on=None) | Q(removed_on__gt=end_of(month)))  # fmt: skip
    if wanted.kind:
        rows = rows.filter(meter__kind=wanted.kind)
    read = Reading.objects.filter(month=month).exclude(state="replaced")
    doubtful = read.filter(state="doubtful").values("fitting")
    counted = {
        "all": rows.count(), "missing": rows.exclude(pk__in=read.values("fitting")).count(),
        "doubtful": rows.filter(pk__in=doubtful).count(),
    }  # fmt: skip
    if wanted.show == "missing":
        rows = rows.exclude(pk__in=read.values("fitting"))
    elif wanted.show == "doubtful":
        rows = rows.filter(pk__in=doubtful)
    ordered = rows.select_related("meter", "source__region").order_by(
        "source__region", "source__code", "pk"
    )
    shown = list(ordered[(wanted.page - 1) * PAGE : wanted.page * PAGE])
    return {"counts": counted, "total": counted[wanted.show], "rows": list(_lines(shown, month))}


def _lines(shown: list[Fitting], month: date) -> Iterable[dict[str, Any]]:
    context = context_of(shown, month)
    for fitting in shown:
        before, now = context.earlier[fitting.pk], context.current.get(fitting.pk)
        use = None
        if now is not None and (now.rolled or now.value >= before.value):
            meter = fitting.meter
            use = used(before.value, now.value, meter.rollover, meter.factor,
                       rolled=now.rolled and now.value < before.value)  # fmt: skip
        yield {
            "fitting_id": fitting.pk, "number": fitting.meter.number,
            "kind_label": fitting.meter.get_kind_display(), "factor": fitting.meter.factor,
            "source_id": fitting.source_id, "source": str(fitting.source),
            "place": fitting.source.region.name, "before": before.value, "before_on": before.on,
            "use": use, "reading": None if now is None else reading_out(now, fitting.meter.number),
        }  # fmt: skip


def files(user: User) -> list[dict[str, Any]]:
    """The last files that came in."""
    require(user, "holdings.view", "water.edit")
    rows = ReadingFile.objects.visible_to(user).select_related("file", "made_by")
    return [file_out(row, lines=False) for row in rows[:30]]


def file_out(row: ReadingFile, *, lines: bool = True) -> dict[str, Any]:
    """A file with what its rows are; `lines`: those that are not simply good."""
    wanted = [
        {**one, "row": row.header + 2 + i}
        for i, one in enumerate(row.rows) if one["said"] or one["state"] != "ready"
    ]  # fmt: skip
    return {
        "id": row.pk, "name": row.file.name, "kind": row.kind,
        "kind_label": row.get_kind_display(), "month": row.month, "state": row.state,
        "state_label": row.get_state_display(), "made_by": row.made_by.name,
        "made_at": row.made_at, "headings": row.headings, "mapping": row.mapping,
        "fields": [{"name": name, "label": LABELS[name]} for name in FIELDS],
        "counts": counts(row), "lines": wanted[:200] if lines else [],
    }  # fmt: skip
