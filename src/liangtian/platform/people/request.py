"""The signed-in user of a request, typed."""

from __future__ import annotations

from django.http import HttpRequest

from liangtian.platform.errors import Refused
from liangtian.platform.people.models import User


def user_of(request: HttpRequest) -> User:
    """The user who sent the request; Refused (401) when nobody is signed in."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        raise Refused("您尚未登录或登录已过期，请重新登录。", code="not_signed_in", status=401)
    return user
