"""The acts on administrative regions."""

from liangtian.platform.audit.acts import Kind, declare

declare(Kind.CHANGED, {"regions.import": "导入行政区划界线"})
