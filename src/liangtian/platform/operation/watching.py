"""Around every request: what it took, and a clear word when the database does not answer."""

from __future__ import annotations

import errno
import time
from collections.abc import Callable

from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from liangtian.platform.operation.metrics import requests

DOWN = "数据库暂时连接不上，本次操作没有保存。请稍后重试；若持续出现，请告知系统管理员。"
SLOW = "查询用时过长，已停止，没有改动数据。请缩小范围或增加筛选条件后重试。"
FULL = "服务器磁盘空间不足，本次操作没有保存。请告知系统管理员清理磁盘后重试。"
AWAY = ("unable to open", "disk i/o", "connect", "terminating", "server closed", "starting up")
RETRY_SECONDS = "15"
Answer = Callable[[HttpRequest], HttpResponse]


def measure(get_response: Answer) -> Answer:
    """Middleware: count each request under the template of its address, never under the address."""

    def middleware(request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        route = f"/{match.route}" if match and "(?!" not in match.route else "page"
        method = request.method if request.method in METHODS else "OTHER"
        requests.note(str(method), route, response.status_code, time.perf_counter() - start)
        return response

    return middleware


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def trouble_of(error: BaseException | None) -> HttpResponse | None:
    """The answer to a machine in trouble: database away, question too long, disk full. None otherwise."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _answer(507, "disk_full", FULL)
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    words = str(error).lower()
    if "disk is full" in words or "no space left" in words:
        return _answer(507, "disk_full", FULL)
    if "statement timeout" in words:
        return _answer(503, "too_slow", SLOW)
    if any(word in words for word in AWAY):
        connection.close()  # it is not used again
        response = _answer(503, "database_down", DOWN)
        response["Retry-After"] = RETRY_SECONDS
        return response
    return None


def _answer(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"error": {"code": code, "message": message, "fields": {}}}, status=status)
