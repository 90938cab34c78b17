"""One's own account over HTTP: password, one-time codes, sign-ins."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from ninja import Router, Schema

from liangtian.platform.masks import mask_phone
from liangtian.platform.people import codes, passwords, security, sessions
from liangtian.platform.people.models import OneTimeCode, Presence
from liangtian.platform.people.request import user_of
from liangtian.platform.people.shapes import PresenceOut, presence_out

router = Router(tags=["account"])
SIGN_INS_SHOWN = 20


class AccountOut(Schema):
    phone: str
    password_rules: list[str]
    password_days_left: int | None
    code_enabled: bool
    code_needed: bool
    recovery_left: int


class PasswordIn(Schema):
    old: str
    new: str


class EnrolmentOut(Schema):
    secret: str
    picture: str


class CodeIn(Schema):
    code: str


class RecoveryOut(Schema):
    recovery: list[str]


class PasswordOnly(Schema):
    password: str


@router.get("", response=AccountOut)
def show(request: HttpRequest) -> dict[str, Any]:
    """What the page of one's own account shows."""
    user, policy = user_of(request), security.current()
    code = OneTimeCode.objects.filter(user=user, confirmed_at__isnull=False).first()
    return {
        "phone": mask_phone(user.phone),
        "password_rules": passwords.rules(policy),
        "password_days_left": passwords.days_left(user, policy),
        "code_enabled": code is not None,
        "code_needed": codes.needed(user, policy),
        "recovery_left": len(code.recovery) if code else 0,
    }


@router.post("/password", response={204: None})
def change_password(request: HttpRequest, body: PasswordIn) -> tuple[int, None]:
    """Change one's own password; one's other sessions end."""
    user = user_of(request)
    passwords.change_own(user, body.old, body.new, request.session.session_key)
    before = request.session.session_key
    update_session_auth_hash(request, user)  # draws a new session key
    sessions.renamed(before, request.session.session_key)
    return 204, None


@router.get("/sessions", response=list[PresenceOut])
def sign_ins(request: HttpRequest) -> list[dict[str, Any]]:
    """One's sign-ins, those still open first."""
    user = user_of(request)
    rows = user.presences.select_related("user__office")
    open_ones = sessions.alive(security.current()).filter(user=user)
    now_open = list(open_ones.select_related("user__office").order_by("-seen_at"))
    past = rows.exclude(pk__in=[p.pk for p in now_open]).order_by("-seen_at")
    here = request.session.session_key
    both = [*now_open, *past[: max(0, SIGN_INS_SHOWN - len(now_open))]]
    rows_out = [presence_out(p, here, len(now_open)) for p in both]
    for row in rows_out[len(now_open) :]:
        if row["ended_at"] is None:  # gone quiet; closed when somebody knocks with it
            row["end_label"] = Presence.End.IDLE.label
    return rows_out


@router.delete("/sessions/{presence_id}", response={204: None})
def end_session(request: HttpRequest, presence_id: int) -> tuple[int, None]:
    """Sign out one of one's other sessions."""
    sessions.end_own(user_of(request), presence_id)
    return 204, None


@router.post("/code", response=EnrolmentOut)
def enrol(request: HttpRequest) -> dict[str, str]:
    """A secret for the phone, as text and as a picture."""
    return vars(codes.enrol(user_of(request)))


@router.post("/code/confirm", response=RecoveryOut)
def confirm(request: HttpRequest, body: CodeIn) -> dict[str, Any]:
    """The first code from the phone; answers the recovery codes, shown this once."""
    return {"recovery": codes.confirm(user_of(request), body.code)}


@router.post("/code/off", response={204: None})
def switch_off(request: HttpRequest, body: PasswordOnly) -> tuple[int, None]:
    """Stop using codes."""
    codes.switch_off(user_of(request), body.password, security.current())
    return 204, None
