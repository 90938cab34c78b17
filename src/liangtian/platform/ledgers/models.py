"""What people keep of a ledger: their own way to look at it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class SavedView(models.Model):
    """A way to look at a ledger (视图): columns, filters, order, grouping.

    Its owner's alone, or shared with the owner's office. It never holds rows: who opens it sees what
    they may see anyway.
    """

    ledger = models.CharField("台账", max_length=80)
    name = models.CharField("名称", max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="建立人", related_name="+"
    )
    office = models.ForeignKey(
        "people.Office", models.CASCADE, null=True, verbose_name="共享给机构", related_name="+"
    )
    columns: models.Field[list[dict[str, object]], list[dict[str, object]]] = models.JSONField(
        "列", default=list
    )
    query: models.Field[dict[str, str], dict[str, str]] = models.JSONField("条件", default=dict)
    grouping: models.Field[list[str], list[str]] = models.JSONField("汇总项", default=list)
    updated_at = models.DateTimeField("更新时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "台账视图"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ledger", "owner", "name"], name="view_name_once"),
            models.CheckConstraint(name="view_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name


class DefaultView(models.Model):
    """The view a user's ledger opens with."""

    ledger = models.CharField("台账", max_length=80)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+"
    )
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "默认视图"
        constraints = [models.UniqueConstraint(fields=["ledger", "user"], name="default_view_once")]
