"""The API put together: routers of all apps, one way to sign in, one shape of error."""

from __future__ import annotations

import logging
from typing import Any

from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.security import SessionAuth

from liangtian import __version__
from liangtian.platform.audit.api import router as audit
from liangtian.platform.books.api import router as books
from liangtian.platform.calendar.api import router as calendar
from liangtian.platform.calendar.api_messages import hooks
from liangtian.platform.calendar.api_messages import router as messages
from liangtian.platform.cases.api import router as inbox
from liangtian.platform.dashboards.api import router as dashboards
from liangtian.platform.documents.api import router as documents
from liangtian.platform.errors import Refused
from liangtian.platform.features.api import router as features
from liangtian.platform.files.api import router as files
from liangtian.platform.jobs.api import router as jobs
from liangtian.platform.layers.api import router as layers
from liangtian.platform.ledgers.api import router as ledgers
from liangtian.platform.ledgers.api_exports import files as ledger_files
from liangtian.platform.ledgers.api_exports import router as ledger_exports
from liangtian.platform.ledgers.api_views import router as ledger_views
from liangtian.platform.maps.api import router as maps
from liangtian.platform.operation import watching
from liangtian.platform.operation.api import router as operation
from liangtian.platform.overlays.api import router as overlays
from liangtian.platform.packs.api import router as packs
from liangtian.platform.people.api import router as session
from liangtian.platform.people.api_account import router as account
from liangtian.platform.people.api_people import router as people
from liangtian.platform.people.api_security import router as security
from liangtian.platform.people.models import User
from liangtian.platform.regions.api import router as regions
from liangtian.platform.regions.api_imports import router as region_imports
from liangtian.platform.returns.api import router as returns
from liangtian.platform.returns.api_snapshots import router as snapshots
from liangtian.platform.sketches.api import router as sketches
from liangtian.platform.tokens.api import router as tokens
from liangtian.platform.tokens.auth import ByToken
from liangtian.programmes.enforcement.api import router as enforcement
from liangtian.programmes.holdings.api import router as holdings
from liangtian.programmes.holdings.measures.api import router as measures
from liangtian.programmes.holdings.notices.api import open_router as public_notices
from liangtian.programmes.holdings.water.api import router as water
from liangtian.programmes.holdings.water.api_reports import router as water_reports
from liangtian.site.description import router as description
from liangtian.site.home import router as home

logger = logging.getLogger(__name__)


class SignedIn(SessionAuth):
    """A signed-in, active user; the session cookie comes with a CSRF token on every change."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        return user if isinstance(user, User) and user.is_active else None


api = NinjaAPI(
    title="量田 Liangtian",
    version=__version__,
    auth=[ByToken(), SignedIn(csrf=True)],
    urls_namespace="api",
    docs_url=None,  # the interactive page would be loaded from elsewhere
    openapi_url=None,  # the browser application is built against it; nobody asks for it at run time
)
for prefix, router in (
    ("/session", session),
    ("/regions/imports", region_imports),  # before the address of one region
    ("/account", account),
    ("/people", people),
    ("/security", security),
    ("/regions", regions),
    ("", packs),  # /packs and /dictionary
    ("/files", files),
    ("/jobs", jobs),
    ("/audit", audit),
    ("/inbox", inbox),
    ("/calendar", calendar),
    ("/messages", messages),
    ("/hooks", hooks),
    ("/ledgers", ledgers),
    ("/ledgers", ledger_views),
    ("/ledgers", ledger_exports),
    ("/ledger-exports", ledger_files),
    ("/dashboards", dashboards),
    ("/returns", returns),
    ("/snapshots", snapshots),
    ("/layers", layers),
    ("/sketches", sketches),
    ("/overlays", overlays),
    ("/ogc", features),
    ("/tokens", tokens),
    ("/maps", maps),
    ("/documents", documents),
    ("/books", books),
    ("/enforcement", enforcement),
    ("/holdings", holdings),
    ("/public", public_notices),  # without signing in
    ("/holdings/measures", measures),
    ("/holdings/water", water),
    ("/holdings/water", water_reports),
    ("/operation", operation),
    ("", home),
    ("", description),
):
    api.add_router(prefix, router)


def _error(
    request: HttpRequest, status: int, code: str, message: str, fields: dict[str, str] | None = None
) -> HttpResponse:
    body = {"error": {"code": code, "message": message, "fields": fields or {}}}
    return api.create_response(request, body, status=status)


@api.exception_handler(Refused)
def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    return _error(request, refusal.status, refusal.code, refusal.message, refusal.fields)


@api.exception_handler(AuthenticationError)
def _not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _error(request, 401, "not_signed_in", "您尚未登录或登录已过期，请重新登录。")


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {str(e["loc"][-1]): _reason(e) for e in error.errors}
    names = "、".join(fields)
    return _error(request, 422, "refused", f"提交的内容有误：{names}。请改正后重试。", fields)


def _reason(error: dict[str, Any]) -> str:
    kind = str(error.get("type", ""))
    if kind == "missing":
        return "必填"
    if "int" in kind or "float" in kind or "decimal" in kind:
        return "应为数字"
    if "date" in kind:
        return "应为日期，例如 2026-03-31"
    return f"格式不对({kind})"


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _error(request, 404, "not_found", "没有找到，或不在您的管辖范围内。")


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    """What the framework itself refuses: a change without the token (403), a body it cannot read."""
    if error.status_code == 403:
        return _error(request, 403, "csrf", "页面已过期，请刷新后重试。")
    return _error(request, error.status_code, "refused", "提交的内容无法读取，请刷新页面后重试。")


@api.exception_handler(RawPostDataException)
def _another_format(request: HttpRequest, error: RawPostDataException) -> HttpResponse:
    """A form was sent to an address that takes JSON."""
    return _error(request, 415, "refused", "提交的格式不符：此接口只接受 JSON。请改正后重试。")


@api.exception_handler(DataError)
@api.exception_handler(OverflowError)  # how SQLite's driver says that an integer is too large
def _unholdable(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.warning("%s %s: %s", request.method, request.path, error)
    message = "提交的内容含有数据库不能保存的字符或过大的数值，没有保存。请改正后重试。"
    return _error(request, 422, "refused", message)


@api.exception_handler(Exception)
def _failed(request: HttpRequest, error: Exception) -> HttpResponse:
    if known := watching.trouble_of(error):
        logger.error("%s %s: %s", request.method, request.path, error)
        return known
    logger.exception("%s %s failed", request.method, request.path)
    message = "系统出错，本次操作没有保存。请稍后重试；若仍出错，请把时间告知系统管理员。"
    return _error(request, 500, "failed", message)
