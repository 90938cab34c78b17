"""Run inside a network namespace: server, worker and one clerk's morning; prints what was seen."""

from __future__ import annotations

import fcntl
import http.cookiejar
import json
import os
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request
from typing import Any

from liangtian.site.runtime import start_django

PORT = 8000
ADDRESS = f"http://127.0.0.1:{PORT}"
SET_FLAGS, UP = 0x8914, 1
ENV = dict(os.environ)  # of the site, before the helpers of the tests name another folder
LIANGTIAN = [sys.executable, "-m", "liangtian.site.cli"]
OPENER = urllib.request.build_opener(
    urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
)


def loopback_up() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def outside() -> str:
    """Nothing leaves: 192.0.2.1 is an address for documentation (RFC 5737)."""
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=5).close()
    except OSError:
        return "unreachable"
    return "reached"


def ask(path: str, body: Any = None, token: str = "") -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "X-CSRFToken": token}
    request = urllib.request.Request(ADDRESS + path, data=data, headers=headers)
    try:
        with OPENER.open(request, timeout=60) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def wait_for_server() -> None:
    for _ in range(600):
        try:
            if ask("/health/live")[0] == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server does not answer")


def morning() -> dict[str, Any]:
    """Sign in, draw a tile, export a ledger, back up, and see a job done."""
    start_django()
    from tests.conftest import PASSWORD
    from tests.layers.deliveries import point_at, tile_of

    token = json.loads(ask("/api/session")[1])["csrf_token"]
    status, text = ask("/api/session", {"username": "clerk", "password": PASSWORD}, token)
    session = json.loads(text)
    assert status == 200, session
    layers = json.loads(ask("/api/layers")[1])
    version = next(v["id"] for layer in layers for v in layer["versions"])
    z, x, y = tile_of(*point_at(150, 50), 15)
    _, tile = ask(f"/api/layers/versions/{version}/tiles/{z}/{x}/{y}.mvt")
    _, book = ask("/api/ledgers/enforcement.patches/export.xlsx")
    backup = subprocess.run(
        [*LIANGTIAN, "backup"], check=False, capture_output=True, text=True, env=ENV
    )
    jobs = json.loads(ask("/api/jobs")[1])["rows"]
    return {
        "page": ask("/")[0],
        "signed_in": session["user"]["name"],
        "tile_bytes": len(tile),
        "workbook": book[:2].decode("latin-1"),
        "job": jobs[0]["status"],
        "backup": backup.stdout + backup.stderr,
    }  # fmt: skip


def main() -> None:
    loopback_up()
    seen: dict[str, Any] = {
        "interfaces": [name for _, name in socket.if_nameindex()],
        "outside": outside(),
    }
    running = [
        subprocess.Popen([*LIANGTIAN, "serve", "--port", str(PORT)], stdout=subprocess.DEVNULL),
        subprocess.Popen([*LIANGTIAN, "worker"], stdout=subprocess.DEVNULL),
    ]
    try:
        wait_for_server()
        seen |= morning()
    finally:
        for process in running:
            process.terminate()
        for process in running:
            process.wait(60)
    print(json.dumps(seen))  # noqa: T201


if __name__ == "__main__":
    main()
