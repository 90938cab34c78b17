"""What was found on the ground: the township's check of a patch, and the leading group's visit."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.programmes.enforcement.models.patches import Outcome, Patch


class FieldCheck(models.Model):
    """The form of one check on the ground (实地核查表); open until it is returned."""

    class Situation(models.TextChoices):
        BUILT = "built", "已建成"
        BUILDING = "building", "在建"
        HARDENED = "hardened", "硬化或堆放"
        MOVED = "moved", "推土、动土"
        MINED = "mined", "采挖"
        UNCHANGED = "unchanged", "实地未变化"
        OTHER = "other", "其他"

    patch = models.ForeignKey(Patch, models.CASCADE, related_name="checks", verbose_name="图斑")
    situation = models.CharField("实地情况", max_length=10, choices=Situation)
    checked_on = models.DateField("核查日期")
    land_user = models.CharField("用地主体", max_length=100, blank=True)
    land_use = models.CharField("实际用途", max_length=100, blank=True)
    started_on = models.DateField("动工日期", null=True)
    suggestion = models.CharField("核查意见", max_length=15, choices=Outcome, blank=True)
    papers = models.CharField("现场出示的批准或备案文号", max_length=200, blank=True)
    note = models.TextField("情况说明", blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="核查人"
    )
    saved_at = models.DateTimeField("填写时间", default=timezone.now)
    returned_at = models.DateTimeField("返回时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "实地核查"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["patch"], condition=Q(returned_at=None), name="field_check_open_once"
            ),
            models.CheckConstraint(
                name="field_check_other_explained", condition=~Q(situation="other") | ~Q(note="")
            ),
        ]


class LeadingCheck(models.Model):
    """The leading group looked at a key patch itself (领导小组实地核查), one patch at a time."""

    patch = models.OneToOneField(
        Patch, models.CASCADE, related_name="leading_check", verbose_name="图斑"
    )
    checked_on = models.DateField("核查日期")
    members = models.JSONField("参加人员", default=list)  # [{"name", "post"}]
    finding = models.TextField("核查结论")
    record_file = models.ForeignKey(
        StoredFile, models.PROTECT, related_name="+", verbose_name="核查记录"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "领导小组实地核查"
        constraints = [
            models.CheckConstraint(
                name="leading_check_is_whole", condition=~Q(finding="") & ~Q(members=[])
            ),
        ]
