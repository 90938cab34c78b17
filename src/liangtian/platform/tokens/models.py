"""Keys with which a program reads and acts for a person (接口令牌), never with more rights than theirs."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class ApiToken(models.Model):
    """One key of one person. Only its SHA-256 is kept; the key itself is shown once, when it is made.

    What it opens is what both the token and its owner may, within the token's region, until it ends.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="所有人", related_name="tokens"
    )
    name = models.CharField("用途", max_length=60)
    digest = models.CharField("令牌摘要", max_length=64, unique=True)
    start = models.CharField("令牌开头", max_length=12)
    permissions: models.Field[list[str], list[str]] = models.JSONField("权限", default=list)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, verbose_name="数据范围", related_name="+"
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    expires_at = models.DateTimeField("到期时间")
    revoked_at = models.DateTimeField("停用时间", null=True)
    used_at = models.DateTimeField("最近使用", null=True)
    used_from = models.CharField("最近使用地址", max_length=45, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "接口令牌"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="token_ends_after_it_begins", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.start}…）"
