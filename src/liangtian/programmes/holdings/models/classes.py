"""What of a parcel lies in which land class (地类), by the survey layer in force; made in bulk, remade when either changes."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from liangtian.platform.layers.models import LayerVersion
from liangtian.programmes.holdings.models.parcels import AREA, ParcelVersion


class ParcelClasses(models.Model):
    """The areas of one state of a parcel by land class, in m²; they sum to its area.

    The groups are those of the register's reports: 耕地 01, 园地 02, 林地 03, 草地 04, all other classes, and
    ground the layer says nothing of.
    """

    version = models.OneToOneField(
        ParcelVersion, models.CASCADE, related_name="classes", verbose_name="地块状态"
    )
    layer = models.ForeignKey(
        LayerVersion, models.PROTECT, related_name="+", verbose_name="地类图斑版本"
    )
    farmland_m2 = models.DecimalField("耕地(平方米)", **AREA)
    orchard_m2 = models.DecimalField("园地(平方米)", **AREA)
    forest_m2 = models.DecimalField("林地(平方米)", **AREA)
    grass_m2 = models.DecimalField("草地(平方米)", **AREA)
    other_m2 = models.DecimalField("其他地类(平方米)", **AREA)
    unknown_m2 = models.DecimalField("图层以外(平方米)", **AREA)
    classes = models.JSONField("各地类面积", default=dict)  # class code -> m² as text
    measured_at = models.DateTimeField("套合时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "地块地类面积"

    def __str__(self) -> str:
        return f"{self.version_id}"
