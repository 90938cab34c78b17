"""Parcels (地块): what each was from which day on, and which came out of which.

`Parcel` is the piece of land that contracts, notices and bills point at. What it is like stands in its
versions, each valid from a day on until the day on which the next begins: the one without an end is today's.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel, ScopedQuerySet
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.units import SurveyUnit

AREA: dict[str, Any] = {"max_digits": 15, "decimal_places": 2}  # m²
MU: dict[str, Any] = {"max_digits": 12, "decimal_places": 2}  # 亩, as contracts write it
FIRST_YEAR, LAST_YEAR = 1900, 2100  # a year of reclamation outside is a slip of the pen


class Parcel(ScopedModel):
    """A piece of land under its code, which no other piece of the county ever gets.

    `region` is the village of its newest version.
    """

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    code = models.CharField("地块编码", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "地块"
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="parcel_code_once"),
            models.CheckConstraint(name="parcel_has_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.code


class VersionQuerySet(ScopedQuerySet):
    """Versions of parcels, read as of a day."""

    def at(self, day: date | None) -> Self:
        """What held on that day; None: what holds now."""
        if day is None:
            return self.filter(valid_to=None)
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day), valid_from__lte=day)

    def since(self, day: date) -> Self:
        """What held on that day or began later: the ground that something new of the day must not lie on."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day))


class ParcelVersion(ScopedModel):
    """A parcel as it was from `valid_from` until the day before `valid_to`; never changed once it has ended."""

    class Ownership(models.TextChoices):
        STATE = "state", "国有"
        COLLECTIVE = "collective", "集体"

    class Change(models.TextChoices):
        REGISTER = "register", "登记"
        EDIT = "edit", "变更"
        HOLDER = "holder", "权利人变更"
        BOUNDARY = "boundary", "界线调整"
        SPLIT = "split", "分割"
        MERGE = "merge", "合并"
        IMPORT = "import", "导入"

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="versions", verbose_name="地块")
    code = models.CharField(
        "地块编码", max_length=40
    )  # the parcel's, so that one index sorts by it
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True)
    unit = models.ForeignKey(SurveyUnit, models.PROTECT, related_name="+", verbose_name="调查单位")
    corps = models.BooleanField("兵团用地", default=False)
    geom = GeometryField("图形")
    area_m2 = models.DecimalField("面积(平方米)", **AREA)
    holder = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="versions", verbose_name="权利人"
    )
    cultivator = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="farmed", verbose_name="实际经营者"
    )
    ownership = models.CharField("权属性质", max_length=10, choices=Ownership)
    way = models.CharField("使用方式", max_length=20)
    source_paper = models.CharField("权属来源材料", max_length=40)
    paper_number = models.CharField("材料编号", max_length=100, blank=True)
    land_kind = models.CharField("承包地类别", max_length=20, blank=True)
    actual_use = models.CharField("实际用途", max_length=20)
    irrigation = models.CharField("灌溉方式", max_length=20, blank=True)
    reclaimed_year = models.PositiveSmallIntegerField("开发年份", null=True)
    place_name = models.CharField("坐落", max_length=100, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    change = models.CharField("变更类型", max_length=10, choices=Change)
    reason = models.CharField("变更原因", max_length=300, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    changed_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = VersionQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "地块状态"
        ordering = ["parcel", "valid_from"]
        indexes = [
            # Today's parcels, counted, added up and sorted without reading their rows.
            models.Index(
                fields=["region", "corps", "code", "area_m2"],
                condition=Q(valid_to=None),
                name="version_now",
            ),
            models.Index(
                fields=["code", "id", "region"], condition=Q(valid_to=None), name="version_codes"
            ),
            models.Index(fields=["holder", "valid_to", "region"], name="version_of_holder"),
            models.Index(fields=["cultivator", "valid_to", "region"], name="version_of_cultivator"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(valid_to=None), name="parcel_is_one_thing_now"
            ),
            models.UniqueConstraint(fields=["parcel", "valid_from"], name="parcel_change_of_a_day"),
            models.CheckConstraint(
                name="version_ends_after_it_begins",
                condition=Q(valid_to=None) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(name="version_has_area", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="version_year_is_a_year",
                condition=Q(reclaimed_year=None)
                | Q(reclaimed_year__gte=FIRST_YEAR, reclaimed_year__lte=LAST_YEAR),
            ),
            models.CheckConstraint(
                name="version_says_how_it_is_held",
                condition=~Q(way="") & ~Q(source_paper="") & ~Q(actual_use=""),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code}（{self.valid_from}）"


class ParcelLineage(models.Model):
    """One parcel that came out of another (分割、合并), with the day, the reason and who did it."""

    class Kind(models.TextChoices):
        SPLIT = "split", "分割"
        MERGE = "merge", "合并"

    kind = models.CharField("方式", max_length=10, choices=Kind)
    parent = models.ForeignKey(
        Parcel, models.PROTECT, related_name="children", verbose_name="原地块"
    )
    child = models.ForeignKey(Parcel, models.PROTECT, related_name="parents", verbose_name="新地块")
    on = models.DateField("日期")
    reason = models.CharField("原因", max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "地块沿革"
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["parent", "child"], name="parcel_lineage_once"),
            models.CheckConstraint(
                name="parcel_is_not_its_own_parent", condition=~Q(parent=F("child"))
            ),
        ]


class Crop(ScopedModel):
    """What grew on a parcel in a season of a year (种植情况)."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="crops", verbose_name="地块")
    year = models.PositiveSmallIntegerField("年份")
    season = models.CharField("季别", max_length=20)
    crop = models.CharField("作物", max_length=20)
    area_mu = models.DecimalField("种植面积(亩)", **MU)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "种植情况"
        ordering = ["-year", "season", "crop"]
        indexes = [models.Index(fields=["region", "year", "crop"], name="crop_of_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "year", "season", "crop"], name="crop_once_in_a_season"
            ),
            models.CheckConstraint(
                name="crop_has_area_and_year",
                condition=Q(area_mu__gt=0, year__gte=FIRST_YEAR, year__lte=LAST_YEAR),
            ),
        ]


class BaseYear(ScopedModel):
    """A year frozen as base (年度底册): nothing may begin or end on that day or before it any more.

    `region` is the county. The figures are those of the register as of `as_of`, XPCC land apart.
    """

    year = models.PositiveSmallIntegerField("年度")
    as_of = models.DateField("基准日")
    parcels = models.PositiveIntegerField("地块数")
    area_m2 = models.DecimalField("面积(平方米)", **AREA)
    corps_parcels = models.PositiveIntegerField("兵团地块数")
    corps_m2 = models.DecimalField("兵团面积(平方米)", **AREA)
    note = models.CharField("说明", max_length=300, blank=True)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="冻结人"
    )
    frozen_at = models.DateTimeField("冻结时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "年度底册"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["region", "year"], name="base_year_once")]

    def __str__(self) -> str:
        return f"{self.year} 年度底册"
