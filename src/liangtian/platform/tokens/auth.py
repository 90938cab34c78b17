"""Signing in by token: `Authorization: Bearer KEY`, or Basic with the key as password (desktop GIS)."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpRequest
from ninja.security.base import AuthBase

from liangtian.platform.errors import Forbidden, Refused
from liangtian.platform.tokens.services import user_of_key

PERSONS_ONLY = ("/api/session", "/api/account", "/api/tokens")


class ByToken(AuthBase):
    """Lets in who sends a valid token; says nothing where no token is sent.

    Addresses that are about the person's own account stay closed to tokens.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        key = _key(request.headers.get("Authorization", ""))
        if key is None:
            return None
        user = user_of_key(key)
        if user is None:
            raise Refused("令牌无效、已停用或已到期。", code="token_invalid", status=401)
        if request.path.startswith(PERSONS_ONLY):
            raise Forbidden("接口令牌不能用于账号与令牌管理，请登录后办理。")
        request.user = user
        return user


def _key(header: str) -> str | None:
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return text.partition(":")[2]
