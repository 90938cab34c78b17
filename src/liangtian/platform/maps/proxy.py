"""Tiles of a base map fetched by the server, so that the key stays here and a tile is fetched once.

Nothing of an address comes from the browser but three whole numbers: hosts are those of the settings
file, redirects are not followed, and only pictures of a sensible size are passed on.
"""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from typing import Any

from django.conf import settings

from liangtian.platform import tilecache
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.maps.basemaps import Part, basemaps

MOST_BYTES = 4 * 1024**2
_SIGNS = {
    b"\x89PNG": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"RIFF": "image/webp",
    b"GIF8": "image/gif",
}


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would lead to a host nobody declared."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def basemap_tile(code: str, number: int, z: int, x: int, y: int) -> tuple[bytes, str]:
    """A tile and its type. Raises NotFound for one off the grid, Refused (502) when it cannot be had."""
    part = _part(code, number)
    columns = 2**z  # matrix c has twice as many columns as rows; level 1 is 2 by 1
    rows = 2 ** max(z - 1, 0) if part.matrix == "c" else 2**z
    if not (part.min_zoom <= z <= part.max_zoom and 0 <= x < columns and 0 <= y < rows):
        raise NotFound("没有该底图瓦片。")
    name = hashlib.sha256(part.url.encode()).hexdigest()[:16]
    data = tilecache.kept(f"base/{name}/{z}-{x}-{y}", lambda: _fetched(part, z, x, y))
    return data, _type(data) or "application/octet-stream"


def _part(code: str, number: int) -> Part:
    found = next((one for one in basemaps() if one.code == code and one.proxy), None)
    if found is None or not 0 <= number < len(found.parts):
        raise NotFound("没有该底图，或该底图不经本系统转发。")
    return found.parts[number]


def _fetched(part: Part, z: int, x: int, y: int) -> bytes:
    asked = urllib.request.Request(
        part.address(z, x, y),
        headers={"User-Agent": "Mozilla/5.0 (Liangtian)", "Accept": "image/*"},
    )
    try:
        with _opener.open(asked, timeout=settings.BASEMAP_SECONDS) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        raise _unavailable(error) from error
    if len(data) > MOST_BYTES or _type(data) is None:
        raise _unavailable("返回的不是图片，请核对地址与密钥")
    return data


def _type(data: bytes) -> str | None:
    """By the first bytes: what a stranger's server says of itself counts for nothing."""
    return next((kind for sign, kind in _SIGNS.items() if data.startswith(sign)), None)


def _unavailable(reason: object) -> Refused:
    status = f"（{reason.code}）" if isinstance(reason, urllib.error.HTTPError) else ""
    said = reason if isinstance(reason, str) else f"底图服务没有应答{status}"
    return Refused(f"{said}。", code="basemap", status=502)
