"""Lists on their way into the register (表册导入): wells, canals, buildings, crops of a season."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel


class ListFile(ScopedModel):
    """A list as it was read and what becomes of each row; `region` is that of who brings it.

    No file enters a county twice as the same sort of list.
    """

    class Kind(models.TextChoices):
        WELL = "well", "机电井"
        CANAL = "canal", "渠道"
        BUILDING = "building", "地头建筑物"
        CROP = "crop", "种植情况"

    class State(models.TextChoices):
        CHECKED = "checked", "待确认"
        ACCEPTED = "accepted", "已入库"
        DISCARDED = "discarded", "已放弃"

    kind = models.CharField("类别", max_length=10, choices=Kind)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    file = models.ForeignKey("files.StoredFile", models.PROTECT, related_name="+")
    sha256 = models.CharField("文件摘要", max_length=64)
    on = models.DateField("生效日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.CHECKED)
    headings: models.Field[list[str], list[str]] = models.JSONField("列名", default=list)
    mapping: models.Field[dict[str, str], dict[str, str]] = models.JSONField("列对应", default=dict)
    fixed: models.Field[dict[str, str], dict[str, str]] = models.JSONField("固定值", default=dict)
    notes: models.Field[list[str], list[str]] = models.JSONField("读取说明", default=list)
    rows: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "逐行结果", default=list
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "表册导入"
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["county", "kind", "sha256"], condition=Q(state="accepted"),
                name="list_file_enters_once",
            ),
            models.CheckConstraint(name="list_file_has_digest", condition=~Q(sha256="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.file.name}"
