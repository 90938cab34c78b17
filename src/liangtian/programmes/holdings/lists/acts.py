"""The acts on lists."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "holdings.list.check": "核对表册",
        "holdings.list.accept": "表册入库",
        "holdings.list.discard": "放弃表册导入",
    },
)
declare(Kind.EXPORTED, {"holdings.list.marked": "下载标注后的表册"})
