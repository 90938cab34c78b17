"""Reference layers (参考图层): what land is, and what was planned, protected or approved where.

A layer is a kind of data; each delivery of it is a version with its own period of validity. A published
version never changes: decisions name the versions they were made with.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel


class Layer(models.Model):
    """A kind of reference data, kept in step with the catalogue that comes with the system.

    `fields` maps a role (category, title, date_from, date_to) to the field names that may hold it, the
    preferred first. `source_names` are the layer names under which it is delivered. A layer without a
    category field has one category, its own code.
    """

    class Group(models.TextChoices):
        SURVEY = "survey", "国土调查"
        PROTECTION = "protection", "保护管控"
        PLANNING = "planning", "国土空间规划"
        APPROVAL = "approval", "审批备案"
        OTHER = "other", "其他"

    code = models.SlugField("图层代码", max_length=40, unique=True)
    name = models.CharField("图层名称", max_length=60)
    group = models.CharField("分组", max_length=12, choices=Group)
    position = models.PositiveSmallIntegerField("顺序", default=0)
    category_label = models.CharField("分类名称", max_length=40)
    geometry_note = models.CharField("图形说明", max_length=200, blank=True)
    owner_office = models.CharField("管理科室", max_length=60, blank=True)
    owner = models.ForeignKey(
        "people.Office", models.PROTECT, null=True, verbose_name="管理机构", related_name="+"
    )
    fields: models.Field[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        "字段角色", default=dict
    )
    source_names: models.Field[list[str], list[str]] = models.JSONField("来源图层名", default=list)
    legend_name = models.CharField("图例名称", max_length=100, blank=True)
    legend: models.Field[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(
        "图例", default=list
    )
    exclusive = models.BooleanField("图形互不重叠", default=False)
    rules = models.CharField("检查规则", max_length=20, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "图层"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def category_name(self, code: str) -> str:
        """What the legend calls a category or the class it is part of; the code itself when neither is there."""
        names = {str(entry["code"]): str(entry["label"]) for entry in self.legend}
        return next((names[code[:n]] for n in range(len(code), 1, -1) if code[:n] in names), code)


class LayerVersion(ScopedModel):
    """One delivery of a layer for the whole county (`region` is the county)."""

    class Status(models.TextChoices):
        IMPORTING = "importing", "导入中"
        CHECKED = "checked", "待发布"
        PUBLISHED = "published", "已发布"
        FAILED = "failed", "导入失败"
        WITHDRAWN = "withdrawn", "已撤回"

    layer = models.ForeignKey(Layer, models.PROTECT, verbose_name="图层", related_name="versions")
    label = models.CharField("版本", max_length=60)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.IMPORTING)
    valid_from = models.DateField("启用日期")
    valid_to = models.DateField("停用日期", null=True)
    source_file = models.ForeignKey(
        "files.StoredFile", models.PROTECT, verbose_name="来源文件", related_name="+"
    )
    job = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, verbose_name="导入任务", related_name="+"
    )
    crs_label = models.CharField("坐标系", max_length=200, blank=True)
    encoding = models.CharField("文字编码", max_length=20, blank=True)
    feature_count = models.PositiveIntegerField("图形数", default=0)
    area_m2 = models.DecimalField("面积(平方米)", max_digits=17, decimal_places=2, default=0)
    bounds = models.JSONField("范围", null=True)
    notes = models.JSONField("说明", default=list)
    checks: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "检查结果", default=list
    )
    classes: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "分类面积", default=list
    )
    flattened: models.Field[dict[str, Any] | None, dict[str, Any] | None] = models.JSONField(
        "压平记录", null=True
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导入人", related_name="+"
    )
    created_at = models.DateTimeField("导入时间", default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="发布人", related_name="+"
    )
    published_at = models.DateTimeField("发布时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "图层版本"
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="layer_version_label_is_unique",
                fields=["region", "layer", "label"],
                condition=Q(status__in=["importing", "checked", "published"]),
            ),
            models.UniqueConstraint(
                name="layer_version_published_starts_alone",
                fields=["region", "layer", "valid_from"],
                condition=Q(status="published"),
            ),
            models.CheckConstraint(
                name="layer_version_ends_after_it_starts",
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="layer_version_published_by_someone",
                condition=~Q(status="published")
                | Q(published_at__isnull=False, published_by__isnull=False, feature_count__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.layer.name} {self.label}"


class Feature(models.Model):
    """One figure of a version. `area_m2` is the survey area computed in the file's own CRS."""

    version = models.ForeignKey(LayerVersion, models.CASCADE, related_name="features")
    row = models.PositiveIntegerField("行号")
    fid = models.CharField("要素编号", max_length=60)
    category = models.CharField("类别", max_length=40)
    title = models.CharField("名称", max_length=200, blank=True)
    date_from = models.DateField("起始日期", null=True)
    date_to = models.DateField("截止日期", null=True)
    area_m2 = models.DecimalField("面积(平方米)", max_digits=15, decimal_places=2)
    attributes: models.Field[dict[str, object], dict[str, object]] = models.JSONField(
        "属性", default=dict
    )
    geom = GeometryField("图形", kind="MultiPolygon")

    class Meta:
        verbose_name = verbose_name_plural = "图形"
        ordering = ["version", "row"]
        constraints = [
            models.UniqueConstraint(name="feature_row_is_unique", fields=["version", "row"]),
            models.CheckConstraint(name="feature_has_category", condition=~Q(category="")),
            models.CheckConstraint(name="feature_area_not_negative", condition=Q(area_m2__gte=0)),
        ]


class LayerProblem(models.Model):
    """Something found wrong in a version while it was taken in. `row` 0 speaks of the whole file.

    `rule` names the rule (checks/*.toml). An overlap names the second figure in `other_row`; overlaps and
    gaps keep their shape.
    """

    class Severity(models.TextChoices):
        ERROR = "error", "未入库"
        WARNING = "warning", "提示"

    version = models.ForeignKey(LayerVersion, models.CASCADE, related_name="problems")
    row = models.PositiveIntegerField("行号")
    feature = models.CharField("要素", max_length=200, blank=True)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    reason = models.TextField("问题")
    lon = models.FloatField("经度", null=True)
    lat = models.FloatField("纬度", null=True)
    rule = models.CharField("规则", max_length=12, blank=True)
    field = models.CharField("字段", max_length=60, blank=True)
    value = models.CharField("值", max_length=100, blank=True)
    other_row = models.PositiveIntegerField("另一行", null=True)
    area_m2 = models.DecimalField("面积(平方米)", max_digits=15, decimal_places=2, null=True)
    geom = GeometryField("图形", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "图层问题"
        ordering = ["severity", "row", "id"]
        indexes = [models.Index(name="layer_problem_by_rule", fields=["version", "rule"])]


class LayerCut(models.Model):
    """What flattening took from one figure because another had it too; `geom` is the ground that changed
    hands, `area_m2` its share of the survey area of the figure that lost it."""

    version = models.ForeignKey(LayerVersion, models.CASCADE, related_name="cuts")
    row = models.PositiveIntegerField("被扣行号")
    fid = models.CharField("被扣要素", max_length=60)
    keeper_row = models.PositiveIntegerField("保留行号")
    keeper_fid = models.CharField("保留要素", max_length=60)
    area_m2 = models.DecimalField("扣除面积(平方米)", max_digits=15, decimal_places=2)
    geom = GeometryField("扣除图形", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "压平扣除"
        ordering = ["row", "id"]
        constraints = [
            models.CheckConstraint(name="layer_cut_not_negative", condition=Q(area_m2__gte=0)),
            models.CheckConstraint(name="layer_cut_between_two", condition=~Q(row=F("keeper_row"))),
        ]


class OriginalFigure(models.Model):
    """A figure as delivered, kept when flattening changed it."""

    version = models.ForeignKey(LayerVersion, models.CASCADE, related_name="originals")
    row = models.PositiveIntegerField("行号")
    area_m2 = models.DecimalField("原面积(平方米)", max_digits=15, decimal_places=2)
    geom = GeometryField("原图形")

    class Meta:
        verbose_name = verbose_name_plural = "压平前图形"
        ordering = ["row"]
        constraints = [
            models.UniqueConstraint(name="original_row_is_unique", fields=["version", "row"]),
        ]


class LayerComparison(ScopedModel):
    """What changed between two versions of a layer (变化分析), computed once by a job.

    `matrix` holds rows of {before, after, area_m2, mu}; an empty category is what the version does not
    show there. `totals` holds the same per category, before and after.
    """

    before = models.ForeignKey(
        LayerVersion, models.PROTECT, verbose_name="前一版本", related_name="+"
    )
    after = models.ForeignKey(
        LayerVersion, models.PROTECT, verbose_name="后一版本", related_name="+"
    )
    job = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, verbose_name="任务", related_name="+"
    )
    matrix: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "变化矩阵", default=list
    )
    totals: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "分类合计", default=list
    )
    changed = models.PositiveIntegerField("变化图形数", default=0)
    done = models.BooleanField("已完成", default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "版本比较"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                name="layer_comparison_is_made_once", fields=["before", "after"]
            ),
            models.CheckConstraint(name="layer_comparison_of_two", condition=~Q(before=F("after"))),
        ]

    def __str__(self) -> str:
        return f"{self.before} → {self.after.label}"


class LayerChange(models.Model):
    """Ground that was one category before and is another after, figure by figure of the later version."""

    comparison = models.ForeignKey(LayerComparison, models.CASCADE, related_name="changes")
    row = models.PositiveIntegerField("后一版本行号")
    fid = models.CharField("后一版本要素", max_length=60)
    before = models.CharField("变化前类别", max_length=40, blank=True)
    after = models.CharField("变化后类别", max_length=40)
    area_m2 = models.DecimalField("变化面积(平方米)", max_digits=15, decimal_places=2)
    geom = GeometryField("变化图形")

    class Meta:
        verbose_name = verbose_name_plural = "变化图形"
        ordering = ["-area_m2", "id"]
        indexes = [
            models.Index(name="layer_change_by_class", fields=["comparison", "before", "after"])
        ]


class LayerExport(ScopedModel):
    """A version written out for somebody, cut to `region`; the file lies in the exports folder.

    With `comparison` it is the changed figures that are written out; `version` is then the later one.
    A workbook is the report of the checks, or of the comparison.
    """

    class Format(models.TextChoices):
        GPKG = "gpkg", "GeoPackage"
        SHP = "shp", "Shapefile(GBK)"
        GDB = "gdb", "FileGDB"
        GEOJSON = "geojson", "GeoJSON"
        KML = "kml", "KML"
        XLSX = "xlsx", "Excel 报告"

    version = models.ForeignKey(
        LayerVersion, models.PROTECT, verbose_name="图层版本", related_name="exports"
    )
    comparison = models.ForeignKey(
        LayerComparison, models.PROTECT, null=True, verbose_name="版本比较", related_name="exports"
    )
    format = models.CharField("格式", max_length=8, choices=Format)
    job = models.ForeignKey(
        "jobs.Job", models.PROTECT, null=True, verbose_name="任务", related_name="+"
    )
    file_name = models.CharField("文件名", max_length=200, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    size = models.PositiveBigIntegerField("字节数", default=0)
    features = models.PositiveIntegerField("图形数", default=0)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导出人", related_name="+"
    )
    created_at = models.DateTimeField("导出时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "图层导出"
        ordering = ["-id"]

    def __str__(self) -> str:
        if self.format == self.Format.XLSX:
            return f"{self.comparison}报告" if self.comparison else f"{self.version}检查报告"
        of = f"{self.comparison}变化图形" if self.comparison else str(self.version)
        return f"{of}({self.get_format_display()})"
