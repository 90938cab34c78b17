"""The long work of overlay runs: measuring part by part, and deleting what was discarded.

Each part is stored in one transaction with the number of plots that are there, so that after a kill the next
attempt goes on behind the last whole part.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from liangtian.geo.clean import GeometryRefused
from liangtian.geo.overlay import ENGINE
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import Interrupted, JobRun, job
from liangtian.platform.layers.storing import insert_rows
from liangtian.platform.ledgers.declaration import Cents
from liangtian.platform.overlays.measuring import Columns, distances, measured
from liangtian.platform.overlays.models import Part, Plot, Run, RunLayer, Total
from liangtian.platform.overlays.parts import Parts, Placed
from liangtian.platform.overlays.services import DISCARD, KIND
from liangtian.platform.packs.services import keep_version, pack_at

DELETED_AT_ONCE = 20_000


@job(KIND, "多图层套合", retry=True)
def measure(job_run: JobRun, *, run_id: int) -> dict[str, Any]:
    """Fill a run; a second attempt goes on where the first one stopped."""
    run = Run.objects.select_related("region", "near__layer", "created_by").get(pk=run_id)
    if run.discarded_at is not None:
        raise Refused("该套合已删除。")
    if run.done_at is None:
        try:
            _fill(job_run, run)
        except GeometryRefused as refusal:
            raise Refused(str(refusal)) from refusal
    return {"run": run.pk, "plots": run.plots}


def _fill(job_run: JobRun, run: Run) -> None:
    if run.engine != ENGINE:  # begun with another version of the engine: from the beginning
        _clear(run)
        Run.objects.filter(pk=run.pk).update(engine=ENGINE, plots=0)
        run.engine, run.plots = ENGINE, 0
    layers = list(run.layers.select_related("version__layer", "version__source_file"))
    last = Plot.objects.filter(run=run).order_by("-row").first()
    parts = Parts(run, last.key if last else 0)
    for part in parts:
        job_run.progress(parts.share * 0.95, f"已套合 {run.plots} 个地块")
        columns = measured(part, layers, ordered=run.ordered)
        near = distances(part.geoms, run.near, run.near_m) if run.near and run.near_m else None
        _store(run, part, columns, near)
    job_run.progress(0.95, "汇总")
    _finish(run, layers)


def _store(run: Run, part: Placed, columns: Columns, near: list[Any] | None) -> None:
    size = len(part.keys)
    with transaction.atomic():
        held = Run.objects.select_for_update().get(pk=run.pk)
        if held.plots != run.plots or held.discarded_at is not None:
            raise Interrupted  # another worker has gone on meanwhile
        insert_rows(Plot, {
            "run_id": [run.pk] * size, "row": list(range(run.plots + 1, run.plots + size + 1)),
            "key": part.keys, "number": part.numbers, "category": part.categories, "m2": part.m2,
            "region_id": part.regions, "at": places_of(part.geoms), "near_m": near or [None] * size,
        })  # fmt: skip
        stored = Plot.objects.filter(run=run, row__gt=run.plots).order_by("row")
        ids = list(stored.values_list("pk", flat=True))
        insert_rows(Part, {
            "plot_id": [ids[k] for k in columns.plot], "layer_id": columns.layer,
            "region_id": [part.regions[k] for k in columns.plot], "measure": columns.measure,
            "category": columns.category, "m2": columns.m2,
        })  # fmt: skip
        run.plots += size
        Run.objects.filter(pk=run.pk).update(plots=run.plots)


def places_of(geoms: Any) -> list[str]:
    """A place inside each figure as “lon,lat”, for links to the map."""
    inside = shapely.get_coordinates(shapely.point_on_surface(np.asarray(geoms, dtype=object)))
    return [f"{lon:.6f},{lat:.6f}" for lon, lat in inside.tolist()]


def _finish(run: Run, layers: list[RunLayer]) -> None:
    touched = Count("pk", filter=Q(m2__gt=run.sliver_m2) & ~Q(category="", measure="area"))
    with transaction.atomic():
        Total.objects.filter(layer__run=run).delete()
        rows = Part.objects.filter(layer__in=layers).order_by()
        keys = ("layer_id", "measure", "region_id", "category")
        found = list(rows.values_list(*keys).annotate(cents=Sum(Cents("m2")), n=touched))
        columns = dict(zip((*keys, "m2", "touched"), zip(*found, strict=True), strict=False))
        if found:
            insert_rows(Total, {**columns, "m2": [_m2(cents) for cents in columns["m2"]]})
        if run.pack_version:
            keep_version(pack_at(run.pack_version))
        run.done_at = timezone.now()
        run.save(update_fields=["done_at"])
        record(run.created_by, "overlays.done", run, after={
            "plots": run.plots, "engine": run.engine, "pack": run.pack,
            "pack_version": run.pack_version,
        })  # fmt: skip


def _m2(cents: int) -> Decimal:
    return Decimal(int(cents)).scaleb(-2)


@job(DISCARD, "清理多图层套合", retry=True)
def discard_rows(job_run: JobRun, *, run_id: int) -> dict[str, Any]:
    """Delete a discarded run, some rows at a time."""
    run = Run.objects.filter(pk=run_id).exclude(discarded_at=None).first()
    if run is None:
        return {"deleted": False}
    while _delete_some(run):
        job_run.progress(0.5, "清理")
    with transaction.atomic():
        Total.objects.filter(layer__run=run).delete()
        run.layers.all().delete()
        run.delete()
    return {"deleted": True}


def _clear(run: Run) -> None:
    while _delete_some(run):
        pass


def _delete_some(run: Run) -> int:
    """Delete some plots with their parts; how many."""
    keys = list(Plot.objects.filter(run=run).order_by("row").values_list("pk", flat=True)[:DELETED_AT_ONCE])  # fmt: skip
    with transaction.atomic():
        for start in range(0, len(keys), 500):
            some = keys[start : start + 500]
            Part.objects.filter(plot__in=some)._raw_delete("default")
            Plot.objects.filter(pk__in=some)._raw_delete("default")
    return len(keys)
