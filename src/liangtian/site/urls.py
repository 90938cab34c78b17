"""Addresses: the API under /api/, everything else is the browser application."""

from __future__ import annotations

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, re_path
from django.views.decorators.csrf import ensure_csrf_cookie

from liangtian.site.api import api

MISSING = "浏览器应用尚未构建。请运行 make demo,或 python hatch_build.py。"


@ensure_csrf_cookie
def application(request: HttpRequest) -> HttpResponseBase:
    """The page of the single-page application; its router reads the address."""
    page = settings.WEB_DIST / "index.html"
    if not page.is_file():
        return HttpResponse(MISSING, status=503, content_type="text/plain; charset=utf-8")
    response = FileResponse(page.open("rb"), content_type="text/html; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


urlpatterns = [
    path("api/", api.urls),
    re_path(r"^(?!api/|assets/).*$", application),
]
