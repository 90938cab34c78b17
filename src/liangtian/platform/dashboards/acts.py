"""The acts on dashboards."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.EXPORTED, {"dashboard.export": "导出统计看板"})
