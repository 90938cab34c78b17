"""Sign-ins that are open: how long they last, who sees them, who ends them (登录会话)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import NotFound, Refused
from liangtian.platform.people.models import Presence, User
from liangtian.platform.people.scope import require
from liangtian.platform.people.security import Policy

TOUCH_SECONDS = 20  # how stale `seen_at` may be; saves a write on most requests
IDLE_HEADER = "X-User-Idle"  # seconds since the person last touched the page, said by the browser
MESSAGES = {
    Presence.End.IDLE: "您已较长时间没有操作，系统已自动退出。请重新登录。",
    Presence.End.AGE: "本次登录时间过长，系统已自动退出。请重新登录。",
    Presence.End.PASSWORD: "账号密码已更改，请用新密码重新登录。",
    Presence.End.DISABLED: "您的账号已停用。如有疑问，请联系系统管理员。",
    Presence.End.FORCED: "系统管理员已结束您的登录。如有疑问，请联系系统管理员。",
    Presence.End.ELSEWHERE: "您在另一处退出了本机的登录。请重新登录；若不是您本人操作，请立即更改密码。",
}


class SessionExpired(Refused):
    """The session has ended; the browser shows the sign-in page and comes back to where it was.

    `why` is what the person is told of it; empty for who signed out here.
    """

    def __init__(self, end: str) -> None:
        self.why = MESSAGES.get(Presence.End(end), "")
        super().__init__(self.why or "登录已结束，请重新登录。", code="session_expired", status=401)


def started(sender: Any, request: HttpRequest, user: User, **_: Any) -> None:
    """Note a new session; hears Django's `user_logged_in`, so that no way of signing in goes unseen."""
    key = request.session.session_key
    if key is None:
        return
    Presence.objects.update_or_create(
        session_key=key,
        defaults={
            "user": user,
            "address": request.META.get("REMOTE_ADDR", ""),
            "device": request.META.get("HTTP_USER_AGENT", "")[:200],
        },
    )


def check(request: HttpRequest, key: str, policy: Policy) -> None:
    """Raise SessionExpired for a session that was ended or is too old; otherwise note that it lives."""
    presence = Presence.objects.select_related("user").filter(session_key=key).first()
    if presence is None:
        return
    if presence.ended_at is not None:
        raise SessionExpired(presence.end)
    now = timezone.now()
    if now - presence.started_at > timedelta(hours=policy["session_hours"]):
        _expire(presence, Presence.End.AGE)
    seen = max(presence.seen_at, now - _idle(request))
    if now - seen > timedelta(minutes=policy["idle_minutes"]):
        _expire(presence, Presence.End.IDLE)
    if (seen - presence.seen_at).total_seconds() > TOUCH_SECONDS:
        Presence.objects.filter(pk=presence.pk).update(seen_at=seen)


def _idle(request: HttpRequest) -> timedelta:
    """How long the person has not touched the page: pages that refresh by themselves keep nobody signed in."""
    said = request.headers.get(IDLE_HEADER, "0")
    return timedelta(seconds=int(said[:6]) if said.isdecimal() and said.isascii() else 0)


def _expire(presence: Presence, end: Presence.End) -> None:
    with transaction.atomic():
        _close([presence], end)
        record(presence.user, "session.expired", presence.user, note=end.label)
    raise SessionExpired(end)


def _close(presences: list[Presence], end: Presence.End) -> None:
    """The server forgets the sessions; the rows stay as the history of sign-ins."""
    Session.objects.filter(session_key__in=[p.session_key for p in presences]).delete()
    Presence.objects.filter(pk__in=[p.pk for p in presences]).update(
        ended_at=timezone.now(), end=end
    )


def end_all(user: User, end: Presence.End, but: str | None = None) -> int:
    """End every open session of a user except the one with key `but`; how many. For services."""
    rows = user.presences.filter(ended_at=None).exclude(session_key=but or "")
    ended = list(rows)
    _close(ended, end)
    return len(ended)


def renamed(old: str | None, new: str | None) -> None:
    """The same sign-in under a new session key, as after a password change."""
    if old and new and old != new:
        Presence.objects.filter(session_key=old).update(session_key=new)


def end_this(request: HttpRequest) -> None:
    """Note that the session of this request is signed out."""
    rows = Presence.objects.filter(session_key=request.session.session_key, ended_at=None)
    rows.update(ended_at=timezone.now(), end=Presence.End.SIGNED_OUT)


def alive(policy: Policy, at: datetime | None = None) -> Any:
    """Sessions that are open and not yet too old."""
    now = at or timezone.now()
    return Presence.objects.filter(
        ended_at=None,
        seen_at__gte=now - timedelta(minutes=policy["idle_minutes"]),
        started_at__gte=now - timedelta(hours=policy["session_hours"]),
    )


def end_own(user: User, presence_id: int) -> None:
    """End another session of one's own. NotFound when it is not one's own or over."""
    with transaction.atomic():
        presence = user.presences.filter(pk=presence_id, ended_at=None).first()
        if presence is None:
            raise NotFound("没有这个登录，或已经退出。")
        _close([presence], Presence.End.ELSEWHERE)
        record(user, "session.end_other", user, note=presence.address)


def force_out(officer: User, presence: Presence) -> None:
    """End somebody's session. Needs `people.accounts`."""
    require(officer, "people.accounts")
    with transaction.atomic():
        _close([presence], Presence.End.FORCED)
        record(officer, "session.forced_out", presence.user, note=presence.address)
