"""Addresses: the API under /api/, everything else is the browser application."""

from __future__ import annotations

import sys

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path, re_path
from django.utils.http import http_date
from django.views.decorators.csrf import ensure_csrf_cookie

from liangtian.platform.operation import views as watching
from liangtian.platform.operation.watching import trouble_of
from liangtian.site.api import api

MISSING = "浏览器应用尚未构建。请运行 make demo，或 python hatch_build.py。"


@ensure_csrf_cookie
def application(request: HttpRequest) -> HttpResponseBase:
    """The page of the single-page application; its router reads the address."""
    page = settings.WEB_DIST / "index.html"
    if not page.is_file():
        return HttpResponse(MISSING, status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(page.open("rb"), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    response["Last-Modified"] = http_date(int(page.stat().st_mtime))
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that nothing answers to."""
    return _error(request, 404, "not_found", "没有这个地址，请检查网址或返回首页。")


def failed(request: HttpRequest) -> HttpResponse:
    """What went wrong outside the API's own handler; the log has it, the page tells nothing of it.

    A machine in trouble (database away, disk full) is named, whichever part of the way met it.
    """
    if (known := trouble_of(sys.exc_info()[1])) is not None:
        return known
    return _error(
        request, 500, "failed", "系统出错，请稍后重试；若仍出错，请把时间告知系统管理员。"
    )


def _error(request: HttpRequest, status: int, code: str, message: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"error": {"code": code, "message": message, "fields": {}}}
        return JsonResponse(body, status=status)
    return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")


handler404 = not_found
handler500 = failed
urlpatterns = [
    path("api/", api.urls),
    path("health/live", watching.live),
    path("health/ready", watching.ready),
    path("metrics", watching.figures),
    re_path(r"^(?!api/|assets/|health/|metrics$).*$", application),
]
