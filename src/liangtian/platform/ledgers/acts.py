"""The acts on ledgers."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.EXPORTED,
    {
        "ledger.export": "导出台账",
        "ledger.export_fetch": "下载台账导出文件",
        "personal.export": "导出未脱敏台账",
        "personal.export_fetch": "下载未脱敏台账文件",
    },
)
declare(
    Kind.SAW,
    {
        "personal.unmask": "申请查看脱敏内容",
        "personal.mask": "恢复脱敏",
        "personal.search": "按完整号码查询",
        "personal.saw": "查看未脱敏内容",
    },
)
declare(
    Kind.CHANGED,
    {
        "ledger.view": "保存台账视图",
        "ledger.view_drop": "删除台账视图",
        "ledger.view_default": "设为默认台账视图",
    },
)
