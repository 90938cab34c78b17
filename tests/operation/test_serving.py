"""How the web server answers, fails and ends."""

from __future__ import annotations

import gzip
import json
import signal
import socket
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.operation.conftest import PATIENCE, SERVER, Site, free_port, on_server
from tests.operation.test_upgrade import serving, wait_for

ROOT = Path(__file__).resolve().parents[2]


def fetch(address: str, **headers: str) -> tuple[int, Any, bytes]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_server_told_to_stop_finishes_what_is_under_way(site: Site) -> None:
    port = free_port()
    process = site.start("serve", "--port", str(port))
    wait_for(f"http://127.0.0.1:{port}", process)
    body = json.dumps({"username": "clerk", "password": "falsch"}).encode()
    head = (
        f"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.5)  # the server has the first half
        process.send_signal(signal.SIGTERM)
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(0.05)
        assert process.poll() is None, "it waits for the request under way"
        connection.sendall(body[10:])
        answer = connection.recv(65536)
    assert answer.startswith(b"HTTP/1.1 ")
    assert process.wait(PATIENCE) == 0
    assert site.rows("SELECT count(*) FROM operation_process WHERE kind = 'web'") == [(0,)]


def test_what_is_unchanged_is_not_sent_twice_and_text_is_packed(site: Site) -> None:
    built = ROOT / "src/liangtian/site/webdist"
    if not (built / "index.html").is_file():
        pytest.skip("browser application not built")
    asset = next(p for p in (built / "assets").glob("*.js") if p.stat().st_size > 10_000)
    with serving(site) as address:
        url = f"{address}/assets/{asset.name}"
        _, headers, packed = fetch(url, **{"Accept-Encoding": "gzip"})
        assert headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed) == asset.read_bytes()
        assert "immutable" in headers["Cache-Control"]
        for page, tag in ((url, "ETag"), (f"{address}/", "Last-Modified")):
            _, headers, _ = fetch(page)
            ask = "If-None-Match" if tag == "ETag" else "If-Modified-Since"
            status, _, body = fetch(page, **{ask: headers[tag]})
            assert (status, body) == (304, b"")


def away(site: Site) -> None:
    """Make the database unreachable."""
    if site.database:
        on_server(f"ALTER DATABASE {site.database} WITH ALLOW_CONNECTIONS false")
        on_server(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{site.database}'"
        )
        return
    path = site.folder / "liangtian.sqlite3"
    path.rename(site.folder / "aside")
    for tail in ("-wal", "-shm"):
        log = path.with_name(path.name + tail)
        if log.exists():
            log.rename(site.folder / f"aside{tail}")
    path.mkdir()


def back(site: Site) -> None:
    if site.database:
        on_server(f"ALTER DATABASE {site.database} WITH ALLOW_CONNECTIONS true")
        return
    path = site.folder / "liangtian.sqlite3"
    path.rmdir()
    for tail in ("-wal", "-shm", ""):
        log = site.folder / f"aside{tail}"
        if log.exists():
            log.rename(path.with_name(path.name + tail))


def test_while_the_database_is_away_everybody_is_told_and_then_it_goes_on(site: Site) -> None:
    with serving(site) as address:
        assert fetch(f"{address}/api/session")[0] == 200
        away(site)
        cookie = {"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}
        for path in ("/api/session", "/api/home", "/api/regions"):
            status, headers, body = fetch(f"{address}{path}", **cookie)
            assert status == 503, path
            assert "数据库暂时连接不上" in json.loads(body)["error"]["message"]
            assert headers["Retry-After"]
        status, _, body = fetch(f"{address}/health/ready")
        assert status == 503
        assert "数据库" in json.loads(body)["checks"][0]["detail"]
        assert fetch(f"{address}/health/live")[0] == 200
        back(site)
        assert fetch(f"{address}/api/session")[0] == 200


@pytest.mark.skipif(not SERVER, reason="PostgreSQL only: SQLite has no such limit")
def test_a_question_that_takes_too_long_is_ended(site: Site) -> None:
    from django.db import OperationalError

    from liangtian.platform.operation.watching import trouble_of

    answer = trouble_of(OperationalError("canceling statement due to statement timeout"))
    assert answer is not None
    assert answer.status_code == 503
    assert "缩小范围" in answer.content.decode("unicode-escape") or b"\\u7f29" in answer.content


def test_behind_the_proxy_the_client_and_its_https_are_known(site: Site) -> None:
    site.settings |= {"LIANGTIAN_HTTPS": "1", "LIANGTIAN_PROXY": "127.0.0.1"}
    with serving(site) as address:
        netloc = urlsplit(address).netloc
        forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"}
        status, headers, _ = fetch(f"{address}/api/session", **forwarded)
        assert status == 200
        assert headers["Strict-Transport-Security"]
        assert fetch(f"{address}/metrics", **forwarded)[0] == 404
        request = urllib.request.Request(f"http://{netloc}/api/session", method="HEAD")
        opener = urllib.request.build_opener(_NoRedirect)
        with pytest.raises(urllib.error.HTTPError) as told:
            opener.open(request, timeout=PATIENCE)
        assert told.value.headers["Location"].startswith("https://")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None
