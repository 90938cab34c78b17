"""Joint review meetings (集体会审): who sat, what was on the agenda, what each said, what was decided."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.documents.models import Letter
from liangtian.platform.people.models import Office
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.enforcement.models.patches import Outcome, Patch


class Meeting(ScopedModel):
    """One meeting of the county; `region` is the county."""

    class Status(models.TextChoices):
        PREPARING = "preparing", "准备中"
        HELD = "held", "会审中"
        SIGNED = "signed", "已签发"
        CANCELLED = "cancelled", "已取消"

    title = models.CharField("会议名称", max_length=100)
    held_on = models.DateField("会议日期")
    place = models.CharField("地点", max_length=100)
    chair = models.CharField("主持人", max_length=50)
    recorder = models.CharField("记录人", max_length=50, blank=True)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.PREPARING)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="召集人"
    )
    created_at = models.DateTimeField("建立时间", default=timezone.now)
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="签发人"
    )
    signed_at = models.DateTimeField("签发时间", null=True)
    minutes = models.ForeignKey(
        Letter, models.PROTECT, null=True, related_name="+", verbose_name="会议纪要"
    )

    class Meta:
        verbose_name = verbose_name_plural = "集体会审"
        ordering = ["-held_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="meeting_signed_whole",
                condition=Q(status="signed", signed_by__isnull=False, signed_at__isnull=False)
                | (~Q(status="signed") & Q(signed_by=None, signed_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class MeetingMember(models.Model):
    """Who sits for which office; an absent one keeps a reason."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="members")
    office = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("姓名", max_length=50)
    post = models.CharField("职务", max_length=50, blank=True)
    present = models.BooleanField("到会", default=True)
    absence = models.CharField("缺席原因", max_length=100, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会审成员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "office", "name"], name="member_once"),
            models.CheckConstraint(
                name="member_absence_explained", condition=Q(present=True) | ~Q(absence="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AgendaItem(models.Model):
    """A patch on the agenda and what the meeting decided of it (会审结论)."""

    class Why(models.TextChoices):
        DISPUTED = "disputed", "有异议"
        KEY = "key", "重点图斑"
        HAND = "hand", "人工列入"

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="items")
    patch = models.ForeignKey(Patch, models.CASCADE, related_name="agenda_items")
    order = models.PositiveSmallIntegerField("序号")
    why = models.CharField("列入原因", max_length=10, choices=Why)
    open = models.BooleanField("未了", default=True)  # until the meeting is signed or cancelled
    outcome = models.CharField("会审结论", max_length=15, choices=Outcome, blank=True)
    postponed = models.BooleanField("暂不作结论", default=False)
    reason = models.TextField("结论理由", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会审议题"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "patch"], name="agenda_patch_once"),
            models.UniqueConstraint(
                fields=["patch"], condition=Q(open=True), name="agenda_patch_in_one_open_meeting"
            ),
            models.CheckConstraint(
                name="agenda_decision_has_reason",
                condition=Q(outcome="", postponed=False) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="agenda_decided_or_postponed", condition=Q(outcome="") | Q(postponed=False)
            ),
        ]


class AgendaOpinion(models.Model):
    """What one member said of one patch."""

    class Stance(models.TextChoices):
        AGREE = "agree", "同意"
        DISAGREE = "disagree", "不同意"
        ABSTAIN = "abstain", "保留意见"

    item = models.ForeignKey(AgendaItem, models.CASCADE, related_name="opinions")
    member = models.ForeignKey(MeetingMember, models.CASCADE, related_name="opinions")
    stance = models.CharField("态度", max_length=10, choices=Stance)
    text = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "会审意见"
        ordering = ["member"]
        constraints = [
            models.UniqueConstraint(fields=["item", "member"], name="agenda_opinion_once"),
            models.CheckConstraint(
                name="agenda_opinion_against_has_text",
                condition=~Q(stance="disagree") | ~Q(text=""),
            ),
        ]
