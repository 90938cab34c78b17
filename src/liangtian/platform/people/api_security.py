"""Roles, grants, the security policy and open sessions over HTTP."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import Count, Q
from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from liangtian.platform.errors import Forbidden, NotFound
from liangtian.platform.people import accounts, grants, security, sessions
from liangtian.platform.people.models import Presence, Role, User
from liangtian.platform.people.permissions import PERMISSIONS, for_officers
from liangtian.platform.people.request import user_of
from liangtian.platform.people.scope import require
from liangtian.platform.people.shapes import (
    GrantOut,
    GrantPage,
    PageNumber,
    PageSize,
    PresenceOut,
    Reason,
    RoleOut,
    grant_out,
    presence_out,
    role_out,
)
from liangtian.platform.regions.models import Region

router = Router(tags=["security"])


class RightOut(Schema):
    code: str
    name: str
    for_officers: bool


class RoleIn(Schema):
    name: Annotated[str, Field(min_length=2, max_length=60)]
    permissions: Annotated[list[str], Field(max_length=200)]
    office_scope: Literal["all", "own"] = "all"


class GrantIn(Schema):
    user_id: int
    role: str
    region: str | None = None
    reason: Reason


class GrantQuery(Schema):
    state: str = ""
    user: int | None = None
    q: str = ""
    page: PageNumber = 1
    size: PageSize = 20


class NoteIn(Schema):
    note: Annotated[str, Field(max_length=200)] = ""


class SettingOut(Schema):
    name: str
    group: str
    label: str
    kind: Literal["number", "switch", "networks"]
    unit: str
    least: int
    most: int
    hint: str
    clause: str
    value: int | bool | list[str]
    dengbao: int | bool | list[str]
    asvs: int | bool | list[str]


class ProfileOut(Schema):
    code: str
    name: str


class PolicyOut(Schema):
    profile: str
    profiles: list[ProfileOut]
    settings: list[SettingOut]


class PolicyIn(Schema):
    profile: str
    values: dict[str, int | bool | list[str]]


class OnlinePage(Schema):
    rows: list[PresenceOut]
    total: int
    people: int


@router.get("/permissions", response=list[RightOut])
def list_permissions(request: HttpRequest) -> list[dict[str, Any]]:
    """Every permission with its name."""
    _officer(request)
    return [
        {"code": code, "name": name, "for_officers": for_officers(code)}
        for code, name in PERMISSIONS.items()
    ]


@router.get("/roles", response=list[RoleOut])
def list_roles(request: HttpRequest) -> list[dict[str, Any]]:
    """Every role with how many people hold it."""
    officer = _officer(request)
    mine = Q(user__in=accounts.administered(officer).values("pk"), user__is_active=True)
    rows = Role.objects.annotate(holders=Count("user", filter=mine, distinct=True))
    return [role_out(role) for role in rows.order_by("post", "-is_builtin", "pk")]


@router.post("/roles", response=RoleOut)
def create_role(request: HttpRequest, body: RoleIn) -> dict[str, Any]:
    """A role of the county's own."""
    return role_out(grants.save_role(user_of(request), None, **body.dict()))


@router.put("/roles/{role_id}", response=RoleOut)
def change_role(request: HttpRequest, role_id: int, body: RoleIn) -> dict[str, Any]:
    """Change a role of the county's own; one that somebody holds can only become narrower."""
    officer = user_of(request)
    require(officer, "people.grant")
    role = Role.objects.filter(pk=role_id).first()
    if role is None:
        raise NotFound("没有这个角色。")
    return role_out(grants.save_role(officer, role, **body.dict()))


@router.get("/grants", response=GrantPage)
def list_grants(request: HttpRequest, query: Query[GrantQuery]) -> dict[str, Any]:
    """Grants, newest first."""
    officer = user_of(request)
    require(officer, "people.grant")
    rows = grants.listed(officer)
    if query.state:
        rows = rows.filter(state=query.state)
    if query.user is not None:
        rows = rows.filter(user=query.user)
    if text := query.q.strip():
        rows = rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))
    start = (query.page - 1) * query.size
    shown = rows[start : start + query.size]
    return {"rows": [grant_out(g, officer) for g in shown], "total": rows.count()}


@router.post("/grants", response=GrantOut)
def give(request: HttpRequest, body: GrantIn) -> dict[str, Any]:
    """Ask for a role for a person."""
    officer = user_of(request)
    require(officer, "people.grant")
    user = accounts.fetch(officer, body.user_id)
    role = Role.objects.filter(code=body.role).first()
    if role is None:
        raise NotFound("没有这个角色。")
    region = None
    if body.region:
        region = Region.objects.filter(code=body.region, code__startswith=officer.scope).first()
        if region is None:
            raise NotFound("没有这个行政区划，或不在您的管理范围内。")
    return grant_out(grants.give(officer, user, role, region, body.reason.strip()), officer)


@router.post("/grants/{grant_id}/approve", response=GrantOut)
def approve(request: HttpRequest, grant_id: int, body: NoteIn) -> dict[str, Any]:
    """Agree to a grant of another officer."""
    officer = user_of(request)
    require(officer, "people.grant")
    return grant_out(grants.approve(officer, grants.fetch(officer, grant_id), body.note), officer)


@router.post("/grants/{grant_id}/refuse", response=GrantOut)
def refuse(request: HttpRequest, grant_id: int, body: NoteIn) -> dict[str, Any]:
    """Turn a grant down, or take one's own back."""
    officer = user_of(request)
    require(officer, "people.grant")
    return grant_out(grants.refuse(officer, grants.fetch(officer, grant_id), body.note), officer)


@router.post("/grants/{grant_id}/revoke", response=GrantOut)
def revoke(request: HttpRequest, grant_id: int, body: NoteIn) -> dict[str, Any]:
    """Take a role away."""
    officer = user_of(request)
    require(officer, "people.grant")
    return grant_out(grants.revoke(officer, grants.fetch(officer, grant_id), body.note), officer)


@router.get("/policy", response=PolicyOut)
def show_policy(request: HttpRequest) -> dict[str, Any]:
    """The settings in force, with their ranges and both profiles."""
    require(user_of(request), "security.policy")
    return _policy(security.current())


@router.put("/policy", response=PolicyOut)
def change_policy(request: HttpRequest, body: PolicyIn) -> dict[str, Any]:
    """Choose a profile and settings."""
    return _policy(security.change(user_of(request), body.profile, body.values))


@router.get("/online", response=OnlinePage)
def online(
    request: HttpRequest, q: str = "", page: PageNumber = 1, size: PageSize = 20
) -> dict[str, Any]:
    """Who is signed in now, and from how many places."""
    officer = user_of(request)
    require(officer, "people.accounts")
    mine = accounts.administered(officer).values("pk")
    rows = sessions.alive(security.current()).filter(user__in=mine)
    if text := q.strip():
        rows = rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))
    start = (page - 1) * size
    shown = list(rows.select_related("user__office").order_by("-seen_at")[start : start + size])
    places = dict(
        rows.order_by().filter(user__in=[p.user_id for p in shown])
        .values_list("user").annotate(n=Count("pk"))
    )  # fmt: skip
    here = request.session.session_key
    return {
        "rows": [presence_out(p, here, places[p.user_id]) for p in shown],
        "total": rows.count(),
        "people": rows.order_by().values("user").distinct().count(),
    }


@router.delete("/online/{presence_id}", response=PresenceOut)
def force_out(request: HttpRequest, presence_id: int) -> dict[str, Any]:
    """End somebody's session."""
    officer = user_of(request)
    require(officer, "people.accounts")
    mine = accounts.administered(officer).values("pk")
    rows = Presence.objects.select_related("user__office").filter(user__in=mine, ended_at=None)
    presence = rows.filter(pk=presence_id).first()
    if presence is None:
        raise NotFound("没有这个登录，或已经退出。")
    sessions.force_out(officer, presence)
    return presence_out(presence, request.session.session_key)


def _officer(request: HttpRequest) -> User:
    user = user_of(request)
    if not (user.may("people.accounts") or user.may("people.grant")):
        raise Forbidden
    return user


def _policy(policy: security.Policy) -> dict[str, Any]:
    return {
        "profile": policy.profile,
        "profiles": [{"code": c, "name": n} for c, n in security.PROFILES.items()],
        "settings": [{**vars(s), "value": policy[s.name]} for s in security.SETTINGS],
    }
