"""The monthly run of freezes (增违挂钩) in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from liangtian.platform.jobs.models import Job
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.services import enqueue
from liangtian.platform.people.models import User
from liangtian.platform.people.scope import require
from liangtian.programmes.enforcement import freezing

if TYPE_CHECKING:
    from liangtian.platform.regions.models import Region

JOB = "enforcement.freeze"


def target_of(county: str) -> str:
    """By what the browser finds the run of a county."""
    return f"{JOB}:{county}"


def start(user: User, county: Region, year: int, note: str) -> Job:
    """Ask for a run. Raises Forbidden."""
    require(user, "enforcement.view", freezing.RUN)
    with transaction.atomic():
        return enqueue(
            JOB, f"{county.name}{year}年度增违挂钩", user, county, link="/freezes",
            target=target_of(county.code), user_id=user.pk, code=county.code, year=year, words=note,
        )  # fmt: skip


@job(JOB, "办理增违挂钩", retry=True)
def run_later(run: JobRun, *, user_id: int, code: str, year: int, words: str) -> dict[str, Any]:
    """One run; a second one of the same state moves nothing."""
    user = User.objects.get(pk=user_id)
    run.progress(0.1, "正在核对各图斑应冻结的指标")
    made = freezing.run(user, freezing.county_of(user, code), year, words)
    run.progress(1.0)
    return {"run": made.pk if made else None, **(made.counts if made else {"messages": []})}
