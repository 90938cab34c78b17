"""What the worker does for the trail: sealing, summing up refusals, the daily check."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from liangtian.platform.audit import denials, exporting
from liangtian.platform.audit.chain import seal_all
from liangtian.platform.audit.services import record
from liangtian.platform.audit.verifying import Report, Verdict, verify
from liangtian.platform.errors import Refused
from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.jobs.schedule import every
from liangtian.platform.people.models import User

logger = logging.getLogger(__name__)


def verified(actor: User | None, report: Report = lambda share: None) -> Verdict:
    """Verify the chain and record what was found."""
    verdict = verify(report)
    if verdict.problem:
        logger.error("audit chain broken: %s", verdict.problem)
    with transaction.atomic():
        record(
            actor, "audit.verify", "审计记录", note=verdict.problem, success=not verdict.problem,
            after={"seals": verdict.seals, "entries": verdict.entries},
        )  # fmt: skip
    return verdict


@every("audit.seal", seconds=60)
def seal_tick() -> None:
    """Chain what was committed in the last minute."""
    seal_all()


@every("audit.denials", seconds=300)
def denials_tick() -> None:
    """One entry for each flood of refused requests."""
    denials.sum_up()


@every("audit.verify", seconds=24 * 3600)
def verify_tick() -> None:
    """Walk the whole chain once a day; about a minute and a half for a million entries."""
    verified(None)


@every("audit.exports", seconds=24 * 3600)
def exports_tick() -> None:
    """Remove the files of old exports."""
    exporting.remove_old()


@job("audit.verify", "核验审计记录", retry=True)
def verify_job(run: JobRun) -> dict[str, Any]:
    """Walk the chain for the auditor who asked."""
    verdict = verified(run.job.created_by, lambda share: run.progress(share, "正在核验"))
    if verdict.problem:
        raise Refused(f"核验未通过：{verdict.problem}")
    return {"seals": verdict.seals, "entries": verdict.entries}
