"""Money that comes in and what proves it: payments, receipts, waivers, day-end settlements, bank statements.

Money is whole fen (分). Nothing here is changed or deleted; mistakes are reversed.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from liangtian.platform.books.models import Entry
from liangtian.platform.files.models import StoredFile
from liangtian.platform.people.scope import ScopedModel
from liangtian.programmes.holdings.models.fees import Bill, person
from liangtian.programmes.holdings.models.holders import Holder


class Settlement(ScopedModel):
    """One clerk's day handed over (日结): what the book says, what was counted, and who checked it.

    Afterwards the clerk takes nothing more on that day. `region` is the clerk's.
    """

    clerk = person("收费员")
    on = models.DateField("收费日期")
    cash = models.BigIntegerField("应交现金(分)")
    counted = models.BigIntegerField("实点现金(分)")
    other = models.BigIntegerField("转账与扫码(分)")
    payments = models.PositiveIntegerField("笔数")
    reason = models.CharField("差额原因", max_length=300, blank=True)
    made_at = models.DateTimeField("日结时间", default=timezone.now)
    checked_by = person("复核人", null=True)
    checked_at = models.DateTimeField("复核时间", null=True)
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="settlement", verbose_name="缴库分录"
    )

    class Meta:
        verbose_name = verbose_name_plural = "日结"
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["clerk", "on"], name="settlement_once_a_day"),
            models.CheckConstraint(
                name="settlement_amounts", condition=Q(cash__gte=0, counted__gte=0, other__gte=0)
            ),
            models.CheckConstraint(
                name="settlement_difference_has_reason",
                condition=Q(cash=F("counted")) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="settlement_checked_by_another",
                condition=Q(checked_by=None, checked_at=None, entry=None)
                | (~Q(checked_by=F("clerk")) & Q(checked_at__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.clerk.name} {self.on} 日结"


class Payment(ScopedModel):
    """Money taken from a holder (收款) or given back (退款), or moved to and from the advance (预缴).

    When a bill that was paid is reversed, what was paid for it is released (转预缴): such a payment's shares
    count against the bill. `prepaid` is what a payment adds to the holder's advance, negative where it takes
    from it. `token` is the sender's own, so that a form sent twice is one payment.
    """

    class Sort(models.TextChoices):
        TAKEN = "taken", "收款"
        REFUND = "refund", "退款"
        OFFSET = "offset", "预缴抵扣"
        RELEASE = "release", "转预缴"

    class Method(models.TextChoices):
        CASH = "cash", "现金"
        TRANSFER = "transfer", "转账"
        SCAN = "scan", "扫码"
        ADVANCE = "advance", "预缴"

    sort = models.CharField("类型", max_length=10, choices=Sort, default=Sort.TAKEN)
    method = models.CharField("方式", max_length=10, choices=Method)
    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    holder = models.ForeignKey(
        Holder, models.PROTECT, related_name="payments", verbose_name="缴费人"
    )
    payer = models.CharField("交款人", max_length=100, blank=True)
    reference = models.CharField("流水号", max_length=60, blank=True)
    on = models.DateField("日期")
    amount = models.BigIntegerField("金额(分)")
    prepaid = models.BigIntegerField("其中预缴(分)", default=0)
    token = models.CharField("提交标识", max_length=64, unique=True)
    note = models.CharField("说明", max_length=300, blank=True)
    clerk = person("收费员")
    made_at = models.DateTimeField("办理时间", default=timezone.now)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="payment", verbose_name="分录")
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, related_name="taken", verbose_name="日结"
    )
    reversed_on = models.DateField("冲销日期", null=True)
    reversed_by = person("冲销人", null=True)
    reversal = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="payment_reversed", verbose_name="冲销分录"
    )
    reason = models.CharField("冲销原因", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "收款"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["clerk", "on"], name="payment_of_day"),
            models.Index(fields=["holder", "-id"], name="payment_of_holder"),
            models.Index(fields=["region", "-on"], name="payment_of_place"),
        ]
        constraints = [
            models.CheckConstraint(
                name="payment_amounts",
                condition=Q(sort="taken", amount__gt=0, prepaid__gte=0, prepaid__lte=F("amount"))
                | Q(sort="release", amount__gt=0, prepaid=F("amount"))
                | Q(sort__in=("refund", "offset"), amount__gt=0, prepaid=-F("amount")),
            ),
            models.CheckConstraint(
                name="payment_method_of_sort",
                condition=Q(sort__in=("offset", "release"), method="advance")
                | (Q(sort__in=("taken", "refund")) & ~Q(method="advance")),
            ),
            models.CheckConstraint(
                name="payment_reversed_by_another",
                condition=Q(reversed_on=None, reversed_by=None, reversal=None, reason="")
                | (~Q(reversed_by=F("clerk")) & ~Q(reason="")
                   & Q(reversed_on__isnull=False, reversal__isnull=False)),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_sort_display()} {self.pk}"


class PaymentShare(models.Model):
    """What of a payment went to which bill (分摊)."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="shares")
    bill = models.ForeignKey(Bill, models.PROTECT, related_name="shares", verbose_name="账单")
    amount = models.BigIntegerField("金额(分)")

    class Meta:
        verbose_name = verbose_name_plural = "收款分摊"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["payment", "bill"], name="share_once"),
            models.CheckConstraint(name="share_is_positive", condition=Q(amount__gt=0)),
        ]


class Waiver(ScopedModel):
    """A remission (减免) of a bill: asked for with an approval document, decided by another person.

    One approved by mistake is undone (撤销) by somebody else than who approved it.
    """

    class State(models.TextChoices):
        ASKED = "asked", "待审批"
        APPROVED = "approved", "已批准"
        REFUSED = "refused", "未批准"
        UNDONE = "undone", "已撤销"

    bill = models.ForeignKey(Bill, models.PROTECT, related_name="waivers", verbose_name="账单")
    amount = models.BigIntegerField("减免金额(分)")
    document = models.CharField("批准文件文号", max_length=100)
    reason = models.CharField("减免事由", max_length=300)
    file = models.ForeignKey(
        StoredFile, models.PROTECT, null=True, related_name="+", verbose_name="批准文件"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASKED)
    asked_by = person("申请人")
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = person("审批人", null=True)
    decided_at = models.DateTimeField("审批时间", null=True)
    opinion = models.CharField("审批意见", max_length=300, blank=True)
    entry = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="waiver", verbose_name="分录"
    )
    undone_by = person("撤销人", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undone_why = models.CharField("撤销原因", max_length=300, blank=True, default="", db_default="")
    reversal = models.OneToOneField(
        Entry, models.PROTECT, null=True, related_name="waiver_undone", verbose_name="撤销分录"
    )

    class Meta:
        verbose_name = verbose_name_plural = "减免"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["bill"], condition=Q(state="asked"), name="waiver_asked_once"
            ),
            models.CheckConstraint(
                name="waiver_has_document",
                condition=Q(amount__gt=0) & ~Q(document="") & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="waiver_decided_by_another",
                condition=Q(state="asked", decided_by=None, entry=None)
                | (Q(state="refused", entry=None) & ~Q(decided_by=F("asked_by")))
                | (
                    Q(state__in=("approved", "undone"), entry__isnull=False)
                    & ~Q(decided_by=F("asked_by"))
                ),
            ),
            models.CheckConstraint(
                name="waiver_undone_by_another",
                condition=(
                    ~Q(state="undone")
                    & Q(undone_by=None, undone_at=None, undone_why="", reversal=None)
                )
                | (
                    Q(state="undone", undone_at__isnull=False, reversal__isnull=False)
                    & ~Q(undone_by=F("decided_by"))
                    & ~Q(undone_why="")
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"减免 {self.document}"


class ReceiptBook(ScopedModel):
    """A range of receipt numbers (票据领用) given to a clerk; `region` is where they are used.

    Numbers are drawn in order: `following` is the next one. A book is written off (核销) once every number
    is accounted for.
    """

    county = models.ForeignKey("regions.Region", models.PROTECT, related_name="+")
    series = models.CharField("票据代码", max_length=20)
    first = models.PositiveBigIntegerField("起始号码")
    last = models.PositiveBigIntegerField("终止号码")
    following = models.PositiveBigIntegerField("下一号码")
    clerk = person("领用人")
    issued_by = person("发放人")
    issued_on = models.DateField("领用日期")
    written_off_on = models.DateField("核销日期", null=True)
    written_off_by = person("核销人", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "票据领用"
        ordering = ["series", "first"]
        constraints = [
            models.UniqueConstraint(fields=["county", "series", "first"], name="book_first_once"),
            models.CheckConstraint(
                name="book_range",
                condition=Q(first__gt=0, last__gte=F("first"), following__gte=F("first"))
                & Q(following__lte=F("last") + 1)
                & ~Q(series=""),
            ),
            models.CheckConstraint(
                name="book_written_off_by_another",
                condition=Q(written_off_on=None, written_off_by=None)
                | (Q(written_off_on__isnull=False) & ~Q(written_off_by=F("clerk"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.first}—{self.last}"


class Receipt(ScopedModel):
    """One number: used for a payment, or void with a reason."""

    class State(models.TextChoices):
        USED = "used", "已开具"
        VOID = "void", "作废"

    book = models.ForeignKey(ReceiptBook, models.PROTECT, related_name="receipts")
    number = models.PositiveBigIntegerField("号码")
    state = models.CharField("状态", max_length=6, choices=State, default=State.USED)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="receipt", verbose_name="收款"
    )
    reason = models.CharField("作废原因", max_length=300, blank=True)
    made_by = person("开票人")
    made_at = models.DateTimeField("开具时间", default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "票据"
        ordering = ["book", "number"]
        constraints = [
            models.UniqueConstraint(fields=["book", "number"], name="receipt_number_once"),
            models.CheckConstraint(
                name="receipt_used_or_void",
                condition=Q(state="used", payment__isnull=False, reason="")
                | (Q(state="void") & ~Q(reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.book.series} {self.number:08d}"


class BankLine(ScopedModel):
    """One credit of a bank statement (银行流水); `region` is the county.

    `digest` is of all that the bank says of it, so that a file taken in twice adds nothing.
    """

    on = models.DateField("交易日期")
    amount = models.BigIntegerField("金额(分)")
    payer = models.CharField("对方户名", max_length=100, blank=True)
    reference = models.CharField("流水号", max_length=60, blank=True)
    text = models.CharField("摘要", max_length=200, blank=True)
    digest = models.CharField("内容摘要值", max_length=64)
    file = models.CharField("对账单文件", max_length=200)
    imported_by = person("导入人")
    imported_at = models.DateTimeField("导入时间", default=timezone.now)
    payment = models.OneToOneField(
        Payment, models.PROTECT, null=True, related_name="bank_line", verbose_name="对应收款"
    )
    why = models.CharField("对应依据", max_length=100, blank=True)
    matched_by = person("确认人", null=True)
    matched_at = models.DateTimeField("确认时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "银行流水"
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["region", "amount", "on"], name="bank_line_amount")]
        constraints = [
            models.UniqueConstraint(fields=["region", "digest"], name="bank_line_once"),
            models.CheckConstraint(name="bank_line_is_a_credit", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="bank_line_matched_by_somebody",
                condition=Q(payment=None, matched_by=None, why="")
                | (Q(payment__isnull=False, matched_by__isnull=False) & ~Q(why="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.reference}"
