"""What the database keeps of money: bills, payments, receipts and what was approved never change."""

from liangtian.platform.triggers import ALWAYS, Rule, declare, differs

_BILL, _PAYMENT, _SHARE = "holdings_bill", "holdings_payment", "holdings_paymentshare"
_TARIFF, _RATE = "holdings_renttariff", "holdings_tariffrate"
_BOOK, _RECEIPT = "holdings_receiptbook", "holdings_receipt"
_SETTLED, _WAIVER, _LINE = "holdings_settlement", "holdings_waiver", "holdings_bankline"
_NEEDS = (_BILL, _PAYMENT, _SHARE, _TARIFF, _RATE, _BOOK, _RECEIPT, _SETTLED, _WAIVER, _LINE,
          f"{_BILL}.reversed_by_id", f"{_WAIVER}.undone_by_id")  # fmt: skip
_OWN_BILL = (
    "NEW.reversed_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM holdings_billrun r "
    "WHERE r.id = NEW.run_id AND r.made_by_id = NEW.reversed_by_id)"
)
_DECIDED = f"EXISTS (SELECT 1 FROM {_TARIFF} t WHERE t.id = {{}}.tariff_id AND t.state <> 'draft')"
_OVERLAP = (
    f"EXISTS (SELECT 1 FROM {_BOOK} b WHERE b.county_id = NEW.county_id AND b.series = NEW.series "
    'AND b."first" <= NEW."last" AND NEW."first" <= b."last")'
)
_OUTSIDE = (
    f"NOT EXISTS (SELECT 1 FROM {_BOOK} b WHERE b.id = NEW.book_id "
    'AND b."first" <= NEW.number AND NEW.number < b.following)'
)
_SETTLED_DAY = (
    f"NEW.sort IN ('taken', 'refund') AND EXISTS (SELECT 1 FROM {_SETTLED} s "
    'WHERE s.clerk_id = NEW.clerk_id AND s."on" = NEW."on")'
)
_TOO_MUCH = (
    f"NEW.amount + (SELECT COALESCE(SUM(s.amount), 0) FROM {_SHARE} s "
    f"WHERE s.payment_id = NEW.payment_id) > (SELECT p.amount FROM {_PAYMENT} p "
    "WHERE p.id = NEW.payment_id)"
)


def _rule(name: str, table: str, event: str, refused: str, said: str) -> Rule:
    return Rule(name, table, event, refused, said, _NEEDS)  # type: ignore[arg-type]


declare(
    _rule("bill_kept", _BILL, "UPDATE",
          differs("kind", "county_id", "holder_id", "parcel_id", "run_id", "key", "issue", "year",
                  "period_from", "period_to", "issued_on", "due_on", "amount", "entry_id")
          + f" OR (OLD.reversed_on IS NOT NULL AND ({differs('paid', 'waived', 'reversed_on', 'reversal_id')}))"
          + f" OR (OLD.reversed_on IS NOT NULL AND ({differs('reversed_by_id', 'reason')}))",
          "账单不能改动，请冲销后重开"),
    _rule("bill_reversed_by_another", _BILL, "UPDATE", _OWN_BILL, "开单人不能冲销自己开的账单"),
    _rule("bill_not_deleted", _BILL, "DELETE", ALWAYS, "账单不能删除，请冲销"),
    _rule("payment_kept", _PAYMENT, "UPDATE",
          differs("sort", "method", "county_id", "holder_id", "payer", "reference", "on", "amount",
                  "prepaid", "token", "note", "clerk_id", "entry_id")
          + f" OR (OLD.reversed_on IS NOT NULL AND ({differs('reversed_on', 'reversed_by_id', 'reversal_id', 'reason')}))"
          + f" OR (OLD.settlement_id IS NOT NULL AND ({differs('settlement_id')}))",
          "收款记录不能改动，请冲销"),
    _rule("payment_not_deleted", _PAYMENT, "DELETE", ALWAYS, "收款记录不能删除，请冲销"),
    _rule("payment_day_open", _PAYMENT, "INSERT", _SETTLED_DAY, "当日已日结，不能再收款"),
    _rule("share_within_payment", _SHARE, "INSERT", _TOO_MUCH, "分摊合计大于收款金额"),
    _rule("share_kept", _SHARE, "UPDATE", ALWAYS, "分摊不能改动"),
    _rule("share_not_deleted", _SHARE, "DELETE", ALWAYS, "分摊不能删除"),
    _rule("tariff_kept", _TARIFF, "UPDATE",
          f"OLD.state <> 'draft' AND ({differs('first_year', 'last_year', 'document', 'number', 'clause')}"
          " OR (NEW.state <> OLD.state AND NOT (OLD.state = 'approved' AND NEW.state = 'replaced')))",
          "已审批的租赁金标准不能改动"),
    _rule("tariff_not_deleted", _TARIFF, "DELETE", "OLD.state <> 'draft'", "已审批的租赁金标准不能删除"),
    _rule("tariff_rate_comes_early", _RATE, "INSERT", _DECIDED.format("NEW"), "已审批的租赁金标准不能增加"),
    _rule("tariff_rate_kept", _RATE, "UPDATE", _DECIDED.format("OLD"), "已审批的租赁金标准不能改动"),
    _rule("tariff_rate_not_deleted", _RATE, "DELETE", _DECIDED.format("OLD"), "已审批的租赁金标准不能删除"),
    _rule("receipt_book_apart", _BOOK, "INSERT", _OVERLAP, "票据号段与已发放的重叠"),
    _rule("receipt_book_kept", _BOOK, "UPDATE",
          differs("county_id", "series", "first", "last", "clerk_id")
          + " OR NEW.following < OLD.following OR (OLD.written_off_on IS NOT NULL AND ("
          + differs("written_off_on", "following") + "))",
          "票据号段不能改动"),
    _rule("receipt_book_not_deleted", _BOOK, "DELETE", ALWAYS, "票据号段不能删除"),
    _rule("receipt_of_its_book", _RECEIPT, "INSERT", _OUTSIDE, "票据号码不在已领用的号段内"),
    _rule("receipt_kept", _RECEIPT, "UPDATE",
          differs("book_id", "number", "payment_id") + " OR OLD.state = 'void'", "票据不能改动，只能作废"),
    _rule("receipt_not_deleted", _RECEIPT, "DELETE", ALWAYS, "票据不能删除，只能作废"),
    _rule("settlement_kept", _SETTLED, "UPDATE",
          differs("clerk_id", "on", "cash", "counted", "other", "payments", "reason")
          + " OR OLD.checked_by_id IS NOT NULL",
          "日结不能改动"),
    _rule("settlement_not_deleted", _SETTLED, "DELETE", ALWAYS, "日结不能删除"),
    _rule("waiver_kept", _WAIVER, "UPDATE",
          differs("bill_id", "amount", "document", "asked_by_id")
          + " OR OLD.state IN ('refused', 'undone')"
          + f" OR (OLD.state = 'approved' AND (NEW.state <> 'undone' OR {differs('decided_by_id', 'entry_id')}))",
          "减免申请不能改动"),
    _rule("waiver_not_deleted", _WAIVER, "DELETE", ALWAYS, "减免申请不能删除"),
    _rule("bank_line_kept", _LINE, "UPDATE",
          differs("on", "amount", "payer", "reference", "digest"), "银行流水不能改动"),
)  # fmt: skip
