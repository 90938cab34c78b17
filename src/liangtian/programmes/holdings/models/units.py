"""Who carries out the survey in an area (调查单位): townships, and state-owned farm companies over villages."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from liangtian.platform.people.scope import ScopedModel


class SurveyUnit(ScopedModel):
    """A survey unit: of a township its region is the township, of a farm company the county."""

    class Kind(models.TextChoices):
        TOWNSHIP = "township", "乡镇"
        COMPANY = "company", "国资公司"

    kind = models.CharField("类型", max_length=10, choices=Kind)
    name = models.CharField("名称", max_length=60)

    class Meta:
        verbose_name = verbose_name_plural = "调查单位"
        ordering = ["-kind", "region", "name"]
        constraints = [
            models.UniqueConstraint(fields=["region", "name"], name="unit_named_once"),
            models.UniqueConstraint(
                fields=["region"], condition=Q(kind="township"), name="unit_of_township_once"
            ),
            models.CheckConstraint(name="unit_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name
