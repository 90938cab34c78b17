"""Batches of satellite patches and their staged import."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.geofield import GeometryField
from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import ScopedModel

AREA: dict[str, Any] = {"max_digits": 15, "decimal_places": 2}  # m², as TD/T 1057-2020 keeps TBMJ


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
