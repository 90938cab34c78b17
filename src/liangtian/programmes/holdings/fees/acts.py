"""The acts of charging and collecting."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "fees.tariff.enter": "登记租赁金标准",
        "fees.tariff.decide": "审批租赁金标准",
        "fees.grade.set": "登记地块级别",
        "fees.run.start": "发起批量开单",
        "fees.run.preview": "预览批量开单",
        "fees.run.confirm": "确认批量开单",
        "fees.run.post": "批量开单入账",
        "fees.run.stale": "批量开单须重新预览",
        "fees.run.drop": "放弃批量开单",
        "fees.bills.issue": "开出账单",
        "fees.bills.cancel": "撤销账单",
        "fees.bills.reverse": "冲销账单",
        "fees.payment.take": "收款",
        "fees.payment.reverse": "冲销收款",
        "fees.payment.refund": "退还预缴",
        "fees.payment.offset": "预缴抵扣",
        "fees.waiver.ask": "申请减免",
        "fees.waiver.decide": "审批减免",
        "fees.waiver.undo": "撤销减免",
        "fees.receipts.issue": "发放票据",
        "fees.receipts.void": "作废票据",
        "fees.receipts.off": "核销票据",
        "fees.day.settle": "日结",
        "fees.day.check": "复核日结",
        "fees.bank.import": "导入银行流水",
        "fees.bank.match": "确认银行流水对应",
        "fees.bank.unmatch": "取消银行流水对应",
    },
)
declare(
    Kind.EXPORTED,
    {
        "fees.receipt.print": "打印票据",
        "fees.notice.print": "打印缴费通知单",
        "fees.report.export": "导出收缴情况表",
    },
)
