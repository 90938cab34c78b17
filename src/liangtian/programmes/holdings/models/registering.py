"""Registration of rights to parcels (确权登记): applied for, checked, surveyed, approved, entered with a certificate."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import Parcel, ParcelVersion


class Registration(ScopedModel):
    """An application of a parcel's holder; `version` is the parcel as it was applied for, then as surveyed.

    `overlay` keeps what the check found: zones of departments, and what the parcel was judged as.
    """

    class State(models.TextChoices):
        APPLIED = "applied", "已受理"
        CHECKED = "checked", "已审查"
        SURVEYED = "surveyed", "已核查"
        APPROVED = "approved", "已批准"
        REGISTERED = "registered", "已登簿"
        REFUSED = "refused", "不予登记"
        WITHDRAWN = "withdrawn", "已撤回"

    OPEN = ("applied", "checked", "surveyed", "approved")

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, related_name="registrations", verbose_name="地块"
    )
    version = models.ForeignKey(ParcelVersion, models.PROTECT, related_name="+")
    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="registrations", verbose_name="申请人"
    )
    right = models.CharField("权利类型", max_length=20)
    applied_on = models.DateField("申请日期")
    state = models.CharField("状态", max_length=10, choices=State, default=State.APPLIED)
    overlay: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField(
        "审查情况", default=dict
    )
    surveyed_on = models.DateField("核查日期", null=True)
    surveyor = models.CharField("核查人", max_length=60, blank=True)
    unit_code = models.CharField("不动产单元号", max_length=28, blank=True)
    certificate = models.CharField("不动产权证号", max_length=100, blank=True)
    registered_on = models.DateField("登簿日期", null=True)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="受理人"
    )
    entered_at = models.DateTimeField("受理时间", default=timezone.now)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="审查人"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )

    class Meta:
        verbose_name = verbose_name_plural = "确权登记"
        ordering = ["-id"]
        indexes = [models.Index(fields=["region", "state"], name="registration_states")]
        constraints = [
            models.UniqueConstraint(
                fields=["parcel"],
                condition=Q(state__in=["applied", "checked", "surveyed", "approved"]),
                name="registration_under_way_once",
            ),
            models.UniqueConstraint(
                fields=["county", "certificate"],
                condition=~Q(certificate=""),
                name="certificate_once",
            ),
            models.CheckConstraint(
                name="registration_approved_by_another",
                condition=Q(approved_by=None)
                | (~Q(approved_by=F("entered_by")) & ~Q(approved_by=F("checked_by"))),
            ),
            models.CheckConstraint(
                name="registration_goes_step_by_step",
                condition=Q(state__in=["applied", "refused", "withdrawn"])
                | (
                    Q(checked_by__isnull=False)
                    & (Q(state="checked") | (Q(surveyed_on__isnull=False) & ~Q(unit_code="")))
                    & (Q(state__in=["checked", "surveyed"]) | Q(approved_by__isnull=False))
                ),
            ),
            models.CheckConstraint(
                name="registration_entered_whole",
                condition=Q(state="registered", registered_on__isnull=False) & ~Q(certificate="")
                | (~Q(state="registered") & Q(registered_on=None, certificate="")),
            ),
        ]

    def __str__(self) -> str:
        return self.certificate or f"确权登记 {self.pk}"


class RegistrationFile(models.Model):
    """A paper handed in with an application, or the report of its survey."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    kind = models.CharField("材料类型", max_length=40)

    class Meta:
        verbose_name = verbose_name_plural = "确权登记材料"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "file"], name="registration_file_once")
        ]


class RegistrationStep(models.Model):
    """One step of an application: who, when, with what words. Never changed."""

    registration = models.ForeignKey(Registration, models.PROTECT, related_name="steps")
    state = models.CharField("步骤", max_length=10, choices=Registration.State)
    on = models.DateField("日期")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    note = models.CharField("意见", max_length=300, blank=True)
    at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "确权登记步骤"
        ordering = ["id"]
