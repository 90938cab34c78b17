"""The acts on deadlines (期限)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "deadline.pause": "期限中止",
        "deadline.resume": "期限恢复",
        "deadline.extend": "期限延长",
        "deadline.done": "期限办结",
    },
)
