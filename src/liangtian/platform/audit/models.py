"""Who did what, when, from where, with what before and after."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class AuditEntry(models.Model):
    """One act. Written in the transaction of the act itself; never changed, never deleted by the application."""

    keeps_region_code = True  # a change of regions does not rewrite what was written

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人", related_name="+"
    )
    actor_name = models.CharField("操作人姓名", max_length=60, blank=True)
    act = models.CharField("行为", max_length=60, db_index=True)
    target_type = models.CharField("对象类型", max_length=60, blank=True)
    target_id = models.CharField("对象编号", max_length=60, blank=True)
    target_label = models.CharField("对象", max_length=200, blank=True)
    region = models.ForeignKey(
        "regions.Region", models.PROTECT, null=True, verbose_name="区划", related_name="+"
    )
    before = models.JSONField("变更前", null=True)
    after = models.JSONField("变更后", null=True)
    note = models.TextField("说明", blank=True)
    address = models.CharField("来源地址", max_length=45, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [models.Index(fields=["target_type", "target_id"])]
