"""Which function does which kind of job, and what it is handed to report with."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from liangtian.platform.jobs.models import Job, JobNote

Handler = Callable[..., dict[str, Any]]
handlers: dict[str, Handler] = {}
labels: dict[str, str] = {}  # Chinese names of the kinds
repeatable: set[str] = set()  # kinds that may be run again after they failed

REPORT_EVERY_SECONDS = 0.5  # a progress bar needs no more; each report is a write
NOTES_OF_A_JOB = 200  # lines kept of what a job said
NOTE_EVERY_SECONDS = 1.0  # chatter in between is shown, not kept
WINDOW_SECONDS = 60.0  # the time left follows the pace of the last minute
CALM = 0.3  # and moves this share of the way at each report, so that it does not jump


stopping = threading.Event()  # this process has been told to stop


class Interrupted(BaseException):
    """The worker ends, and another starts the job again; no failure that a handler should see."""


class Cancelled(Exception):  # noqa: N818 -- a request obeyed, not an error
    """Someone asked for the job to stop; the handler lets it through."""


def job(kind: str, label: str = "", *, retry: bool = False) -> Callable[[Handler], Handler]:
    """Register `def handler(run: JobRun, **args) -> dict` for `kind`, with its Chinese name.

    `retry` says that a failed one may simply be run again: what it works on is still as it needs it.

    A handler must be restartable: a killed worker's job runs again from the start, so each of its
    steps writes in one transaction and first clears what an earlier attempt left.
    """

    def register(handler: Handler) -> Handler:
        if kind in handlers:
            raise ValueError(f"two handlers for job {kind!r}")
        handlers[kind] = handler
        labels[kind] = label or kind
        if retry:
            repeatable.add(kind)
        return handler

    return register


@dataclass
class JobRun:
    """The handle a handler reports with."""

    job: Job
    _last: float = field(default=0.0)
    _noted: tuple[float, str] = field(default=(0.0, ""))
    _notes: int = field(default=0)
    _pace: deque[tuple[float, float]] = field(default_factory=deque)
    _expected: datetime | None = field(default=None)

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
        share, note = min(max(share, 0.0), 1.0), note[:200]
        mine = Job.objects.filter(pk=self.job.pk, attempts=self.job.attempts)
        mine.update(
            progress=share, note=note, heartbeat_at=timezone.now(),
            expected_at=self._expect(now, share),
        )  # fmt: skip
        self._keep(now, share, note)
        asked = mine.filter(status=Job.Status.RUNNING).values_list("cancel_requested", flat=True)
        match list(asked):
            case [False]:
                return
            case [True]:
                raise Cancelled
            case _:  # given to another worker while this one was held up
                raise Interrupted

    def _expect(self, now: float, share: float) -> datetime | None:
        """When the work will be done at the pace of the last minute; None before there is a pace."""
        self._pace.append((now, share))
        while now - self._pace[0][0] > WINDOW_SECONDS:
            self._pace.popleft()
        then, earlier = self._pace[0]
        if now - then < 1 or share <= earlier:
            return self._expected
        left = (1 - share) * (now - then) / (share - earlier)
        fresh = timezone.now() + timedelta(seconds=min(left, 10 * 24 * 3600))
        before = self._expected
        self._expected = before + (fresh - before) * CALM if before else fresh
        return self._expected

    def _keep(self, now: float, share: float, note: str) -> None:
        """Add a line to the job's log, unless it says nothing new or too much was said already."""
        at, text = self._noted
        if (
            not note
            or note == text
            or self._notes >= NOTES_OF_A_JOB
            or now - at < NOTE_EVERY_SECONDS
        ):
            return
        self._noted, self._notes = (now, note), self._notes + 1
        JobNote.objects.create(job=self.job, progress=share, text=note)
