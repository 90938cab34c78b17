"""Signing in and out, and the ready-made roles."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from liangtian.platform.audit import context
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people.models import LoginFailure, Role, User
from liangtian.platform.people.permissions import ROLES


def ensure_roles() -> None:
    """Create or bring up to date the roles that come with the system."""
    for code, (name, permissions) in ROLES.items():
        Role.objects.update_or_create(
            code=code, defaults={"name": name, "permissions": permissions}
        )


def sign_in(request: HttpRequest, username: str, password: str) -> User:
    """Start a session. Refused (401) for a wrong name or password alike, 423 while locked."""
    failures = _recent_failures(username)
    if failures >= settings.LOGIN_FAILURES_BEFORE_LOCK:
        raise Refused(
            f"该账号连续 {settings.LOGIN_FAILURES_BEFORE_LOCK} 次登录失败，已锁定 "
            f"{settings.LOGIN_LOCK_MINUTES} 分钟，请稍后再试或联系系统管理员。",
            code="locked",
            status=423,
        )
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        with transaction.atomic():
            LoginFailure.objects.create(username=username[:150], address=context.address.get())
            record(None, "session.refused", username[:40])
        left = settings.LOGIN_FAILURES_BEFORE_LOCK - failures - 1
        raise Refused(
            f"账号或密码不正确。还可尝试 {left} 次，之后账号将锁定 {settings.LOGIN_LOCK_MINUTES} 分钟。",
            code="login_failed",
            status=401,
        )
    with transaction.atomic():
        LoginFailure.objects.filter(username=username).delete()
        login(request, user)
        record(user, "session.start", user, region=user.region)
    return user


def sign_out(request: HttpRequest) -> None:
    """End the session."""
    with transaction.atomic():
        if isinstance(request.user, User):
            record(request.user, "session.end", request.user, region=request.user.region)
        logout(request)


def _recent_failures(username: str) -> int:
    since = timezone.now() - timedelta(minutes=settings.LOGIN_LOCK_MINUTES)
    return LoginFailure.objects.filter(username=username[:150], at__gte=since).count()
