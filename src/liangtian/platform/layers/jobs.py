"""The long work of layers, outside the request: import, low tiles, flattening, comparison, export."""

from __future__ import annotations

from typing import Any

from liangtian.geo.clean import GeometryRefused
from liangtian.geo.crs import CrsRefused
from liangtian.geo.formats import FormatRefused
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs.registry import Cancelled, Interrupted, JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.layers import derived, flattening, ready
from liangtian.platform.layers.comparing import compare
from liangtian.platform.layers.exporting import write_export
from liangtian.platform.layers.importing import Import, clear
from liangtian.platform.layers.models import LayerComparison, LayerExport, LayerVersion
from liangtian.platform.layers.reading import open_layer
from liangtian.platform.layers.services import fail_import, finish_flattening, publish
from liangtian.platform.layers.tiles import layer_tile, low_tiles


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
    version = LayerVersion.objects.select_related("layer", "source_file", "region").get(
        pk=version_id
    )
    if version.status == LayerVersion.Status.IMPORTING:
        try:
            run.progress(0.0, "读取文件")
            clear(version)
            with open_layer(version.source_file, version.layer, encoding, source_layer) as source:
                Import(run, version, source, category_field).run_all()
        except (FormatRefused, CrsRefused, GeometryRefused) as refusal:
            fail_import(version, str(refusal))
            raise Refused(str(refusal)) from refusal
        except Refused as refusal:
            fail_import(version, refusal.message)
            raise
        except Cancelled:
            fail_import(version, "导入任务已取消。")
            raise
        except Interrupted:
            raise  # another worker starts again from the beginning
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


@job("layers.prepare", "预制参考图层", retry=True)
def prepare_layer(run: JobRun, *, version_id: int) -> dict[str, Any]:
    """Make a published version ready for overlay; a second attempt makes it again."""
    version = LayerVersion.objects.select_related("layer", "source_file").get(pk=version_id)
    layer = ready.make(version, lambda share: run.progress(share, "套合用的预制图层"))
    pieces = layer.figures.pieces
    return {"pieces": pieces.number, "vertices": len(pieces.x), "bytes": layer.bytes}


@every("layers.prepared", 3600)
def prepare_again() -> None:
    """Prepared layers that are missing or damaged are made anew; what nobody needs any more goes."""
    from liangtian.geo.compiled import drop_old_code  # the compiler takes much memory

    ready.order_missing()
    ready.drop_unused()
    drop_old_code()


@job("layers.flatten", "压平并发布参考图层")
def flatten_layer(run: JobRun, *, version_id: int, rule: str) -> dict[str, Any]:
    """Flatten a checked version and publish it. Nothing is written before all is computed."""
    version = LayerVersion.objects.select_related("layer").get(pk=version_id)
    if version.flattened is None:
        note = "计算重叠部分的归属"
        run.progress(0.0, note)
        with flattening.Spool() as spool:
            for settled in flattening.settle(
                version, rule, lambda share: run.progress(0.8 * share, note)
            ):
                spool.add(settled)
            run.progress(0.8, f"写入 {spool.figures} 个图形")
            flattening.apply(version, rule, spool)
    version = finish_flattening(run.job.created_by, version)
    return {"version": version.pk, "status": version.status, **(version.flattened or {})}


@job("layers.compare", "比较图层版本", retry=True)
def compare_versions(run: JobRun, *, comparison_id: int) -> dict[str, Any]:
    """Fill a comparison; a second attempt computes it anew and replaces what is there."""
    comparison = LayerComparison.objects.select_related("before__layer", "after__layer").get(
        pk=comparison_id
    )
    compare(comparison, lambda share: run.progress(share, "比较两个版本的图形"))
    return {"comparison": comparison.pk, "changed": comparison.changed}


@job("layers.export", "导出参考图层", retry=True)
def export_version(run: JobRun, *, export_id: int) -> dict[str, Any]:
    """Write the file of an export; a second attempt writes it again."""
    export = LayerExport.objects.select_related(
        "version__layer", "version__source_file", "region", "created_by__region",
        "comparison__before", "comparison__after__layer",
    ).get(pk=export_id)  # fmt: skip
    try:
        write_export(export, lambda share: run.progress(share, f"写出{export}"))
    except FormatRefused as refusal:
        raise Refused(str(refusal)) from refusal
    export.save()
    return {"export": export.pk, "features": export.features, "file": export.file_name}


@every("layers.exports", 3600)
def drop_old_exports() -> None:
    """Exported files are kept for some days."""
    derived.drop_old_exports()


def _finish(run: JobRun, version: LayerVersion, publish_now: bool) -> dict[str, Any]:
    said = ""
    if publish_now and version.status == LayerVersion.Status.CHECKED:
        try:
            version = publish(run.job.created_by, version, take_over=True)
        except Conflict as conflict:
            said = f"未发布：{conflict.message}"
    return {
        "version": version.pk,
        "features": version.feature_count,
        "area_m2": str(version.area_m2),
        "problems": version.problems.count(),
        "status": version.status,
        "note": said,
    }
