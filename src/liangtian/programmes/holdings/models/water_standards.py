"""What water costs and how much there is of it: tariffs, coefficients, quotas, what was used and allotted."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR, LAST_YEAR, MU, Parcel
from liangtian.programmes.holdings.models.water import COUNT, PRICE, WaterSource


class Standard(ScopedModel):
    """A figure with its document and clause, entered by one person and approved by another."""

    document = models.CharField("依据文件", max_length=200)
    clause = models.CharField("条款", max_length=60, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="录入人"
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审批人"
    )
    approved_at = models.DateTimeField("审批时间", null=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_approved_by_another",
                condition=Q(approved_by=None, approved_at=None)
                | (Q(approved_at__isnull=False) & ~Q(approved_by=F("entered_by"))),
            ),
            models.CheckConstraint(name="%(class)s_has_document", condition=~Q(document="")),
        ]


class WaterTariff(Standard):
    """The price of water of a county (水价), by source and class of land, yuan/m³, the resource fee apart.

    `tiers` holds what is over the quota: {"up_to": share or null, "mode": "multiply" or "add", "value"}.
    """

    class Land(models.TextChoices):
        CONTRACT = "contract", "30年承包地"
        OTHER = "other", "非30年承包地"

    source_kind = models.CharField("水源", max_length=6, choices=WaterSource.Kind)
    land = models.CharField("用水类别", max_length=10, choices=Land)
    price = models.DecimalField("水价(元/立方米)", **PRICE)
    resource = models.DecimalField("水资源费(元/立方米)", **PRICE)
    tiers: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "超定额加价", default=list
    )
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)

    class Meta(Standard.Meta):
        verbose_name = verbose_name_plural = "水价标准"
        ordering = ["source_kind", "land", "-valid_from"]
        constraints = [
            *Standard.Meta.constraints,
            models.UniqueConstraint(
                fields=["region", "source_kind", "land", "valid_from"], name="water_tariff_once"
            ),
            models.CheckConstraint(
                name="water_tariff_is_a_price",
                condition=Q(price__gte=0, resource__gte=0)
                & (Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_source_kind_display()}{self.get_land_display()} {self.price} 元/立方米"


class Coefficient(Standard):
    """Cubic metres for a kWh (以电折水系数) of a well, from a day on."""

    source = models.ForeignKey(WaterSource, models.PROTECT, related_name="coefficients")
    per_kwh = models.DecimalField("折算系数(立方米/千瓦时)", **PRICE)
    valid_from = models.DateField("生效日期")

    class Meta(Standard.Meta):
        verbose_name = verbose_name_plural = "以电折水系数"
        ordering = ["source", "-valid_from"]
        constraints = [
            *Standard.Meta.constraints,
            models.UniqueConstraint(fields=["source", "valid_from"], name="coefficient_once"),
            models.CheckConstraint(name="coefficient_counts", condition=Q(per_kwh__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.per_kwh} 立方米/千瓦时"


class WaterSeason(Standard):
    """An irrigation season (灌溉季) of a county with its quota per mu (定额), m³/mu."""

    year = models.PositiveSmallIntegerField("年度")
    name = models.CharField("灌溉季", max_length=20)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期")
    per_mu = models.DecimalField("定额(立方米/亩)", **PRICE)

    class Meta(Standard.Meta):
        verbose_name = verbose_name_plural = "灌溉季定额"
        ordering = ["-starts_on"]
        constraints = [
            *Standard.Meta.constraints,
            models.UniqueConstraint(fields=["region", "year", "name"], name="water_season_once"),
            models.CheckConstraint(
                name="water_season_is_a_time",
                condition=Q(
                    ends_on__gt=F("starts_on"), per_mu__gt=0, year__gte=FIRST_YEAR,
                    year__lte=LAST_YEAR,
                ) & ~Q(name=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.year}年{self.name}"


class WaterUse(ScopedModel):
    """Water of a month that a source brought to a parcel (用水量), as charged; `region` is the parcel's."""

    season = models.ForeignKey(WaterSeason, models.PROTECT, related_name="uses")
    month = models.DateField("月份")
    source = models.ForeignKey(WaterSource, models.PROTECT, related_name="uses")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="water_uses")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="water_uses")
    land = models.CharField("用水类别", max_length=10, choices=WaterTariff.Land)
    area_mu = models.DecimalField("灌溉面积(亩)", **MU)
    m3 = models.DecimalField("水量(立方米)", **COUNT)

    class Meta:
        verbose_name = verbose_name_plural = "用水量"
        ordering = ["-month", "source", "parcel"]
        indexes = [
            models.Index(fields=["season", "holder"], name="water_use_of_holder"),
            models.Index(fields=["region", "month"], name="water_use_months"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["month", "source", "parcel"], name="water_use_once"),
            models.CheckConstraint(name="water_use_counts", condition=Q(m3__gte=0)),
        ]


class Allocation(ScopedModel):
    """Water allotted to a holder for a season (配水); `region` is the holder's."""

    season = models.ForeignKey(WaterSeason, models.PROTECT, related_name="allocations")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="allocations")
    area_mu = models.DecimalField("灌溉面积(亩)", **MU)
    m3 = models.DecimalField("配水量(立方米)", **COUNT)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    made_at = models.DateTimeField("配水时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "配水"
        ordering = ["-season", "holder"]
        constraints = [
            models.UniqueConstraint(fields=["season", "holder"], name="allocation_once"),
            models.CheckConstraint(name="allocation_counts", condition=Q(m3__gte=0, area_mu__gt=0)),
        ]
