"""Base maps declared in a file, fetched by the server from a tile server started here."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from PIL import Image

from liangtian.platform.maps.basemaps import basemaps
from liangtian.site.middleware import policy


class _Tiles(BaseHTTPRequestHandler):
    """Pictures at /img, a web page at /page, a redirect at /away."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/img/0/0/0")
            self.end_headers()
            return
        body = b"<html>" if self.path.startswith("/page") else _png()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Silent."""


def _png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "#336699").save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def tiles() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Tiles)
    _Tiles.asked.clear()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def declared(folder: Path, host: str, path: str, rest: str = "") -> Any:
    file = folder / f"base{abs(hash((host, path, rest)))}.toml"
    file.write_text(
        f'[[basemap]]\ncode="img"\nname="影像"\nlicence="GS(2025)0001号"\n{rest}\n'
        f'[[basemap.part]]\nurl="{host}/{path}/{{z}}/{{x}}/{{y}}?tk={{key}}"\nkey="secret-key"\nmax_zoom=17\n',
        encoding="utf-8",
    )
    return override_settings(BASEMAPS=str(file))


def test_without_a_file_there_is_no_base_map(people: Any, signed_in: Any) -> None:
    assert signed_in(people.clerk).get("/api/maps/basemaps").json() == []
    assert policy().count("http") == 0


def test_the_server_fetches_a_tile_once_and_the_key_stays_with_it(
    people: Any, signed_in: Any, tmp_path: Path, tiles: str
) -> None:
    client = signed_in(people.clerk)
    with declared(tmp_path, tiles, "img"):
        listed = client.get("/api/maps/basemaps")
        assert "secret-key" not in listed.content.decode()
        (base,) = listed.json()
        assert (base["name"], base["licence"]) == ("影像", "GS(2025)0001号")
        assert "127.0.0.1" not in policy(), "a browser never goes there itself"
        url = base["parts"][0]["url"].format(z=5, x=25, y=12)
        first, again = client.get(url), client.get(url)
    assert (first.status_code, first["Content-Type"]) == (200, "image/png")
    assert again.content == first.content
    assert _Tiles.asked == ["/img/5/25/12?tk=secret-key"]


@pytest.mark.parametrize(("path", "status"), [("page", 502), ("away", 502)])
def test_what_is_no_picture_is_not_passed_on(  # noqa: PLR0917
    people: Any, signed_in: Any, tmp_path: Path, tiles: str, path: str, status: int
) -> None:
    with declared(tmp_path, tiles, path):
        answer = signed_in(people.clerk).get("/api/maps/basemaps/img/0/5/25/12")
    assert answer.status_code == status
    assert "secret-key" not in answer.content.decode()
    assert len(_Tiles.asked) == 1, "a redirect is not followed"


@pytest.mark.parametrize("place", ["5/32/0", "5/0/32", "18/0/0", "5/-1/0"])
def test_a_tile_off_the_grid_is_not_asked_for(
    people: Any, signed_in: Any, tmp_path: Path, tiles: str, place: str
) -> None:
    with declared(tmp_path, tiles, "img"):
        assert signed_in(people.clerk).get(f"/api/maps/basemaps/img/0/{place}").status_code == 404
    assert _Tiles.asked == []


def test_without_proxy_browsers_may_load_pictures_from_that_host_and_no_other(
    people: Any, signed_in: Any, tmp_path: Path, tiles: str
) -> None:
    with declared(tmp_path, tiles, "img", "proxy=false"):
        client = signed_in(people.clerk)
        (base,) = client.get("/api/maps/basemaps").json()
        header = client.get("/api/session").headers["Content-Security-Policy"]
        refused = client.get("/api/maps/basemaps/img/0/5/25/12")
    assert base["parts"][0]["url"].startswith(tiles)
    assert f"img-src 'self' data: blob: {tiles};" in header
    assert header.count("http") == 1
    assert refused.status_code == 404


def test_a_faulty_file_is_told_in_words(tmp_path: Path) -> None:
    with (
        declared(tmp_path, "ftp://files.example", "img"),
        pytest.raises(ImproperlyConfigured, match="http"),
    ):
        basemaps()
