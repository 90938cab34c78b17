"""Answering with a file: parts of it for video, nothing where the browser has it already."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

CHUNK = 256 * 1024
RANGE = re.compile(r"bytes=(\d*)-(\d*)")


def unchanged(request: HttpRequest, sha256: str) -> HttpResponseBase | None:
    """304 when the browser holds these bytes; asked only after the right to see them is settled."""
    if f'"{sha256}"' in request.headers.get("If-None-Match", ""):
        return cached(HttpResponse(status=304), sha256)
    return None


def cached(response: HttpResponseBase, sha256: str) -> HttpResponseBase:
    """Kept by this browser only, and asked about each time, so that a lost right shows at once."""
    response["ETag"] = f'"{sha256}"'
    response["Cache-Control"] = "private, no-cache"
    return response


def ranged(request: HttpRequest, source: IO[bytes], size: int, kind: str) -> HttpResponseBase:
    """The whole file, or the one part of it that was asked for (RFC 9110 section 14)."""
    first, last, status = 0, size - 1, 200
    asked = RANGE.fullmatch(request.headers.get("Range", ""))
    if asked and asked.group(0) != "bytes=-":
        first, last = _part(asked.group(1), asked.group(2), size)
        if first > last:
            source.close()
            return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
        status = 206
    response = StreamingHttpResponse(_bytes(source, first, last), status=status, content_type=kind)
    response["Content-Length"] = str(last - first + 1)
    response["Accept-Ranges"] = "bytes"
    if status == 206:
        response["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _part(start: str, stop: str, size: int) -> tuple[int, int]:
    if not start:  # the last so many bytes
        return max(0, size - int(stop)), size - 1
    return int(start), min(int(stop), size - 1) if stop else size - 1


def _bytes(source: IO[bytes], first: int, last: int) -> Iterator[bytes]:
    """Bytes `first` to `last`; an object store's stream cannot seek, so what comes before is read over."""
    with source:
        if source.seekable():
            source.seek(first)
        else:
            _skip(source, first)
        left = last - first + 1
        while left > 0 and (chunk := source.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _skip(source: IO[bytes], count: int) -> None:
    while count > 0 and (chunk := source.read(min(CHUNK, count))):
        count -= len(chunk)
