"""The way of what is done to the reserve (增违挂钩): one person proposes, another confirms."""

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

KIND = "enforcement.freeze"
PROPOSED, CONFIRMED, REFUSED, CANCELLED = "proposed", "confirmed", "refused", "cancelled"
PROPOSE, CONFIRM, REFUSE, CANCEL = "propose", "confirm", "refuse", "cancel"
_RUN, _CONFIRM = "freezes.run", "freezes.confirm"


def _pages(cases: Collection[int]) -> dict[int, str]:
    from liangtian.programmes.enforcement.models import FreezeProposal

    rows = FreezeProposal.objects.filter(case__in=cases).values_list("case_id", "pk", "year")
    return {
        case: f"/freezes?proposal={pk}" + (f"&year={year}" if year else "")
        for case, pk, year in rows
    }


def _another_person(at: Situation) -> str | None:
    if at.facts.get("proposed_by") != at.user_id:
        return None
    return "由您本人提请，须由另一人确认。"


def _unchanged(at: Situation) -> str | None:
    """Who confirms carries out what was proposed, nothing else."""
    if not at.facts.get("changed"):
        return None
    return "提请之后图斑判定、整改情况或储备库余额有了变化，请退回，由提请人重新提请。"


FLOW = register(
    Machine(
        kind=KIND,
        title="增违挂钩",
        states=(
            State(PROPOSED, "待确认", Desk(_CONFIRM, "county", "确认增违挂钩提请")),
            State(CONFIRMED, "已确认", final=True),
            State(REFUSED, "已退回", final=True),
            State(CANCELLED, "已撤销", final=True),
        ),
        transitions=(
            Transition(PROPOSE, "提请", (START,), PROPOSED, _RUN),
            Transition(CONFIRM, "确认入账", (PROPOSED,), CONFIRMED, _CONFIRM,
                       ("another_person", "unchanged")),
            Transition(REFUSE, "退回", (PROPOSED,), REFUSED, _CONFIRM, opinion=True),
            Transition(CANCEL, "撤销提请", (PROPOSED,), CANCELLED, _RUN, of_holder=False),
        ),
        guards={"another_person": _another_person, "unchanged": _unchanged},
        pages=_pages,
    )
)  # fmt: skip
