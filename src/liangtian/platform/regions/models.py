"""Administrative regions (行政区划): one tree of codes from the province to the villagers' group."""

from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel


class RegionQuerySet(models.QuerySet["Region"]):
    """Regions, read by what holds today and by whose they are."""

    def current(self) -> Self:
        """Without those whose code was given up."""
        return self.filter(valid_to=None)

    def within(self, code: str) -> Self:
        """The region of that code and all below it; none for an empty code."""
        return self.filter(code__startswith=code) if code else self.none()


class Region(models.Model):
    """A region under its statistical code without trailing zeros: 2, 4, 6, 9, 12 or 14 digits.

    The code of a region starts with the code of its parent, so that "within" is "starts with".
    """

    class Level(models.TextChoices):
        PROVINCE = "province", "省"
        PREFECTURE = "prefecture", "市"
        COUNTY = "county", "县"
        TOWNSHIP = "township", "乡镇"
        VILLAGE = "village", "村"
        GROUP = "group", "组"

    code = models.CharField("区划代码", max_length=14, primary_key=True)
    name = models.CharField("名称", max_length=60)
    pinyin = models.CharField("拼音", max_length=200, blank=True)
    level = models.CharField("级别", max_length=10, choices=Level)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    geom = GeometryField("界线", null=True)
    valid_from = models.DateField("启用日期", null=True)
    valid_to = models.DateField("停用日期", null=True)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_ends_after_it_begins",
                condition=Q(valid_from=None) | Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                violation_error_message="停用日期早于启用日期。",
            ),
            models.CheckConstraint(
                name="region_code_fits_level",
                condition=Q(level="province", code__regex=r"^\d{2}$")
                | Q(level="prefecture", code__regex=r"^\d{4}$")
                | Q(level="county", code__regex=r"^\d{6}$")
                | Q(level="township", code__regex=r"^\d{9}$")
                | Q(level="village", code__regex=r"^\d{12}$")
                | Q(level="group", code__regex=r"^\d{14}$"),
                violation_error_message="区划代码的位数与级别不符。",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class RegionChange(models.Model):
    """One change of regions (区划变更) with its day and the document it rests on; never altered."""

    class Kind(models.TextChoices):
        RENAMED = "renamed", "更名"
        RECODED = "recoded", "变更代码"
        MOVED = "moved", "划转"
        MERGED = "merged", "合并"
        SPLIT = "split", "拆分"

    kind = models.CharField("变更类型", max_length=10, choices=Kind)
    effective_on = models.DateField("生效日期")
    basis = models.CharField("批准文件", max_length=200)
    note = models.TextField("说明", blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "区划变更"
        ordering = ["-effective_on", "-id"]

    def __str__(self) -> str:
        return f"{self.effective_on} {self.get_kind_display()}"


class RegionLineage(models.Model):
    """One old code and the code that took its place. Codes are text: history outlives the tree."""

    change = models.ForeignKey(RegionChange, models.PROTECT, related_name="lines")
    old_code = models.CharField("原代码", max_length=14, db_index=True)
    old_name = models.CharField("原名称", max_length=60)
    new_code = models.CharField("新代码", max_length=14, db_index=True)
    new_name = models.CharField("新名称", max_length=60)
    takes_data = models.BooleanField("承接数据", default=True)
    rows = models.PositiveIntegerField("转入的数据条数", default=0)
    old_geom = GeometryField("变更前界线", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "区划沿革"
        ordering = ["old_code", "new_code"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "old_code", "new_code"], name="region_lineage_once"
            )
        ]


class RegionTrace(models.Model):
    """The code a row was made with, kept where the lineage alone would not tell it (合并、拆分)."""

    lineage = models.ForeignKey(RegionLineage, models.PROTECT, related_name="traces")
    table = models.CharField("表", max_length=100)
    row = models.CharField("行", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "数据原属区划"
        indexes = [models.Index(fields=["table", "row"])]


class RegionImport(ScopedModel):
    """A list or boundaries on the way in: read and checked; nothing enters before someone accepts."""

    class Status(models.TextChoices):
        CHECKING = "checking", "检查中"
        CHECKED = "checked", "待确认"
        ACCEPTING = "accepting", "入库中"
        DONE = "done", "已入库"
        DISCARDED = "discarded", "已放弃"
        FAILED = "failed", "失败"

    file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="文件", related_name="+"
    )
    layer = models.CharField("图层名", max_length=255, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.CHECKING)
    is_boundary = models.BooleanField("含界线", default=False)
    crs_label = models.CharField("坐标系", max_length=200, blank=True)
    notes = models.JSONField("读取说明", default=list)
    error = models.TextField("失败原因", blank=True)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+"
    )
    created_at = models.DateTimeField("导入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "区划导入"
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.file)


class RegionImportRow(models.Model):
    """One region of the file and what accepting would do with it."""

    class Act(models.TextChoices):
        CREATE = "create", "新增"
        UPDATE = "update", "补充"
        BOUNDARY = "boundary", "更新界线"
        SAME = "same", "无变化"
        REFUSED = "refused", "不入库"

    region_import = models.ForeignKey(RegionImport, models.CASCADE, related_name="rows")
    row = models.PositiveIntegerField("行号")
    code = models.CharField("区划代码", max_length=40)
    name = models.CharField("名称", max_length=60, blank=True)
    act = models.CharField("处理", max_length=10, choices=Act)
    valid_from = models.DateField("启用日期", null=True)
    geom = GeometryField("界线", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "待入库区划"
        ordering = ["row", "id"]
        indexes = [models.Index(fields=["region_import", "act"])]


class RegionImportProblem(models.Model):
    """What is wrong with a row: field, value, reason and what to do; row 0 is the whole file."""

    class Severity(models.TextChoices):
        ERROR = "error", "有误"
        WARNING = "warning", "提醒"

    region_import = models.ForeignKey(RegionImport, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField("行号")
    code = models.CharField("区划代码", max_length=40, blank=True)
    field = models.CharField("字段", max_length=60)
    value = models.CharField("值", max_length=200, blank=True)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    reason = models.CharField("原因", max_length=300)
    advice = models.CharField("如何处理", max_length=300)
    area_m2 = models.DecimalField("涉及面积(平方米)", max_digits=15, decimal_places=2, null=True)

    class Meta:
        verbose_name = verbose_name_plural = "区划导入问题"
        ordering = ["row", "id"]
