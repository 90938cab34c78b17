"""Freezes linked to violations (增违挂钩): what each illegal part holds in the indicator reserve, and every run."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from liangtian.platform.books.models import Entry
from liangtian.platform.cases.models import Case
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.enforcement.models.patches import PatchPart


class FreezeRun(ScopedModel):
    """One run of a county for a patch year; the parts it moved are its moves."""

    year = models.PositiveSmallIntegerField("卫片年度")
    note = models.CharField("说明", max_length=200, blank=True)
    counts: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("汇总", default=dict)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="办理人"
    )
    made_at = models.DateTimeField("办理时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "增违挂钩办理"
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.region.name}{self.year}年度增违挂钩"


class Freeze(ScopedModel):
    """What one part holds of one indicator, in its smallest units (0.01 m²).

    The part is referred to without a constraint of the database: a patch may be divided anew or taken into
    the register of military land, and what it held is given back by the next run.
    """

    part = models.ForeignKey(
        PatchPart, models.DO_NOTHING, null=True, db_constraint=False, related_name="freezes",
        verbose_name="图斑部分",
    )  # fmt: skip
    year = models.PositiveSmallIntegerField("卫片年度")
    commodity = models.CharField("指标", max_length=20)
    wanted = models.BigIntegerField("应冻结", default=0)
    frozen = models.BigIntegerField("冻结中", default=0)
    spent = models.BigIntegerField("已核减", default=0)
    released = models.BigIntegerField("已解除", default=0)
    owed = models.BigIntegerField("欠冻结", default=0)
    moves_made = models.PositiveIntegerField("变动次数", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "增违挂钩冻结"
        ordering = ["year", "id"]
        constraints = [
            models.UniqueConstraint(fields=["part", "commodity"], name="freeze_once"),
            models.CheckConstraint(
                name="freeze_is_whole",
                condition=Q(
                    wanted=models.F("frozen") + models.F("spent") + models.F("released")
                    + models.F("owed"),
                    frozen__gte=0, spent__gte=0, released__gte=0, owed__gte=0,
                ),
            ),
        ]  # fmt: skip


class FreezeMove(models.Model):
    """One change of one part's freeze: the act, the change of each side, the entry. Never changed."""

    class Act(models.TextChoices):
        FREEZE = "freeze", "冻结"
        RELEASE = "release", "解除冻结"
        SPEND = "spend", "核减"
        OWE = "owe", "记欠"
        REVERSE = "reverse", "冲销"

    run = models.ForeignKey(FreezeRun, models.PROTECT, related_name="moves")
    freeze = models.ForeignKey(Freeze, models.PROTECT, related_name="moves")
    act = models.CharField("变动", max_length=10, choices=Act)
    frozen = models.BigIntegerField("冻结增减")
    spent = models.BigIntegerField("核减增减")
    owed = models.BigIntegerField("欠冻结增减")
    reason = models.CharField("事由", max_length=200)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = verbose_name_plural = "增违挂钩变动"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="freeze_move_has_entry",
                condition=Q(entry__isnull=False) | Q(frozen=0, spent=0),
            )
        ]


class FreezeProposal(ScopedModel):
    """A run, or indicators coming into the reserve, as one person proposed it; another confirms it.

    Where it stands is the stage of its case. `digest` is of the changes of a run as they were proposed.
    """

    class Kind(models.TextChoices):
        RUN = "run", "增违挂钩办理"
        TAKE_IN = "take_in", "储备指标入库"

    case = models.OneToOneField(Case, models.PROTECT, related_name="freeze_proposal")
    kind = models.CharField("事项", max_length=10, choices=Kind)
    year = models.PositiveSmallIntegerField("卫片年度", null=True)
    digest = models.CharField("变动摘要值", max_length=64, blank=True)
    counts: models.Field[dict[str, Any], dict[str, Any]] = models.JSONField("汇总", default=dict)
    commodity = models.CharField("指标", max_length=20, blank=True)
    amount = models.BigIntegerField("入库面积（最小单位）", null=True)
    document = models.CharField("入库依据文号", max_length=100, blank=True)
    on = models.DateField("入库日期", null=True)
    note = models.CharField("说明", max_length=200, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="提请人"
    )
    proposed_at = models.DateTimeField("提请时间", default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="确认人"
    )
    ended_at = models.DateTimeField("办结时间", null=True)
    run = models.OneToOneField(
        FreezeRun, models.PROTECT, null=True, related_name="proposal", verbose_name="办理"
    )
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="+", verbose_name="入库凭证"
    )

    class Meta:
        verbose_name = verbose_name_plural = "增违挂钩提请"
        ordering = ["-proposed_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="freeze_proposal_of_a_kind",
                condition=Q(kind="run", year__isnull=False, amount=None, on=None, entry=None)
                | Q(kind="take_in", year=None, amount__gt=0, on__isnull=False, run=None),
            ),
            models.CheckConstraint(
                name="freeze_confirmed_by_another",
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=models.F("proposed_by")),
            ),
            models.CheckConstraint(
                name="freeze_carried_out_as_confirmed",
                condition=Q(run=None, entry=None) | Q(confirmed_by__isnull=False, ended_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["region", "year"], condition=Q(kind="run", ended_at=None),
                name="freeze_proposed_once",
            ),
            models.UniqueConstraint(
                fields=["region", "commodity", "document"],
                condition=Q(kind="take_in", ended_at=None), name="freeze_paper_proposed_once",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.case.title
