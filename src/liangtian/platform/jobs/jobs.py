"""What the worker does for the jobs themselves."""

from __future__ import annotations

from liangtian.platform.jobs.schedule import every
from liangtian.platform.jobs.services import clean


@every("jobs.clean", seconds=24 * 3600)
def clean_tick() -> None:
    """Forget old finished jobs."""
    clean()
