"""What a decision was made by: the very content of a policy pack and of the county's own values."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone


class PackVersion(models.Model):
    """One version of a policy pack as it was first used; never altered.

    `content` and `overrides` are the files as they were, so that the version can be parsed, shown and
    computed with again after either file has been edited.
    """

    version = models.CharField("版本", max_length=12, unique=True)
    pack = models.CharField("政策包", max_length=60, db_index=True)
    title = models.CharField("名称", max_length=200)
    county = models.CharField("本县参数的县名", max_length=60, blank=True)
    content = models.TextField("政策包内容")
    overrides = models.TextField("本县参数内容", null=True)
    first_used_at = models.DateTimeField("首次使用", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "政策包版本"
        ordering = ["-first_used_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="pack_version_is_a_hash", condition=Q(version__regex=r"^[0-9a-f]{12}$")
            )
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"
