"""The way of a patch: received (已接收), then confirmed (已判定), and back when it is reopened."""

from __future__ import annotations

from liangtian.platform.cases.models import Case
from liangtian.platform.cases.services import Flow, Step
from liangtian.platform.regions.models import Region

RECEIVED, CONFIRMED = "received", "confirmed"
RECEIVE, CONFIRM, REOPEN = "receive", "confirm", "reopen"

FLOW = Flow(
    kind="enforcement.patch",
    stages={RECEIVED: "待判定", CONFIRMED: "已判定"},
    steps={
        CONFIRM: Step("判定确认", (RECEIVED,), CONFIRMED),
        REOPEN: Step("撤回判定", (CONFIRMED,), RECEIVED),
    },
)
STEP_LABELS = {RECEIVE: "接收入库", **{name: step.label for name, step in FLOW.steps.items()}}


def open_case(batch_region: Region, number: str, region: Region) -> Case:
    """The case of a new patch, not saved yet; `region` is where it lies, or else the batch's."""
    return Case(
        kind=FLOW.kind, title=f"图斑 {number}", stage=RECEIVED, region=region or batch_region
    )
