"""Areas by land class of parcels (地类面积): overlay of today's parcels with the survey layer in force, in bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from liangtian.geo.overlay import REMAINDER
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.layers.queries import published_version
from liangtian.platform.layers.ready import opened, prepared
from liangtian.platform.people.scope import COUNTY_DIGITS, require
from liangtian.platform.regions.models import Region
from liangtian.programmes.holdings.models import ParcelClasses, ParcelVersion

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

SURVEY = "dltb"
GROUPS = {"01": "farmland_m2", "02": "orchard_m2", "03": "forest_m2", "04": "grass_m2"}
COLUMNS = (*GROUPS.values(), "other_m2", "unknown_m2")
PARCELS_OF_A_CHUNK = 2_000
ROWS_PER_STATEMENT = 500
EVERY_SECONDS = 600.0
MOST_OF_A_TICK = 10_000  # some seconds; the rest next time


def waiting(region: str, layer: LayerVersion) -> Any:
    """Today's parcels that were not measured, or with another layer, or before they last changed."""
    rows = ParcelVersion.objects.within(region).filter(valid_to=None)
    return rows.filter(
        Q(classes=None) | ~Q(classes__layer=layer) | Q(classes__measured_at__lt=F("changed_at"))
    )


def survey_of(county: str) -> LayerVersion | None:
    """The survey layer in force today."""
    return published_version(SURVEY, timezone.localdate(), county)


def measure(
    region: str, layer: LayerVersion, told: Callable[[int, int], None] = lambda done, total: None,
    most: int | None = None,
) -> int:  # fmt: skip
    """Measure what waits in a region, chunk by chunk; how many. Killed in between, the next call does the rest."""
    found = waiting(region, layer).order_by("region_id", "pk").values_list("pk", flat=True)
    keys = list(found[:most] if most else found)
    for start in range(0, len(keys), PARCELS_OF_A_CHUNK):
        told(start, len(keys))
        some = keys[start : start + PARCELS_OF_A_CHUNK]
        with transaction.atomic():
            versions = list(ParcelVersion.objects.filter(pk__in=some, valid_to=None).order_by("pk"))
            _keep(_measured(versions, layer))
    return len(keys)


def _measured(versions: Sequence[ParcelVersion], layer: LayerVersion) -> list[ParcelClasses]:
    from liangtian.geo.overlay.coverage import by_category, shares

    if not versions:
        return []
    shapes = np.empty(len(versions), dtype=object)
    shapes[:] = [v.geom for v in versions]
    ready = prepared(layer)
    result = by_category(shares(shapes, ready), ready, [v.area_m2 for v in versions])
    classes: list[dict[str, Decimal]] = [{} for _ in versions]
    for index, category, m2 in zip(
        result.plot.tolist(), result.category.tolist(), result.m2, strict=True
    ):
        classes[index][category] = classes[index].get(category, Decimal(0)) + m2
    return [_row(v, layer, one) for v, one in zip(versions, classes, strict=True)]


def _row(version: ParcelVersion, layer: LayerVersion, found: dict[str, Decimal]) -> ParcelClasses:
    sums = dict.fromkeys(COLUMNS, Decimal(0))
    for category, m2 in found.items():
        unknown = category in ("", REMAINDER)
        sums["unknown_m2" if unknown else GROUPS.get(category[:2], "other_m2")] += m2
    return ParcelClasses(
        version=version, layer=layer, measured_at=timezone.now(),
        classes={c: str(m2) for c, m2 in found.items()}, **sums,
    )  # fmt: skip


def _keep(rows: Sequence[ParcelClasses]) -> None:
    ParcelClasses.objects.bulk_create(
        rows, ROWS_PER_STATEMENT, update_conflicts=True, unique_fields=["version"],
        update_fields=["layer", *COLUMNS, "classes", "measured_at"],
    )  # fmt: skip


def order(user: User) -> Job:
    """Queue the overlay of the user's parcels. Raises Forbidden, Refused without a published survey layer."""
    require(user, "holdings.view", "holdings.manage")
    region = user.region
    if region is None or survey_of(region.code[:COUNTY_DIGITS]) is None:
        raise Refused("没有已发布的地类图斑，不能套合。请先在图层管理中发布地类图斑。")
    with transaction.atomic():
        made = enqueue(
            "holdings.classes", f"套合地块地类：{region.name}", user, region, link="/parcels",
            target=f"holdings.classes:{region.code}", region_code=region.code,
        )  # fmt: skip
        record(user, "holdings.classes.order", made, region=region)
    return made


@job("holdings.classes", "套合地块地类", retry=True)
def classes_job(run: JobRun, region_code: str) -> dict[str, Any]:
    """Measure what waits in a region."""
    layer = survey_of(region_code[:COUNTY_DIGITS])
    if layer is None:
        raise Refused("没有已发布的地类图斑，不能套合。")
    done = measure(
        region_code, layer,
        lambda n, total: run.progress(n / max(total, 1), f"已套合 {n} 个地块，共 {total} 个"),
    )  # fmt: skip
    return {"parcels": done}


@every("holdings.classes", EVERY_SECONDS)
def classes_by_the_clock() -> None:
    """Parcels that came, changed or whose layer changed get their areas, without anybody asking."""
    counties = Region.objects.current().filter(level="county")
    with_land = ParcelVersion.objects.order_by().values("parcel__county").distinct()
    for county in counties.filter(code__in=with_land):
        layer = survey_of(county.code)
        if layer is not None and opened(layer) is not None:  # else it is being made ready
            measure(county.code, layer, most=MOST_OF_A_TICK)
