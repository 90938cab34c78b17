"""Signing in and out, and the ready-made roles."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.contrib.auth import authenticate, login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from liangtian.platform.audit import context
from liangtian.platform.audit.services import record
from liangtian.platform.errors import Refused
from liangtian.platform.people import codes, sessions
from liangtian.platform.people.models import LoginFailure, Role, User
from liangtian.platform.people.permissions import OWN_OFFICE, POSTS, ROLES
from liangtian.platform.people.security import Policy, current


def ensure_roles() -> None:
    """Create or bring up to date the roles that come with the system."""
    for code, (name, permissions) in ROLES.items():
        scope = Role.OfficeScope.OWN if code in OWN_OFFICE else Role.OfficeScope.ALL
        values = {
            "name": name, "permissions": permissions, "is_builtin": True,
            "post": POSTS.get(code, Role.Post.BUSINESS), "office_scope": scope,
        }  # fmt: skip
        Role.objects.update_or_create(code=code, defaults=values)


def sign_in(request: HttpRequest, username: str, password: str, code: str = "") -> User:
    """Start a session.

    Refused: 401 for a wrong name, password or code alike; 423 while account or address is locked;
    401 `code_needed` when a second factor is missing; 403 for an officer from a foreign address.
    """
    policy = current()
    attempt = _attempt(username, policy)
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        raise _refusal(username, attempt, policy)
    with_code = codes.enabled(user)
    if with_code and not code:
        attempt.delete()
        raise Refused("请输入动态口令。", code="code_needed", status=401)
    if with_code and not codes.use(user, code):
        raise _refusal(username, attempt, policy)
    _let_in(user, policy)
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
            sessions.end_this(request)
        logout(request)


def _attempt(username: str, policy: Policy) -> LoginFailure:
    """Take a token before the password is looked at, so that tries at the same moment count too.

    Raises Refused (423) when none is left for the account or for the address.
    """
    minutes = policy["lock_minutes"]
    address = context.address.get()
    recent = LoginFailure.objects.filter(at__gte=timezone.now() - timedelta(minutes=minutes))
    with transaction.atomic():
        mine = LoginFailure.objects.create(username=username[:150], address=address)
        before = recent.filter(pk__lt=mine.pk)
        locked = ""
        if before.filter(username=username[:150]).count() >= policy["failures_per_account"]:
            locked = f"该账号连续 {policy['failures_per_account']} 次登录失败，"
        elif address and before.filter(address=address).count() >= policy["failures_per_address"]:
            locked = f"您所在的网络地址 {minutes} 分钟内登录失败过多，"
        if locked:
            mine.delete()
            record(None, "session.locked", username[:40])
    if locked:
        raise Refused(
            f"{locked}已锁定 {minutes} 分钟，请稍后再试或联系系统管理员。",
            code="locked",
            status=423,
        )
    return mine


def _refusal(username: str, attempt: LoginFailure, policy: Policy) -> Refused:
    """The same words for a wrong name, password or code."""
    with transaction.atomic():
        record(None, "session.refused", username[:40])
    since = timezone.now() - timedelta(minutes=policy["lock_minutes"])
    failed = LoginFailure.objects.filter(username=attempt.username, at__gte=since).count()
    left = max(0, policy["failures_per_account"] - failed)
    return Refused(
        f"账号、密码或动态口令不正确。还可尝试 {left} 次，之后账号将锁定 {policy['lock_minutes']} 分钟。",
        code="login_failed",
        status=401,
    )


def _let_in(user: User, policy: Policy) -> None:
    """What stands in the way of the right password: an initial one used or grown old, a foreign address."""
    said = ""
    hours = policy["initial_password_hours"]
    age = timezone.now() - user.password_changed_at
    if (
        user.must_change_password
        and user.last_login
        and user.last_login >= user.password_changed_at
    ):
        said = "初始密码只能登录一次，已经用过。请联系系统管理员重新生成；若不是您本人登录，请一并告知。"
    elif user.must_change_password and age > timedelta(hours=hours):
        said = f"初始密码已超过 {hours} 小时未使用，已失效。请联系系统管理员重新生成。"
    elif user.post and not _address_allowed(policy["officer_networks"]):
        said = "管理员账号不能从本机的网络地址登录。请在规定的地址登录，或联系安全管理员。"
    if said:
        with transaction.atomic():
            record(user, "session.refused", user, note=said)
        raise Refused(said, code="not_let_in", status=403)


def _address_allowed(networks: list[str]) -> bool:
    if not networks:
        return True
    try:
        here = ip_address(context.address.get())
    except ValueError:
        return False
    return any(here in ip_network(line, strict=False) for line in networks)
