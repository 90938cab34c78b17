"""The session over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import get_token
from ninja import Router, Schema
from ninja.utils import check_csrf

from liangtian import __version__
from liangtian.platform.errors import Refused
from liangtian.platform.people import gate, sessions
from liangtian.platform.people.models import User
from liangtian.platform.people.security import Policy, current
from liangtian.platform.people.services import sign_in, sign_out
from liangtian.platform.people.shapes import Named
from liangtian.platform.regions.models import Region
from liangtian.platform.shapes import Bounds, one_of

router = Router(tags=["session"])


class UserRegion(Schema):
    code: str
    name: str
    level: Annotated[str, one_of(Region.Level)]


class UserOut(Schema):
    id: int
    username: str
    name: str
    office: Named | None
    region: UserRegion | None
    roles: list[Named]
    permissions: list[str]
    duty: str
    places: int


class CountyOut(Schema):
    code: str
    name: str
    bounds: Bounds | None


class SessionOut(Schema):
    user: UserOut | None
    idle_minutes: int
    csrf_token: str
    county: CountyOut | None
    version: str
    reason_characters: int
    ended_because: str


class SignIn(Schema):
    username: str
    password: str
    code: str = ""


@router.get("", response=SessionOut, auth=None)
def show(request: HttpRequest) -> dict[str, Any]:
    """Who is signed in, and the token that changes must carry."""
    return _session(request)


@router.post("", response=SessionOut, auth=None)
def start(request: HttpRequest, body: SignIn) -> dict[str, Any]:
    """Sign in."""
    _same_site(request)
    sign_in(request, body.username.strip(), body.password, body.code.strip())
    return _session(request)


@router.delete("", response=SessionOut, auth=None)
def end(request: HttpRequest) -> dict[str, Any]:
    """Sign out."""
    _same_site(request)
    sign_out(request)
    return _session(request)


def _same_site(request: HttpRequest) -> None:
    """Refuse what another site's page sends; these two calls work without a session, so check here."""
    if check_csrf(request) is not None:
        raise Refused("页面已过期，请刷新后重新登录。", code="csrf", status=403)


def _session(request: HttpRequest) -> dict[str, Any]:
    user = request.user if isinstance(request.user, User) else None
    county = Region.objects.filter(level=Region.Level.COUNTY)
    if settings.COUNTY:
        county = county.filter(code=settings.COUNTY)
    found = county.first()
    policy = current()
    return {
        "user": user and _user(user, policy),
        "idle_minutes": policy["idle_minutes"],
        "csrf_token": get_token(request),
        "county": found
        and {
            "code": found.code,
            "name": found.name,
            "bounds": list(found.geom.bounds) if found.geom and user else None,
        },
        "version": __version__,
        "reason_characters": settings.REASON_CHARACTERS,
        "ended_because": "" if user else getattr(request, "ended_because", ""),
    }


def _user(user: User, policy: Policy) -> dict[str, Any]:
    return {
        "id": user.pk,
        "username": user.username,
        "name": user.name,
        "office": user.office,
        "region": user.region,
        "roles": list(user.roles.all()),
        "permissions": sorted(user.permissions),
        "duty": gate.duty(user, policy),
        "places": sessions.alive(policy).filter(user=user).count(),
    }
