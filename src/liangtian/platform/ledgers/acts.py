"""The acts on ledgers."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.EXPORTED, {"ledger.export": "导出台账", "ledger.export_fetch": "下载台账导出文件"})
declare(
    Kind.CHANGED,
    {
        "ledger.view": "保存台账视图",
        "ledger.view_drop": "删除台账视图",
        "ledger.view_default": "设为默认台账视图",
    },
)
