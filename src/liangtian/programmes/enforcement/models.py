"""Satellite patches (卫片图斑): batches, the staged import, patches with what was measured and judged."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.cases.models import Case
from liangtian.platform.files.models import StoredFile
from liangtian.platform.geofield import GeometryField
from liangtian.platform.jobs.models import Job
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.people.scope import ScopedModel

AREA: dict[str, Any] = {"max_digits": 15, "decimal_places": 2}  # m², as TD/T 1057-2020 keeps TBMJ


class Outcome(models.TextChoices):
    """What a patch is judged to be (判定类型)."""

    LEGAL = "legal", "合法"
    ILLEGAL = "illegal", "违法"
    OTHER = "other", "其他用地"
    SPLIT = "split", "部分合法"
    UNDETERMINED = "undetermined", "存疑"


class Batch(ScopedModel):
    """One month's patches as they came down (监测批次)."""

    class Kind(models.TextChoices):
        LAND = "land", "土地"
        MINERAL = "mineral", "矿产"

    title = models.CharField("批次名称", max_length=100)
    period = models.CharField("月份", max_length=7)
    kind = models.CharField("类别", max_length=10, choices=Kind, default=Kind.LAND)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="原始文件", related_name="+")
    file_sha256 = models.CharField("原始文件 SHA-256", max_length=64)
    layer = models.CharField("图层名", max_length=255)
    crs_label = models.CharField("坐标系", max_length=200)
    encoding = models.CharField("文字编码", max_length=20, blank=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+"
    )
    imported_at = models.DateTimeField("导入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "图斑批次"
        ordering = ["-period", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "file_sha256", "layer"], name="batch_file_enters_once"
            ),
            models.CheckConstraint(
                name="batch_period_is_a_month",
                condition=Q(period__regex=r"^\d{4}-(0[1-9]|1[0-2])$"),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class BatchImport(ScopedModel):
    """A file on its way in: read, mapped, checked; nothing enters before the user accepts."""

    class Status(models.TextChoices):
        UPLOADED = "uploaded", "待对应字段"
        CHECKING = "checking", "检查中"
        CHECKED = "checked", "待确认入库"
        ACCEPTING = "accepting", "入库中"
        DONE = "done", "已入库"
        DISCARDED = "discarded", "已放弃"
        FAILED = "failed", "失败"

    title = models.CharField("批次名称", max_length=100)
    period = models.CharField("月份", max_length=7)
    kind = models.CharField("类别", max_length=10, choices=Batch.Kind, default=Batch.Kind.LAND)
    status = models.CharField("状态", max_length=12, choices=Status, default=Status.UPLOADED)
    file = models.ForeignKey(StoredFile, models.PROTECT, verbose_name="文件", related_name="+")
    layer = models.CharField("图层名", max_length=255, blank=True)
    encoding = models.CharField("文字编码", max_length=20, blank=True)
    forced_encoding = models.CharField("指定编码", max_length=20, blank=True)
    crs_label = models.CharField("坐标系", max_length=200, blank=True)
    contents = models.JSONField("文件内容概要", default=dict)
    mapping = models.JSONField("字段对应", default=dict)
    mapping_remembered = models.BooleanField("沿用上次对应", default=False)
    count = models.IntegerField("行数", default=0)
    ready = models.IntegerField("可入库", default=0)
    errors = models.IntegerField("有误", default=0)
    duplicates = models.IntegerField("重复", default=0)
    warnings = models.IntegerField("提醒", default=0)
    error = models.TextField("失败原因", blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    batch = models.OneToOneField(Batch, models.PROTECT, null=True, related_name="batch_import")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField("建立时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "批次导入"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.title


class StagedPatch(models.Model):
    """A row of the file that passed the checks and waits to be accepted."""

    batch_import = models.ForeignKey(BatchImport, models.CASCADE, related_name="staged")
    row = models.IntegerField("行号")
    number = models.CharField("监测编号", max_length=60)
    region = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    values = models.JSONField("字段值", default=dict)
    attributes = models.JSONField("原始属性", default=dict)
    area_m2 = models.DecimalField("面积(平方米)", **AREA)
    geom = GeometryField("图形")

    class Meta:
        verbose_name = verbose_name_plural = "待入库图斑"
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(fields=["batch_import", "row"], name="staged_row_once"),
            models.UniqueConstraint(fields=["batch_import", "number"], name="staged_number_once"),
        ]

    def __str__(self) -> str:
        return self.number


class ImportProblem(models.Model):
    """What is wrong with a row of the file: field, value, reason and what to do."""

    class Severity(models.TextChoices):
        ERROR = "error", "有误"
        DUPLICATE = "duplicate", "重复"
        WARNING = "warning", "提醒"

    batch_import = models.ForeignKey(BatchImport, models.CASCADE, related_name="problems")
    row = models.IntegerField("行号")
    number = models.CharField("监测编号", max_length=100, blank=True)
    field = models.CharField("字段", max_length=60, blank=True)
    value = models.CharField("值", max_length=200, blank=True)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    reason = models.CharField("原因", max_length=300)
    advice = models.CharField("如何处理", max_length=300)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "导入问题"
        ordering = ["row", "id"]

    def __str__(self) -> str:
        return self.reason


class FieldMapping(ScopedModel):
    """The mapping last used for files with this set of field names."""

    fingerprint = models.CharField("字段组合", max_length=64)
    mapping = models.JSONField("字段对应")
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = "字段对应记忆"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "fingerprint"], name="mapping_once_per_fields"
            )
        ]


class Patch(ScopedModel):
    """One patch: what came down, what was measured, what is proposed, what was decided.

    `region` is the village (or township) that holds the largest share of it.
    """

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="patches", verbose_name="批次")
    case = models.OneToOneField(Case, models.PROTECT, related_name="patch", verbose_name="案件")
    number = models.CharField("监测编号", max_length=60)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    row = models.IntegerField("文件行号")
    monitoring_type = models.CharField("图斑类型", max_length=20, blank=True)
    period_before = models.DateField("前时相", null=True)
    period_after = models.DateField("后时相", null=True)
    declared_area_mu = models.DecimalField(
        "监测面积(亩)", max_digits=15, decimal_places=4, null=True
    )
    attributes = models.JSONField("原始属性", default=dict)
    geom = GeometryField("图形")
    area_m2 = models.DecimalField("图斑面积(平方米)", **AREA)
    farmland_m2 = models.DecimalField("耕地面积(平方米)", **AREA, null=True)
    pbf_m2 = models.DecimalField("永久基本农田面积(平方米)", **AREA, null=True)
    measured_at = models.DateTimeField("套合时间", null=True)
    engine = models.CharField("套合引擎", max_length=60, blank=True)
    facts = models.JSONField("判定依据", null=True)
    proposal = models.JSONField("拟判定", null=True)
    proposal_outcome = models.CharField("拟判定", max_length=15, choices=Outcome, blank=True)
    judgement_outcome = models.CharField("判定", max_length=15, choices=Outcome, blank=True)
    judgement_reason = models.TextField("判定理由", blank=True)
    overridden = models.BooleanField("改变拟判定", default=False)
    judged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="判定人", related_name="+"
    )
    judged_at = models.DateTimeField("判定时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "图斑"
        ordering = ["number"]
        indexes = [
            # With the region, so that pages in the order of numbers skip rows without reading them.
            models.Index(fields=["number", "id", "region"], name="patch_numbers"),
            # Holds all that the ledger counts, adds up and mostly filters by, so that no row is read.
            models.Index(
                fields=[
                    "region",
                    "judgement_outcome",
                    "proposal_outcome",
                    "monitoring_type",
                    "batch",
                    "period_after",
                    "number",
                    "case",
                    "area_m2",
                    "farmland_m2",
                    "pbf_m2",
                ],
                name="patch_ledger",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="patch_number_once"),
            models.CheckConstraint(name="patch_has_area", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="patch_farmland_within_patch",
                condition=Q(farmland_m2=None)
                | Q(farmland_m2__lte=F("area_m2"), farmland_m2__gte=0),
            ),
            models.CheckConstraint(
                name="patch_judgement_is_whole",
                condition=Q(judgement_outcome="", judged_by=None, judged_at=None)
                | (~Q(judgement_outcome="") & Q(judged_by__isnull=False, judged_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="patch_override_has_reason",
                condition=Q(overridden=False) | ~Q(judgement_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PatchArea(models.Model):
    """Area of one category of one layer version in a patch; category "" is what lies outside."""

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="areas")
    version = models.ForeignKey(LayerVersion, models.PROTECT, related_name="+")
    category = models.CharField("类别", max_length=100, blank=True)
    m2 = models.DecimalField("面积(平方米)", **AREA)

    class Meta:
        verbose_name = verbose_name_plural = "套合面积"
        ordering = ["version", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch", "version", "category"], name="patch_area_once"
            ),
            models.CheckConstraint(name="patch_area_not_negative", condition=Q(m2__gte=0)),
        ]


class EarlierOverlap(models.Model):
    """Ground a patch shares with a patch of an earlier batch of its county (往期图斑)."""

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="earlier_overlaps")
    earlier = models.ForeignKey(Patch, models.PROTECT, related_name="later_overlaps")
    m2 = models.DecimalField("重叠面积(平方米)", **AREA)

    class Meta:
        verbose_name = verbose_name_plural = "与往期图斑重叠"
        ordering = ["-m2", "earlier"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "earlier"], name="earlier_patch_once"),
            models.CheckConstraint(name="earlier_overlap_has_area", condition=Q(m2__gt=0)),
            models.CheckConstraint(
                name="earlier_patch_is_another", condition=~Q(patch=F("earlier"))
            ),
        ]


class PatchPart(models.Model):
    """A part of a split patch with an outcome of its own (分割图斑)."""

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="parts")
    order = models.PositiveSmallIntegerField("序号")
    source = models.CharField("依据", max_length=40, blank=True)
    number = models.CharField("文号", max_length=100, blank=True)
    outcome = models.CharField("判定", max_length=15, choices=Outcome)
    m2 = models.DecimalField("面积(平方米)", **AREA)
    geom = GeometryField("图形")

    class Meta:
        verbose_name = verbose_name_plural = "分割部分"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["patch", "order"], name="patch_part_once")]


class PatchPhoto(models.Model):
    """A site photo (举证照片) with what its EXIF says, checked against the patch."""

    patch = models.ForeignKey(Patch, models.PROTECT, related_name="photos")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("拍摄时间", null=True)
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    azimuth = models.FloatField("方位角", null=True)
    distance_m = models.FloatField("距图斑(米)", null=True)
    flags = models.JSONField("疑点", default=list)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "举证照片"
        ordering = ["taken_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "file"], name="photo_once_per_patch"),
            models.CheckConstraint(
                name="photo_azimuth_in_circle",
                condition=Q(azimuth=None) | Q(azimuth__gte=0, azimuth__lt=360),
            ),
        ]
