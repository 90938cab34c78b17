"""The ledgers of the fees: bills (账单), arrears (欠费), payments (收款), receipts (票据), waivers (减免)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import BigIntegerField, Case, CharField, ExpressionWrapper, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone

from liangtian.platform.ledgers.declaration import Choice, Column, Ledger, register
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.programmes.holdings.fees.arrears import LEFT
from liangtian.programmes.holdings.ledgers import names_of, township_of
from liangtian.programmes.holdings.models import Bill, Charge, Payment, Receipt, Waiver

UNIT = "单位：元"
_FEN = BigIntegerField()
_NOTHING_LEFT = Q(amount=F("paid") + F("waived"))


def charges() -> Sequence[Choice]:
    """Kinds of charge."""
    return [Choice(one.value, str(one.label)) for one in Charge]


def _states() -> Sequence[Choice]:
    return [
        Choice("due", "未缴", "info"),
        Choice("part", "部分缴纳", "warning"),
        Choice("overdue", "逾期", "danger"),
        Choice("paid", "已缴清", "success"),
        Choice("waived", "已减免", "primary"),
    ]


def state_of() -> Combinable:
    """Where a bill stands today."""
    return Case(
        When(_NOTHING_LEFT, paid=0, then=Value("waived")),
        When(_NOTHING_LEFT, then=Value("paid")),
        When(due_on__lt=timezone.localdate(), then=Value("overdue")),
        When(paid__gt=0, then=Value("part")),
        default=Value("due"),
        output_field=CharField(),
    )


def _bills(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = Bill.objects.visible_to(user).filter(reversed_on=None)
    return rows


def _arrears(user: User) -> ScopedQuerySet:
    return _bills(user).filter(due_on__lt=timezone.localdate()).exclude(_NOTHING_LEFT)


def _reversed(user: User) -> ScopedQuerySet:
    rows: ScopedQuerySet = Bill.objects.visible_to(user).exclude(reversed_on=None)
    return rows


_PLACE = (
    Column("township_name", "乡镇", township_of, width=90, by=True),
    Column("region_name", "村", "region__name", width=90, filter="text"),
)
_OF_BILL = (
    Column("number", "账单号", "pk", "integer", width=76, link="/fees/bills/{id}", fixed=True),
    Column("kind", "费种", "kind", "choice", width=80, filter="choice", choices=charges),
    Column("year", "年度", "year", "integer", width=66, filter="number_range"),
    *names_of("holder__", "缴费人（个人）", "缴费人（单位）", "holder"),
)
_WHERE = (*_PLACE, Column("parcel", "地块编码", "parcel__code", width=170, filter="text"))
_AMOUNT = Column("amount", "应收", "amount", "yuan", width=110, sum=True, filter="number_range")
_DUE_ON = Column("due_on", "缴费期限", "due_on", "date", width=104, filter="date_range")
_LEFT = Column(
    "left", "未缴", lambda user: LEFT, "yuan", width=110, sum=True, filter="number_range"
)
_PERIOD = Column("period_from", "计费期起", "period_from", "date", width=104, filter="date_range")


def _ledger(
    name: str, title: str, rows: Callable[[User], ScopedQuerySet], sort: str,
    columns: Sequence[Column], *, search: Sequence[str], subject: str = "",
) -> Ledger:  # fmt: skip
    return register(
        Ledger(
            name=name, title=title, permission="fees.view", export_permission="fees.export",
            rows=rows, default_sort=sort, search=search, unit_note=UNIT, columns=columns,
            subject=subject, extra_filters={"holder": "holder_id"} if subject else {},
        )
    )  # fmt: skip


BILLS = _ledger(
    "fees.bills", "账单台账", _bills, "-number",
    (
        *_OF_BILL, _AMOUNT, _LEFT,
        Column("state", "状态", lambda user: state_of(), "choice", width=92, filter="choice",
               choices=_states),
        _DUE_ON,
        Column("paid", "已缴", "paid", "yuan", width=110, sum=True, filter="number_range"),
        Column("waived", "减免", "waived", "yuan", width=100, sum=True),
        *_WHERE, _PERIOD,
        Column("period_to", "计费期止", "period_to", "date", width=104),
        Column("issued_on", "开单日期", "issued_on", "date", width=104, filter="date_range"),
    ),
    search=("parcel__code", "region__name"), subject="holder_id",
)  # fmt: skip

ARREARS = _ledger(
    "fees.arrears", "欠费台账", _arrears, "due_on",
    (*_OF_BILL, _LEFT, _DUE_ON, _AMOUNT,
     Column("paid", "已缴", "paid", "yuan", width=110, sum=True),
     Column("waived", "减免", "waived", "yuan", width=100, sum=True), *_WHERE, _PERIOD),
    search=("parcel__code", "region__name"), subject="holder_id",
)  # fmt: skip

REVERSED = _ledger(
    "fees.reversed", "冲销账单", _reversed, "-reversed_on",
    (*_OF_BILL, _AMOUNT,
     Column("issue", "第几次开单", "issue", "integer", width=96),
     Column("issued_on", "开单日期", "issued_on", "date", width=104, filter="date_range"),
     Column("reversed_on", "冲销日期", "reversed_on", "date", width=104, filter="date_range"),
     Column("reversed_by", "冲销人", "reversed_by__name", width=90, sensitivity="staff"),
     Column("reason", "冲销原因", "reason", width=200, filter="text"), *_WHERE),
    search=("parcel__code", "region__name"), subject="holder_id",
)  # fmt: skip


def _sorts() -> Sequence[Choice]:
    return [
        Choice("taken", "收款", "success"),
        Choice("refund", "退款", "danger"),
        Choice("offset", "预缴抵扣", "info"),
        Choice("release", "转预缴", "info"),
    ]


def _methods() -> Sequence[Choice]:
    return [Choice(one.value, str(one.label)) for one in Payment.Method]


def _net(user: User) -> Combinable:
    """What the money came to: nothing of what was reversed, less what was given back."""
    return Case(
        When(reversed_on__isnull=False, then=Value(0)),
        When(sort="refund", then=ExpressionWrapper(-F("amount"), output_field=_FEN)),
        When(sort="taken", then=F("amount")),
        default=Value(0),
        output_field=_FEN,
    )


def _reversal(user: User) -> Combinable:
    done = When(reversed_on__isnull=False, then=Value("yes"))
    return Case(done, default=Value("no"), output_field=CharField())


def _standing() -> Sequence[Choice]:
    return [Choice("no", "有效", "success"), Choice("yes", "已冲销", "danger")]


PAYMENTS = _ledger(
    "fees.payments", "收款台账", Payment.objects.visible_to, "-number",
    (
        Column("number", "收款号", "pk", "integer", width=76, link="/fees/payments/{id}", fixed=True),
        Column("on", "日期", "on", "date", width=104, filter="date_range"),
        Column("sort", "类型", "sort", "choice", width=96, filter="choice", choices=_sorts),
        Column("method", "方式", "method", "choice", width=80, filter="choice", choices=_methods),
        *names_of("holder__", "缴费人（个人）", "缴费人（单位）", "holder"),
        Column("amount", "金额", "amount", "yuan", width=110, filter="number_range"),
        Column("net", "净收", _net, "yuan", width=110, sum=True),
        Column("reversed", "状态", _reversal, "choice", width=84, filter="choice",
               choices=_standing),
        Column("receipt", "票据号码", "receipt__number", "integer", width=100,
               filter="number_range"),
        Column("reference", "银行流水号", "reference", width=150, filter="text"),
        Column("clerk", "收费员", "clerk__name", width=90, filter="text", by=True,
               sensitivity="staff"),
        Column("settled", "日结日期", "settlement__on", "date", width=104),
        *_PLACE,
    ),
    search=("reference", "region__name"), subject="holder_id",
)  # fmt: skip


def _uses() -> Sequence[Choice]:
    return [Choice("used", "已开具", "success"), Choice("void", "作废", "danger")]


def _used_amount(user: User) -> Combinable:
    used = When(state="used", then=F("payment__amount"))
    return Case(used, default=Value(0), output_field=_FEN)


RECEIPTS = _ledger(
    "fees.receipts", "票据台账", Receipt.objects.visible_to, "-made_at",
    (
        Column("series", "票据代码", "book__series", width=110, filter="text", by=True, fixed=True),
        Column("number", "号码", "number", "integer", width=100, filter="number_range", fixed=True),
        Column("state", "状态", "state", "choice", width=84, filter="choice", choices=_uses),
        Column("amount", "金额", _used_amount, "yuan", width=110, sum=True),
        Column("payment", "收款号", "payment_id", "integer", width=90),
        Column("unit", "领用单位", "region__name", width=110, filter="text", by=True),
        Column("clerk", "领用人", "book__clerk__name", width=90, filter="text", by=True,
               sensitivity="staff"),
        Column("made_at", "开具时间", "made_at", "datetime", width=150, filter="date_range"),
        Column("reason", "作废原因", "reason", width=200),
    ),
    search=("book__series",),
)  # fmt: skip


def _decisions() -> Sequence[Choice]:
    tags = {"asked": "warning", "approved": "success", "refused": "danger", "undone": "info"}
    return [
        Choice(one.value, str(one.label), tags[one.value])  # type: ignore[arg-type]
        for one in Waiver.State
    ]


WAIVERS = _ledger(
    "fees.waivers", "减免台账", Waiver.objects.visible_to, "-asked_at",
    (
        Column("bill", "账单号", "bill_id", "integer", width=90, link="/fees/bills/{bill}",
               fixed=True),
        Column("state", "状态", "state", "choice", width=92, filter="choice", choices=_decisions),
        Column("amount", "减免金额", "amount", "yuan", width=110, sum=True, filter="number_range"),
        Column("kind", "费种", "bill__kind", "choice", width=90, filter="choice", choices=charges),
        Column("year", "年度", "bill__year", "integer", width=76, filter="number_range"),
        *names_of("bill__holder__", "缴费人（个人）", "缴费人（单位）", "holder"),
        Column("document", "批准文件", "document", width=170, filter="text"),
        Column("reason", "事由", "reason", width=200),
        Column("asked_by", "申请人", "asked_by__name", width=90, filter="text",
               sensitivity="staff"),
        Column("asked_at", "申请时间", "asked_at", "datetime", width=150, filter="date_range"),
        Column("decided_by", "审批人", "decided_by__name", width=90,
               sensitivity="staff"),
        *_PLACE,
        Column("undone_by", "撤销人", "undone_by__name", width=90, sensitivity="staff"),
        Column("undone_why", "撤销原因", "undone_why", width=200, filter="text"),
    ),
    search=("document", "region__name"),
)  # fmt: skip
