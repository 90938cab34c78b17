"""The pulse of web servers and workers: who is alive, and in which version."""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import timedelta

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from liangtian import __version__
from liangtian.platform.operation.models import Process

logger = logging.getLogger(__name__)

PULSE_SECONDS = 15.0
SILENT_AFTER = timedelta(seconds=60)  # four missed pulses
FORGET_AFTER = timedelta(days=7)
stopped = threading.Event()


def start_pulse(kind: str) -> None:
    """Say from now on, from a thread of its own, that this process is alive."""
    host = socket.gethostname()[:64]
    own = Process(key=f"{kind}-{host}-{os.getpid()}", kind=kind, host=host, version=__version__)
    threading.Thread(target=_run, args=(own,), name="pulse", daemon=True).start()


def end_pulse(kind: str) -> None:
    """Say that this process is going; what ends without saying so falls silent."""
    stopped.set()
    key = f"{kind}-{socket.gethostname()[:64]}-{os.getpid()}"
    try:
        Process.objects.filter(key=key).delete()
    except DatabaseError:
        logger.warning("could not sign off", exc_info=True)


def alive(kind: str | None = None) -> list[Process]:
    """Processes heard of within the last minute."""
    found = Process.objects.filter(seen_at__gte=timezone.now() - SILENT_AFTER)
    return list(found.filter(kind=kind) if kind else found)


def _run(own: Process) -> None:
    while True:
        try:
            close_old_connections()
            pulse(own)
        except DatabaseError:  # a missed pulse is made up by the next one
            logger.warning("pulse missed", exc_info=True)
        if stopped.wait(PULSE_SECONDS):
            return


def pulse(own: Process) -> None:
    """One sign of life; what has long been silent is forgotten."""
    now = timezone.now()
    if not Process.objects.filter(pk=own.pk).update(seen_at=now):
        own.seen_at = now
        own.save(force_insert=True)
        Process.objects.filter(seen_at__lt=now - FORGET_AFTER).delete()
