"""A person at a browser: signed in, asking the public addresses, by Django's client or over a socket."""

from __future__ import annotations

import http.client
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.test import Client

BOUNDARY = "liangtian-scripted-year"
JSON = "application/json"
# Takes method, address, headers and body; answers with status, headers and bytes.
Sender = Callable[[str, str, dict[str, str], bytes | None], tuple[int, Any, bytes]]


class Stopwatch:
    """Seconds and calls of every act, by its name."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def of(self, what: str) -> Iterator[None]:
        """Adds the time of what is done within."""
        began = time.perf_counter()
        yield
        self.seconds[what] += time.perf_counter() - began
        self.calls[what] += 1


def by_client() -> Sender:
    """Through Django's own test client: the same middleware, addresses and JSON."""
    client = Client(enforce_csrf_checks=True)

    def send(
        method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, Any, bytes]:
        kind = headers.pop("Content-Type", JSON)
        answer = client.generic(method, path, body or b"", content_type=kind, headers=headers)
        content = answer.getvalue()  # also of an answer that is sent in pieces
        return answer.status_code, answer.headers, content

    return send


def by_socket(port: int) -> Sender:
    """Over one connection to a server on this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
    cookies: dict[str, str] = {}

    def send(
        method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> tuple[int, Any, bytes]:
        headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in cookies.items())
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        except ConnectionError:  # the server lets idle connections go; a browser opens another
            connection.close()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
        content = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            key, _, value = cookie.split(";")[0].partition("=")
            cookies[key] = value
        return answer.status, answer.headers, content

    return send


class Desk:
    """One person's session."""

    def __init__(self, sender: Sender, watch: Stopwatch, username: str, password: str) -> None:
        self._send, self._watch, self.username = sender, watch, username
        self._token = ""
        self._token = self.get("sign in", "/api/session")["csrf_token"]
        told = {"username": username, "password": password}
        self._token = self.post("sign in", "/api/session", told)["csrf_token"]

    def get(self, what: str, path: str) -> Any:
        """JSON, or bytes of anything else; `what` is the act its time is booked on."""
        return self._ask(what, "GET", path)

    def post(self, what: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """As `get`; the answer must have the status named."""
        return self._ask(what, "POST", path, json.dumps(body or {}).encode(), status=status)

    def put(self, what: str, path: str, body: Any) -> Any:
        """As `post`."""
        return self._ask(what, "PUT", path, json.dumps(body).encode())

    def upload(
        self, what: str, path: str, files: list[tuple[str, str, bytes]], **fields: str
    ) -> Any:
        """Files as (field, name, content), with other fields of the form."""
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        for field, name, content in files:
            head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\n'
            parts.append(
                f"{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content + b"\r\n"
            )
        parts.append(f"--{BOUNDARY}--\r\n".encode())
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        return self._ask(what, "POST", path, b"".join(parts), kind=kind)

    def _ask(
        self, what: str, method: str, path: str, body: bytes | None = None, *,
        kind: str = JSON, status: int = 200,
    ) -> Any:  # fmt: skip
        headers = {"X-CSRFToken": self._token}
        if body is not None:
            headers["Content-Type"] = kind
        with self._watch.of(what):
            got, answered, content = self._send(method, path, headers, body)
        if got != status:
            text = content.decode("utf-8", "replace")[:600]
            raise AssertionError(
                f"{self.username} {method} {path}: {got} instead of {status}: {text}"
            )
        plain = str(answered.get("Content-Type", "")).startswith(JSON)
        return json.loads(content) if plain else content
