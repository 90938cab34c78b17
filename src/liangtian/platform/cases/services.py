"""Opening cases and moving them, one declared step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from liangtian.platform.cases.models import Case, CaseStep
from liangtian.platform.errors import Conflict

if TYPE_CHECKING:
    from liangtian.platform.people.models import User


@dataclass(frozen=True)
class Step:
    """A named way from some stages to one stage."""

    label: str
    from_stages: tuple[str, ...]
    to_stage: str


@dataclass(frozen=True)
class Flow:
    """The stages and steps of one kind of case, declared as data."""

    kind: str
    stages: Mapping[str, str]
    steps: Mapping[str, Step]

    def allowed(self, step: str, stage: str) -> bool:
        """Whether `step` may be taken at `stage`."""
        return stage in self.steps[step].from_stages


def take_step(
    flow: Flow,
    case: Case,
    step: str,
    user: User | None,
    *,
    opinion: str = "",
    detail: dict[str, Any] | None = None,
) -> CaseStep:
    """Move `case` by `step` and write the history; the caller's transaction and audit entry surround it.

    The case row is locked first, so that of two people acting at once the second is told so.
    Raises Conflict when the step does not start at the present stage.
    """
    current = Case.objects.select_for_update().get(pk=case.pk)
    if not flow.allowed(step, current.stage):
        raise Conflict(
            f"“{current.title}”现处于“{flow.stages[current.stage]}”环节，"
            f"不能办理“{flow.steps[step].label}”。请刷新页面后再试。"
        )
    origin, case.stage = current.stage, flow.steps[step].to_stage
    case.save(update_fields=["stage"])
    return CaseStep.objects.create(
        case=case,
        by=user,
        step=step,
        from_stage=origin,
        to_stage=case.stage,
        opinion=opinion,
        detail=detail,
    )
