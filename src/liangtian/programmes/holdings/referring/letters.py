"""The letters of referrals and petitions: 移送函, 信访事项答复意见书."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from liangtian.platform.documents.kinds import Facts, Field, LetterKind, declare
from liangtian.platform.errors import Refused
from liangtian.platform.people.scope import require
from liangtian.programmes.holdings.models import Petition, Referral
from liangtian.programmes.holdings.naming import shown_name
from liangtian.programmes.holdings.referring.pages import fetch_referral
from liangtian.programmes.holdings.referring.petitions import fetch_petition
from liangtian.programmes.holdings.referring.referrals import LETTER

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

NO_LAND = "未涉及具体地块"


def _day(on: date) -> str:
    return f"{on.year}年{on.month}月{on.day}日"


def _referral(user: User, key: int) -> Facts:
    require(user, "personal.unmask")
    row = fetch_referral(user, key)
    if row.state != Referral.State.APPROVED:
        raise Refused(f"该移送现为“{row.get_state_display()}”，经批准、尚未移送的才能制发移送函。")
    names = [one.file.name for one in row.files.filter(answer=False).select_related("file")]
    whom = row.holder.name if row.holder else "待查明"
    lot = row.parcel.code if row.parcel else NO_LAND
    about = f"移送{row.receiver}：{lot if row.parcel else ''}{shown_name(row.holder) if row.holder else ''}"
    return Facts(
        values={
            "receiver": row.receiver, "place": row.region.name, "holder": whom, "lot": lot,
            "text": row.text, "basis": row.basis,
            "files": "；".join(f"{n}.{name}" for n, name in enumerate(names, start=1)) or "无",
        },
        region=row.region, about=about, addressee=row.receiver,
    )  # fmt: skip


def _petition(user: User, key: int) -> Facts:
    require(user, "personal.unmask")
    row = fetch_petition(user, key)
    if row.state not in (Petition.State.ANSWERED, Petition.State.CLOSED) or row.answered_on is None:
        raise Refused("信访还没有答复，不能制作答复意见书。请先填写答复意见。")
    return Facts(
        values={
            "petitioner": row.name, "received_on": _day(row.received_on), "kind": row.kind,
            "text": row.text, "lot": row.parcel.code if row.parcel else NO_LAND,
            "answer": row.answer, "answered_on": _day(row.answered_on),
        },
        region=row.region, about=f"{row.region.name}信访第{row.pk}号", addressee=row.name,
    )  # fmt: skip


declare(
    LetterKind(
        code=LETTER, title="移送函", source="移送", permission="holdings.refer", page="/referrals",
        facts=_referral,
        fields=(
            Field("receiver", "受移送单位", "青禾县公安局"), Field("place", "所在村镇", "柳塘村"),
            Field("holder", "当事人", "王演示"), Field("lot", "地块", "9901211002010000012"),
            Field("text", "移送事由", "擅自开垦林地，涉嫌违法"), Field("basis", "移送依据", "《实施方案》四.(二)"),
            Field("files", "移送材料", "1.现场照片.jpg；2.询问笔录.pdf", edited=True),
        ),
        body=(
            "我单位在农用地清查中发现，{{ place }}地块（编码：{{ lot }}；当事人：{{ holder }}）存在以下情况：{{ text }}",
            "依据{{ basis }}，现将该事项移送贵单位依法处理。请将处理结果函告我单位。",
            "移送材料：{{ files }}。",
        ),
    )
)  # fmt: skip

declare(
    LetterKind(
        code="holdings.petition_answer", title="信访事项答复意见书", source="信访",
        permission="holdings.petition", page="/petitions", facts=_petition,
        fields=(
            Field("petitioner", "信访人", "王演示"), Field("received_on", "收到日期", "2026年3月10日"),
            Field("kind", "信访类型", "面积界线"), Field("text", "信访诉求", "要求重新测量承包地面积"),
            Field("lot", "地块", "9901211002010000012"),
            Field("answer", "答复意见", "经复测，面积与登记一致", edited=True),
            Field("answered_on", "答复日期", "2026年4月10日"),
        ),
        body=(
            "您于{{ received_on }}提出的信访事项（类型：{{ kind }}；地块：{{ lot }}；诉求：{{ text }}）收悉。经调查核实，现答复如下：",
            "{{ answer }}",
            "如对本答复意见不服，可以依照信访有关规定，在规定的期限内向上一级机关请求复查。",
        ),
    )
)  # fmt: skip
