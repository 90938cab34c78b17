"""Addresses for machines: is it alive, is it ready, what are its figures."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from liangtian.platform.operation import health, metrics

TEXT = "text/plain; version=0.0.4; charset=utf-8"


def _watcher(request: HttpRequest) -> bool:
    """Whether every address the request came through is one that may watch."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    named = [request.META.get("REMOTE_ADDR", ""), *filter(None, forwarded.split(","))]
    networks = [ip_network(text) for text in settings.WATCH_FROM]
    try:
        addresses = [ip_address(text.strip().strip("[]")) for text in named]
    except ValueError:
        return False
    return all(any(a in network for network in networks) for a in addresses)


@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return _fresh(JsonResponse({"status": "alive"}))


@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether to send requests here (200 or 503); the reasons only for who may watch."""
    findings = health.ready()
    well = all(finding.level != "error" for finding in findings)
    body: dict[str, object] = {"status": "ready" if well else "not_ready"}
    if _watcher(request):
        body["checks"] = [
            {"code": f.code, "label": f.label, "level": f.level, "detail": f.detail}
            for f in findings
        ]
    return _fresh(JsonResponse(body, status=200 if well else 503))


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Metrics for Prometheus; 404 for who may not watch."""
    if not _watcher(request):
        raise Http404
    return _fresh(HttpResponse(metrics.text(), content_type=TEXT))


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
