"""Disposition (处置): what is to be done with an illegal part, the steps to it, and its acceptance."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.people.models import Office
from liangtian.programmes.enforcement.models.patches import MU, PatchPart

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 2}  # 元


def _person(label: str, *, null: bool = True) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=null, related_name="+", verbose_name=label
    )


class Disposition(models.Model):
    """What is done with one part of a patch judged illegal.

    Areas restored and regularised, once accepted, stand on the part itself beside its farmland.
    """

    class Handling(models.TextChoices):
        CASE = "case", "立案查处"
        NO_CASE = "no_case", "非立案处理"

    part = models.OneToOneField(
        PatchPart, models.PROTECT, related_name="disposition", verbose_name="图斑部分"
    )
    handling = models.CharField("查处方式", max_length=10, choices=Handling)
    case_number = models.CharField("立案文号", max_length=100, blank=True)
    case_filed_on = models.DateField("立案日期", null=True)
    no_case_reason = models.TextField("不立案理由", blank=True)
    owner = models.ForeignKey(Office, models.PROTECT, related_name="+", verbose_name="责任单位")
    demolish = models.BooleanField("拆除复耕", default=False)
    demolished_on = models.DateField("拆除日期", null=True)
    complete_papers = models.BooleanField("补办用地手续", default=False)
    papers_number = models.CharField("补办批准文号", max_length=100, blank=True)
    papers_on = models.DateField("补办批准日期", null=True)
    papers_mu = models.DecimalField("补办批准面积(亩)", **MU, null=True)
    papers_by_linkage = models.BooleanField("以增减挂钩等方式补办", default=False)
    penalty_number = models.CharField("处罚决定文号", max_length=100, blank=True)
    penalty_on = models.DateField("处罚决定日期", null=True)
    fine_yuan = models.DecimalField("罚款(元)", **MONEY, null=True)
    fine_paid_on = models.DateField("罚款缴清日期", null=True)
    confiscated_m2 = models.DecimalField(
        "没收建(构)筑物面积(平方米)", max_digits=15, decimal_places=2, null=True
    )
    confiscated_on = models.DateField("没收日期", null=True)
    due_on = models.DateField("整改期限", null=True)
    note = models.TextField("说明", blank=True)
    entered_by = _person("登记人", null=False)
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    reported_by = _person("报验人")
    reported_at = models.DateTimeField("报验时间", null=True)
    accepted_by = _person("验收人")
    accepted_on = models.DateField("验收日期", null=True)
    acceptance_note = models.TextField("验收意见", blank=True)
    prefecture_number = models.CharField("市级验收文号", max_length=100, blank=True)
    prefecture_on = models.DateField("市级验收日期", null=True)
    region_number = models.CharField("自治区（省级）确认文号", max_length=100, blank=True)
    region_on = models.DateField("自治区（省级）确认日期", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "处置"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="disposition_without_case_explained",
                condition=~Q(handling="no_case") | ~Q(no_case_reason=""),
            ),
            models.CheckConstraint(
                name="disposition_amounts_positive",
                condition=(Q(fine_yuan=None) | Q(fine_yuan__gt=0))
                & (Q(confiscated_m2=None) | Q(confiscated_m2__gt=0))
                & (Q(papers_mu=None) | Q(papers_mu__gt=0)),
            ),
            models.CheckConstraint(
                name="disposition_fine_paid_after_fined",
                condition=Q(fine_paid_on=None) | Q(fine_yuan__isnull=False),
            ),
            models.CheckConstraint(
                name="disposition_acceptance_is_whole",
                condition=Q(accepted_by=None, accepted_on=None)
                | Q(
                    accepted_by__isnull=False, accepted_on__isnull=False, reported_by__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="disposition_accepted_by_another",
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("reported_by")),
            ),
        ]


class DispositionStep(models.Model):
    """One step of putting a part right, with its time limit."""

    disposition = models.ForeignKey(Disposition, models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField("序号")
    what = models.CharField("事项", max_length=100)
    due_on = models.DateField("期限")
    basis = models.CharField("期限依据", max_length=200, blank=True)
    done_on = models.DateField("完成日期", null=True)
    done_by = _person("办理人")
    note = models.CharField("情况", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "处置步骤"
        ordering = ["order"]
        constraints = [
            models.UniqueConstraint(fields=["disposition", "order"], name="disposition_step_once"),
            models.CheckConstraint(
                name="disposition_step_done_whole",
                condition=Q(done_on=None, done_by=None)
                | Q(done_on__isnull=False, done_by__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(done_on=None), name="dstep_open")]
