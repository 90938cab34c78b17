"""Files that came in: kept under their hash, never altered."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.files.stores import LocalStore, store_in_use
from liangtian.platform.people.scope import ScopedModel


class StoredFile(ScopedModel):
    """One received file. Its bytes lie under their SHA-256; equal bytes are kept once."""

    sealable = True

    class Kind(models.TextChoices):
        BATCH = "batch", "图斑批次"
        LAYER = "layer", "图层数据"
        PHOTO = "photo", "举证照片"
        DOCUMENT = "document", "文书材料"
        LETTER = "letter", "制发文书"
        DOSSIER = "dossier", "归档卷宗"
        LEDGER = "ledger", "承包经营台账"

    sha256 = models.CharField("SHA-256", max_length=64, db_index=True)
    name = models.CharField("文件名", max_length=255)
    size = models.BigIntegerField("大小(字节)")
    content_type = models.CharField("类型", max_length=100)
    kind = models.CharField("用途", max_length=20, choices=Kind)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    created_at = models.DateTimeField("上传时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        constraints = [
            models.CheckConstraint(
                name="file_hash_is_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(name="file_is_not_empty", condition=Q(size__gt=0)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def content(self) -> bytes | Path:
        """The file where it lies on this machine, its bytes where the store is elsewhere."""
        place = store_in_use()
        if isinstance(place, LocalStore):
            return place.path(self.sha256)
        with self.open() as stream:
            return stream.read()

    def open(self) -> IO[bytes]:
        """The bytes as a stream. Refused (503) when the store cannot give them."""
        return store_in_use().open(self.sha256)
