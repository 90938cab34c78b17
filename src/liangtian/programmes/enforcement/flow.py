"""The way of a patch: received, checked on the ground, judged, reviewed by another where that is asked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from liangtian.platform.calendar.packs import uses
from liangtian.platform.cases.machine import (
    START,
    Desk,
    Machine,
    Opinions,
    Situation,
    State,
    Transition,
    register,
)
from liangtian.platform.cases.models import Case
from liangtian.platform.cases.services import open_cases
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.rules import pack_in_use

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

KIND = "enforcement.patch"
RECEIVED, CHECKING, JUDGED, CONFIRMED = "received", "checking", "judged", "confirmed"
CONSULTING = "consulting"
UNJUDGED = (RECEIVED, CHECKING, CONSULTING)
RECEIVE, CONFIRM, REOPEN = "receive", "confirm", "reopen"
ASSIGN, RETURN, DECLINE, RECALL = "assign", "return", "decline", "recall"
CONSULT, CONCLUDE, STOP_ASKING = "consult", "conclude", "stop_asking"
SUBMIT, REVIEW, SEND_BACK = "submit", "review", "send_back"
_RECEIVED, _ASSIGNED = "enforcement.received", "enforcement.assigned"
_CONSULTED = "enforcement.consulted"
_TALK, _ACCOUNTABLE = "enforcement.talk_held", "enforcement.accountability_held"


def measured(at: Situation) -> str | None:
    """Facts: `number`, `measured`."""
    if at.facts["measured"]:
        return None
    return f"图斑 {at.facts['number']} 尚未完成套合，还不能判定。请等批次入库任务结束。"


def review_not_needed(at: Situation) -> str | None:
    """Facts: `review_needed`, None while no outcome is chosen."""
    if not at.facts["review_needed"]:
        return None
    return f"图斑 {at.facts['number']} 属重点、改判或须全部复核的图斑，判定后须提交复核。"


def review_needed(at: Situation) -> str | None:
    """The other way round."""
    if at.facts["review_needed"] is not False:
        return None
    return f"图斑 {at.facts['number']} 无须复核，可直接判定确认。"


def another_person(at: Situation) -> str | None:
    """Who judged cannot alone confirm. Facts: `judged_by`, `judged_by_name`."""
    if at.facts["judged_by"] != at.user_id:
        return None
    return f"图斑 {at.facts['number']} 由您本人判定，须由另一人复核。"


def evidence_enough(at: Situation) -> str | None:
    """Photos as the pack asks, or an opinion that says why not. Facts: `photos`, `photos_wanted`."""
    if at.facts["photos"] >= at.facts["photos_wanted"] or at.opinion.strip():
        return None
    return (
        f"图斑 {at.facts['number']} 现有照片 {at.facts['photos']} 张，要求至少 {at.facts['photos_wanted']} 张。"
        "请补充照片，或在意见中说明原因。"
    )


def _pages(cases: Collection[int]) -> dict[int, str]:
    from liangtian.programmes.enforcement.models import Patch

    rows = Patch.objects.filter(case__in=cases).values_list("case_id", "pk")
    return {case: f"/patches/{patch}" for case, patch in rows}


def _shown(case_id: int) -> list[tuple[str, str]]:
    """What an office that is asked is shown of a patch."""
    from liangtian.programmes.enforcement.letters import about_patch

    return about_patch(case_id)


_JUDGE, _EVIDENCE, _REVIEW = "enforcement.judge", "enforcement.evidence", "enforcement.review"
FLOW = register(
    Machine(
        kind=KIND,
        title="卫片图斑",
        states=(
            State(RECEIVED, "待判定", Desk(_JUDGE, "county", "判定图斑", "bureau")),
            State(CHECKING, "核查中", Desk(_EVIDENCE, "township", "实地核查举证", "township")),
            State(CONSULTING, "会办中",
                  opinions=Opinions("tasks.opinion", "答复会办意见", CONCLUDE, _shown)),
            State(JUDGED, "待复核", Desk(_REVIEW, "county", "复核判定", "bureau")),
            State(CONFIRMED, "已判定", final=True),
        ),
        transitions=(
            Transition(RECEIVE, "接收入库", (START,), RECEIVED, "enforcement.import",
                       starts=(_RECEIVED,)),
            Transition(ASSIGN, "派发核查", (RECEIVED,), CHECKING, _JUDGE, withdrawable=True,
                       starts=(_ASSIGNED,)),
            Transition(RETURN, "返回举证", (CHECKING,), RECEIVED, _EVIDENCE, ("evidence_enough",),
                       withdrawable=True, stops=(_ASSIGNED,)),
            Transition(DECLINE, "退回派发", (CHECKING,), RECEIVED, _EVIDENCE, opinion=True,
                       stops=(_ASSIGNED,)),
            Transition(RECALL, "收回派发", (CHECKING,), RECEIVED, _JUDGE, opinion=True,
                       of_holder=False, stops=(_ASSIGNED,)),
            Transition(CONSULT, "征求意见", (RECEIVED,), CONSULTING, _JUDGE, starts=(_CONSULTED,)),
            Transition(CONCLUDE, "意见收齐", (CONSULTING,), RECEIVED, _JUDGE, automatic=True,
                       stops=(_CONSULTED,)),
            Transition(STOP_ASKING, "结束会办", (CONSULTING,), RECEIVED, _JUDGE, opinion=True,
                       of_holder=False, stops=(_CONSULTED,)),
            Transition(CONFIRM, "判定确认", (RECEIVED,), CONFIRMED, _JUDGE,
                       ("measured", "review_not_needed"), stops=(_RECEIVED,)),
            Transition(SUBMIT, "判定并提交复核", (RECEIVED,), JUDGED, _JUDGE,
                       ("measured", "review_needed"), withdrawable=True),
            Transition(REVIEW, "复核通过", (JUDGED,), CONFIRMED, _REVIEW, ("another_person",),
                       stops=(_RECEIVED,)),
            Transition(SEND_BACK, "复核退回", (JUDGED,), RECEIVED, _REVIEW, ("another_person",),
                       opinion=True),
            Transition(REOPEN, "撤回判定", (CONFIRMED, JUDGED), RECEIVED, _JUDGE, opinion=True,
                       of_holder=False, starts=(_RECEIVED,)),
        ),
        guards={
            "measured": measured, "review_not_needed": review_not_needed,
            "review_needed": review_needed, "another_person": another_person,
            "evidence_enough": evidence_enough,
        },
        events=(_RECEIVED, _ASSIGNED, _CONSULTED, _TALK, _ACCOUNTABLE),
        pages=_pages,
    )
)  # fmt: skip
STEP_LABELS = FLOW.step_labels
uses(pack_in_use)


def new_case(batch_region: Region, number: str, region: Region) -> Case:
    """The case of a new patch, not saved yet; `region` is where it lies, or else the batch's."""
    return Case(title=f"图斑 {number}", region=region or batch_region)


def receive(cases: Sequence[Case], user: User | None, opinion: str = "") -> list[Case]:
    """Save the cases of new patches, with their first step, clocks and tasks."""
    return open_cases(FLOW, cases, RECEIVE, user, opinion)
