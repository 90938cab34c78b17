"""Administrative regions (行政区划): one tree of codes from the province to the villagers' group."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liangtian.platform.geofield import GeometryField


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

    class Meta:
        verbose_name = verbose_name_plural = "行政区划"
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                name="region_code_fits_level",
                condition=Q(level="province", code__regex=r"^\d{2}$")
                | Q(level="prefecture", code__regex=r"^\d{4}$")
                | Q(level="county", code__regex=r"^\d{6}$")
                | Q(level="township", code__regex=r"^\d{9}$")
                | Q(level="village", code__regex=r"^\d{12}$")
                | Q(level="group", code__regex=r"^\d{14}$"),
                violation_error_message="区划代码的位数与级别不符。",
            )
        ]

    def __str__(self) -> str:
        return self.name
