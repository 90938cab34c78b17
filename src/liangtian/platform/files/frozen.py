"""A file that came in stays what it was: its bytes lie under the hash that its row names."""

from liangtian.platform.triggers import Rule, declare, differs

_FIXED = ("sha256", "name", "size", "content_type", "kind", "created_by_id", "created_at")

declare(
    Rule("files_storedfile_frozen", "files_storedfile", "UPDATE", differs(*_FIXED),
         "已入库的文件不能改动")
)  # fmt: skip
