"""What people keep of a ledger: their own way to look at it, and the files they took out of it."""

from __future__ import annotations

import uuid
from pathlib import Path

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import ScopedModel


class SavedView(models.Model):
    """A way to look at a ledger (视图): columns, filters, order, grouping.

    Its owner's alone, or shared with the owner's office. It never holds rows: who opens it sees what
    they may see anyway.
    """

    ledger = models.CharField("台账", max_length=80)
    name = models.CharField("名称", max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="建立人", related_name="+"
    )
    office = models.ForeignKey(
        "people.Office", models.CASCADE, null=True, verbose_name="共享给机构", related_name="+"
    )
    columns: models.Field[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(
        "列", default=list
    )
    query: models.Field[dict[str, str], dict[str, str]] = models.JSONField("条件", default=dict)
    grouping: models.Field[list[str], list[str]] = models.JSONField("汇总项", default=list)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "台账视图"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "owner", "name"], name="view_name_once"),
            models.CheckConstraint(name="view_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view a user's ledger opens with."""

    ledger = models.CharField("台账", max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+"
    )
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "默认视图"
        constraints = [models.UniqueConstraint(fields=["ledger", "user"], name="default_view_once")]


class Unmasking(models.Model):
    """Leave to read the masked columns of a ledger, or of one row of it, for a reason and some minutes.

    Who asked holds the permission; there is no approval. It holds for the sign-in it was asked in, so
    that it ends with it and no interface token profits. The reason also stands in the audit trail.
    """

    ledger = models.CharField("台账", max_length=80)
    row = models.BigIntegerField("记录", null=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="查看人", related_name="+"
    )
    sign_in = models.ForeignKey(
        "people.Presence", models.CASCADE, verbose_name="登录会话", related_name="+"
    )
    reason = models.CharField("事由", max_length=200)
    at = models.DateTimeField("开始时间", default=timezone.now)
    until = models.DateTimeField("截止时间")

    class Meta:
        verbose_name = verbose_name_plural = "脱敏查看"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "ledger", "until"], name="unmasking_in_force")]
        constraints = [
            models.CheckConstraint(name="unmasking_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="unmasking_ends", condition=Q(until__gte=F("at"))),
        ]


class LedgerExport(ScopedModel):
    """A file taken out of a ledger in the background, for who asked for it (导出文件).

    The file is put under its name whole, when `ready_at` is set; until then it grows in a folder beside it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ledger = models.CharField("台账", max_length=80)
    title = models.CharField("名称", max_length=120)
    file_format = models.CharField("格式", max_length=10)
    query: models.Field[dict[str, str], dict[str, str]] = models.JSONField("条件", default=dict)
    columns: models.Field[list[str], list[str]] = models.JSONField("列", default=list)
    reason = models.CharField(
        "导出未脱敏数据的事由", max_length=200, blank=True, default="", db_default=""
    )
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导出人", related_name="+"
    )
    created_at = models.DateTimeField("申请时间", default=timezone.now, db_index=True)
    rows = models.IntegerField("行数", null=True)
    size = models.BigIntegerField("大小(字节)", null=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    ready_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "台账导出"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="export_is_whole_or_not_ready",
                condition=Q(ready_at=None, rows=None, size=None, sha256="")
                | Q(
                    ready_at__isnull=False, rows__gte=0, size__gt=0, sha256__regex=r"^[0-9a-f]{64}$"
                ),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def path(self) -> Path:
        """Where the whole file lies once it is ready."""
        return Path(settings.DATA) / "exports" / str(self.pk)
