"""Parts of a dossier that tell what people did: opinions, judgement, the way it went."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from liangtian.platform.cases.opinions import consultations_out
from liangtian.press.dossier import Block, Fact, Facts, Notice, Part, Table
from liangtian.programmes.enforcement.dossiers.ground import outcome_label
from liangtian.programmes.enforcement.models import Patch
from liangtian.programmes.enforcement.patch_page import history_of


def judgement_part(patch: Patch) -> Part:
    """What was decided, by whom, why."""
    if not patch.judgement_outcome or patch.judged_by is None or patch.judged_at is None:
        return Part("判定与复核", [Notice("无。尚未判定，拟判意见不作为结论。")], remark="缺")
    at = timezone.localtime(patch.judged_at)
    office = patch.judged_by.office.name if patch.judged_by.office else ""
    blocks: list[Block] = []
    if patch.overridden:
        blocks.append(Notice("改判：判定结论与拟判意见不一致，改判理由见下表。", grave=True))
    why = "改判理由" if patch.overridden else "判定理由"
    blocks.append(
        Facts(
            [
                Fact("判定结论", outcome_label(patch.judgement_outcome)),
                Fact("判定时间", f"{at:%Y-%m-%d %H:%M}"),
                Fact("判定人", patch.judged_by.name),
                Fact("单位", office),
                Fact(why, patch.judgement_reason or "与拟判意见一致。", wide=True),
            ]
        )
    )
    return Part("判定与复核", blocks, responsible=office, dated=at.date().isoformat())


def history_part(patch: Patch) -> Part:
    """Every step of the case."""
    rows = [
        (
            str(number), f"{timezone.localtime(step['at']):%Y-%m-%d %H:%M}",
            step["by"] + (f"（代{step['on_behalf_of']}）" if step["on_behalf_of"] else ""),
            step["step_label"], step["opinion"],
        )
        for number, step in enumerate(history_of(patch), start=1)
    ]  # fmt: skip
    head = ("序号", "时间", "人员", "环节", "意见")
    return Part("办理过程", [Table(head, rows, (11, 33, 24, 30, 0))])


def opinion_parts(patch: Patch) -> list[Part]:
    """What other offices said, an asking after the other; none asked, no part."""
    return [_asking(one) for one in reversed(consultations_out(patch.case))]


def _asking(asked: dict[str, Any]) -> Part:
    rows = [
        (
            one["office"], one["stance_label"] or "未答复", one["text"], one["by"],
            f"{timezone.localtime(one['at']):%Y-%m-%d %H:%M}" if one["at"] else "",
        )
        for one in asked["opinions"]
    ]  # fmt: skip
    at = timezone.localtime(asked["asked_at"])
    facts = [
        Fact("征求事项", asked["question"], wide=True),
        Fact("发起人", asked["asked_by"]),
        Fact("发起时间", f"{at:%Y-%m-%d %H:%M}"),
        Fact("通过规则", asked["rule"]),
        Fact("答复情况", f"{len(rows)} 个单位，已答复 {asked['answered']} 个"),
    ]
    head = ("单位", "意见", "内容", "答复人", "答复时间")
    table = Table(head, rows, (34, 18, 0, 20, 33))
    offices = "、".join(row[0] for row in rows)
    return Part(
        "会办单位意见", [Facts(facts), table], responsible=offices, dated=at.date().isoformat()
    )
