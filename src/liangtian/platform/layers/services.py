"""Taking a layer in, publishing it, taking it back."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.platform.jobs import services as jobs
from liangtian.platform.jobs.models import Job
from liangtian.platform.layers import flattening
from liangtian.platform.layers.catalogue import ensure_layers
from liangtian.platform.layers.models import Feature, Layer, LayerVersion
from liangtian.platform.layers.ready import order_prepared
from liangtian.platform.layers.tiles import grid_zoom
from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import require
from liangtian.platform.reasons import reason_given

if TYPE_CHECKING:
    from liangtian.platform.files.models import StoredFile
    from liangtian.platform.people.models import User
    from liangtian.platform.regions.models import Region

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
    require(user, "layers.import")
    if publish:
        may_publish(user, layer)
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


def publish(user: User, version: LayerVersion, *, take_over: bool = False) -> LayerVersion:
    """Put a checked version into use; from then on it never changes.

    `take_over` agrees that it comes in the place of versions in force on its first day. Conflict in any
    other state, when figures overlap and were not flattened, when the period overlaps another version's
    and that was not agreed to, or when another version begins on the same day.
    """
    may_publish(user, version.layer)
    with transaction.atomic():
        version = _locked(version)
        _require_checked(version)
        if version.flattened is None and (number := flattening.overlapping(version)):
            raise Conflict(
                f"“{version}”有 {number} 处图形重叠，面积会重复计算。"
                "请在发布时选择压平，或撤回后改正数据重新导入。"
            )
        replaced = in_force_with(version)
        if replaced and not take_over:
            listed = "、".join(f"“{one}”({one.valid_from} 起)" for one in replaced)
            raise Conflict(
                f"“{version}”的有效期与已发布的{listed}重叠。同意由后启用的版本接替的，请在发布时勾选“接替”。"
            )
        version.status = Status.PUBLISHED
        version.published_at, version.published_by = timezone.now(), user
        _save_published(version)
        after = {**_summary(version), "takes_over": [str(one) for one in replaced]}
        record(user, "layers.publish", version, after=after)
        order_prepared(user, version)
        if grid_zoom(version) is not None:
            jobs.enqueue(
                "layers.tiles", f"生成小比例尺瓦片：{version}", user, version.region,
                link="/map", version_id=version.pk,
            )  # fmt: skip
    return version


def flatten(user: User, version: LayerVersion, rule: str, *, take_over: bool = False) -> Job:
    """Queue the job that gives shared ground to one figure each, then publishes the version.

    `rule` is one of `flattening.RULES`. Raises Conflict as `publish` does, or when nothing overlaps.
    """
    may_publish(user, version.layer)
    if rule not in flattening.RULES:
        raise Refused("请选择压平规则。", fields={"rule": "无效"})
    with transaction.atomic():
        version = _locked(version)
        _require_checked(version)
        if version.flattened is not None or not (number := flattening.overlapping(version)):
            raise Conflict(f"“{version}”没有需要压平的重叠，可以直接发布。")
        if in_force_with(version) and not take_over:
            raise Conflict(
                f"“{version}”的有效期与已发布的版本重叠。同意由后启用的版本接替的，请勾选“接替”。"
            )
        if version.job is not None and not version.job.finished:
            raise Conflict(f"“{version}”的任务正在进行，请等它结束。")
        version.job = jobs.enqueue(
            "layers.flatten", f"压平并发布{version}", user, version.region, link="/layers",
            version_id=version.pk, rule=rule,
        )  # fmt: skip
        version.save(update_fields=["job"])
        after = {"rule": flattening.RULES[rule], "overlaps": number}
        record(user, "layers.flatten", version, after=after)
    job: Job = version.job
    return job


def finish_flattening(user: User, version: LayerVersion) -> LayerVersion:
    """Record what flattening did and publish the version; taking over was agreed to at the start."""
    if version.status == Status.PUBLISHED:
        return version
    with transaction.atomic():
        record(user, "layers.flattened", version, after=version.flattened)
        return publish(user, version, take_over=True)


def in_force_with(version: LayerVersion) -> list[LayerVersion]:
    """Published versions of the same layer and region whose period shares a day with this one."""
    rows = LayerVersion.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=version.valid_from),
        layer=version.layer, region=version.region, status=Status.PUBLISHED,
    ).select_related("layer")  # fmt: skip
    if version.valid_to is not None:
        rows = rows.filter(valid_from__lte=version.valid_to)
    return list(rows.exclude(pk=version.pk).order_by("valid_from"))


def may_publish(user: User, layer: Layer) -> None:
    """Publishing is for people of the layer's owner office, where one is set. Raises Forbidden."""
    require(user, "layers.publish")
    if layer.owner_id is not None and user.office_id != layer.owner_id:
        raise Forbidden(
            f"“{layer.name}”由{layer.owner}管理，只有该机构有发布权限的人员可以发布和撤回。"
        )


def possible_owners(user: User) -> list[Office]:
    """Offices of the user's county itself, in use, the higher first."""
    require(user, "layers.publish")
    rows = Office.objects.filter(region=_county(user), is_active=True)
    return list(rows.exclude(kind=Office.Kind.COMPANY).order_by("path"))


def assign_owner(user: User, layer: Layer, office: Office | None) -> Layer:
    """Say which office answers for a layer. Once one is set, only its people may pass it on."""
    may_publish(user, layer)
    county = _county(user)
    if office is not None and not office.region_id.startswith(county.code):
        raise Refused("管理机构应为本县的机构。", fields={"office": "不在本县"})
    with transaction.atomic():
        before = layer.owner
        layer.owner = office
        layer.save(update_fields=["owner"])
        record(
            user, "layers.owner", layer, before={"owner": str(before or "")},
            after={"owner": str(office or "")},
        )  # fmt: skip
    return layer


def withdraw(user: User, version: LayerVersion, reason: str) -> LayerVersion:
    """Take a version out of use, with a reason; its features stay, since decisions may cite them."""
    may_publish(user, version.layer)
    reason = reason_given(reason, "撤回")
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


def _require_checked(version: LayerVersion) -> None:
    if version.status != Status.CHECKED:
        raise Conflict(
            f"“{version}”现为“{version.get_status_display()}”，只有“待发布”的版本可以发布。"
        )


def _save_published(version: LayerVersion) -> None:
    try:
        with transaction.atomic():
            version.save(update_fields=["status", "published_at", "published_by"])
    except IntegrityError as error:
        if "layer_version_published_starts_alone" not in str(error) and "UNIQUE" not in str(error):
            raise
        raise Conflict(
            f"“{version.layer.name}”已有 {version.valid_from} 启用的版本在用。请先撤回它，或改用别的启用日期。"
        ) from error


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
    require_layer_file(file)


def require_layer_file(file: StoredFile) -> None:
    """Refused for a file that was handed in for something else."""
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
