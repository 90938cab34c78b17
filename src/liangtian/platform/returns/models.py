"""Returns (报表) and the kept states of ledgers they rest on."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel

HASH = r"^[0-9a-f]{64}$"


class Snapshot(ScopedModel):
    """A ledger as it stood at a moment (留存): its rows as printed, never changed."""

    sealable = True

    ledger = models.CharField("台账", max_length=80)
    title = models.CharField("名称", max_length=120)
    query: models.Field[dict[str, str], dict[str, str]] = models.JSONField("条件", default=dict)
    columns: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField("列")
    count = models.IntegerField("行数")
    sums: models.Field[dict[str, str], dict[str, str]] = models.JSONField("合计", default=dict)
    sha256 = models.CharField("SHA-256", max_length=64)
    taken_at = models.DateTimeField("留存时间", default=timezone.now)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="留存人", related_name="+"
    )
    passing = models.BooleanField("只为一次比较", default=False, db_default=False)

    class Meta:
        verbose_name = verbose_name_plural = "台账留存"
        ordering = ["-taken_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="snapshot_is_whole", condition=Q(count__gte=0, sha256__regex=HASH)
            )
        ]

    def __str__(self) -> str:
        return self.title


class SnapshotPart(models.Model):
    """Some rows of a kept ledger, by key: packed lines of JSON."""

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="parts")
    order = models.PositiveIntegerField("序号")
    data = models.BinaryField("内容")

    class Meta:
        verbose_name = verbose_name_plural = "留存内容"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "order"], name="snapshot_part_once")
        ]


class Return(ScopedModel):
    """One version of one form of one region for one period.

    What it says is fixed when it is frozen; who signed it, when it is signed. Only its way (sent, sent
    back, replaced) moves on. The database refuses anything else.
    """

    class Status(models.TextChoices):
        FROZEN = "frozen", "待签批"
        DECLINED = "declined", "签批未通过"
        SIGNED = "signed", "已签批"
        SENT = "sent", "已上报"
        SENT_BACK = "sent_back", "已退回"
        REPLACED = "replaced", "已被更正"

    LIVE = (Status.FROZEN, Status.SIGNED, Status.SENT)

    form = models.CharField("报表", max_length=80)
    title = models.CharField("名称", max_length=120)
    period = models.CharField("报告期", max_length=7)
    version = models.PositiveSmallIntegerField("版本")
    reason = models.CharField("更正说明", max_length=300, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.FROZEN)
    snapshot = models.OneToOneField(Snapshot, models.PROTECT, null=True, related_name="declared")
    table: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("内容")
    basis: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("依据", default=dict)
    sha256 = models.CharField("SHA-256", max_length=64)
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="填表人", related_name="+"
    )
    frozen_at = models.DateTimeField("冻结时间", default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="签批人", related_name="+"
    )
    signed_name = models.CharField("签批人姓名", max_length=60, blank=True)
    signed_at = models.DateTimeField("签批时间", null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="上报人", related_name="+"
    )
    sent_at = models.DateTimeField("上报时间", null=True)
    back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="退回人", related_name="+"
    )
    back_at = models.DateTimeField("退回时间", null=True)
    back_reason = models.CharField("退回原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "报表"
        ordering = ["-period", "region", "-version"]
        indexes = [models.Index(fields=["form", "period"])]
        constraints = [
            models.UniqueConstraint(
                fields=["form", "region", "period", "version"], name="return_version_once"
            ),
            models.UniqueConstraint(
                fields=["form", "region", "period"],
                condition=Q(status__in=["frozen", "signed", "sent"]),
                name="return_one_in_force",
            ),
            models.CheckConstraint(
                name="return_signer_is_another",
                condition=Q(signed_by=None) | ~Q(signed_by=F("frozen_by")),
            ),
            models.CheckConstraint(
                name="return_signature_is_whole",
                condition=Q(signed_by=None, signed_at=None, signed_name="")
                | (Q(signed_by__isnull=False, signed_at__isnull=False) & ~Q(signed_name="")),
            ),
            models.CheckConstraint(
                name="return_is_signed_before_sent",
                condition=~Q(status__in=["signed", "sent"]) | Q(signed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="return_sent_by_someone",
                condition=~Q(status="sent") | Q(sent_at__isnull=False),
            ),
            models.CheckConstraint(
                name="return_back_has_reason",
                condition=~Q(status__in=["declined", "sent_back"])
                | (Q(back_at__isnull=False) & ~Q(back_reason="")),
            ),
            models.CheckConstraint(
                name="return_correction_has_reason", condition=Q(version=1) | ~Q(reason="")
            ),
            models.CheckConstraint(name="return_hash", condition=Q(sha256__regex=HASH)),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"


class ReturnSignature(models.Model):
    """One signature (签名) on a return, in the order its form asks for. Never changed."""

    sheet = models.ForeignKey(Return, models.CASCADE, related_name="signatures")
    order = models.PositiveSmallIntegerField("次序")
    post = models.CharField("签名岗位代码", max_length=20)
    label = models.CharField("签名岗位", max_length=20)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="签名人", related_name="+"
    )
    name = models.CharField("签名人姓名", max_length=60)
    at = models.DateTimeField("签名时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "报表签名"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["sheet", "order"], name="signature_in_order"),
            models.UniqueConstraint(fields=["sheet", "user"], name="signature_of_another_each"),
            models.CheckConstraint(
                name="signature_is_whole",
                condition=Q(order__gt=0) & ~Q(name="") & ~Q(label="") & ~Q(post=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}：{self.name}"


class ReturnPart(models.Model):
    """A return that went into a consolidated one (汇总来源)."""

    whole = models.ForeignKey(Return, models.PROTECT, related_name="parts")
    part = models.ForeignKey(Return, models.PROTECT, related_name="wholes")

    class Meta:
        verbose_name = verbose_name_plural = "汇总来源"
        constraints = [
            models.UniqueConstraint(fields=["whole", "part"], name="return_part_once"),
            models.CheckConstraint(name="return_part_is_another", condition=~Q(whole=F("part"))),
        ]
