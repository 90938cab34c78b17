"""Judgement of parcels (研判), the meetings that review it, and what is to be done with a parcel (处置)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.parcels import Parcel, ParcelVersion


class ReviewMeeting(ScopedModel):
    """A meeting that decides on parcels (研判会审); `region` is the county."""

    title = models.CharField("会议名称", max_length=100)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=100)
    chair = models.CharField("主持人", max_length=40)
    members: models.Field[list[str], list[str]] = models.JSONField("参会人员", default=list)
    minutes = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="会议纪要"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "研判会审"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="review_is_named", condition=~Q(title="") & ~Q(place="") & ~Q(chair="")
            )
        ]

    def __str__(self) -> str:
        return self.title


class Judgement(ScopedModel):
    """What a parcel was judged as: proposed by the pack's table, confirmed by another person or a meeting.

    `facts` and `proposal` are kept as they were, so that the proposal can be drawn again. Of a parcel one
    proposal waits at most, and one confirmed judgement is in force.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "待确认"
        CONFIRMED = "confirmed", "已确认"
        REPLACED = "replaced", "已被替代"

    parcel = models.ForeignKey(
        Parcel, models.PROTECT, related_name="judgements", verbose_name="地块"
    )
    version = models.ForeignKey(ParcelVersion, models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    facts: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("事实")
    proposal: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("系统意见")
    row = models.CharField("研判表行", max_length=40)
    proposed = models.CharField("建议结论", max_length=40)
    proposed_label = models.CharField("建议结论名称", max_length=40)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提出人"
    )
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    outcome = models.CharField("结论", max_length=40, blank=True)
    outcome_label = models.CharField("结论名称", max_length=40, blank=True)
    reason = models.CharField("改变结论的理由", max_length=300, blank=True)
    meeting = models.ForeignKey(
        ReviewMeeting, models.PROTECT, null=True, related_name="judgements", verbose_name="会审"
    )
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    confirmed_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "研判"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state", "outcome"], name="judgement_by_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(state="proposed"), name="judgement_waits_once"
            ),
            models.UniqueConstraint(
                fields=["parcel"], condition=Q(state="confirmed"), name="judgement_in_force_once"
            ),
            models.CheckConstraint(
                name="judgement_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="judgement_confirmed_whole",
                condition=Q(state="proposed", confirmed_by=None, outcome="")
                | Q(state="replaced")
                | (Q(confirmed_by__isnull=False, confirmed_at__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(
                name="judgement_override_has_reason",
                condition=Q(outcome="") | Q(outcome=F("proposed")) | ~Q(reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.outcome_label or self.proposed_label


class Disposition(ScopedModel):
    """What is to be done with a judged parcel (一地一议): measure, office, until when, and what came of it."""

    class State(models.TextChoices):
        OPEN = "open", "办理中"
        DONE = "done", "已办结"
        DROPPED = "dropped", "已取消"

    parcel = models.ForeignKey(
        Parcel, models.PROTECT, related_name="dispositions", verbose_name="地块"
    )
    judgement = models.ForeignKey(Judgement, models.PROTECT, related_name="dispositions")
    measure = models.CharField("处置措施", max_length=40)
    plan = models.CharField("处置方案", max_length=500)
    responsible = models.ForeignKey(
        "people.Office", models.PROTECT, related_name="+", verbose_name="责任单位"
    )
    due_on = models.DateField("办理期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    result = models.CharField("办理结果", max_length=500, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="证明材料"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="拟定人"
    )
    created_at = models.DateTimeField("拟定时间", default=timezone.now)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="办结人"
    )
    ended_on = models.DateField("办结日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "处置方案"
        ordering = ["due_on", "id"]
        indexes = [models.Index(fields=["region", "state", "due_on"], name="disposition_due")]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel", "measure"], condition=Q(state="open"), name="disposition_once"
            ),
            models.CheckConstraint(
                name="disposition_ended_with_result",
                condition=Q(state="open", ended_by=None, ended_on=None, result="")
                | (Q(ended_by__isnull=False, ended_on__isnull=False)
                   & ~Q(state="open") & ~Q(result="")),
            ),
            models.CheckConstraint(
                name="disposition_says_what", condition=~Q(measure="") & ~Q(plan="")
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.measure
