"""Which function does which kind of job, and what it is handed to report with."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from liangtian.platform.jobs.models import Job

Handler = Callable[..., dict[str, Any]]
handlers: dict[str, Handler] = {}

REPORT_EVERY_SECONDS = 0.5  # a progress bar needs no more; each report is a write


stopping = threading.Event()  # this process has been told to stop


class Interrupted(Exception):  # noqa: N818 -- the worker stops; the job goes back into the queue
    """The worker ends; the handler lets it through, and another worker starts the job again."""


class Cancelled(Exception):  # noqa: N818 -- a request obeyed, not an error
    """Someone asked for the job to stop; the handler lets it through."""


def job(kind: str) -> Callable[[Handler], Handler]:
    """Register `def handler(run: JobRun, **args) -> dict` for `kind`.

    A handler must be restartable: a killed worker's job runs again from the start, so each of its
    steps writes in one transaction and first clears what an earlier attempt left.
    """

    def register(handler: Handler) -> Handler:
        if kind in handlers:
            raise ValueError(f"two handlers for job {kind!r}")
        handlers[kind] = handler
        return handler

    return register


@dataclass
class JobRun:
    """The handle a handler reports with."""

    job: Job
    _last: float = field(default=0.0)

    def progress(self, share: float, note: str = "") -> None:
        """Say how far the work is (0 to 1); raises Cancelled when someone asked to stop,
        Interrupted when the worker ends.

        Call it outside transactions, or others will not see it before the commit.
        """
        if stopping.is_set():
            raise Interrupted
        now = time.monotonic()
        if now - self._last < REPORT_EVERY_SECONDS and share < 1:
            return
        self._last = now
        Job.objects.filter(pk=self.job.pk).update(
            progress=min(max(share, 0.0), 1.0), note=note[:200], heartbeat_at=timezone.now()
        )
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise Cancelled
