"""Contracts (承包、租赁、流转): who may use which parcels for how long, at what price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import COUNTY_DIGITS, ScopedModel, ScopedQuerySet, below
from liangtian.programmes.holdings.models.holders import Holder
from liangtian.programmes.holdings.models.parcels import MU, Parcel

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


class ContractQuerySet(ScopedQuerySet):
    """Contracts, which may hold parcels of several townships."""

    def visible_to(self, user: User) -> Self:
        """Those registered in the user's region, and those that hold a parcel of it."""
        code = user.region_id or ""
        if len(code) <= COUNTY_DIGITS or not user.is_active:  # no contract leaves its county
            return super().visible_to(user)
        held = ContractLine.objects.filter(below(code, "parcel__region__code"))
        return self.filter(below(code) | Q(pk__in=held.values("contract")))


class Contract(ScopedModel):
    """One contract; `region` is the village of its first parcel.

    A transfer (流转) between holders rests on the contract it is made under. What was agreed stays as it is;
    only that it ended before its time is added.
    """

    class Kind(models.TextChoices):
        HOUSEHOLD = "household", "家庭承包"
        OTHER = "other", "其他方式承包"
        LEASE = "lease", "租赁"
        TRANSFER = "transfer", "流转"

    class Price(models.TextChoices):
        PER_MU = "per_mu", "元/亩·年"
        PER_YEAR = "per_year", "元/年"
        TARIFF = "tariff", "按公布标准"
        FREE = "free", "不收费"

    kind = models.CharField("合同类型", max_length=10, choices=Kind)
    number = models.CharField("合同编号", max_length=60)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    # Of a transfer who transfers is the holder of the contract it is made under.
    grantor = models.CharField("发包（出租）方", max_length=100, blank=True)
    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="contracts", verbose_name="承包（承租、转入）方"
    )
    signed_on = models.DateField("签订日期", null=True)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期")
    price_kind = models.CharField("计价方式", max_length=10, choices=Price)
    price_yuan = models.DecimalField("价格(元)", max_digits=12, decimal_places=2, null=True)
    terms = models.CharField("支付约定", max_length=300, blank=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="renewals", verbose_name="续签自"
    )
    under = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="transfers",
        verbose_name="依据的承包（租赁）合同",
    )
    ended_on = models.DateField("提前终止日期", null=True)
    end_reason = models.CharField("提前终止原因", max_length=300, blank=True)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="合同扫描件"
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="登记人"
    )
    entered_at = models.DateTimeField("登记时间", default=timezone.now)

    objects = ContractQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = verbose_name_plural = "合同"
        ordering = ["-starts_on", "number"]
        indexes = [models.Index(fields=["region", "ends_on"], name="contract_ends")]
        constraints = [
            models.UniqueConstraint(fields=["county", "number"], name="contract_number_once"),
            models.CheckConstraint(
                name="contract_ends_after_it_begins", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(
                name="contract_price_is_whole",
                condition=Q(price_kind__in=("free", "tariff"), price_yuan=None)
                | (~Q(price_kind__in=("free", "tariff")) & Q(price_yuan__gt=0)),
            ),
            models.CheckConstraint(
                name="contract_transfer_rests_on_one",
                condition=Q(kind="transfer", under__isnull=False)
                | (~Q(kind="transfer") & Q(under=None)),
            ),
            models.CheckConstraint(
                name="contract_end_has_reason",
                condition=Q(ended_on=None, end_reason="")
                | (Q(ended_on__gte=F("starts_on"), ended_on__lt=F("ends_on")) & ~Q(end_reason="")),
            ),
            models.CheckConstraint(
                name="contract_is_named",
                condition=~Q(number="") & (~Q(grantor="") | Q(kind="transfer")),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractLine(models.Model):
    """One parcel of a contract with the area and the days the contract really holds it.

    The database lets two lines of one parcel and the same level overlap in no day (`frozen`); a transfer is
    a level of its own.
    """

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="lines")
    parcel = models.ForeignKey(
        Parcel, models.PROTECT, related_name="contract_lines", verbose_name="地块"
    )
    area_mu = models.DecimalField("面积(亩)", **MU)
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("终止日期")
    transfer = models.BooleanField("流转", default=False)

    class Meta:
        verbose_name = verbose_name_plural = "合同地块"
        ordering = ["parcel", "starts_on"]
        indexes = [models.Index(fields=["parcel", "transfer", "ends_on"], name="line_of_parcel")]
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "parcel", "starts_on"], name="contract_line_once"
            ),
            models.CheckConstraint(
                name="contract_line_has_area_and_term",
                condition=Q(area_mu__gt=0, ends_on__gte=F("starts_on")),
            ),
        ]
