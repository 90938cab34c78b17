"""Taking a layer in, publishing it, taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.jobs import services as jobs
from liangtian.platform.jobs.models import Job
from liangtian.platform.layers.catalogue import ensure_layers
from liangtian.platform.layers.models import Feature, Layer, LayerVersion
from liangtian.platform.layers.tiles import grid_zoom
from liangtian.platform.people.scope import require

if TYPE_CHECKING:
    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

SHORTEST_REASON = 5  # characters; a word like “错了” explains nothing later
Status = LayerVersion.Status


def ensure_catalogue() -> None:
    """Create the layers that come with the system or bring them up to date."""
    with transaction.atomic():
        ensure_layers()


def start_import(
    user: User,
    file: StoredFile,
    layer: Layer,
    label: str,
    valid_from: date,
    *,
    valid_to: date | None = None,
    encoding: str | None = None,
    category_field: str | None = None,
    source_layer: str | None = None,
    publish: bool = False,
) -> tuple[LayerVersion, Job]:
    """Make a version of `layer` and queue the job that fills it from `file`.

    `source_layer` names the layer inside a file that has several; `publish` publishes the version when
    the import succeeds (then the user needs both permissions). Raises Forbidden, Refused, Conflict.
    """
    require(user, "layers.import", *(["layers.publish"] if publish else []))
    county = _county(user)
    label = label.strip()
    _check_request(file, label, valid_from, valid_to)
    try:
        with transaction.atomic():
            settle_abandoned(layer)
            version = LayerVersion.objects.create(
                layer=layer, label=label, region=county, source_file=file, created_by=user,
                valid_from=valid_from, valid_to=valid_to,
            )  # fmt: skip
            version.job = jobs.enqueue(
                "layers.import", f"导入{layer.name}({label})", user, county, link="/layers",
                version_id=version.pk, encoding=encoding, category_field=category_field,
                source_layer=source_layer, publish=publish,
            )  # fmt: skip
            version.save(update_fields=["job"])
            record(user, "layers.import", version, after=_summary(version))
    except IntegrityError as error:
        raise Conflict(
            f"“{layer.name}”已有名为“{label}”的版本。请换一个版本名，或先撤回原版本。"
        ) from error
    return version, version.job


def publish(user: User, version: LayerVersion) -> LayerVersion:
    """Put a checked version into use; from then on it never changes. Conflict in any other state."""
    require(user, "layers.publish")
    with transaction.atomic():
        version = _locked(version)
        if version.status != Status.CHECKED:
            raise Conflict(
                f"“{version}”现为“{version.get_status_display()}”，只有“待发布”的版本可以发布。"
            )
        version.status = Status.PUBLISHED
        version.published_at, version.published_by = timezone.now(), user
        version.save(update_fields=["status", "published_at", "published_by"])
        record(user, "layers.publish", version, after=_summary(version))
        if grid_zoom(version) is not None:
            jobs.enqueue(
                "layers.tiles", f"生成小比例尺瓦片：{version}", user, version.region,
                link="/map", version_id=version.pk,
            )  # fmt: skip
    return version


def withdraw(user: User, version: LayerVersion, reason: str) -> LayerVersion:
    """Take a version out of use, with a reason; its features stay, since decisions may cite them."""
    require(user, "layers.publish")
    reason = reason.strip()
    if len(reason) < SHORTEST_REASON:
        raise Refused(f"请写明撤回原因(至少 {SHORTEST_REASON} 个字)。", fields={"reason": "过短"})
    with transaction.atomic():
        version = _locked(version)
        if version.status not in (Status.CHECKED, Status.PUBLISHED):
            raise Conflict(f"“{version}”现为“{version.get_status_display()}”，不能撤回。")
        before = {"status": version.status}
        version.status = Status.WITHDRAWN
        version.notes = [*version.notes, f"撤回原因：{reason}"]
        version.save(update_fields=["status", "notes"])
        record(
            user, "layers.withdraw", version, before=before, after=_summary(version), note=reason
        )
    return version


def fail_import(version: LayerVersion, reason: str) -> None:
    """Mark an import as failed and drop what it had stored; its problems stay to be read."""
    with transaction.atomic():
        version = _locked(version)
        if version.status != Status.IMPORTING:
            return
        Feature.objects.filter(version=version).delete()
        version.status = Status.FAILED
        version.notes = [*version.notes, reason]
        version.save(update_fields=["status", "notes"])
        record(None, "layers.fail", version, note=reason)


def settle_abandoned(layer: Layer | None = None) -> None:
    """Fail versions whose import ended without a word: cancelled while queued, or given up."""
    ended = Q(job__status__in=[Job.Status.FAILED, Job.Status.CANCELLED])
    rows = LayerVersion.objects.filter(ended, status=Status.IMPORTING)
    if layer is not None:
        rows = rows.filter(layer=layer)
    for version in rows.select_related("job"):
        fail_import(version, version.job.error or "导入任务已取消。")


def _locked(version: LayerVersion) -> LayerVersion:
    rows = LayerVersion.objects.select_for_update(of=("self",)).select_related("layer")
    found: LayerVersion = rows.get(pk=version.pk)
    return found


def _county(user: User) -> Region:
    region = user.region
    if region is None or region.level != "county":
        raise Refused("参考图层由县级人员导入。请使用县级账号。")
    return region


def _check_request(file: StoredFile, label: str, valid_from: date, valid_to: date | None) -> None:
    longest = LayerVersion._meta.get_field("label").max_length or 0
    if not label or len(label) > longest:
        raise Refused(f"请填写版本名(1 至 {longest} 个字)。", fields={"label": "必填"})
    if valid_to is not None and valid_to < valid_from:
        raise Refused(
            f"停用日期 {valid_to} 早于启用日期 {valid_from}。", fields={"valid_to": "早于启用日期"}
        )
    if file.kind != "layer":
        raise Refused(
            f"文件“{file.name}”不是作为图层数据上传的，请在图层页面重新上传。",
            fields={"file_id": "用途不符"},
        )


def _summary(version: LayerVersion) -> dict[str, object]:
    return {
        "layer": version.layer.code,
        "label": version.label,
        "status": version.status,
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "features": version.feature_count,
        "area_m2": version.area_m2,
        "sha256": version.source_file.sha256,
    }
