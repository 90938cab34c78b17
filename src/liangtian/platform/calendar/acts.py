"""The acts on deadlines (期限), holidays and reminders sent to other systems."""

from liangtian.platform.audit.acts import Kind, declare

declare(
    Kind.CHANGED,
    {
        "deadline.pause": "期限中止",
        "deadline.resume": "期限恢复",
        "deadline.extend": "期限延长",
        "deadline.extension.ask": "申请不可抗力延期",
        "deadline.extension.decide": "批准或不批准不可抗力延期",
        "deadline.done": "期限办结",
        "holidays.set": "设置节假日",
        "hook.add": "登记提醒转发地址",
        "hook.switch": "启用或停用提醒转发",
        "hook.try": "试发提醒",
    },
)
