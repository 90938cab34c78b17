"""The acts on ledgers."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.EXPORTED, {"ledger.export": "导出台账"})
