"""What land and water cost and who owes it: tariffs of rent, grades of parcels, runs, bills (账单).

Money is whole fen (分); rates are whole fen per mu and year.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.books.models import Entry
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import FIRST_YEAR, LAST_YEAR, Parcel


def person(label: str, **more: Any) -> Any:
    """Who did something."""
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more
    )


class RentTariff(ScopedModel):
    """A tariff of rent (租赁金标准) from a year on; `region` is the county.

    Who enters it isn't who approves it. Of two approved ones the later first year counts; one approved for
    the same first year takes the other's place.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "待审批"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        REPLACED = "replaced", "已被替代"

    first_year = models.PositiveSmallIntegerField("执行年度起")
    last_year = models.PositiveSmallIntegerField("执行年度止", null=True)
    document = models.CharField("文件名称", max_length=120)
    number = models.CharField("文号", max_length=60)
    clause = models.CharField("条款", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    entered_by = person("登记人")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)
    decided_by = person("审批人", null=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "租赁金标准"
        ordering = ["-first_year", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["region", "first_year"],
                condition=Q(state="approved"),
                name="tariff_in_force_once",
            ),
            models.CheckConstraint(
                name="tariff_years",
                condition=Q(first_year__gte=FIRST_YEAR, first_year__lte=LAST_YEAR)
                & (Q(last_year=None) | Q(last_year__gte=F("first_year"))),
            ),
            models.CheckConstraint(
                name="tariff_rests_on_a_document", condition=~Q(document="") & ~Q(number="")
            ),
            models.CheckConstraint(
                name="tariff_decided_by_another",
                condition=Q(state="draft", decided_by=None, decided_at=None)
                | (~Q(state="draft") & ~Q(decided_by=F("entered_by")) & Q(decided_at__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number}（{self.first_year}年起）"


class TariffRate(models.Model):
    """Yuan per mu and year of a grade (基准地价级别) and use."""

    tariff = models.ForeignKey(RentTariff, models.PROTECT, related_name="rates")
    grade = models.CharField("级别", max_length=20)
    use = models.CharField("用途", max_length=20)
    rate = models.PositiveIntegerField("标准(分/亩·年)")

    class Meta:
        verbose_name = verbose_name_plural = "租赁金标准明细"
        ordering = ["grade", "use"]
        constraints = [
            models.UniqueConstraint(fields=["tariff", "grade", "use"], name="tariff_rate_once"),
            models.CheckConstraint(
                name="tariff_rate_says_what", condition=Q(rate__gt=0) & ~Q(grade="") & ~Q(use="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade}{self.use}"


class ParcelGrade(models.Model):
    """The grade a parcel has from a year on (地块级别); it holds until the next."""

    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="grades", verbose_name="地块")
    grade = models.CharField("级别", max_length=20)
    from_year = models.PositiveSmallIntegerField("起始年度")
    basis = models.CharField("定级依据", max_length=120)
    entered_by = person("登记人")
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "地块级别"
        ordering = ["parcel", "from_year"]
        constraints = [
            models.UniqueConstraint(fields=["parcel", "from_year"], name="grade_once_a_year"),
            models.CheckConstraint(
                name="grade_says_what",
                condition=~Q(grade="")
                & ~Q(basis="")
                & Q(from_year__gte=FIRST_YEAR, from_year__lte=LAST_YEAR),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grade}（{self.from_year}年起）"


class Charge(models.TextChoices):
    """Kinds of charge, in the order in which debts of one year are paid."""

    RENT = "rent", "租赁金"
    WATER = "water", "水费"
    RESOURCE = "resource", "水资源费"


class BillRun(ScopedModel):
    """One run that issues bills (批量开单): previewed, then posted part by part.

    `after` is the last parcel (or other thing) whose bills are posted, from where a run that was cut off
    goes on; `preview` holds totals and counts, `digest` what exactly was previewed.
    """

    class State(models.TextChoices):
        OPEN = "open", "待预览"
        PREVIEWED = "previewed", "已预览"
        POSTING = "posting", "入账中"
        POSTED = "posted", "已入账"
        DROPPED = "dropped", "已放弃"

    kind = models.CharField("费种", max_length=10, choices=Charge)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    first_year = models.PositiveSmallIntegerField("年度起")
    last_year = models.PositiveSmallIntegerField("年度止")
    issued_on = models.DateField("开单日期")
    due_on = models.DateField("缴费期限")
    state = models.CharField("状态", max_length=10, choices=State, default=State.OPEN)
    preview = models.JSONField("预览", default=dict)
    digest = models.CharField("预览内容摘要值", max_length=64, blank=True)
    after = models.BigIntegerField("已办到", default=0)
    new = models.PositiveIntegerField("新开", default=0)
    unchanged = models.PositiveIntegerField("未变", default=0)
    replaced = models.PositiveIntegerField("更正", default=0)
    gone = models.PositiveIntegerField("撤销", default=0)
    held = models.PositiveIntegerField("暂缓", default=0)
    made_by = person("发起人")
    made_at = models.DateTimeField("发起时间", default=timezone.now)
    posted_at = models.DateTimeField("入账时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "批量开单"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="run_years_and_days",
                condition=Q(
                    first_year__gte=FIRST_YEAR,
                    last_year__gte=F("first_year"),
                    last_year__lte=LAST_YEAR,
                    due_on__gte=F("issued_on"),
                ),
            ),
            # Two runs of one kind in a county would take each other's bills for changed ones.
            models.UniqueConstraint(
                fields=["county", "kind"],
                condition=Q(state="posting"),
                name="run_posts_alone",
            ),
        ]

    def __str__(self) -> str:
        years = str(self.first_year)
        if self.last_year > self.first_year:
            years = f"{years}至{self.last_year}"
        return f"{years}年{self.get_kind_display()}"


class RunProblem(models.Model):
    """A parcel that can't be billed in a year, and why."""

    run = models.ForeignKey(BillRun, models.CASCADE, related_name="problems")
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="+", verbose_name="地块")
    years = models.CharField("年度", max_length=60)
    reason = models.CharField("原因", max_length=200)

    class Meta:
        verbose_name = verbose_name_plural = "不能开单的地块"
        ordering = ["id"]


class Bill(ScopedModel):
    """What a holder owes for one thing and year (账单); `region` is the village.

    `key` names what it is for, `issue` counts how often it was issued: a bill whose figures changed is
    reversed and issued anew. `basis` holds the figures and clauses it was computed from. Of `amount` the
    part `paid` is paid and the part `waived` remitted; what is left is due.
    """

    kind = models.CharField("费种", max_length=10, choices=Charge)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    holder = models.ForeignKey(Holder, models.PROTECT, related_name="bills", verbose_name="缴费人")
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, null=True, related_name="bills", verbose_name="地块"
    )
    run = models.ForeignKey(BillRun, models.PROTECT, related_name="bills", verbose_name="批次")
    key = models.CharField("计费对象", max_length=100)
    issue = models.PositiveSmallIntegerField("第几次开单", default=1)
    year = models.PositiveSmallIntegerField("年度")
    period_from = models.DateField("计费期起")
    period_to = models.DateField("计费期止")
    issued_on = models.DateField("开单日期")
    due_on = models.DateField("缴费期限")
    amount = models.BigIntegerField("金额(分)")
    paid = models.BigIntegerField("已缴(分)", default=0)
    waived = models.BigIntegerField("减免(分)", default=0)
    basis = models.JSONField("计费依据")
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="bill", verbose_name="分录")
    reversed_on = models.DateField("冲销日期", null=True)
    reversal = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="bill_reversed", verbose_name="冲销分录"
    )
    # Both only where a person reversed it; a run that issues it anew says nothing here.
    reversed_by = person("冲销人", null=True)
    reason = models.CharField("冲销原因", max_length=300, blank=True, default="", db_default="")

    class Meta:
        verbose_name = verbose_name_plural = "账单"
        ordering = ["year", "kind", "id"]
        indexes = [
            models.Index(fields=["holder", "year"], name="bill_of_holder"),
            models.Index(fields=["region", "year", "kind"], name="bill_of_place"),
            models.Index(fields=["due_on", "region"], name="bill_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key", "issue"], name="bill_issue_once"),
            models.UniqueConstraint(
                fields=["key"], condition=Q(reversed_on=None), name="bill_stands_once"
            ),
            models.CheckConstraint(
                name="bill_amounts",
                condition=Q(amount__gt=0, paid__gte=0, waived__gte=0)
                & Q(amount__gte=F("paid") + F("waived")),
            ),
            models.CheckConstraint(
                name="bill_days",
                condition=Q(period_to__gte=F("period_from"), due_on__gte=F("issued_on")),
            ),
            models.CheckConstraint(
                name="bill_reversed_owes_nothing",
                condition=Q(reversed_on=None, reversal=None)
                | Q(reversed_on__isnull=False, reversal__isnull=False, paid=0, waived=0),
            ),
            models.CheckConstraint(
                name="bill_reversed_by_hand_says_why",
                condition=Q(reversed_by=None, reason="")
                | (Q(reversed_by__isnull=False, reversed_on__isnull=False) & ~Q(reason="")),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.year}年{self.get_kind_display()}账单 {self.pk}"

    @property
    def due(self) -> int:
        """What is left to pay, fen; nothing of one that was reversed."""
        return 0 if self.reversed_on else self.amount - self.paid - self.waived
