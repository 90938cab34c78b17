"""Long work, outside the request: what runs, how far it is, how it ended."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel


class Job(ScopedModel):
    """One piece of long work. The worker process moves it; users watch it and may cancel it."""

    class Status(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=60)
    title = models.CharField("任务", max_length=200)
    args = models.JSONField("参数", default=dict)
    status = models.CharField("状态", max_length=10, choices=Status, default=Status.QUEUED)
    progress = models.FloatField("进度", default=0.0)
    note = models.CharField("进展", max_length=200, blank=True)
    result = models.JSONField("结果", null=True)
    error = models.TextField("失败原因", blank=True)
    link = models.CharField("相关页面", max_length=200, blank=True)
    target = models.CharField("作用对象", max_length=80, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="发起人", related_name="+"
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    worker = models.CharField("后台进程", max_length=64, blank=True)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    expected_at = models.DateTimeField("预计完成时间", null=True)
    attempts = models.PositiveSmallIntegerField("尝试次数", default=0)
    cancel_requested = models.BooleanField("要求取消", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "后台任务"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="job_progress_is_a_share", condition=Q(progress__gte=0, progress__lte=1)
            )
        ]
        indexes = [
            models.Index(fields=["target", "-created_at"], name="job_target"),
            models.Index(fields=["-created_at"], name="job_created"),
            models.Index(fields=["status", "heartbeat_at"], name="job_status"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def finished(self) -> bool:
        return self.status in (self.Status.DONE, self.Status.FAILED, self.Status.CANCELLED)


class JobNote(models.Model):
    """One line of what a job said while it ran."""

    job = models.ForeignKey(Job, models.CASCADE, verbose_name="任务", related_name="notes")
    at = models.DateTimeField("时间", default=timezone.now)
    progress = models.FloatField("进度")
    text = models.CharField("进展", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "任务进展"
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


class Tick(models.Model):
    """One thing the workers do by the clock, and when it is due next."""

    name = models.CharField("名称", max_length=60, primary_key=True)
    due_at = models.DateTimeField("下次时间", default=timezone.now)
    ran_at = models.DateTimeField("上次运行", null=True)
    holder = models.CharField("后台进程", max_length=64, blank=True)
    held_until = models.DateTimeField("占用至", null=True)
    error = models.CharField("上次错误", max_length=500, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "定时任务"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
