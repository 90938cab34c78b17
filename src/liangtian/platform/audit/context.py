"""Where the present request comes from, for the audit entry."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

address: ContextVar[str] = ContextVar("liangtian_address", default="")


def remember_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: keep the peer's address while the request runs."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            return get_response(request)
        finally:
            address.reset(token)

    return middleware
