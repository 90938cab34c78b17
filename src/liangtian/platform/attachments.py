"""Answers that are files: named as people name them, kept by nobody on the way."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from django.http.response import HttpResponseBase

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_Response = TypeVar("_Response", bound=HttpResponseBase)


def attach(response: _Response, name: str) -> _Response:
    """The answer as a file of that name, which a browser saves."""
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response
