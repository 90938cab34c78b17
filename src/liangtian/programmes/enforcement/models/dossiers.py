"""What a dossier keeps of its own: papers put into it, what was archived, and dossiers made by the batch."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.jobs.models import Job
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.enforcement.models.patches import Patch


def _person(label: str, **more: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more
    )


class DossierPaper(models.Model):
    """An original put into the dossier (卷内材料): a scan, a decision, an image of one date.

    Never deleted: what was put in by mistake is taken out with a reason.
    """

    class Kind(models.TextChoices):
        IMAGE_BEFORE = "image_before", "前时相影像"
        IMAGE_AFTER = "image_after", "后时相影像"
        APPROVAL = "approval", "批准、备案文件"
        MINUTES = "minutes", "会审纪要"
        CASE = "case", "立案材料"
        PENALTY = "penalty", "处罚文书"
        RECTIFICATION = "rectification", "整改材料"
        ACCEPTANCE = "acceptance", "验收材料"
        OTHER = "other", "其他材料"

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="papers", verbose_name="图斑")
    kind = models.CharField("材料类别", max_length=15, choices=Kind)
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="原件")
    title = models.CharField("题名", max_length=200)
    number = models.CharField("文号", max_length=100, blank=True)
    responsible = models.CharField("责任者", max_length=100, blank=True)
    dated = models.DateField("日期", null=True)
    added_by = _person("登记人")
    added_at = models.DateTimeField("登记时间", default=timezone.now)
    removed_by = _person("移出人", null=True)
    removed_at = models.DateTimeField("移出时间", null=True)
    removed_reason = models.CharField("移出理由", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "卷内材料"
        ordering = ["kind", "dated", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch", "kind", "file"], condition=Q(removed_at=None),
                name="dossier_paper_once",
            ),
            models.CheckConstraint(name="dossier_paper_has_title", condition=~Q(title="")),
            models.CheckConstraint(
                name="dossier_paper_removal_is_whole",
                condition=Q(removed_at=None, removed_by=None, removed_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removed_reason="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title


class ArchivedDossier(models.Model):
    """One archived version of a dossier (归档卷宗): its PDF and its originals, frozen with their hashes.

    `contents` holds a digest of each part, by which a later change is told; `changes` what differed from
    the version before; `missing` what was lacking, archived for `reason`.
    """

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="archived", verbose_name="图斑")
    county = models.ForeignKey(
        "regions.Region", models.PROTECT, related_name="+", verbose_name="县"
    )
    version = models.PositiveSmallIntegerField("版本")
    fonds = models.CharField("全宗号", max_length=40, blank=True)
    catalogue = models.CharField("目录号", max_length=40, blank=True)
    file_number = models.CharField("案卷号", max_length=60)
    retention = models.CharField("保管期限", max_length=20)
    pdf = models.ForeignKey(StoredFile, models.PROTECT, related_name="+", verbose_name="卷宗文件")
    originals = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="原件包", null=True
    )
    contents: models.Field[dict[str, str], dict[str, str]] = models.JSONField("各件摘要")
    changes: models.Field[list[str], list[str]] = models.JSONField("与上一版的变化", default=list)
    missing: models.Field[list[str], list[str]] = models.JSONField("归档时缺件", default=list)
    reason = models.CharField("缺件归档理由", max_length=300, blank=True)
    archived_by = _person("归档人")
    archived_at = models.DateTimeField("归档时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "归档卷宗"
        ordering = ["patch", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["patch", "version"], name="archived_version_once"),
            models.UniqueConstraint(
                fields=["county", "fonds", "catalogue", "file_number", "version"],
                name="archived_number_once",
            ),
            models.CheckConstraint(
                name="archived_is_numbered",
                condition=~Q(file_number="") & ~Q(retention="") & Q(version__gte=1),
            ),
            models.CheckConstraint(
                name="archived_lacking_for_a_reason", condition=Q(missing=[]) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.file_number} 第 {self.version} 版"


class DossierRun(ScopedModel):
    """Dossiers of many patches made in the background (批量卷宗), for who asked for them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField("名称", max_length=120)
    query: models.Field[dict[str, str], dict[str, str]] = models.JSONField("条件", default=dict)
    patches: models.Field[list[int], list[int]] = models.JSONField("图斑", default=list)
    originals = models.BooleanField("附原件包", default=False)
    reason = models.CharField("导出未脱敏内容的事由", max_length=200, blank=True)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+")
    created_by = _person("申请人")
    created_at = models.DateTimeField("申请时间", default=timezone.now, db_index=True)
    made = models.IntegerField("已生成", null=True)
    lacking = models.IntegerField("不齐全", null=True)
    failed = models.IntegerField("未能生成", null=True)
    files: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "文件", default=list
    )  # [{"name", "size", "sha256"}]
    ready_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量卷宗"
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="dossier_run_is_whole_or_not_ready",
                condition=Q(ready_at=None, made=None, lacking=None, failed=None, files=[])
                | Q(ready_at__isnull=False, made__gte=0, lacking__gte=0, failed__gte=0),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def folder(self) -> Path:
        """Where its files lie; unfinished work lies in the folder `work` within."""
        return Path(settings.DATA) / "dossiers" / str(self.pk)
