"""The way of a patch, from the monthly list to the archive; every step, who may take it, what must hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from liangtian.platform.calendar.packs import uses
from liangtian.platform.cases.machine import (
    START,
    Desk,
    Machine,
    Opinions,
    State,
    Transition,
    register,
)
from liangtian.platform.cases.models import Case
from liangtian.platform.cases.services import open_cases
from liangtian.platform.regions.models import Region
from liangtian.programmes.enforcement.guards import GUARDS
from liangtian.programmes.enforcement.rules import pack_in_use

if TYPE_CHECKING:
    from liangtian.platform.people.models import User

KIND = "enforcement.patch"
RECEIVED, CHECKING, VERIFIED, CONSULTING = "received", "checking", "verified", "consulting"
JUDGED, CONFIRMED, DISPOSITION = "judged", "confirmed", "disposition"
RECTIFIED, ACCEPTED, ARCHIVED = "rectified", "accepted", "archived"
TO_JUDGE = (RECEIVED, VERIFIED)
UNJUDGED = (RECEIVED, CHECKING, VERIFIED, CONSULTING)
SETTLED = (CONFIRMED, DISPOSITION, RECTIFIED, ACCEPTED, ARCHIVED)  # judged and confirmed by another
RECEIVE, ASSIGN, RETURN, DECLINE, RECALL, RECHECK = (
    "receive", "assign", "return", "decline", "recall", "recheck",
)  # fmt: skip
CONSULT, CONCLUDE, STOP_ASKING = "consult", "conclude", "stop_asking"
SUBMIT, REVIEW, SEND_BACK, DECIDE, REOPEN = "submit", "review", "send_back", "decide", "reopen"
DISPOSE, OBJECT, REVISE, RECTIFY = "dispose", "object", "revise", "rectify"
ACCEPT, REJECT, RETURN_ACCEPTANCE = "accept", "reject", "return_acceptance"
ARCHIVE, UNARCHIVE = "archive", "unarchive"
RECEIVED_EVENT = _RECEIVED = "enforcement.received"
_ASSIGNED = "enforcement.assigned"
_CONSULTED = "enforcement.consulted"
_DISPOSED, _RECTIFIED = "enforcement.disposed", "enforcement.rectified"
_TALK, _ACCOUNTABLE = "enforcement.talk_held", "enforcement.accountability_held"


def _pages(cases: Collection[int]) -> dict[int, str]:
    from liangtian.programmes.enforcement.models import Patch

    rows = Patch.objects.filter(case__in=cases).values_list("case_id", "pk")
    return {case: f"/patches/{patch}" for case, patch in rows}


def _shown(case_id: int) -> list[tuple[str, str]]:
    """What an office that is asked is shown of a patch."""
    from liangtian.programmes.enforcement.letters import about_patch

    return about_patch(case_id)


_JUDGE, _EVIDENCE, _REVIEW = "enforcement.judge", "enforcement.evidence", "enforcement.review"
_DISPOSE, _RECTIFY = "enforcement.dispose", "enforcement.rectify"
_ACCEPT, _ARCHIVE = "enforcement.accept", "enforcement.archive"
_STATES = (
    State(RECEIVED, "待派发", Desk(_JUDGE, "county", "派发核查或判定", "bureau")),
    State(CHECKING, "核查中", Desk(_EVIDENCE, "township", "实地核查举证", "township")),
    State(VERIFIED, "待判定", Desk(_JUDGE, "county", "判定图斑", "bureau")),
    State(
        CONSULTING, "会办中", opinions=Opinions("tasks.opinion", "答复会办意见", CONCLUDE, _shown)
    ),
    State(JUDGED, "待复核", Desk(_REVIEW, "county", "复核判定", "bureau")),
    State(CONFIRMED, "已判定", Desk(_DISPOSE, "county", "下达处置或归档", "bureau")),
    State(DISPOSITION, "处置中", Desk(_RECTIFY, "township", "落实整改", "township")),
    State(RECTIFIED, "待验收", Desk(_ACCEPT, "county", "验收整改", "bureau")),
    State(ACCEPTED, "已验收", Desk(_ARCHIVE, "county", "整理归档", "bureau")),
    State(ARCHIVED, "已归档", final=True),
)
_CHECK = (
    Transition(RECEIVE, "接收入库", (START,), RECEIVED, "enforcement.import", starts=(_RECEIVED,)),
    Transition(ASSIGN, "派发核查", (RECEIVED,), CHECKING, _JUDGE, withdrawable=True,
               starts=(_ASSIGNED,)),
    Transition(RETURN, "返回举证", (CHECKING,), VERIFIED, _EVIDENCE,
               ("form_filled", "evidence_enough", "ground_passes"), withdrawable=True, stops=(_ASSIGNED,)),
    Transition(DECLINE, "退回派发", (CHECKING,), RECEIVED, _EVIDENCE, opinion=True,
               stops=(_ASSIGNED,)),
    Transition(RECALL, "收回派发", (CHECKING,), RECEIVED, _JUDGE, opinion=True, of_holder=False,
               stops=(_ASSIGNED,)),
    Transition(RECHECK, "退回补充核查", (VERIFIED,), CHECKING, _JUDGE, opinion=True,
               withdrawable=True, starts=(_ASSIGNED,)),
)  # fmt: skip
_JUDGING = (
    Transition(CONSULT, "征求意见", TO_JUDGE, CONSULTING, _JUDGE, starts=(_CONSULTED,)),
    Transition(CONCLUDE, "意见收齐", (CONSULTING,), VERIFIED, _JUDGE, automatic=True,
               stops=(_CONSULTED,)),
    Transition(STOP_ASKING, "结束会办", (CONSULTING,), VERIFIED, _JUDGE, opinion=True,
               of_holder=False, stops=(_CONSULTED,)),
    Transition(SUBMIT, "判定并提交复核", TO_JUDGE, JUDGED, _JUDGE,
               ("measured", "on_no_agenda"), withdrawable=True),
    Transition(REVIEW, "复核通过", (JUDGED,), CONFIRMED, _REVIEW,
               ("another_person", "on_no_agenda", "leaders_looked", "met", "passes"),
               stops=(_RECEIVED,)),
    Transition(SEND_BACK, "复核退回", (JUDGED,), VERIFIED, _REVIEW, ("another_person",),
               opinion=True),
    Transition(DECIDE, "会审判定", (*TO_JUDGE, JUDGED), CONFIRMED, "enforcement.sign",
               ("measured", "another_person", "leaders_looked", "passes"), of_holder=False,
               stops=(_RECEIVED,)),
    Transition(REOPEN, "撤回判定", (CONFIRMED, JUDGED), VERIFIED, _JUDGE, opinion=True,
               of_holder=False, starts=(_RECEIVED,)),
)  # fmt: skip
_PUTTING_RIGHT = (
    Transition(DISPOSE, "下达处置", (CONFIRMED,), DISPOSITION, _DISPOSE,
               ("illegal", "disposition_planned"), withdrawable=True, starts=(_DISPOSED,)),
    Transition(OBJECT, "退回处置", (DISPOSITION,), CONFIRMED, _RECTIFY, opinion=True,
               stops=(_DISPOSED,)),
    Transition(REVISE, "收回处置", (DISPOSITION,), CONFIRMED, _DISPOSE, opinion=True,
               of_holder=False, stops=(_DISPOSED,)),
    Transition(RECTIFY, "报请验收", (DISPOSITION,), RECTIFIED, _RECTIFY, ("put_right", "done_passes"),
               withdrawable=True, stops=(_DISPOSED,), starts=(_RECTIFIED,)),
    Transition(ACCEPT, "验收通过", (RECTIFIED,), ACCEPTED, _ACCEPT,
               ("not_reported_by_self", "leaders_looked"), stops=(_RECTIFIED,)),
    Transition(REJECT, "验收退回", (RECTIFIED,), DISPOSITION, _ACCEPT, ("not_reported_by_self",),
               opinion=True, stops=(_RECTIFIED,), starts=(_DISPOSED,)),
    Transition(RETURN_ACCEPTANCE, "退回重新验收", (ACCEPTED,), RECTIFIED, _ARCHIVE, opinion=True,
               starts=(_RECTIFIED,)),
    Transition(ARCHIVE, "归档", (CONFIRMED, ACCEPTED), ARCHIVED, _ARCHIVE,
               ("nothing_left_to_do", "leaders_looked", "passes")),
    Transition(UNARCHIVE, "调卷重办", (ARCHIVED,), CONFIRMED, _ARCHIVE, opinion=True,
               of_holder=False),
)  # fmt: skip
FLOW = register(
    Machine(
        kind=KIND,
        title="卫片图斑",
        states=_STATES,
        transitions=(*_CHECK, *_JUDGING, *_PUTTING_RIGHT),
        guards=GUARDS,
        events=(_RECEIVED, _ASSIGNED, _CONSULTED, _DISPOSED, _RECTIFIED, _TALK, _ACCOUNTABLE),
        pages=_pages,
    )
)
STEP_LABELS = FLOW.step_labels
uses(pack_in_use)


def new_case(batch_region: Region, number: str, region: Region) -> Case:
    """The case of a new patch, not saved yet; `region` is where it lies, or else the batch's."""
    return Case(title=f"图斑 {number}", region=region or batch_region)


def receive(cases: Sequence[Case], user: User | None, opinion: str = "") -> list[Case]:
    """Save the cases of new patches, with their first step, clocks and tasks."""
    return open_cases(FLOW, cases, RECEIVE, user, opinion)
