"""The way of a warning (督办): proposed by rule or hand, decided by a leader, sent, answered, closed."""

from __future__ import annotations

from collections.abc import Collection

from liangtian.platform.cases.machine import (
    START,
    Desk,
    Machine,
    Situation,
    State,
    Transition,
    register,
)

KIND = "enforcement.warning"
PROPOSED, DECIDED, SENT, ANSWERED = "proposed", "decided", "sent", "answered"
CLOSED, DROPPED = "closed", "dropped"
PROPOSE, DECIDE, DROP = "propose", "decide", "drop"
SEND, SEND_ONLY = "send", "send_only"  # for an answer, or where none is due
REPLY, RETURN_REPLY, CLOSE = "reply", "return_reply", "close"
WARNED = "enforcement.warned"  # an answer is due from here on
TALK_HELD, ACCOUNTABILITY_HELD = "enforcement.talk_held", "enforcement.accountability_held"
_MAKE, _DECIDE, _ANSWER = "warnings.propose", "warnings.decide", "warnings.answer"


def _pages(cases: Collection[int]) -> dict[int, str]:
    from liangtian.programmes.enforcement.models import TownshipWarning

    rows = TownshipWarning.objects.filter(case__in=cases).values_list("case_id", "pk")
    return {case: f"/warnings/{warning}" for case, warning in rows}


def _another_person(at: Situation) -> str | None:
    if at.facts.get("proposed_by") != at.user_id:
        return None
    return "该督办由您本人提出，须由另一人决定。"


def _lettered(at: Situation) -> str | None:
    return None if at.facts.get("letter") else "还没有拟制督办文书。"


def _reported(at: Situation) -> str | None:
    """A talk or a transfer is done only when it was held and reported upwards."""
    return None if at.facts.get("reported", True) else "还没有登记约谈（启动问责）日期和情况报告。"


FLOW = register(
    Machine(
        kind=KIND,
        title="督办",
        states=(
            State(PROPOSED, "待决定", Desk(_DECIDE, "county", "决定督办措施")),
            State(DECIDED, "待发出", Desk(_MAKE, "county", "制发督办文书")),
            State(SENT, "待答复", Desk(_ANSWER, "township", "答复督办", "township")),
            State(ANSWERED, "待办结", Desk(_MAKE, "county", "核实落实情况并办结")),
            State(CLOSED, "已办结", final=True),
            State(DROPPED, "不予督办", final=True),
        ),
        transitions=(
            Transition(PROPOSE, "提出督办", (START,), PROPOSED, _MAKE),
            Transition(DECIDE, "同意督办", (PROPOSED,), DECIDED, _DECIDE, ("another_person",)),
            Transition(DROP, "不予督办", (PROPOSED, DECIDED), DROPPED, _DECIDE, opinion=True,
                       of_holder=False),
            Transition(SEND, "发出", (DECIDED,), SENT, _MAKE, ("lettered",), starts=(WARNED,)),
            Transition(SEND_ONLY, "发出（不须答复）", (DECIDED,), ANSWERED, _MAKE, ("lettered",)),
            Transition(REPLY, "答复", (SENT,), ANSWERED, _ANSWER, stops=(WARNED,)),
            Transition(RETURN_REPLY, "退回答复", (ANSWERED,), SENT, _MAKE, opinion=True,
                       starts=(WARNED,)),
            Transition(CLOSE, "办结", (SENT, ANSWERED), CLOSED, _MAKE, ("reported",),
                       of_holder=False, stops=(WARNED,)),
        ),
        guards={
            "another_person": _another_person, "lettered": _lettered, "reported": _reported,
        },
        events=(WARNED, TALK_HELD, ACCOUNTABILITY_HELD),
        pages=_pages,
    )
)  # fmt: skip
