"""The acts on holder files."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.EXPORTED,
    {
        "holdings.holder.file": "导出一户一档",
        "holdings.holder.files": "批量导出一户一档",
    },
)
