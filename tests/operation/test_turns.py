"""While many sign in at once, others are answered."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from waitress import create_server, wasyncore

from liangtian.site.turns import Turns

THREADS, PEOPLE = 8, 20
PATIENCE = 60  # seconds; far more than it takes


class Office:
    """An application whose sign-ins take until they are let in."""

    def __init__(self) -> None:
        self.door = threading.Event()
        self.at_once, self.most = 0, 0
        self.lock = threading.Lock()

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            with self.lock:
                self.at_once += 1
                self.most = max(self.most, self.at_once)
            self.door.wait(PATIENCE)
            with self.lock:
                self.at_once -= 1
        start("200 OK", [("Content-Length", "2")])
        return [b"ok"]


@contextmanager
def served(office: Office) -> Iterator[int]:
    sockets: dict[int, Any] = {}
    turns = Turns(THREADS)
    server = create_server(office, host="127.0.0.1", port=0, map=sockets, _dispatcher=turns)
    going = threading.Event()

    def loop() -> None:
        while not going.is_set():
            wasyncore.loop(timeout=0.05, use_poll=True, map=sockets, count=1)

    thread = threading.Thread(target=loop)
    thread.start()
    try:
        yield server.effective_port
    finally:
        going.set()
        thread.join()
        office.door.set()
        turns.shutdown()
        for one in list(sockets.values()):
            one.close()


def asked(port: int, method: str, path: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path)
    return connection


def test_a_page_is_answered_while_everybody_signs_in() -> None:
    office = Office()
    with served(office) as port:
        signing_in = [asked(port, "POST", "/api/session") for _ in range(PEOPLE)]
        for _ in range(THREADS):
            page = asked(port, "GET", "/api/ledgers/enforcement.patches/rows")
            assert page.getresponse().read() == b"ok"
            page.close()
        assert not office.door.is_set(), "nobody is in yet"
        office.door.set()
        assert [one.getresponse().read() for one in signing_in] == [b"ok"] * PEOPLE
        for one in signing_in:
            one.close()
    assert office.most <= THREADS // 4
