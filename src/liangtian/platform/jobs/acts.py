"""The acts of background work."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.JOB,
    {
        "job.enqueue": "发起后台任务",
        "job.cancel": "要求取消后台任务",
        "job.retry": "重新运行后台任务",
        "job.done": "后台任务完成",
        "job.failed": "后台任务失败",
        "job.cancelled": "后台任务已取消",
        "job.clean": "清理旧的后台任务",
    },
)
