"""Runs of bills in the background."""

from __future__ import annotations

from typing import Any

from liangtian.platform.jobs.registry import JobRun, job
from liangtian.platform.people.models import User
from liangtian.programmes.holdings.fees.runs import POST, PREVIEW, post_run, preview_run


@job(PREVIEW, "预览批量开单", retry=True)
def preview_later(run: JobRun, *, run_id: int, user_id: int) -> dict[str, Any]:
    """Preview a run."""
    return preview_run(run_id, run.progress)


@job(POST, "批量开单入账", retry=True)
def post_later(run: JobRun, *, run_id: int, user_id: int) -> dict[str, Any]:
    """Post a confirmed run, in the name of who confirmed it; it goes on where it was cut off."""
    return post_run(User.objects.get(pk=user_id), run_id, run.progress)
