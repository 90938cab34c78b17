"""Parts of a dossier that tell what people did: checks, opinions, meetings, judgement, putting right."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from liangtian.platform.cases.opinions import consultations_out
from liangtian.platform.personal import masked
from liangtian.press.dossier import Block, Fact, Facts, Notice, Part, Table
from liangtian.programmes.enforcement.dossiers.ground import area, outcome_label
from liangtian.programmes.enforcement.models import (
    AgendaItem,
    FieldCheck,
    LeadingCheck,
    Patch,
    PatchPart,
)
from liangtian.programmes.enforcement.patch_page import history_of

NOT_JUDGED = "无。尚未判定，拟判意见不作为结论。"


def _minute(at: Any) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _date(at: Any) -> str:
    return str(timezone.localtime(at).date()) if at else ""


def check_parts(patch: Patch, *, clear: bool) -> list[Part]:
    """Forms of the checks on the ground; the land user's name is masked unless `clear`."""
    rows = patch.checks.select_related("by__office").order_by("pk")
    return [_field_check(row, clear=clear) for row in rows if row.returned_at]


def _field_check(row: FieldCheck, *, clear: bool) -> Part:
    facts = [
        Fact("实地情况", str(row.get_situation_display())),
        Fact("核查日期", str(row.checked_on)),
        Fact("用地主体", row.land_user if clear else str(masked("name", row.land_user))),
        Fact("实际用途", row.land_use),
        Fact("动工日期", str(row.started_on or "未填")),
        Fact("核查意见", str(row.get_suggestion_display()) if row.suggestion else "未填"),
        Fact("现场出示文号", row.papers or "无", wide=True),
        Fact("情况说明", row.note or "无", wide=True),
        Fact("核查人", row.by.name),
        Fact("返回时间", _minute(row.returned_at)),
    ]
    office = row.by.office.name if row.by.office else ""
    return Part("实地核查表", [Facts(facts)], responsible=office, dated=str(row.checked_on))


def leading_parts(patch: Patch) -> list[Part]:
    """The leading group's own visit."""
    rows = LeadingCheck.objects.filter(patch=patch).select_related("record_file", "entered_by")
    return [
        Part(
            "领导小组实地核查",
            [
                Facts(
                    [
                        Fact("核查日期", str(row.checked_on)),
                        Fact("登记人", row.entered_by.name),
                        Fact("参加人员", "、".join(_member(one) for one in row.members), wide=True),
                        Fact("核查结论", row.finding, wide=True),
                        Fact("核查记录", row.record_file.name, wide=True),
                    ]
                )
            ],
            responsible="领导小组",
            dated=str(row.checked_on),
        )
        for row in rows
    ]


def _member(one: dict[str, str]) -> str:
    post = one.get("post", "")
    return f"{one.get('name', '')}（{post}）" if post else one.get("name", "")


def opinion_parts(patch: Patch) -> list[Part]:
    """What other offices said, an asking after the other; none asked, no part."""
    return [_asking(one) for one in reversed(consultations_out(patch.case))]


def _asking(asked: dict[str, Any]) -> Part:
    rows = [
        (one["office"], one["stance_label"] or "未答复", one["text"], one["by"], _minute(one["at"]))
        for one in asked["opinions"]
    ]
    facts = [
        Fact("征求事项", asked["question"], wide=True),
        Fact("发起人", asked["asked_by"]),
        Fact("发起时间", _minute(asked["asked_at"])),
        Fact("通过规则", asked["rule"]),
        Fact("答复情况", f"{len(rows)} 个单位，已答复 {asked['answered']} 个"),
    ]
    head = ("单位", "意见", "内容", "答复人", "答复时间")
    table = Table(head, rows, (34, 18, 0, 20, 33))
    offices = "、".join(row[0] for row in rows)
    return Part(
        "会办单位意见", [Facts(facts), table], responsible=offices, dated=_date(asked["asked_at"])
    )


def meeting_parts(patch: Patch) -> list[Part]:
    """What the joint review decided of this patch; of other patches nothing."""
    items = (
        AgendaItem.objects.filter(patch=patch)
        .exclude(meeting__status="cancelled")
        .select_related("meeting__minutes", "meeting__signed_by")
        .prefetch_related("opinions__member__office", "meeting__members__office")
        .order_by("meeting__held_on", "pk")
    )
    return [_meeting(item) for item in items]


def _meeting(item: AgendaItem) -> Part:
    meeting = item.meeting
    decision = "暂不作结论" if item.postponed else outcome_label(item.outcome)
    present = [f"{m.name}（{m.office.name}）" for m in meeting.members.all() if m.present]
    facts = [
        Fact("会议", meeting.title, wide=True),
        Fact("日期", str(meeting.held_on)),
        Fact("地点", meeting.place),
        Fact("主持人", meeting.chair),
        Fact("记录人", meeting.recorder),
        Fact("参会人员", "、".join(present) or "未填", wide=True),
        Fact("列入原因", str(item.get_why_display())),
        Fact("会审结论", decision if item.outcome or item.postponed else "尚未作出"),
        Fact("结论理由", item.reason or "未填", wide=True),
        Fact("签发", _signed(meeting), wide=True),
    ]
    said = [
        (one.member.office.name, one.member.name, str(one.get_stance_display()), one.text)
        for one in item.opinions.all()
    ]
    blocks: list[Block] = [Facts(facts)]
    if said:
        blocks.append(Table(("单位", "姓名", "态度", "意见"), said, (40, 22, 22, 0)))
    number = meeting.minutes.number if meeting.minutes else ""
    return Part("集体会审", blocks, number, "领导小组办公室", str(meeting.held_on))


def _signed(meeting: Any) -> str:
    if meeting.signed_by is None:
        return "尚未签发"
    return f"{meeting.signed_by.name}，{_minute(meeting.signed_at)}"


def judgement_part(patch: Patch) -> Part:
    """What was decided, by whom, why; what each part of a split patch is; who confirmed it."""
    if not patch.judgement_outcome or patch.judged_by is None:
        return Part("判定与复核", [Notice(NOT_JUDGED)], remark="缺")
    office = patch.judged_by.office.name if patch.judged_by.office else ""
    blocks: list[Block] = []
    if patch.overridden:
        blocks.append(Notice("改判：判定结论与拟判意见不一致，改判理由见下表。", grave=True))
    blocks.append(Facts(_judged(patch, office)))
    parts = list(patch.parts.all())
    if len(parts) > 1:
        rows = [
            (str(p.order), p.number or "依据之外", outcome_label(p.judgement), area(p.m2))
            for p in parts
        ]
        head = ("部分", "依据文号", "判定", "面积")
        blocks.append(Table(head, rows, (14, 0, 24, 62), title="各部分判定"))
    dated = _date(patch.confirmed_at or patch.judged_at)
    return Part("判定与复核", blocks, responsible=office, dated=dated)


def _judged(patch: Patch, office: str) -> list[Fact]:
    assert patch.judged_by is not None
    why = "改判理由" if patch.overridden else "判定理由"
    return [
        Fact("判定结论", outcome_label(patch.judgement_outcome)),
        Fact("判定时间", _minute(patch.judged_at)),
        Fact("判定人", patch.judged_by.name),
        Fact("单位", office),
        Fact(why, patch.judgement_reason or "与拟判意见一致。", wide=True),
        Fact("确认人", patch.confirmed_by.name if patch.confirmed_by else "尚未确认"),
        Fact("确认时间", _minute(patch.confirmed_at)),
    ]


def disposal_parts(patch: Patch) -> list[Part]:
    """Of each illegal part: disposition and penalty, its steps, acceptance, the duty of a listed project."""
    parts = patch.parts.select_related(
        "project", "disposition__owner", "disposition__accepted_by", "disposition__reported_by"
    ).prefetch_related("disposition__steps__done_by")
    rows = list(parts)
    several = len(rows) > 1
    out: list[Part] = []
    for part in rows:
        if part.judgement != "illegal":
            continue
        name = f"（第 {part.order} 部分）" if several else ""
        out += _of_part(part, name)
    return out


def _of_part(part: PatchPart, name: str) -> list[Part]:
    out: list[Part] = []
    if part.project is not None:
        out.append(_project(part, name))
    if not hasattr(part, "disposition"):
        notice = Notice("无。违法部分尚未拟定处置。")
        return [*out, Part(f"处置与处罚{name}", [notice], remark="缺")]
    one = part.disposition
    steps = [
        (str(s.order), s.what, str(s.due_on), s.basis, str(s.done_on or "未完成"), s.note)
        for s in one.steps.all()
    ]
    blocks: list[Block] = [Facts(_disposition(part))]
    if steps:
        head = ("序号", "事项", "期限", "期限依据", "完成日期", "情况")
        blocks.append(Table(head, steps, (11, 0, 22, 30, 22, 34), title="处置步骤"))
    number = one.penalty_number or one.case_number
    dated = str(one.penalty_on or one.case_filed_on or "")
    out.append(Part(f"处置与处罚{name}", blocks, number, one.owner.name, dated))
    return [*out, _acceptance(part, name)]


def _project(part: PatchPart, name: str) -> Part:
    project = part.project
    assert project is not None
    facts = [
        Fact("项目名称", project.name, wide=True),
        Fact("行业", str(project.get_sector_display())),
        Fact("清单级别", str(project.get_listing_display())),
        Fact("立项文件", f"{project.listing_document}（{project.listing_number}）", wide=True),
        Fact("监管服务", "已履行" if project.duty_done else "未履行"),
        Fact("履职日期", str(project.duty_on or "未填")),
        Fact("履职情况", project.duty_note or "未填", wide=True),
    ]
    return Part(
        f"重大项目监管服务{name}", [Facts(facts)], project.listing_number,
        dated=str(project.listing_on),
    )  # fmt: skip


def _disposition(part: PatchPart) -> list[Fact]:
    one = part.disposition
    kinds = [
        word
        for held, word in ((one.demolish, "拆除复耕"), (one.complete_papers, "补办用地手续"))
        if held
    ]
    fine = "无" if one.fine_yuan is None else f"{one.fine_yuan:,.2f} 元"
    taken = one.confiscated_m2
    return [
        Fact("违法面积", area(part.m2), wide=True),
        Fact("查处方式", str(one.get_handling_display())),
        Fact("责任单位", one.owner.name),
        Fact("立案文号", one.case_number or "无"),
        Fact("立案日期", str(one.case_filed_on or "无")),
        Fact("不立案理由", one.no_case_reason or "不适用", wide=True),
        Fact("整改措施", "、".join(kinds) or "未填"),
        Fact("整改期限", str(one.due_on or "未填")),
        Fact("处罚决定", one.penalty_number or "无"),
        Fact("决定日期", str(one.penalty_on or "无")),
        Fact("罚款", fine),
        Fact("缴清日期", str(one.fine_paid_on or "无")),
        Fact("没收面积", "无" if taken is None else f"{taken:,.2f} 平方米"),
        Fact("没收日期", str(one.confiscated_on or "无")),
        Fact("拆除日期", str(one.demolished_on or "无")),
        Fact("补办批文", one.papers_number or "无"),
        Fact("说明", one.note or "无", wide=True),
    ]


def _acceptance(part: PatchPart, name: str) -> Part:
    one = part.disposition
    title = f"整改验收{name}"
    if one.accepted_on is None or one.accepted_by is None:
        said = "已报验，尚未验收。" if one.reported_at else "尚未报验。"
        return Part(title, [Notice(f"无。{said}")], remark="缺")
    facts = [
        Fact("报验人", one.reported_by.name if one.reported_by else "未填"),
        Fact("报验时间", _minute(one.reported_at)),
        Fact("验收人", one.accepted_by.name),
        Fact("验收日期", str(one.accepted_on)),
        Fact("已拆除复耕", f"{part.restored_mu} 亩"),
        Fact("已补办手续", f"{part.regularised_mu} 亩"),
        Fact("验收意见", one.acceptance_note or "未填", wide=True),
        Fact("市级验收", one.prefecture_number or "无"),
        Fact("省级确认", one.region_number or "无"),
    ]
    return Part(title, [Facts(facts)], one.prefecture_number, dated=str(one.accepted_on))


def history_part(patch: Patch) -> Part:
    """Every step of the case."""
    rows = [
        (
            str(number), _minute(step["at"]),
            step["by"] + (f"（代{step['on_behalf_of']}）" if step["on_behalf_of"] else ""),
            step["step_label"], step["opinion"],
        )
        for number, step in enumerate(history_of(patch), start=1)
    ]  # fmt: skip
    head = ("序号", "时间", "人员", "环节", "意见")
    return Part("办理过程", [Table(head, rows, (11, 33, 24, 30, 0))])
