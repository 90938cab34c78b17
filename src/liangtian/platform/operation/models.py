"""What the running system keeps about itself: its processes, its backups, the drills of restoring them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Process(models.Model):
    """One web server or worker; it says every few seconds that it is alive."""

    class Kind(models.TextChoices):
        WEB = "web", "网页服务"
        WORKER = "worker", "后台进程"

    key = models.CharField("标识", max_length=100, primary_key=True)
    kind = models.CharField("种类", max_length=10, choices=Kind)
    host = models.CharField("主机", max_length=64)
    version = models.CharField("版本", max_length=40)
    started_at = models.DateTimeField("启动时间", default=timezone.now)
    seen_at = models.DateTimeField("最近心跳", default=timezone.now, db_index=True)

    class Meta:
        verbose_name = verbose_name_plural = "运行中的进程"
        ordering = ["kind", "key"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.key}"


class SchemaChange(models.Model):
    """One migration as it was applied: may a program that does not know it go on working?

    A program reads the rows of migrations that are newer than itself, so that an old web server can run
    beside the upgraded database until it is its turn.
    """

    app = models.CharField("模块", max_length=60)
    name = models.CharField("迁移", max_length=255)
    compatible = models.BooleanField("旧程序可继续运行")
    version = models.CharField("执行升级的版本", max_length=40)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "数据库升级"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["app", "name"], name="schema_change_is_noted_once")
        ]

    def __str__(self) -> str:
        return f"{self.app}.{self.name}"


class Backup(models.Model):
    """One backup that was taken, or tried."""

    archive = models.CharField("备份文件", max_length=200)
    folder = models.CharField("位置", max_length=500)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间")
    done = models.BooleanField("成功")
    size = models.BigIntegerField("备份文件大小(字节)", default=0)
    rows = models.BigIntegerField("数据行数", default=0)
    files = models.BigIntegerField("文件数", default=0)
    files_copied = models.BigIntegerField("本次新增文件数", default=0)
    encrypted = models.BooleanField("加密", default=False)
    with_keys = models.BooleanField("含密钥", default=False)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    by = models.CharField("执行人", max_length=60)
    error = models.TextField("失败原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "备份"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="backup_done_or_says_why", condition=Q(done=True) | ~Q(error="")
            ),
            models.CheckConstraint(
                name="backup_ends_after_start", condition=Q(finished_at__gte=F("started_at"))
            ),
        ]

    def __str__(self) -> str:
        return self.archive


class Drill(models.Model):
    """One test of restoring a backup (恢复测试): what was compared, and how it ended."""

    archive = models.CharField("备份文件", max_length=200)
    taken_at = models.DateTimeField("备份时间", null=True)
    started_at = models.DateTimeField("开始时间")
    finished_at = models.DateTimeField("结束时间")
    passed = models.BooleanField("通过")
    by = models.CharField("执行人", max_length=60)
    engine = models.CharField("数据库", max_length=20)
    comparison = models.JSONField("比对结果", default=list)
    error = models.TextField("失败原因", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "恢复测试"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="drill_ends_after_start", condition=Q(finished_at__gte=F("started_at"))
            )
        ]

    def __str__(self) -> str:
        return f"恢复测试 {self.archive}"
