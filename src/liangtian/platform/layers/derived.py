"""Starting what is made from published versions: comparisons and exports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.jobs import services as jobs
from liangtian.platform.layers.exporting import export_path
from liangtian.platform.layers.models import LayerComparison, LayerExport, LayerVersion
from liangtian.platform.people.scope import require
from liangtian.platform.regions.models import Region

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

_USABLE = (
    LayerVersion.Status.PUBLISHED,
    LayerVersion.Status.WITHDRAWN,
    LayerVersion.Status.CHECKED,
)


def start_comparison(user: User, before: LayerVersion, after: LayerVersion) -> LayerComparison:
    """The comparison of two versions of one layer; made once and kept. Raises Refused."""
    require(user, "layers.import")
    if before.pk == after.pk:
        raise Refused("请选择两个不同的版本。", fields={"after": "与前一版本相同"})
    if (before.layer_id, before.region_id) != (after.layer_id, after.region_id):
        raise Refused("只能比较同一县同一图层的两个版本。", fields={"after": "图层不同"})
    for version in (before, after):
        if version.status not in _USABLE:
            raise Refused(f"“{version}”现为“{version.get_status_display()}”，不能比较。")
    with transaction.atomic():
        found = LayerComparison.objects.filter(before=before, after=after).first()
        failed = found is not None and not found.done and found.job.finished
        if found is not None and not failed:
            return found  # type: ignore[no-any-return]
        made = found or LayerComparison.objects.create(
            before=before, after=after, region=after.region, created_by=user
        )
        made.job = jobs.enqueue(
            "layers.compare", f"比较{made}", user, after.region, link="/layers/comparisons",
            comparison_id=made.pk,
        )  # fmt: skip
        made.save(update_fields=["job"])
        record(user, "layers.compare", made, after={"before": str(before), "after": str(after)})
    return made


def start_export(
    user: User, version: LayerVersion, kind: str, region_code: str | None = None
) -> LayerExport:
    """Queue the file of a version, of the user's region or one below it. Raises Refused, NotFound."""
    require(user, "layers.export")
    if kind not in LayerExport.Format.values or kind == LayerExport.Format.XLSX:
        raise Refused("请选择导出格式。", fields={"format": "无效"})
    if version.status not in _USABLE:
        raise Refused(f"“{version}”现为“{version.get_status_display()}”，不能导出。")
    code = region_code or user.scope
    region = Region.objects.filter(code=code).first() if code.startswith(user.scope) else None
    if region is None:
        raise NotFound("没有该区划，或不在您的管辖范围内。")
    if region.level in ("township", "village", "group") and region.geom is None:
        raise Refused(f"“{region.name}”尚未导入界线，不能按它裁切。", fields={"region": "没有界线"})
    with transaction.atomic():
        export = LayerExport.objects.create(
            version=version, format=kind, region=region, created_by=user
        )
        _queue(export, f"导出{version}")
        after = {"version": str(version), "format": kind, "region": region.code}
        record(user, "layers.export", export, after=after)
    return export


def start_changes_export(user: User, comparison: LayerComparison) -> LayerExport:
    """Queue the file of every changed figure of a comparison, a GeoPackage. Raises Refused."""
    require(user, "layers.export")
    if not comparison.done:
        raise Refused("还没有比较完，请稍后再导出。")
    with transaction.atomic():
        export = LayerExport.objects.create(
            version=comparison.after, comparison=comparison, format=LayerExport.Format.GPKG,
            region=comparison.region, created_by=user,
        )  # fmt: skip
        _queue(export, f"导出变化图形：{comparison}")
        record(user, "layers.export", export, after={"comparison": str(comparison)})
    return export


def start_report(
    user: User, version: LayerVersion, comparison: LayerComparison | None = None
) -> LayerExport:
    """Queue the workbook of a version's checks, or of a comparison. Raises Refused, Forbidden."""
    require(user, report_right(comparison))
    if comparison is not None and not comparison.done:
        raise Refused("还没有比较完，请稍后再导出。")
    region = comparison.region if comparison is not None else version.region
    with transaction.atomic():
        export = LayerExport.objects.create(
            version=version, comparison=comparison, format=LayerExport.Format.XLSX, region=region,
            created_by=user,
        )  # fmt: skip
        _queue(export, f"导出{export}")
        record(user, "layers.export", export, after={"report": str(export)})
    return export


def report_right(comparison: LayerComparison | None) -> str:
    """Who may read the report on screen may have it as a file."""
    return "layers.import" if comparison is None else "layers.view"


def at_once(rows: int) -> None:
    """Raises Refused (code too_long) for a report that belongs into the background."""
    if rows > settings.EXPORT_ROWS_AT_ONCE:
        raise Refused(
            f"共 {rows} 行，超过即时导出的 {settings.EXPORT_ROWS_AT_ONCE} 行。"
            "请改用后台导出，完成后再下载。", code="too_long",
        )  # fmt: skip


def _queue(export: LayerExport, title: str) -> None:
    export.job = jobs.enqueue(
        "layers.export", title, export.created_by, export.region, link="/layers/exports",
        export_id=export.pk,
    )  # fmt: skip
    export.save(update_fields=["job"])


def drop_old_exports() -> None:
    """Files older than the kept days go (LIANGTIAN_EXPORT_DAYS); what was exported stays on record."""
    limit = timezone.now() - timedelta(days=settings.EXPORT_DAYS)
    for export in LayerExport.objects.filter(created_at__lt=limit).exclude(file_name=""):
        export_path(export).unlink(missing_ok=True)


def note_download(user: User, export: LayerExport) -> None:
    """Every time the file leaves the house is on record."""
    after = {"file": export.file_name, "sha256": export.sha256}
    with transaction.atomic():
        record(user, "layers.download", export, after=after)
