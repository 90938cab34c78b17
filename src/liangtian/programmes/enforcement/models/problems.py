"""What the data checks (数据检查) found wrong with patches, until it is put right or let pass for a reason."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.enforcement.models.patches import Patch


class PatchProblem(ScopedModel):
    """One thing wrong with a patch, or with one part of it; `region` is the patch's.

    It is open until the data are right (`resolved_at`). An error that a person lets pass has a reason, which
    holds for what the check rested on then (`basis`): once that changes the row is closed and a new one opened.
    """

    class Severity(models.TextChoices):
        ERROR = "error", "有误"
        WARNING = "warning", "提醒"

    class Side(models.TextChoices):
        COUNTY = "county", "县级"
        TOWNSHIP = "township", "乡镇"

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="problems", verbose_name="图斑")
    part = models.PositiveSmallIntegerField("部分", default=0)  # 0 is the whole patch
    code = models.CharField("检查项", max_length=10)
    label = models.CharField("检查内容", max_length=60)
    severity = models.CharField("程度", max_length=10, choices=Severity)
    section = models.CharField("所在页签", max_length=20)
    field = models.CharField("字段", max_length=40)
    value = models.CharField("现值", max_length=200, blank=True)
    message = models.CharField("问题", max_length=500)
    advice = models.CharField("如何处理", max_length=300)
    clause = models.CharField("依据", max_length=300)
    side = models.CharField("责任层级", max_length=10, choices=Side)
    responsible = models.ForeignKey(
        Office, models.PROTECT, null=True, related_name="+", verbose_name="责任单位"
    )
    basis = models.CharField("数据摘要", max_length=64)
    found_at = models.DateTimeField("发现时间")
    resolved_at = models.DateTimeField("消除时间", null=True)
    passed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="放行人"
    )
    passed_at = models.DateTimeField("放行时间", null=True)
    pass_reason = models.CharField("放行理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "数据检查问题"
        ordering = ["patch", "part", "code", "id"]
        indexes = [
            models.Index(fields=["resolved_at", "region", "code"], name="problem_open"),
            models.Index(fields=["patch", "resolved_at", "severity"], name="problem_of_patch"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["patch", "part", "code"], condition=Q(resolved_at=None),
                name="problem_open_once",
            ),
            models.CheckConstraint(
                name="problem_passed_for_a_reason",
                condition=Q(passed_by=None, passed_at=None, pass_reason="")
                | (Q(passed_by__isnull=False, passed_at__isnull=False) & ~Q(pass_reason="")),
            ),
            models.CheckConstraint(
                name="problem_warning_needs_no_pass",
                condition=Q(severity="error") | Q(passed_by=None),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
