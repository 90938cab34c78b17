"""Buildings at the field edge (地头建筑物): pump houses, sheds, stores, each with its measured footprint."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.geofield import GeometryField
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.parcels import AREA, FIRST_YEAR, LAST_YEAR, Parcel


class Building(ScopedModel):
    """A building that belongs to a parcel from `valid_from` until it was pulled down before `valid_to`.

    `region` is the parcel's. When the parcel is divided or joined the building goes to the one it stands on.
    """

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    code = models.CharField("编号", max_length=40)
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, related_name="buildings", verbose_name="所属地块"
    )
    kind = models.CharField("类别", max_length=20)
    built_year = models.PositiveSmallIntegerField("建成年份", null=True)
    geom = GeometryField("占地图形")
    area_m2 = models.DecimalField("占地面积(平方米)", **AREA)
    valid_from = models.DateField("登记日期")
    valid_to = models.DateField("拆除日期", null=True)
    end_reason = models.CharField("拆除说明", max_length=300, blank=True)
    note = models.CharField("备注", max_length=300, blank=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "地头建筑物"
        ordering = ["code"]
        indexes = [models.Index(fields=["region", "valid_to", "code"], name="building_codes")]
        constraints = [
            models.UniqueConstraint(fields=["county", "code"], name="building_code_once"),
            models.CheckConstraint(name="building_has_area", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(name="building_is_told", condition=~Q(code="") & ~Q(kind="")),
            models.CheckConstraint(
                name="building_year_is_a_year",
                condition=Q(built_year=None)
                | Q(built_year__gte=FIRST_YEAR, built_year__lte=LAST_YEAR),
            ),
            models.CheckConstraint(
                name="building_ends_with_a_reason",
                condition=Q(valid_to=None, end_reason="")
                | (Q(valid_to__gte=F("valid_from")) & ~Q(end_reason="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind}（{self.code}）"
