"""Laying every parcel of a county over the departments' layers, in the background; decisions made before stay."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.calendar.packs import own_arrangement
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.geofield import AsWkb
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import published_version
from liangtian.platform.overlays.measuring import measured
from liangtian.platform.overlays.models import RunLayer
from liangtian.platform.overlays.parts import PART, Placed
from liangtian.platform.packs.services import keep_version, pack_at
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.policy.clocks import due_after
from liangtian.policy.judgement import table_of
from liangtian.policy.judgement_table import ZoneSource
from liangtian.programmes.holdings.codes import pack_in_use
from liangtian.programmes.holdings.models import Comparison, ComparisonHit, ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

JOB = "holdings.compare"
DAYS = "holdings.opinion_days"
AT_ONCE = 500


@dataclass(frozen=True)
class Laid:
    """A zone with the layer version it is read from."""

    zone: ZoneSource
    version: LayerVersion


def start(user: User) -> Comparison:
    """Queue a comparison of the county's parcels with every department layer that is published.

    Raises Forbidden, Conflict while one runs, Refused without any layer.
    """
    require(user, "holdings.view", "holdings.compare")
    code = (user.region_id or "")[:COUNTY_DIGITS]
    county = Region.objects.filter(code=code, level="county").first()
    if county is None:
        raise Refused("部门数据比对按县进行，请用县级账号办理。")
    laid, missing = layers_of(code, timezone.localdate())
    if not laid:
        raise Refused("没有已发布的部门图层，请先导入并发布图层。")
    with transaction.atomic():
        Region.objects.select_for_update().get(pk=county.pk)
        if Comparison.objects.filter(
            region=county, done_at=None, job__status__in=["queued", "running"]
        ).exists():
            raise Conflict("部门数据比对正在进行，请等待完成。")
        run = Comparison.objects.create(
            region=county, created_by=user, missing=[zone.label for zone in missing],
            pack_version=pack_in_use().version,
            sources=[
                {"zone": one.zone.id, "version": one.version.pk, "title": str(one.version)}
                for one in laid
            ],
        )  # fmt: skip
        run.job = enqueue(JOB, "部门数据比对", user, county, link="/comparison",
                          target=f"holdings.comparison:{run.pk}", comparison_id=run.pk)  # fmt: skip
        run.save(update_fields=["job"])
        record(user, "holdings.comparison.start", run,
               after={"sources": [one["title"] for one in run.sources], "missing": run.missing})  # fmt: skip
    return run


def layers_of(county: str, on: date) -> tuple[list[Laid], list[ZoneSource]]:
    """The zones of the pack with their published layers, and those that have none."""
    laid, missing = [], []
    known: dict[str, LayerVersion | None] = {}
    for zone in table_of(pack_in_use()).zone:
        if zone.layer not in known:
            known[zone.layer] = published_version(zone.layer, on, county)
        version = known[zone.layer]
        if version is None:
            missing.append(zone)
        else:
            laid.append(Laid(zone, version))
    return laid, missing


@job(JOB, "部门数据比对", retry=True)
def compare(job_run: JobRun, *, comparison_id: int) -> dict[str, Any]:
    """Fill a comparison and make it the current one."""
    run = Comparison.objects.select_related("region", "created_by").get(pk=comparison_id)
    if run.done_at is not None:
        return {"comparison": run.pk}
    run.hits.all().delete()
    laid = _laid(run)
    rows = _parcels(run.region_id)
    total, done = rows.count(), 0
    due = due_after(pack_in_use().value(DAYS, timezone.localdate()), timezone.localdate(),
                    own_arrangement()).due  # fmt: skip
    for chunk in _chunks(rows):
        job_run.progress(0.95 * done / max(total, 1), f"已比对 {done} 个地块")
        with transaction.atomic():
            ComparisonHit.objects.bulk_create(_hits(run, laid, chunk, due), batch_size=AT_ONCE)
        done += len(chunk.placed.keys)
    job_run.progress(0.95, "汇总")
    _finish(run, done)
    return {"comparison": run.pk, "parcels": done}


@dataclass(frozen=True)
class _Chunk:
    placed: Placed
    versions: Sequence[int]


def _laid(run: Comparison) -> list[Laid]:
    zones = {zone.id: zone for zone in table_of(pack_in_use()).zone}
    keys = {one["zone"]: one["version"] for one in run.sources}
    found = LayerVersion.objects.select_related("layer").in_bulk(list(keys.values()))
    return [Laid(zones[zone], found[key]) for zone, key in keys.items() if zone in zones]


def _parcels(county: str) -> Any:
    return ParcelVersion.objects.within(county).filter(valid_to=None, corps=False)


def _chunks(rows: Any) -> Iterator[_Chunk]:
    import shapely

    from liangtian.geo.overlay.coverage import checked

    last = 0
    columns = ("pk", "parcel_id", "code", "area_m2", "region_id", AsWkb("geom"))
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list(*columns)[:PART]):
        versions, parcels, codes, areas, regions, shapes = zip(*found, strict=True)
        geoms = np.asarray(shapely.from_wkb([bytes(one) for one in shapes]), dtype=object)
        placed = Placed(
            list(parcels), list(codes), [""] * len(found), list(areas), list(regions), geoms,
            checked(geoms),
        )  # fmt: skip
        yield _Chunk(placed, versions)
        last = versions[-1]


def _hits(run: Comparison, laid: Sequence[Laid], chunk: _Chunk, due: date) -> list[ComparisonHit]:
    versions = {one.version.pk: one.version for one in laid}
    layers = [RunLayer(pk=key, version=version) for key, version in versions.items()]
    columns = measured(chunk.placed, layers, ordered=False)
    found: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    zones = [(one.version.pk, one.zone) for one in laid]
    for plot, layer, category, m2 in zip(
        columns.plot, columns.layer, columns.category, columns.m2, strict=True
    ):
        for key, zone in zones:
            if key == layer and category and _belongs(category, zone):
                found[plot, zone.id] += m2
    by_id = {zone.id: zone for _, zone in zones}
    pack = pack_in_use()
    sliver = pack.value(table_of(pack).sliver, timezone.localdate()).decimal
    return [
        ComparisonHit(
            comparison=run, parcel_id=chunk.placed.keys[plot], version_id=chunk.versions[plot],
            region_id=chunk.placed.regions[plot], zone=zone, department=by_id[zone].department,
            role=by_id[zone].role, area_m2=m2, due_on=due,
        )
        for (plot, zone), m2 in found.items() if m2 > sliver
    ]  # fmt: skip


def _belongs(category: str, zone: ZoneSource) -> bool:
    return not zone.categories or category.startswith(tuple(zone.categories))


def _finish(run: Comparison, parcels: int) -> None:
    """Take over what was decided on the same ground before, and become the current one."""
    with transaction.atomic():
        before = Comparison.objects.select_for_update().filter(region=run.region_id, current=True)
        for old in before:
            _carry(old, run)
            old.current = False
            old.save(update_fields=["current"])
        run.parcels, run.done_at, run.current = parcels, timezone.now(), True
        run.save(update_fields=["parcels", "done_at", "current"])
        keep_version(pack_at(run.pack_version))
        record(run.created_by, "holdings.comparison.done", run,
               after={"parcels": parcels, "hits": run.hits.count()})  # fmt: skip


def _carry(old: Comparison, run: Comparison) -> None:
    told = {
        (hit.parcel_id, hit.zone, hit.area_m2): hit
        for hit in old.hits.exclude(state=ComparisonHit.State.OPEN)
    }
    same = []
    for hit in run.hits.all():
        if (was := told.get((hit.parcel_id, hit.zone, hit.area_m2))) is not None:
            hit.state, hit.opinion, hit.paper_number = was.state, was.opinion, was.paper_number
            hit.decided_by_id, hit.decided_at = was.decided_by_id, was.decided_at
            same.append(hit)
    columns = ["state", "opinion", "paper_number", "decided_by", "decided_at"]
    ComparisonHit.objects.bulk_update(same, columns, batch_size=AT_ONCE)


MOST_DECIDED = settings.BULK_IN_REQUEST
