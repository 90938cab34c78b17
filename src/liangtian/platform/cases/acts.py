"""The acts on tasks (待办)."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "task.delegate": "委托代办",
        "task.delegate.end": "终止委托代办",
        "task.handover": "移交待办",
        "task.urge": "催办",
        "task.opinion": "答复会办意见",
        "task.claim": "签收待办",
        "task.release": "退回待办",
        "task.give": "转办待办",
    },
)
