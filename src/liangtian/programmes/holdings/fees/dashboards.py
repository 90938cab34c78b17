"""The dashboard of the fees: what is owed, what came in, where arrears are; every number is the ledger's."""

from __future__ import annotations

from liangtian.platform.dashboards.declaration import Chart, Dashboard, Figure, register
from liangtian.programmes.holdings.fees.ledgers import BILLS

_LATE = {"state": "overdue"}

FEES = register(
    Dashboard(
        name="fees",
        title="收费",
        permission="fees.view",
        export_permission="fees.export",
        ledger=BILLS.name,
        page="/ledgers/fees.bills",
        period="period_from",
        period_note="按账单的计费期所在时间统计，逾期欠费含往年；冲销的账单不计。",
        places=True,
        position=30,
        figures=(
            Figure("arrears", "逾期欠费", "元", "yuan", where=_LATE, measure="left", tag="danger",
                   note="截至今日，含往年", timed=False),
            Figure("amount", "应收", "元", "yuan", measure="amount"),
            Figure("paid", "已缴", "元", "yuan", measure="paid", tag="success"),
            Figure("rate", "收缴率", "%", "percent", share=("paid", "amount"), tag="success"),
            Figure("waived", "减免", "元", "yuan", measure="waived"),
            Figure("left", "未缴", "元", "yuan", measure="left", tag="warning"),
            Figure("late", "逾期账单", "份", where=_LATE, tag="danger", note="截至今日，含往年", timed=False),
        ),
        charts=(
            Chart("places", "各乡镇逾期欠费", "bar", "元", "yuan", by=("region:township",),
                  where=_LATE, measure="left", timed=False),
            Chart("states", "账单状态", "pie", "份", by=("state",)),
            Chart("years", "逐年应收", "line", "元", "yuan", by=("period_from:year",),
                  measure="amount", timed=False),
        ),
    )
)  # fmt: skip
