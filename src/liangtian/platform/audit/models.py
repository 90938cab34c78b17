"""Who did what, when, from where, with what before and after; and the chain that holds it together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.audit.acts import Kind


class AuditEntry(models.Model):
    """One act. Written in the transaction of the act itself; the database refuses to change or delete it."""

    keeps_region_code = True  # a change of regions does not rewrite what was written

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="操作人", related_name="+"
    )
    actor_name = models.CharField("操作人姓名", max_length=60, blank=True)
    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.CHANGED)
    act = models.CharField("行为", max_length=60)
    success = models.BooleanField("是否成功", default=True)
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
    digest = models.CharField("摘要(SHA-256)", max_length=64, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "审计记录"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["target_type", "target_id"]),
            models.Index(fields=["actor", "-id"], name="audit_actor"),
            models.Index(fields=["act", "-id"], name="audit_act"),
            models.Index(fields=["kind", "-id"], name="audit_kind"),
            models.Index(fields=["address", "-id"], name="audit_address"),
            models.Index(fields=["-id"], name="audit_failed", condition=Q(success=False)),
        ]


class Seal(models.Model):
    """A block of the chain: the entries it covers and the hash over the seal before and their digests.

    It covers the entries after `after_id` up to `upto_id` without `gaps` (numbers not there when it was
    made: rolled back, or not committed yet), and those of `late`, which an earlier seal saw as gaps.
    """

    number = models.PositiveBigIntegerField("封存号", primary_key=True)
    at = models.DateTimeField("封存时间")
    after_id = models.PositiveBigIntegerField("起始编号(不含)")
    upto_id = models.PositiveBigIntegerField("截止编号(含)")
    gaps: models.Field[list[list[int]], list[list[int]]] = models.JSONField("空号", default=list)
    late: models.Field[list[int], list[int]] = models.JSONField("补封编号", default=list)
    count = models.PositiveIntegerField("条数")
    marks = models.BinaryField("各条摘要前八字节")
    previous = models.CharField("上一封存的摘要", max_length=64, blank=True)
    hash = models.CharField("本封存的摘要", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "审计封存"
        ordering = ["number"]
        indexes = [models.Index(fields=["at"], name="audit_seal_at")]
        constraints = [
            models.CheckConstraint(
                name="seal_covers_something",
                condition=Q(count__gt=0) & Q(number__gt=0) & Q(upto_id__gte=F("after_id")),
            )
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 号封存"


class Archive(models.Model):
    """Entries that were written to a file and left the database, by whole seals; their seals stay."""

    upto_seal = models.PositiveBigIntegerField("截止封存号", unique=True)
    upto_id = models.PositiveBigIntegerField("截止编号")
    at = models.DateTimeField("归档时间", default=timezone.now)
    file = models.CharField("文件名", max_length=200)
    sha256 = models.CharField("文件摘要", max_length=64)
    count = models.PositiveIntegerField("条数")

    class Meta:
        verbose_name = verbose_name_plural = "审计归档"
        ordering = ["upto_seal"]

    def __str__(self) -> str:
        return self.file


class Denial(models.Model):
    """Refused requests of one person from one address in one stretch of time, counted.

    The first of them stand in the trail one by one, the rest as one entry, so that a program that keeps
    knocking cannot fill the disk.
    """

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="操作人", related_name="+"
    )
    address = models.CharField("来源地址", max_length=45, blank=True)
    window = models.DateTimeField("时段开始")
    count = models.PositiveIntegerField("次数", default=0)
    last = models.CharField("最近一次", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "拒绝访问计数"
        constraints = [
            models.UniqueConstraint(fields=["actor", "address", "window"], name="one_denial_count")
        ]
