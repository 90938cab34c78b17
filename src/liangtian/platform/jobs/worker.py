"""The worker process: takes jobs one after the other, beats, and does what is due by the clock."""

from __future__ import annotations

import logging
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS
from django_tasks_db.management.commands.db_worker import Worker

from liangtian.platform.jobs import schedule
from liangtian.platform.jobs.registry import stopping
from liangtian.platform.jobs.services import beat, recover_stale, worker_id

logger = logging.getLogger(__name__)
IDLE_SECONDS = 1.0


def _taker() -> Worker:
    """The queue's own loop, which ends when nothing waits."""
    return Worker(
        queue_names=["default"], interval=0, batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS, startup_delay=False,
        max_tasks=None, worker_id=worker_id, excluded_queue_names=[],
    )  # fmt: skip


def drain() -> None:
    """Run every waiting job in this process, then return."""
    _taker().run()


def work() -> None:
    """Run jobs as they come until told to stop (SIGTERM, SIGINT); take up what a killed worker left.

    At a stop the job at hand goes back into the queue at its next report, or is finished.
    """
    taker = _taker()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():  # the second time: at once
            sys.exit(1)
        logger.warning("后台进程收到停止信号，做完手头一步后退出。")
        taker.running = False
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    # Threads of their own, since a job may compute for minutes between two reports.
    threading.Thread(target=_beat, name="heartbeat", daemon=True).start()
    ticker = threading.Thread(target=_tick, name="ticks", daemon=True)
    ticker.start()
    while not stopping.is_set():
        recover_stale()
        taker.run()
        stopping.wait(IDLE_SECONDS)
    ticker.join(timeout=settings.JOB_STALE_SECONDS)


def _beat() -> None:
    while True:  # to the very end: the last job is still being worked on after the stop signal
        time.sleep(settings.JOB_HEARTBEAT_SECONDS)
        _attempt(beat)


def _tick() -> None:
    while not stopping.wait(IDLE_SECONDS):
        _attempt(lambda: schedule.run_due(worker_id))


def _attempt(what: Callable[[], object]) -> None:
    try:
        close_old_connections()
        what()
    except DatabaseError:  # made up for by the next one
        logger.warning("%s missed", threading.current_thread().name, exc_info=True)
