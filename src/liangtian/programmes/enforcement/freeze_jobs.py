"""A confirmed run of freezes (增违挂钩) in the background."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement import freeze_proposals, freezing
from liangtian.programmes.enforcement.models import FreezeProposal

JOB = "enforcement.freeze"


def target_of(county: str) -> str:
    """By what the browser finds the run of a county."""
    return f"{JOB}:{county}"


def start(user: User, found: FreezeProposal) -> Job:
    """Have a proposed run confirmed and posted by the worker, in the name of the user. Raises Forbidden."""
    require(user, "enforcement.view", freezing.CONFIRM)
    with transaction.atomic():
        return enqueue(
            JOB, f"确认{found}", user, found.region, link=f"/freezes?year={found.year}",
            target=target_of(found.region_id), user_id=user.pk, proposal=found.pk,
        )  # fmt: skip


@job(JOB, "确认增违挂钩办理", retry=True)
def run_later(run: JobRun, *, user_id: int, proposal: int) -> dict[str, Any]:
    """One run; a second one of the same proposal is refused."""
    run.progress(0.1, "正在核对各图斑应冻结的指标")
    made = freeze_proposals.confirm(User.objects.get(pk=user_id), proposal)
    run.progress(1.0)
    return {"run": made.run_id, **made.counts}
