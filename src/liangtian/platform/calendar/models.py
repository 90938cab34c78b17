"""Deadlines (时限), messages (消息) and outgoing notices: what is due when, who was told, what was sent."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel

USER = settings.AUTH_USER_MODEL


class Deadline(ScopedModel):
    """One time that something is due: of a period, or of one matter.

    `region` is where the matter lies and decides who sees it, `desk` the region whose people have to do it.
    `key` names the instance, so that making it a second time adds nothing.
    """

    key = models.CharField("标识", max_length=200, unique=True)
    pack = models.CharField("政策包", max_length=60)
    pack_version = models.CharField("政策包版本", max_length=20)
    obligation = models.CharField("时限事项", max_length=60)
    label = models.CharField("事项名称", max_length=60)
    what = models.CharField("要求", max_length=200)
    clause = models.CharField("依据", max_length=200)
    period = models.CharField("期间", max_length=20, blank=True)
    matter = models.CharField("对象", max_length=200, blank=True)
    source_kind = models.CharField("来源类别", max_length=40, blank=True)
    source_id = models.BigIntegerField("来源编号", null=True)
    desk = models.ForeignKey(
        "regions.Region", models.PROTECT, related_name="+", verbose_name="责任区划"
    )
    role = models.CharField("责任角色", max_length=30)
    person = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name="责任人"
    )
    starts_on = models.DateField("起算日")
    due_on = models.DateField("到期日")
    first_due_on = models.DateField("原到期日")
    in_workdays = models.BooleanField("按工作日计", default=False)
    estimated = models.BooleanField("估算", default=False)
    note = models.CharField("说明", max_length=300, blank=True)
    remind_days = models.JSONField("提前提醒天数", default=list)
    escalate_days = models.PositiveSmallIntegerField("逾期上报天数")
    escalate_to = models.CharField("上报角色", max_length=30)
    paused_on = models.DateField("中止日", null=True)
    done_on = models.DateField("完成日", null=True)
    done_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name="完成人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "时限"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                name="deadline_after_start", condition=Q(due_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="deadline_done_not_paused", condition=Q(done_on=None) | Q(paused_on=None)
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(done_on=None), name="deadline_open"),
            models.Index(fields=["region", "due_on"]),
            models.Index(fields=["source_kind", "source_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.matter or self.period}".strip()


class DeadlineChange(models.Model):
    """What was done to a deadline, with its reason. Only ever added to."""

    class Act(models.TextChoices):
        PAUSE = "pause", "中止"
        RESUME = "resume", "恢复"
        EXTEND = "extend", "延期"
        DONE = "done", "完成"
        AGAIN = "again", "重新计时"
        RECKONED = "reckoned", "重新计算"

    deadline = models.ForeignKey(Deadline, models.CASCADE, related_name="changes")
    at = models.DateTimeField("时间", default=timezone.now)
    by = models.ForeignKey(USER, models.PROTECT, null=True, related_name="+", verbose_name="操作人")
    act = models.CharField("行为", max_length=10, choices=Act)
    from_due = models.DateField("原到期日")
    to_due = models.DateField("现到期日")
    reason = models.CharField("理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "时限变更"
        ordering = ["at", "id"]


class Extension(ScopedModel):
    """A later day asked for because of force majeure (不可抗力延期), and what another person decided."""

    class State(models.TextChoices):
        ASKED = "asked", "待批准"
        GRANTED = "granted", "已批准"
        DENIED = "denied", "未批准"

    deadline = models.ForeignKey(
        Deadline, models.CASCADE, related_name="extensions", verbose_name="时限"
    )
    from_due = models.DateField("原到期日")
    due_on = models.DateField("申请的到期日")
    cause = models.CharField("不可抗力事由", max_length=500)
    measures = models.CharField("措施和方案", max_length=500)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="申请人")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    note = models.CharField("批准意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "不可抗力延期"
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deadline"], condition=Q(state="asked"), name="extension_one_asked"
            ),
            models.CheckConstraint(
                name="extension_is_later", condition=Q(due_on__gt=F("from_due"))
            ),
            models.CheckConstraint(
                name="extension_decided_by_another",
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | (
                    Q(state__in=["granted", "denied"], decided_at__isnull=False)
                    & Q(decided_by__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deadline} 延期至 {self.due_on}"


class Holiday(models.Model):
    """A day of the county's own table: a holiday, or a day worked in its place (调休)."""

    day = models.DateField("日期", primary_key=True)
    works = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "节假日"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class HolidayNotice(models.Model):
    """Where the table of a year comes from: the notice of the State Council or the region (文号)."""

    year = models.PositiveSmallIntegerField("年份", primary_key=True)
    document = models.CharField("依据文件", max_length=120)
    entered_by = models.ForeignKey(
        USER, models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    entered_at = models.DateTimeField("录入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "节假日安排依据"
        ordering = ["year"]

    def __str__(self) -> str:
        return f"{self.year} {self.document}"


class Message(models.Model):
    """A message inside the system to one person. Two with the same key never reach one person."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", "到期提醒"
        OVERDUE = "overdue", "逾期上报"
        TASK = "task", "待办通知"
        SYSTEM = "system", "运行告警"

    user = models.ForeignKey(USER, models.CASCADE, related_name="messages", verbose_name="收件人")
    kind = models.CharField("类别", max_length=10, choices=Kind)
    key = models.CharField("标识", max_length=200)
    title = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    link = models.CharField("相关页面", max_length=200, blank=True)
    created_at = models.DateTimeField("时间", default=timezone.now)
    read_at = models.DateTimeField("阅读时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "消息"
        ordering = ["-created_at", "-id"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="message_once")]
        indexes = [
            models.Index(fields=["user", "-created_at"]),
            models.Index(fields=["user"], condition=Q(read_at=None), name="message_unread"),
        ]

    def __str__(self) -> str:
        return self.title


def new_salt() -> str:
    """What makes the key of one address its own."""
    return secrets.token_hex(16)


class HookTarget(models.Model):
    """An address outside that is told of reminders (消息推送地址)."""

    name = models.CharField("名称", max_length=60, unique=True)
    url = models.URLField("地址", max_length=300)
    salt = models.CharField("密钥标识", max_length=32, default=new_salt)
    active = models.BooleanField("启用", default=True)
    created_by = models.ForeignKey(USER, models.PROTECT, related_name="+", verbose_name="设立人")
    created_at = models.DateTimeField("设立时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "推送地址"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class HookDelivery(models.Model):
    """One notice to one address, with every attempt counted."""

    class Status(models.TextChoices):
        WAITING = "waiting", "待发送"
        SENT = "sent", "已送达"
        FAILED = "failed", "已放弃"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    target = models.ForeignKey(HookTarget, models.CASCADE, related_name="deliveries")
    key = models.CharField("标识", max_length=200)
    event = models.CharField("事件", max_length=40)
    payload = models.JSONField("内容")
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    next_at = models.DateTimeField("下次发送", default=timezone.now)
    answer = models.PositiveSmallIntegerField("应答代码", null=True)
    error = models.CharField("失败原因", max_length=300, blank=True)
    created_at = models.DateTimeField("产生时间", default=timezone.now)
    sent_at = models.DateTimeField("送达时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "推送记录"
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["target", "key"], name="notice_once")]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(status="waiting"), name="notice_waiting")
        ]
