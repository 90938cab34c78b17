"""The letter that answers an objection (公示异议答复书)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from liangtian.platform.documents.kinds import Facts, Field, LetterKind, declare
from liangtian.platform.errors import Refused
from liangtian.programmes.holdings.models import Objection
from liangtian.programmes.holdings.notices.objecting import fetch_objection

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


def _facts(user: User, objection_id: int) -> Facts:
    row = fetch_objection(user, objection_id)
    if row.state not in (Objection.State.UPHELD, Objection.State.REJECTED):
        raise Refused("异议还没有答复，不能制作答复书。请先填写答复意见。")
    upheld = row.state == Objection.State.UPHELD
    return Facts(
        values={
            "objector": row.name,
            "notice": row.notice.title,
            "lot": row.lot or "公示内容",
            "filed_on": f"{row.filed_on.year}年{row.filed_on.month}月{row.filed_on.day}日",
            "kind": row.kind,
            "text": row.text,
            "outcome": f"异议{row.get_state_display()}",
            "answer": row.answer,
            "next": "我们将对该地块重新核查，更正后重新公示。" if upheld else "该地块的公示内容不作变更。",
        },
        region=row.region,
        about=f"{row.notice.title}第{row.number}号异议",
        addressee=row.name,
    )  # fmt: skip


declare(
    LetterKind(
        code="holdings.objection_answer",
        title="公示异议答复书",
        source="公示异议",
        permission="holdings.notice",
        page="/objections",
        facts=_facts,
        fields=(
            Field("objector", "异议人", "王演示"),
            Field("notice", "公示", "柳塘村农用地清查成果公示"),
            Field("lot", "所指地块", "9901211002010000012"),
            Field("filed_on", "提出日期", "2026年3月10日"),
            Field("kind", "异议类型", "面积"),
            Field("text", "异议内容", "实际面积应多三分地"),
            Field("outcome", "处理结果", "异议不成立"),
            Field("answer", "答复意见", "经复测，面积与公示一致", edited=True),
            Field("next", "后续办理", "该地块的公示内容不作变更。", edited=True),
        ),
        body=(
            "您于{{ filed_on }}就《{{ notice }}》中地块{{ lot }}提出的异议（类型：{{ kind }}；内容：{{ text }}）收悉。经核查，现答复如下：",
            "{{ outcome }}。{{ answer }}",
            "{{ next }}",
        ),
    )
)
