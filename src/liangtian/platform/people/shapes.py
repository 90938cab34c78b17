"""What the pages about people answer: shapes and how rows become them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from liangtian.platform.masks import mask_phone
from liangtian.platform.people.models import Grant, Office, Presence, Role, User
from liangtian.platform.shapes import one_of

PageNumber = Annotated[int, Field(ge=1, le=10**7)]
PageSize = Annotated[int, Field(ge=1, le=200)]
Name = Annotated[str, Field(min_length=1, max_length=40)]
Reason = Annotated[str, Field(min_length=2, max_length=200)]


class Named(Schema):
    code: str
    name: str


class OfficeOut(Schema):
    id: int
    code: str
    name: str
    kind: Annotated[str, one_of(Office.Kind)]
    kind_label: str
    parent_id: int | None
    region: Named
    is_active: bool
    staff: int


class RoleOut(Schema):
    id: int
    code: str
    name: str
    permissions: list[str]
    post: Annotated[str, one_of(Role.Post)]
    office_scope: Annotated[str, one_of(Role.OfficeScope)]
    office_scope_label: str
    is_builtin: bool
    holders: int


class StaffOut(Schema):
    id: int
    username: str
    name: str
    office: Named | None
    office_id: int | None
    region: Named | None
    roles: list[Named]
    waiting: list[str]
    post: str
    phone: str
    is_active: bool
    must_change_password: bool
    code_enabled: bool
    created_at: datetime
    last_login: datetime | None


class StaffPage(Schema):
    rows: list[StaffOut]
    total: int


class NewPassword(Schema):
    """The initial password is in this answer and nowhere else."""

    user: StaffOut
    initial_password: str


class GrantOut(Schema):
    id: int
    user_id: int
    user_name: str
    username: str
    office: str
    role: Named
    region: Named | None
    state: Annotated[str, one_of(Grant.State)]
    state_label: str
    reason: str
    note: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    mine: bool


class GrantPage(Schema):
    rows: list[GrantOut]
    total: int


class PresenceOut(Schema):
    id: int
    user_id: int
    user_name: str
    username: str
    office: str
    address: str
    device: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    end_label: str
    here: bool
    places: int


def office_out(office: Office) -> dict[str, Any]:
    """An office; `staff` comes from the query of the tree."""
    return {
        "id": office.pk, "code": office.code, "name": office.name, "kind": office.kind,
        "kind_label": office.get_kind_display(), "parent_id": office.parent_id,
        "region": office.region, "is_active": office.is_active,
        "staff": getattr(office, "staff", 0),
    }  # fmt: skip


def role_out(role: Role) -> dict[str, Any]:
    """A role; `holders` comes from the query."""
    return {
        "id": role.pk, "code": role.code, "name": role.name, "permissions": role.permissions,
        "post": role.post, "office_scope": role.office_scope, "is_builtin": role.is_builtin,
        "office_scope_label": role.get_office_scope_display(),
        "holders": getattr(role, "holders", 0),
    }  # fmt: skip


def person_out(user: User) -> dict[str, Any]:
    """A person as a list shows them: the phone is masked."""
    code = getattr(user, "one_time_code", None)
    return {
        **{name: getattr(user, name) for name in _PERSON},
        "id": user.pk,
        "roles": list(user.roles.all()),
        "waiting": [grant.role.name for grant in getattr(user, "waiting", [])],
        "phone": mask_phone(user.phone),
        "code_enabled": bool(code and code.confirmed_at),
    }


_PERSON = ("username", "name", "office", "office_id", "region", "post", "is_active",
           "must_change_password", "created_at", "last_login")  # fmt: skip


def grant_out(grant: Grant, reader: User) -> dict[str, Any]:
    """A grant; `mine` says that the reader asked for it or would get it, and so cannot approve it."""
    user = grant.user
    return {
        **{name: getattr(grant, name) for name in _GRANT},
        "user_name": user.name, "username": user.username,
        "office": user.office.name if user.office else "",
        "state_label": grant.get_state_display(),
        **{name: p.name if (p := getattr(grant, name)) else "" for name in _OFFICERS},
        "mine": reader.pk in (grant.asked_by_id, grant.user_id),
    }  # fmt: skip


_GRANT = ("id", "user_id", "role", "region", "state", "reason", "note", "asked_at", "decided_at",
          "ended_at")  # fmt: skip
_OFFICERS = ("asked_by", "decided_by", "ended_by")


def presence_out(presence: Presence, here: str | None, places: int = 1) -> dict[str, Any]:
    """A sign-in; `here` is the key of the reader's own session."""
    user = presence.user
    return {
        "id": presence.pk, "user_id": user.pk, "user_name": user.name, "username": user.username,
        "office": user.office.name if user.office else "",
        "address": presence.address, "device": device(presence.device),
        "started_at": presence.started_at, "seen_at": presence.seen_at,
        "ended_at": presence.ended_at, "end_label": presence.get_end_display(),
        "here": presence.session_key == here, "places": places,
    }  # fmt: skip


def device(agent: str) -> str:
    """Browser and system in a few words."""
    browsers = ("Edg", "QIHU", "360SE", "Firefox", "Chrome", "Safari")
    systems = ("Windows", "Android", "iPhone", "Mac OS", "UOS", "Kylin", "Linux")
    names = {"Edg": "Edge", "QIHU": "360 浏览器", "360SE": "360 浏览器", "Mac OS": "macOS"}
    found = [next((w for w in words if w in agent), "") for words in (browsers, systems)]
    return "，".join(names.get(word, word) for word in found if word)
