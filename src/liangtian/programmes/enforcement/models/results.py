"""Packages of a result (成果包): what is uploaded to the ministry's platform, kept as it was."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.documents.models import Letter
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel
from liangtian.platform.returns.models import HASH, Return


class ResultPackage(ScopedModel):
    """The files of one signed return with its issued report, packed and never changed.

    `manifest` lists every file with its hash; that it was uploaded is written down once.
    """

    sealable = True

    sheet = models.ForeignKey(
        Return, models.PROTECT, related_name="packages", verbose_name="成果汇总表"
    )
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="+", verbose_name="工作报告")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="成果包")
    sha256 = models.CharField("SHA-256", max_length=64)
    manifest: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("清单")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="生成人"
    )
    made_at = models.DateTimeField("生成时间", default=timezone.now)
    reported_on = models.DateField("报送日期", null=True)
    receipt = models.CharField("回执编号", max_length=100, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="报送登记人",
    )  # fmt: skip

    class Meta:
        verbose_name = verbose_name_plural = "成果包"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "letter"], name="result_package_once"),
            models.CheckConstraint(name="result_package_hash", condition=Q(sha256__regex=HASH)),
            models.CheckConstraint(
                name="result_package_report_is_whole",
                condition=Q(reported_on=None, reported_by=None, receipt="")
                | Q(reported_on__isnull=False, reported_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet.title}成果包"
