"""What is done about arrears: reminders and dunning letters (催缴), stopping water and power (停水、停电)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.water import WaterSource


class Dunning(ScopedModel):
    """A holder reminded or dunned (催缴) as of a day, of what was owed then; `region` is the holder's."""

    class Kind(models.TextChoices):
        BEFORE = "before", "到期前提醒"
        DUE = "due", "到期提醒"
        AFTER = "after", "逾期提醒"
        LETTER = "letter", "催缴通知书"

    class State(models.TextChoices):
        PREPARED = "prepared", "待制发"
        ISSUED = "issued", "待送达"
        DELIVERED = "delivered", "已送达"
        REFUSED = "refused", "拒收"

    class Way(models.TextChoices):
        HAND = "hand", "直接送达"
        LEFT = "left", "留置送达"
        POST = "post", "邮寄送达"
        NOTICE = "notice", "公告送达"
        CALL = "call", "电话告知"

    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="dunnings", verbose_name="欠费人"
    )
    kind = models.CharField("方式", max_length=8, choices=Kind)
    as_of = models.DateField("截至日期")
    fen = models.BigIntegerField("欠费(分)")
    items: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "欠费明细", default=list
    )
    round = models.PositiveSmallIntegerField("第几次", default=1)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PREPARED)
    letter = models.ForeignKey(
        "documents.Letter", models.PROTECT, null=True, related_name="+", verbose_name="文书"
    )
    delivered_on = models.DateField("送达日期", null=True)
    way = models.CharField("送达方式", max_length=8, choices=Way, blank=True)
    receiver = models.CharField("签收人", max_length=60, blank=True)
    note = models.CharField("送达说明", max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="经办人"
    )
    made_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "催缴记录"
        ordering = ["-as_of", "-id"]
        indexes = [models.Index(fields=["region", "as_of"], name="dunning_days")]
        constraints = [
            models.UniqueConstraint(fields=["holder", "kind", "as_of"], name="dunning_once_a_day"),
            models.CheckConstraint(name="dunning_asks_for_money", condition=Q(fen__gt=0)),
            models.CheckConstraint(
                name="dunning_delivery_is_told",
                condition=Q(state__in=["prepared", "issued"], delivered_on=None, way="")
                | (Q(state__in=["delivered", "refused"], delivered_on__isnull=False) & ~Q(way="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.as_of}"


class Measure(ScopedModel):
    """Water of a holder or power of a well stopped (停水、停电) for reasons, after notice and approval.

    Proposed, given notice, approved by a second person, carried out; lifted again once there is no reason
    left, which is proposed by itself and confirmed by a person.
    """

    class Kind(models.TextChoices):
        WATER = "water", "停水"
        POWER = "power", "停电"

    class State(models.TextChoices):
        PROPOSED = "proposed", "拟停"
        NOTICED = "noticed", "已告知"
        APPROVED = "approved", "已批准"
        EXECUTED = "executed", "已停"
        RELEASING = "releasing", "拟恢复"
        RELEASED = "released", "已恢复"
        CANCELLED = "cancelled", "已撤销"

    OPEN = ("proposed", "noticed", "approved", "executed", "releasing")

    kind = models.CharField("措施", max_length=6, choices=Kind)
    source = models.ForeignKey(
        WaterSource, models.PROTECT, null=True, related_name="measures", verbose_name="机电井"
    )
    holder = models.ForeignKey(
        Holder, models.PROTECT, null=True, related_name="measures", verbose_name="欠费（使用）人"
    )
    reasons: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "理由", default=list
    )  # code, text, clause
    said = models.CharField("理由说明", max_length=500)
    fen = models.BigIntegerField("欠费(分)", default=0)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    noticed_on = models.DateField("告知日期", null=True)
    notice_until = models.DateField("告知期满", null=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    executed_on = models.DateField("停止日期", null=True)
    released_on = models.DateField("恢复日期", null=True)
    letter = models.ForeignKey(
        "documents.Letter", models.PROTECT, null=True, related_name="+", verbose_name="通知书"
    )

    class Meta:
        verbose_name = verbose_name_plural = "停水停电"
        ordering = ["-proposed_at", "-id"]
        indexes = [models.Index(fields=["region", "kind", "state"], name="measure_states")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "holder"],
                condition=Q(kind="water") & ~Q(state__in=["released", "cancelled"]),
                name="water_stopped_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "source"],
                condition=Q(kind="power") & ~Q(state__in=["released", "cancelled"]),
                name="power_stopped_once",
            ),
            models.CheckConstraint(
                name="measure_is_against_someone",
                condition=Q(kind="water", source=None, holder__isnull=False)
                | Q(kind="power", source__isnull=False),
            ),
            models.CheckConstraint(
                name="measure_approved_by_another",
                condition=Q(approved_by=None) | ~Q(approved_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="measure_needs_notice_and_approval",
                condition=~Q(state__in=["approved", "executed", "releasing", "released"])
                | Q(noticed_on__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="measure_days_are_told",
                condition=(Q(noticed_on=None, notice_until=None) | Q(notice_until__gte=F("noticed_on")))
                & (~Q(state__in=["executed", "releasing", "released"]) | Q(executed_on__isnull=False))
                & (~Q(state="released") | Q(released_on__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.source or self.holder}"


class MeasureStep(models.Model):
    """One step of a measure: who, when, with what words. Never changed."""

    measure = models.ForeignKey(Measure, models.PROTECT, related_name="steps")
    state = models.CharField("步骤", max_length=10, choices=Measure.State)
    on = models.DateField("日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField("说明", max_length=300, blank=True)
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "停水停电步骤"
        ordering = ["id"]
