"""The minutes of a joint review (会审纪要) as a numbered letter."""

from __future__ import annotations

from liangtian.geo.area import to_mu
from liangtian.platform.documents.kinds import Facts, Field, LetterKind, declare
from liangtian.platform.people.models import User
from liangtian.programmes.enforcement.meeting import fetch_meeting
from liangtian.programmes.enforcement.models import AgendaItem, Outcome
from liangtian.programmes.enforcement.patch_page import region_path

UNDECIDED = "尚未记录结论"


def _facts(user: User, meeting_id: int) -> Facts:
    meeting = fetch_meeting(user, meeting_id)
    members = list(meeting.members.select_related("office"))
    items = meeting.items.select_related("patch__region__parent__parent").prefetch_related(
        "opinions__member__office"
    )
    absent = [f"{m.office.name}{m.name}（{m.absence}）" for m in members if not m.present]
    return Facts(
        values={
            "meeting": meeting.title,
            "held_on": f"{meeting.held_on.year}年{meeting.held_on.month}月{meeting.held_on.day}日",
            "place": meeting.place,
            "chair": meeting.chair,
            "members": "、".join(f"{m.office.name}{m.name}" for m in members if m.present) or "无",
            "absent": "、".join(absent) or "无",
            "decisions": "；".join(_decided(n, item) for n, item in enumerate(items, start=1))
            or "无议题",
        },
        region=meeting.region,
        about=meeting.title,
        addressee="各参会单位",
    )


def _decided(n: int, item: AgendaItem) -> str:
    patch = item.patch
    farmland = "" if patch.farmland_m2 is None else f"，耕地{to_mu(patch.farmland_m2):.2f}亩"
    said = "、".join(
        f"{o.member.office.name}{o.get_stance_display()}" + (f"（{o.text}）" if o.text else "")
        for o in item.opinions.all()
    )
    outcome = str(Outcome(item.outcome).label) if item.outcome else ""
    conclusion = "暂不作结论" if item.postponed else f"判定为{outcome}" if outcome else UNDECIDED
    place = region_path(patch.region).replace(" / ", "")
    return (
        f"{n}．图斑{patch.number}（{place}{farmland}）：{conclusion}"
        + (f"，理由：{item.reason.rstrip('。；')}" if item.reason else "")
        + (f"。会上意见：{said}" if said else "")
    )


declare(
    LetterKind(
        code="meeting.minutes",
        title="卫片图斑集体会审纪要",
        source="集体会审",
        permission="enforcement.view",
        fields=(
            Field("meeting", "会议名称", "2026年第1次集体会审"),
            Field("held_on", "会议日期", "2026年3月25日"),
            Field("place", "地点", "县局三楼会议室"),
            Field("chair", "主持人", "王演示"),
            Field("members", "到会人员", "青禾县自然资源局张示例、农业农村局蒋拟农"),
            Field("absent", "缺席人员", "无"),
            Field("decisions", "会审结论", "1．图斑990121202603001：判定为违法，理由：无批准手续"),
        ),
        body=(
            "{{ held_on }}，{{ chair }}在{{ place }}主持召开{{ meeting }}，对有异议的和重点图斑进行集体会审。",
            "到会：{{ members }}。缺席：{{ absent }}。",
            "会议逐个图斑审查，形成如下结论：{{ decisions }}。",
        ),
        facts=_facts,
        page="/meetings",
    )
)
