"""Rows taken out of everybody's sight but that of the keeper of secrets (封存), where they cannot be deleted.

A model says `sealable = True`; `visible_to` then leaves its sealed rows out for all others. The rows themselves
are not touched, so that hashes over them still hold.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models
from django.utils import timezone

SEALED = "military.register"  # who holds it still sees them


class Sealed(models.Model):
    """One row of one table that is out of sight."""

    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.BigIntegerField("对象编号")
    at = models.DateTimeField("封存时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "封存对象"
        constraints = [
            models.UniqueConstraint(fields=["target_type", "target_id"], name="sealed_once")
        ]

    def __str__(self) -> str:
        return self.target_type  # never which one: names of rows reach logs


def seal(model: type[models.Model], keys: Iterable[int]) -> None:
    """Put rows out of sight, for good; in the caller's transaction."""
    rows = [Sealed(target_type=model._meta.label_lower, target_id=key) for key in keys]
    Sealed.objects.bulk_create(rows, ignore_conflicts=True)


def sealed_rows(model: type[models.Model]) -> models.Exists:
    """Whether a row of a query over the model is sealed."""
    return models.Exists(
        Sealed.objects.filter(
            target_type=model._meta.label_lower, target_id=models.OuterRef("pk")
        ).order_by()
    )


def is_sealed(row: models.Model) -> bool:
    """Whether this one is."""
    return Sealed.objects.filter(target_type=row._meta.label_lower, target_id=row.pk).exists()
