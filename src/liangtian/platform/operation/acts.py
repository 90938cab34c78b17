"""The acts of operation: backups and drills."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.SECURITY,
    {
        "operation.backup": "备份数据",
        "operation.backup.failed": "备份失败",
        "operation.drill": "恢复演练",
    },
)
