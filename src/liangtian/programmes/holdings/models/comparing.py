"""Comparison of parcels with the layers of other departments (部门数据比对), and what those say to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.parcels import AREA, Parcel, ParcelVersion


class Comparison(ScopedModel):
    """One run over the parcels of a county; `region` is the county. The current one is the last that was finished.

    `sources` names for each zone the layer version it was made with, `missing` the zones without any.
    """

    sources: models.Field[list[dict[str, Any]], list[dict[str, Any]]] = models.JSONField(
        "图层版本", default=list
    )
    missing: models.Field[list[str], list[str]] = models.JSONField("没有图层的", default=list)
    pack_version = models.CharField("政策包版本", max_length=80)
    parcels = models.PositiveIntegerField("地块数", default=0)
    current = models.BooleanField("现行", default=False)
    job = models.ForeignKey("jobs.Job", models.SET_NULL, null=True, related_name="+")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="发起人"
    )
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    done_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门比对"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region"], condition=Q(current=True), name="comparison_current_once"
            ),
            models.CheckConstraint(
                name="comparison_current_is_done",
                condition=Q(current=False) | Q(done_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"部门比对 {self.pk}"


class ComparisonHit(ScopedModel):
    """A parcel that lies in a department's zone, by how much, and whether the department says so too."""

    class State(models.TextChoices):
        OPEN = "open", "待反馈"
        CONFIRMED = "confirmed", "属实"
        REJECTED = "rejected", "不属实"

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="hits")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="hits", verbose_name="地块")
    version = models.ForeignKey(ParcelVersion, models.PROTECT, related_name="+")
    zone = models.CharField("比对图层", max_length=40)
    department = models.CharField("主管部门", max_length=60)
    role = models.CharField("反馈角色", max_length=40, blank=True)
    area_m2 = models.DecimalField("涉及面积(平方米)", **AREA)
    state = models.CharField("反馈", max_length=10, choices=State, default=State.OPEN)
    opinion = models.CharField("意见", max_length=300, blank=True)
    paper_number = models.CharField("证照编号", max_length=100, blank=True)
    due_on = models.DateField("反馈期限")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="反馈人"
    )
    decided_at = models.DateTimeField("反馈时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "部门比对结果"
        ordering = ["comparison", "id"]
        indexes = [
            models.Index(fields=["comparison", "zone", "state", "region"], name="hit_of_zone")
        ]
        constraints = [
            models.UniqueConstraint(fields=["comparison", "parcel", "zone"], name="hit_once"),
            models.CheckConstraint(name="hit_has_area", condition=Q(area_m2__gt=0)),
            models.CheckConstraint(
                name="hit_decided_by_one",
                condition=Q(state="open", decided_by=None, decided_at=None, opinion="")
                | (Q(decided_by__isnull=False, decided_at__isnull=False)
                   & ~Q(state="open") & ~Q(opinion="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"比对结果 {self.pk}"
