"""Reference layers (参考图层): what land is, and what was planned, protected or approved where.

A layer is a kind of data; each delivery of it is a version with its own period of validity. A published
version never changes: decisions name the versions they were made with.
"""

from __future__ import annotations

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
    fields: models.Field[dict[str, list[str]], dict[str, list[str]]] = models.JSONField(
        "字段角色", default=dict
    )
    source_names: models.Field[list[str], list[str]] = models.JSONField("来源图层名", default=list)
    legend_name = models.CharField("图例名称", max_length=100, blank=True)
    legend: models.Field[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(
        "图例", default=list
    )
    exclusive = models.BooleanField("图形互不重叠", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "图层"
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name

    def category_name(self, code: str) -> str:
        """What the legend calls a category; the code itself when it is not in the legend."""
        return next((str(entry["label"]) for entry in self.legend if entry["code"] == code), code)


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
    """Something found wrong in a version while it was taken in. `row` 0 speaks of the whole file."""

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

    class Meta:
        verbose_name = verbose_name_plural = "图层问题"
        ordering = ["severity", "row", "id"]
