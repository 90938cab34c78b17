"""Cases: a matter that moves through stages, and the history of every step."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel


class Case(ScopedModel):
    """The moving part of a matter (a patch, an application …); the matter itself points here."""

    kind = models.CharField("类别", max_length=40)
    title = models.CharField("事项", max_length=200)
    stage = models.CharField("环节", max_length=30)
    opened_at = models.DateTimeField("开始时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "案件"
        indexes = [models.Index(fields=["kind", "stage"])]

    def __str__(self) -> str:
        return self.title


class CaseStep(models.Model):
    """One step taken: by whom, when, from which stage to which, with what opinion."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="经办人", related_name="+"
    )
    step = models.CharField("步骤", max_length=30)
    from_stage = models.CharField("原环节", max_length=30, blank=True)
    to_stage = models.CharField("现环节", max_length=30)
    opinion = models.TextField("意见", blank=True)
    detail = models.JSONField("附加信息", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "办理记录"
        ordering = ["at", "id"]
