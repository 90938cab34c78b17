"""One balanced book (账簿) of several commodities: accounts, entries that never change, closed periods.

Amounts are whole smallest units (分, 0.01 m²); a debit (借) is positive, a credit (贷) negative.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.books.commodities import COMMODITIES
from liangtian.platform.people.scope import ScopedModel

# Parts of an account's code, joined by ":"; what Beancount reads too.
_PART = "([0-9A-Z][0-9A-Za-z-]*|[一-龥][0-9A-Za-z一-龥-]*)"
CODE = f"^{_PART}(:{_PART})*$"
DEBIT_KINDS = ("assets", "expenses")
CREDIT_KINDS = ("liabilities", "equity", "income")


class Account(ScopedModel):
    """An account (账户) of one commodity. `code` is a path such as "应收:租金:H000123".

    `balance` is the sum of its lines, kept with every posting. A guarded account can't be overdrawn:
    it never passes nought to the side opposite to that of its kind.
    """

    class Kind(models.TextChoices):
        ASSETS = "assets", "资产"
        LIABILITIES = "liabilities", "负债"
        EQUITY = "equity", "权益"
        INCOME = "income", "收入"
        EXPENSES = "expenses", "费用"

    code = models.CharField("账户代码", max_length=120)
    name = models.CharField("账户名称", max_length=120)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    commodity = models.CharField("品种", max_length=20)
    guarded = models.BooleanField("不得透支", default=False)
    balance = models.BigIntegerField("余额（最小单位）", default=0)
    opened_on = models.DateField("启用日期")

    class Meta:
        verbose_name = verbose_name_plural = "账户"
        ordering = ["code", "commodity"]
        constraints = [
            models.UniqueConstraint(fields=["code", "commodity"], name="account_once"),
            models.CheckConstraint(name="account_code", condition=Q(code__regex=CODE)),
            models.CheckConstraint(
                name="account_commodity_is_known", condition=Q(commodity__in=sorted(COMMODITIES))
            ),
            models.CheckConstraint(
                name="account_not_overdrawn",
                condition=Q(guarded=False)
                | Q(kind__in=DEBIT_KINDS, balance__gte=0)
                | Q(kind__in=CREDIT_KINDS, balance__lte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Voucher(models.Model):
    """The last voucher number (凭证号) given in a county and year."""

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("已用最大号", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "凭证号"
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="voucher_once")]

    def __str__(self) -> str:
        return f"{self.year}-{self.last}"


class Entry(ScopedModel):
    """An entry (分录) whose lines sum to nought in every commodity. Once sealed it never changes.

    `key` names what it was made for, so that the same thing is posted once. A mistake is corrected by an
    entry that reverses it (冲销).
    """

    key = models.CharField("来源", max_length=160, unique=True)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("凭证号")
    on = models.DateField("记账日期")
    text = models.CharField("摘要", max_length=200)
    digest = models.CharField("内容摘要值", max_length=64)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name="冲销"
    )
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="记账人", related_name="+"
    )
    posted_at = models.DateTimeField("记账时间", default=timezone.now)
    sealed = models.BooleanField("已入账", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "分录"
        ordering = ["county", "year", "number"]
        indexes = [models.Index(fields=["on", "id"])]
        constraints = [
            models.UniqueConstraint(fields=["county", "year", "number"], name="entry_number_once"),
            models.CheckConstraint(
                name="entry_is_of_its_year", condition=Q(on__year=F("year"), number__gt=0)
            ),
            models.CheckConstraint(
                name="entry_reverses_another", condition=Q(reverses=None) | ~Q(reverses=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}-{self.number:06d} {self.text}"


class Line(models.Model):
    """One side of an entry."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="lines")
    account = models.ForeignKey(Account, models.PROTECT, related_name="lines")
    amount = models.BigIntegerField("数额（最小单位，借为正）")
    text = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "分录行"
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="line_is_not_nought", condition=~Q(amount=0))]

    def __str__(self) -> str:
        return f"{self.account}: {self.amount}"


class Closing(models.Model):
    """The books of a county are closed through a day (结账): nothing is posted on or before it."""

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    through = models.DateField("结账至")
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="结账人", related_name="+"
    )
    closed_at = models.DateTimeField("结账时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "结账"
        ordering = ["-through"]
        constraints = [models.UniqueConstraint(fields=["county", "through"], name="closing_once")]

    def __str__(self) -> str:
        return f"{self.county} {self.through}"
