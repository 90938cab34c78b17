"""Where the present request comes from, for the audit entry."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

address: ContextVar[str] = ContextVar("liangtian_address", default="")


def remember_address(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: keep the peer's address while the request runs, and note what was refused."""
    from liangtian.platform.audit.denials import note_refusal

    def middleware(request: HttpRequest) -> HttpResponse:
        token = address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            response = get_response(request)
            note_refusal(request, response)
            return response
        finally:
            address.reset(token)

    return middleware
