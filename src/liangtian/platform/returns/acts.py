"""The acts on returns (报表)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "ledger.keep": "留存台账",
        "ledger.forget": "清理过期的台账留存",
        "return.freeze": "生成报表",
        "return.check": "审核报表",
        "return.sign": "签批报表",
        "return.decline": "退回未签批的报表",
        "return.send": "上报报表",
        "return.send_back": "退回已上报的报表",
    },
)
