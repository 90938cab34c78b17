"""The acts on the book (账簿)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "books.open": "开设账户",
        "books.post": "入账",
        "books.reverse": "冲销",
        "books.close": "结账",
    },
)
declare(Kind.EXPORTED, {"books.beancount": "导出账簿"})
