"""Headers every answer carries, and the gate every request of a signed-in person passes."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse

from liangtian.platform.errors import Refused
from liangtian.platform.maps.basemaps import image_hosts
from liangtian.platform.people import gate

POLICY = (
    "default-src 'self'",
    "script-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "img-src 'self' data: blob:",
    # No style sheet but those of the build; charts write style attributes into their tooltips.
    "style-src 'self'",
    "style-src-elem 'self'",
    "style-src-attr 'unsafe-inline'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "media-src 'self' blob:",
    "frame-src 'self' blob:",
    "frame-ancestors 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "object-src 'none'",
)

# What a page of this system may ask of the device: camera and position, for field photos, and no more.
PERMISSIONS = ", ".join(
    (
        "camera=(self)",
        "geolocation=(self)",
        "microphone=()",
        "payment=()",
        "usb=()",
        "serial=()",
        "midi=()",
        "display-capture=()",
        "browsing-topics=()",
    )
)


def policy() -> str:
    """The policy with the hosts of base maps that browsers load themselves."""
    hosts = image_hosts()
    return "; ".join(
        " ".join([line, *hosts]) if line.startswith("img-src") else line for line in POLICY
    )


def content_security_policy(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Nothing is loaded from anywhere but this server and the base maps it declares."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy())
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


def people_gate(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """No request gets in with a session that is over, or before a due password change."""

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            gate.check(request)
        except Refused as refusal:
            error = {"code": refusal.code, "message": refusal.message, "fields": refusal.fields}
            return JsonResponse({"error": error}, status=refusal.status)
        return get_response(request)

    return middleware
