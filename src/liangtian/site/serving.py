"""The web server: waitress, with an orderly end.

Told to stop, it takes no new connection, finishes the requests under way, sends what is still to be sent,
and goes; an upgrade of one web process after the other breaks no page.
"""

from __future__ import annotations

import signal
import threading
import time
from types import FrameType
from typing import Any

from django.conf import settings
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer

from liangtian.site.turns import Turns

TURN_SECONDS = 0.5  # how soon a stop is noticed


def run_server(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    from liangtian.site.wsgi import application

    proxy: dict[str, Any] = {}
    if settings.PROXY:
        headers = {"x-forwarded-for", "x-forwarded-proto"}
        proxy = {"trusted_proxy": settings.PROXY, "trusted_proxy_headers": headers}
    sockets: dict[int, Any] = {}
    server = create_server(
        application, host=host, port=port, ident="liangtian", map=sockets,
        threads=settings.THREADS, _dispatcher=Turns(settings.THREADS),
        channel_timeout=settings.REQUEST_SECONDS, clear_untrusted_proxy_headers=bool(settings.PROXY),
        connection_limit=1000, **proxy,
    )  # fmt: skip
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not stopping.is_set():
        wasyncore.loop(timeout=TURN_SECONDS, use_poll=True, map=sockets, count=1)
    _finish(sockets)
    server.task_dispatcher.shutdown()


def _finish(sockets: dict[int, Any]) -> None:
    for listener in [d for d in sockets.values() if isinstance(d, BaseWSGIServer)]:
        listener.del_channel()
        listener.socket.close()
    end = time.monotonic() + settings.GRACE_SECONDS
    while time.monotonic() < end and any(map(_busy, list(sockets.values()))):
        wasyncore.loop(timeout=0.1, use_poll=True, map=sockets, count=1)


def _busy(dispatcher: Any) -> bool:
    return isinstance(dispatcher, HTTPChannel) and bool(
        dispatcher.requests or dispatcher.request or dispatcher.total_outbufs_len
    )
