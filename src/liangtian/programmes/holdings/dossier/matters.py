"""Sections of the holder's file on what was registered, referred to other authorities and petitioned."""

from __future__ import annotations

from liangtian.platform.personal import masked
from liangtian.press.dossier import Block, Notice, Part, Table
from liangtian.programmes.holdings.dossier.gathering import Held

NOTHING = "—"


def registered(held: Held) -> Part:
    """The applications for registration, with unit code and certificate."""
    if not held.registrations:
        return Part("确权登记", [Notice("名下地块没有申请确权登记。")])
    rows = [
        [one.parcel.code, one.right, str(one.applied_on), str(one.get_state_display()),
         one.unit_code or NOTHING, one.certificate or NOTHING, str(one.registered_on or NOTHING)]
        for one in held.registrations
    ]  # fmt: skip
    table = Table(
        ("地块编码", "权利类型", "申请日期", "状态", "不动产单元号", "不动产权证号", "登簿日期"),
        rows, (30, 24, 19, 15, 32, 0, 19),
    )  # fmt: skip
    return Part("确权登记", [table])


def matters(held: Held) -> Part:
    """Referrals and petitions about the holder or its land; who petitioned stays masked."""
    blocks: list[Block] = []
    referred = [
        [one.parcel.code if one.parcel else NOTHING, one.receiver, one.text,
         str(one.get_state_display()), str(one.sent_on or NOTHING), str(one.answered_on or NOTHING),
         one.answer or NOTHING]
        for one in held.referrals
    ]  # fmt: skip
    if referred:
        blocks.append(Table(
            ("地块编码", "受移送单位", "移送事由", "状态", "移送日期", "回复日期", "回复内容"), referred,
            (28, 24, 0, 15, 19, 19, 32), title="移送",
        ))  # fmt: skip
    petitioned = [
        [str(masked("name", one.name)), one.parcel.code if one.parcel else NOTHING, one.kind, one.text,
         str(one.received_on), str(one.due_on), str(one.get_state_display()), one.answer or NOTHING]
        for one in held.petitions
    ]  # fmt: skip
    if petitioned:
        blocks.append(Table(
            ("信访人", "地块编码", "类型", "诉求", "收到日期", "期限", "状态", "答复"), petitioned,
            (15, 28, 17, 0, 19, 19, 15, 32), title="信访",
        ))  # fmt: skip
    return Part("移送与信访", blocks or [Notice("没有移送和信访事项。")])
