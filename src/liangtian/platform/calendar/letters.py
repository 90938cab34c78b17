"""The written report that asks for an extension (延期报告), as a letter an office can change in Word."""

from __future__ import annotations

from datetime import date

from liangtian.platform.calendar.extensions import KIND
from liangtian.platform.calendar.models import Extension
from liangtian.platform.documents.kinds import Facts, Field, LetterKind, declare
from liangtian.platform.people.models import User


def _facts(user: User, extension_id: int) -> Facts:
    rows = Extension.objects.select_related("deadline__desk", "region")
    found: Extension = rows.fetch_for(user, pk=extension_id)
    deadline = found.deadline
    return Facts(
        values={
            "matter": f"{deadline}",
            "desk": deadline.desk.name,
            "clause": deadline.clause or "有关规定",
            "from_due": _day(found.from_due),
            "to_due": _day(found.due_on),
            "cause": found.cause.rstrip("。"),
            "measures": found.measures.rstrip("。"),
        },
        region=found.region,
        about=f"{deadline} 延期",
        addressee="上级自然资源卫片执法办公室",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


declare(
    LetterKind(
        code=KIND,
        title="关于因不可抗力延期报送的报告",
        source="延期申请",
        permission="calendar.view",
        fields=(
            Field("matter", "事项", "半年成果和报告 2026"),
            Field("desk", "责任单位", "青禾县"),
            Field("clause", "依据条款", "《某县实施方案》三.(四)"),
            Field("from_due", "原期限", "2026年6月30日"),
            Field("to_due", "申请期限", "2026年7月15日"),
            Field("cause", "不可抗力事由", "连日暴雨，通往图斑的道路中断", edited=True),
            Field("measures", "措施和方案", "道路抢通后集中三天完成核查", edited=True),
        ),
        body=(
            "按照{{ clause }}，{{ desk }}“{{ matter }}”应于{{ from_due }}前完成报送。",
            "因下列不可抗力原因，不能按期完成：{{ cause }}。",
            "我们拟采取以下措施和方案：{{ measures }}。",
            "现申请延期至{{ to_due }}报送，请予批准。",
        ),
        facts=_facts,
    )
)
