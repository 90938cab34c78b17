"""Warnings to townships (督办): what was proposed with which figures, who decided, the letter, the reply."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.cases.models import Case
from liangtian.platform.documents.models import Letter
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel


def _person(label: str) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=label
    )


class TownshipWarning(ScopedModel):
    """One measure (督办措施) against one township in one campaign year; `region` is the township.

    Where it stands is the stage of its case. `figures` and the version of the pack repeat the proposal.
    Proposed by rule has no proposer; proposed by hand has one, with a reason.
    """

    case = models.OneToOneField(Case, models.PROTECT, related_name="warning", verbose_name="案件")
    year = models.PositiveSmallIntegerField("卫片年度")
    measure = models.CharField("督办措施", max_length=30)
    label = models.CharField("措施名称", max_length=40)
    pack = models.CharField("政策包", max_length=60)
    pack_version = models.CharField("政策包版本", max_length=40)
    figures: models.Field[dict[str, str], dict[str, str]] = models.JSONField("指标", default=dict)
    reasons: models.Field[list[dict[str, str]], list[dict[str, str]]] = models.JSONField(
        "提出依据", default=list
    )
    as_of = models.DateField("指标截至")
    needs_reply = models.BooleanField("须答复")
    proposed_by = _person("提出人")
    proposed_at = models.DateTimeField("提出时间", default=timezone.now)
    hand_reason = models.CharField("提出理由", max_length=300, blank=True)
    decided_by = _person("决定人")
    decided_at = models.DateTimeField("决定时间", null=True)
    letter = models.ForeignKey(
        Letter, models.SET_NULL, null=True, related_name="+", verbose_name="文书"
    )
    sent_on = models.DateField("发出日期", null=True)
    reply = models.TextField("答复", blank=True)
    reply_file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="答复附件"
    )
    replied_by = _person("答复人")
    replied_on = models.DateField("答复日期", null=True)
    held_on = models.DateField("约谈（启动问责）日期", null=True)
    reported_on = models.DateField("情况报告日期", null=True)
    ended_by = _person("办结人")
    ended_at = models.DateTimeField("办结时间", null=True)
    end_note = models.CharField("办结说明", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "督办"
        ordering = ["-proposed_at", "-id"]
        indexes = [models.Index(fields=["year", "region", "measure"], name="warning_year")]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "measure", "year"], condition=Q(ended_at=None),
                name="warning_open_once",
            ),
            models.CheckConstraint(
                name="warning_by_hand_explained",
                condition=Q(proposed_by=None, hand_reason="")
                | (Q(proposed_by__isnull=False) & ~Q(hand_reason="")),
            ),
            models.CheckConstraint(
                name="warning_decision_is_whole",
                condition=Q(decided_by=None, decided_at=None)
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="warning_decided_by_another",
                condition=Q(proposed_by=None) | Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="warning_sent_as_decided",
                condition=Q(sent_on=None) | Q(decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="warning_reply_is_whole",
                condition=Q(replied_by=None, replied_on=None, reply="", reply_file=None)
                | (
                    Q(replied_by__isnull=False, replied_on__isnull=False, sent_on__isnull=False)
                    & ~Q(reply="")
                ),
            ),
            models.CheckConstraint(
                name="warning_report_after_event",
                condition=Q(reported_on=None) | Q(reported_on__gte=F("held_on")),
            ),
            models.CheckConstraint(
                name="warning_end_is_whole",
                condition=Q(ended_by=None, ended_at=None)
                | Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.region.name}{self.year}年度{self.label}"
