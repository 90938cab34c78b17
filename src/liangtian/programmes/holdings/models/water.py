"""Water: wells and canals (机电井、渠系), whom they serve, and the meters on them with their history."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import MU, Parcel

COUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}  # readings, kWh, m³
PRICE: dict[str, Any] = {"max_digits": 10, "decimal_places": 4}  # yuan/m³, m³/kWh, m³/mu


class WaterSource(ScopedModel):
    """A well (机电井) or a canal (渠道) that waters parcels; `region` is the village or township it lies in."""

    class Kind(models.TextChoices):
        WELL = "well", "机电井"
        CANAL = "canal", "渠道"

    class Level(models.TextChoices):
        MAIN = "main", "干渠"
        BRANCH = "branch", "支渠"
        LATERAL = "lateral", "斗渠"
        FIELD = "field", "农渠"

    kind = models.CharField("类别", max_length=6, choices=Kind)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    code = models.CharField("编号", max_length=40)
    name = models.CharField("名称", max_length=100)
    holder = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="water_sources", verbose_name="管理使用人"
    )
    geom = GeometryField("位置", kind="Geometry", null=True)
    level = models.CharField("渠系级别", max_length=8, choices=Level, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="branches", verbose_name="上级渠道"
    )
    permit = models.CharField("取水许可证号", max_length=60, blank=True)
    permit_until = models.DateField("许可有效期至", null=True)
    depth_m = models.DecimalField("井深(米)", max_digits=7, decimal_places=2, null=True)
    pump_m3h = models.DecimalField(
        "水泵出水量(立方米/时)", max_digits=9, decimal_places=2, null=True
    )
    closed_on = models.DateField("封停日期", null=True)
    note = models.CharField("备注", max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "水源设施"
        ordering = ["kind", "code"]
        indexes = [models.Index(fields=["region", "kind", "code"], name="water_source_codes")]
        constraints = [
            models.UniqueConstraint(fields=["county", "kind", "code"], name="water_source_once"),
            models.CheckConstraint(
                name="water_source_is_one_kind",
                condition=Q(kind="well", level="", parent=None)
                | (
                    Q(kind="canal", permit="", permit_until=None, depth_m=None, pump_m3h=None)
                    & ~Q(level="")
                ),
            ),
            models.CheckConstraint(
                name="water_source_is_named", condition=~Q(code="") & ~Q(name="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.code}）"


class Serving(models.Model):
    """A parcel watered from a source (供水关系), and how much of it; from `valid_from` until before `valid_to`."""

    source = models.ForeignKey(WaterSource, models.PROTECT, related_name="servings")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="waters", verbose_name="地块")
    area_mu = models.DecimalField("灌溉面积(亩)", **MU)
    valid_from = models.DateField("起始日期")
    valid_to = models.DateField("终止日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "供水关系"
        ordering = ["source", "parcel", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "parcel"], condition=Q(valid_to=None), name="serving_once_now"
            ),
            models.CheckConstraint(
                name="serving_has_area_and_term",
                condition=Q(area_mu__gt=0) & (Q(valid_to=None) | Q(valid_to__gt=F("valid_from"))),
            ),
        ]


class Meter(ScopedModel):
    """A water meter or power meter (水表、电表) under its number; `region` is the county.

    Where its counter reaches `rollover` it begins again at nought; a use is its difference times `factor`.
    """

    class Kind(models.TextChoices):
        WATER = "water", "水表"
        POWER = "power", "电表"

    kind = models.CharField("类别", max_length=6, choices=Kind)
    number = models.CharField("表号", max_length=40)
    rollover = models.DecimalField("表底量程", **COUNT)
    factor = models.DecimalField("倍率", max_digits=8, decimal_places=2, default=1)

    class Meta:
        verbose_name = verbose_name_plural = "计量表"
        ordering = ["kind", "number"]
        constraints = [
            models.UniqueConstraint(fields=["region", "kind", "number"], name="meter_number_once"),
            models.CheckConstraint(
                name="meter_can_count", condition=Q(rollover__gt=0, factor__gt=0) & ~Q(number="")
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Fitting(models.Model):
    """A meter on a source (装表记录) from the day it was fitted, with its first and its last reading."""

    meter = models.ForeignKey(Meter, models.PROTECT, related_name="fittings", verbose_name="计量表")
    source = models.ForeignKey(WaterSource, models.PROTECT, related_name="fittings")
    fitted_on = models.DateField("安装日期")
    first = models.DecimalField("起始示数", **COUNT)
    removed_on = models.DateField("拆除日期", null=True)
    last = models.DecimalField("拆除示数", null=True, **COUNT)
    rolled = models.BooleanField("拆除前翻转", default=False)
    reason = models.CharField("拆换原因", max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "装表记录"
        ordering = ["source", "fitted_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["meter"], condition=Q(removed_on=None), name="meter_is_in_one_place"
            ),
            models.CheckConstraint(
                name="fitting_ends_with_a_reading",
                condition=Q(removed_on=None, last=None, rolled=False)
                | Q(removed_on__gte=F("fitted_on"), last__isnull=False),
            ),
            models.CheckConstraint(name="fitting_counts_up", condition=Q(first__gte=0)),
        ]


class Reading(ScopedModel):
    """What a meter showed in a month (抄表记录). A corrected one stays, replaced; `region` is its source's."""

    class State(models.TextChoices):
        GOOD = "good", "正常"
        DOUBTFUL = "doubtful", "待核实"
        CONFIRMED = "confirmed", "已核实"
        REPLACED = "replaced", "已更正"

    class Way(models.TextChoices):
        HAND = "hand", "录入"
        FILE = "file", "文件导入"

    fitting = models.ForeignKey(Fitting, models.PROTECT, related_name="readings")
    month = models.DateField("抄表月份")  # its first day
    on = models.DateField("抄表日期")
    value = models.DecimalField("示数", **COUNT)
    state = models.CharField("状态", max_length=10, choices=State)
    findings: models.Field[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(
        "疑点", default=list
    )
    rolled = models.BooleanField("翻转", default=False)
    way = models.CharField("来源", max_length=4, choices=Way)
    file = models.ForeignKey("files.StoredFile", models.PROTECT, null=True, related_name="+")
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name="更正自"
    )
    reason = models.CharField("核实（更正）说明", max_length=300, blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("录入时间", default=timezone.now)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="核实人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "抄表记录"
        ordering = ["-month", "fitting"]
        indexes = [
            models.Index(fields=["region", "month", "state"], name="reading_months"),
            models.Index(fields=["fitting", "month"], name="reading_of_fitting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fitting", "month"], condition=~Q(state="replaced"),
                name="reading_once_a_month",
            ),
            models.CheckConstraint(name="reading_counts_up", condition=Q(value__gte=0)),
            models.CheckConstraint(
                name="reading_settled_says_why",
                condition=~Q(state="confirmed") | (~Q(reason="") & Q(settled_by__isnull=False)),
            ),
        ]  # fmt: skip


class ReadingFile(ScopedModel):
    """A monthly file of the power company on its way in (用电量文件); `region` is that of who brings it."""

    class State(models.TextChoices):
        CHECKED = "checked", "待确认"
        ACCEPTED = "accepted", "已入库"
        DISCARDED = "discarded", "已放弃"

    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    kind = models.CharField("表类别", max_length=6, choices=Meter.Kind)
    month = models.DateField("抄表月份")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKED)
    header = models.PositiveIntegerField("表头行", default=0)
    headings: models.Field[list[str], list[str]] = models.JSONField("列名", default=list)
    mapping: models.Field[dict[str, str], dict[str, str]] = models.JSONField("列对应", default=dict)
    rows: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "逐行结果", default=list
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "用电量文件"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.month:%Y年%m月} {self.file.name}"
