"""What must be in order before a signed-in person may do anything: a live session, an own password, a second factor."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from liangtian.platform.errors import Refused
from liangtian.platform.people import codes, sessions
from liangtian.platform.people.models import User
from liangtian.platform.people.passwords import must_change
from liangtian.platform.people.security import Policy, current

OPEN_PATHS = ("/api/session", "/api/account")  # needed to put things in order
DUTIES = {
    "initial": "这是初始密码，请先更改密码。",
    "expired": "密码已到更换周期，请先更改密码。",
    "code": "安全策略要求您使用动态口令，请先启用。",
}


def duty(user: User, policy: Policy) -> str:
    """What the person must do first: `initial`, `expired` (password), `code`, or empty."""
    if why := must_change(user, policy):
        return why
    return "code" if codes.needed(user, policy) and not codes.enabled(user) else ""


def check(request: HttpRequest) -> None:
    """Raise Refused: 401 `session_expired`, or 403 `duty_first` while something has to be done first."""
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
    if not key or not request.path.startswith("/api/"):
        return
    policy = current()
    try:
        sessions.check(request, key, policy)
    except sessions.SessionExpired as ended:
        if request.path != "/api/session":
            raise
        request.ended_because = ended.why  # type: ignore[attr-defined]
        return  # asked who is signed in, the answer is: nobody, and why
    user = request.user
    if request.path.startswith(OPEN_PATHS) or not isinstance(user, User):
        return
    if first := duty(user, policy):
        raise Refused(DUTIES[first], code="duty_first", status=403)
