"""The import of one layer version, outside the request."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.db import transaction
from numpy.typing import NDArray

from liangtian.geo.clean import GeometryRefused
from liangtian.geo.crs import CrsRefused
from liangtian.geo.formats import FormatRefused
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import Cancelled, JobRun, job
from liangtian.platform.layers.models import Feature, LayerProblem, LayerVersion
from liangtian.platform.layers.reading import Prepared, open_layer, prepare
from liangtian.platform.layers.services import fail_import, publish
from liangtian.platform.layers.tiles import layer_tile, low_tiles

CHUNK = 2000  # features stored in one transaction
READ, CHECKED = 0.1, 0.4  # share of the work done once the file is read, once it is checked


@job("layers.import", "导入参考图层")
def import_layer(
    run: JobRun,
    *,
    version_id: int,
    encoding: str | None = None,
    category_field: str | None = None,
    source_layer: str | None = None,
    publish: bool = False,
) -> dict[str, Any]:
    """Fill a version from its file. A second attempt starts by clearing what the first one left."""
    version = LayerVersion.objects.select_related("layer", "source_file").get(pk=version_id)
    if version.status == LayerVersion.Status.IMPORTING:
        try:
            _fill(run, version, encoding, category_field, source_layer)
        except (FormatRefused, CrsRefused, GeometryRefused) as refusal:
            fail_import(version, str(refusal))
            raise Refused(str(refusal)) from refusal
        except Refused as refusal:
            fail_import(version, refusal.message)
            raise
        except Cancelled:
            fail_import(version, "导入任务已取消。")
            raise
        except Exception as error:
            fail_import(version, f"程序错误：{type(error).__name__}")
            raise
    return _finish(run, version, publish)


@job("layers.tiles", "生成小比例尺瓦片", retry=True)
def make_low_tiles(run: JobRun, *, version_id: int) -> dict[str, Any]:
    """Make the tiles that show much of a version at once, before anybody waits for them."""
    version = LayerVersion.objects.select_related("layer").get(pk=version_id)
    wanted = list(low_tiles(version))
    for number, (z, x, y) in enumerate(wanted):
        run.progress(number / len(wanted), f"第 {number + 1} 块，共 {len(wanted)} 块")
        layer_tile(version, None, z, x, y)
    return {"tiles": len(wanted)}


def _fill(
    run: JobRun,
    version: LayerVersion,
    encoding: str | None,
    category_field: str | None,
    source_layer: str | None,
) -> None:
    with transaction.atomic():
        Feature.objects.filter(version=version).delete()
        LayerProblem.objects.filter(version=version).delete()
    run.progress(0.0, "读取文件")
    source = open_layer(version.source_file, version.layer, encoding, source_layer)
    run.progress(READ, f"检查 {len(source.fids)} 个图形")
    ready = prepare(source, version.layer, category_field)
    total = len(ready.fids)
    for start in range(0, total, CHUNK):
        stop = min(start + CHUNK, total)
        share = CHECKED + (1 - CHECKED) * start / total
        run.progress(min(share, 0.99), f"写入第 {start + 1} 至 {stop} 个图形，共 {total} 个")
        with transaction.atomic():
            Feature.objects.bulk_create(_features(version, ready, start, stop))
    _settle(run, version, ready)


def _features(version: LayerVersion, ready: Prepared, start: int, stop: int) -> list[Feature]:
    columns, wkb = ready.columns, _multi_wkb(ready.geoms[start:stop])
    return [
        Feature(
            version=version,
            row=int(ready.rows[i]),
            fid=ready.fids[i],
            category=columns.categories[i],
            title=columns.titles[i],
            date_from=columns.date_from[i],
            date_to=columns.date_to[i],
            area_m2=ready.areas[i],
            attributes=columns.attributes(i),
            geom=wkb[i - start],
        )
        for i in range(start, stop)
    ]


def _multi_wkb(geoms: NDArray[np.object_]) -> list[bytes]:
    """Multipolygons as the column keeps them, made for all at once instead of one by one."""
    parts, owner = shapely.get_parts(geoms, return_index=True)
    wkb: list[bytes] = shapely.to_wkb(shapely.multipolygons(parts, indices=owner)).tolist()
    return wkb


def _settle(run: JobRun, version: LayerVersion, ready: Prepared) -> None:
    """What is known of the whole, its problems, and the new state: in one transaction."""
    with transaction.atomic():
        LayerProblem.objects.bulk_create(
            LayerProblem(
                version=version,
                row=found.row,
                feature=found.feature[:200],
                severity=found.severity,
                reason=found.reason,
                lon=found.location[0] if found.location else None,
                lat=found.location[1] if found.location else None,
            )
            for found in ready.problems
        )
        version.feature_count = len(ready.fids)
        version.area_m2 = sum(ready.areas, Decimal(0))
        version.bounds = shapely.total_bounds(ready.geoms).tolist()
        version.crs_label, version.encoding = ready.crs_label[:200], ready.encoding
        version.notes = ready.notes
        version.status = LayerVersion.Status.CHECKED
        version.save()
        after = {"features": version.feature_count, "problems": len(ready.problems)}
        record(run.job.created_by, "layers.checked", version, after=after)


def _finish(run: JobRun, version: LayerVersion, publish_now: bool) -> dict[str, Any]:
    if publish_now and version.status == LayerVersion.Status.CHECKED:
        version = publish(run.job.created_by, version)
    return {
        "version": version.pk,
        "features": version.feature_count,
        "area_m2": str(version.area_m2),
        "problems": version.problems.count(),
        "status": version.status,
    }
