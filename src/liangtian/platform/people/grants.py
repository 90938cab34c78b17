"""Roles and data scope: given by one security officer, agreed to by another (授权与审批)."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people import accounts
from liangtian.platform.people.models import Grant, Role, User
from liangtian.platform.people.permissions import PERMISSIONS, for_officers
from liangtian.platform.people.scope import require
from liangtian.platform.people.security import current
from liangtian.platform.regions.models import Region

OPEN = (Grant.State.PENDING, Grant.State.ACTIVE)


def listed(officer: User) -> QuerySet[Grant]:
    """Grants of the people the officer answers for."""
    mine = accounts.administered(officer).values("pk")
    return Grant.objects.filter(user__in=mine).select_related(
        "user__office", "role", "region", "asked_by", "decided_by", "ended_by"
    )


def fetch(officer: User, grant_id: int) -> Grant:
    """One grant. NotFound when there is none or not the officer's."""
    grant = listed(officer).filter(pk=grant_id).first()
    if grant is None:
        raise NotFound("没有这项授权，或不在您的管理范围内。")
    return grant


def give(officer: User, user: User, role: Role, region: Region | None, reason: str) -> Grant:
    """Ask for a role with its data scope; in force at once only where the policy needs no approval.

    Refused for oneself, for a mix of officer and other roles, for a scope outside the office's region or
    other than that of the roles held. Needs `people.grant`.
    """
    require(officer, "people.grant")
    if user.pk == officer.pk:
        raise Refused("不能给自己授权，请另一名安全管理员操作。")
    if not user.is_active:
        raise Refused("账号已停用，不能授权。请系统管理员先启用账号。")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        _check_post(user, role)
        _check_region(user, role, region)
        grant = Grant(user=user, role=role, region=region, reason=reason, asked_by=officer)
        try:
            with transaction.atomic():
                grant.save()
        except IntegrityError as error:
            raise Conflict("该人员已有此角色，或已有待审批的同一授权。") from error
        record(officer, "grant.ask", grant, region=region or _place(user), after=_state(grant), note=reason)  # fmt: skip
        if not current()["grants_need_approval"]:
            _put_in_force(officer, grant)
    return grant


def approve(officer: User, grant: Grant, note: str = "") -> Grant:
    """Agree to a grant another officer asked for. Conflict when it is one's own or decided already."""
    require(officer, "people.grant")
    with transaction.atomic():
        grant = _pending(officer, grant)
        user = User.objects.select_for_update().get(pk=grant.user_id)
        if not user.is_active:
            raise Conflict("账号已停用，不能批准。")
        _check_post(user, grant.role)
        _check_region(user, grant.role, grant.region)
        grant.decided_by, grant.note = officer, note
        _put_in_force(officer, grant)
    return grant


def refuse(officer: User, grant: Grant, note: str) -> Grant:
    """Turn a grant down; who asked for it may so take it back."""
    require(officer, "people.grant")
    with transaction.atomic():
        own = grant.asked_by_id == officer.pk
        grant = grant if own and grant.state == Grant.State.PENDING else _pending(officer, grant)
        grant.state, grant.note, grant.decided_at = Grant.State.REFUSED, note, timezone.now()
        grant.decided_by = None if own else officer
        grant.save()
        record(officer, "grant.refuse", grant, region=grant.region or _place(grant.user), note=note)
    return grant


def revoke(officer: User, grant: Grant, note: str) -> Grant:
    """Take a role away, at once. Conflict for the last officer of a kind. Needs `people.grant`."""
    require(officer, "people.grant")
    if grant.user_id == officer.pk:
        raise Conflict("不能收回自己的角色，请另一名安全管理员操作。")
    with transaction.atomic():
        grant = Grant.objects.select_for_update().get(pk=grant.pk)
        if grant.state != Grant.State.ACTIVE:
            raise Conflict("这项授权不在有效状态，无需收回。")
        user = grant.user
        if grant.role.post and user.is_active:
            accounts.keep_last_officer(user)
        grant.state, grant.note = Grant.State.REVOKED, note
        grant.ended_by, grant.ended_at = officer, timezone.now()
        grant.save()
        user.roles.remove(grant.role)
        if not user.roles.exists():
            user.region = None
            user.save(update_fields=["region"])
        record(officer, "grant.revoke", grant, region=grant.region or _place(user), before=_state(grant), note=note)  # fmt: skip
    return grant


def install(user: User, role: Role, region: Region | None, reason: str) -> Grant:
    """A grant without officers, for the first officers of an installation and for sample people."""
    grant = Grant(user=user, role=role, region=region, reason=reason)
    with transaction.atomic():
        grant.save()
        _put_in_force(None, grant)
    return grant


def save_role(
    officer: User, role: Role | None, *, name: str, permissions: list[str], office_scope: str
) -> Role:
    """Make or change a role of the county's own, of business permissions only.

    Refused for permissions of the officers; Conflict for a built-in role, and for widening a role that
    somebody holds: that would grant without approval. Needs `people.grant`.
    """
    require(officer, "people.grant")
    _check_permissions(permissions)
    with transaction.atomic():
        before = _role_state(role) if role else None
        if role is None:
            number = Role.objects.filter(is_builtin=False).count() + 1
            while Role.objects.filter(code=f"custom-{number}").exists():
                number += 1
            role = Role(code=f"custom-{number}")
        elif role.is_builtin:
            raise Conflict("系统自带的角色不能修改。请新建角色。")
        elif _wider(role, permissions, office_scope):
            raise Conflict("已有人持有此角色，只能缩小不能扩大其权限。请新建角色，经审批后授予。")
        role.name, role.permissions, role.office_scope = name, sorted(permissions), office_scope
        role.save()
        record(officer, "role.save", role, before=before, after=_role_state(role))
    return role


def _pending(officer: User, grant: Grant) -> Grant:
    grant = Grant.objects.select_for_update().get(pk=grant.pk)
    if grant.state != Grant.State.PENDING:
        raise Conflict("这项授权已经处理过，请刷新页面。")
    if officer.pk in (grant.asked_by_id, grant.user_id):
        raise Conflict("不能审批自己提出的或给自己的授权，请另一名安全管理员审批。")
    return grant


def _put_in_force(officer: User | None, grant: Grant) -> None:
    user = grant.user
    grant.state, grant.decided_at = Grant.State.ACTIVE, timezone.now()
    grant.save()
    before = {"roles": sorted(user.roles.values_list("code", flat=True)), "region": user.region_id}
    user.roles.add(grant.role)
    if user.region_id != grant.region_id:
        user.region = grant.region
        user.save(update_fields=["region"])
    after = {"roles": sorted(user.roles.values_list("code", flat=True)), "region": user.region_id}
    record(officer, "grant.approve", grant, region=grant.region or _place(user), before=before, after=after)  # fmt: skip


def _check_post(user: User, role: Role) -> None:
    held = list(user.roles.all()) + [
        g.role for g in user.grants.filter(state__in=OPEN).select_related("role")
    ]
    for other in held:
        if other.post != role.post:
            raise Refused(
                f"“{user.name}”已有或待批“{other.name}”，不能再授予“{role.name}”："
                "系统、安全、审计三员须分开，且不兼任业务岗位。",
                fields={"role": "与已有角色不相容"},
            )


def _check_region(user: User, role: Role, region: Region | None) -> None:
    """Inside the office's region, and one scope for all roles of a person."""
    if region is None:
        if role.post:
            return
        raise Refused("请选择数据范围。", fields={"region": "请选择"})
    if user.office and not region.code.startswith(user.office.region_id):
        raise Refused(
            f"数据范围“{region.name}”超出所在机构的区划“{user.office.region.name}”。",
            fields={"region": "超出所在机构的区划"},
        )
    held = user.region if user.roles.exists() else None
    if held and held.pk != region.pk:
        raise Refused(
            f"“{user.name}”现有角色的数据范围是“{held.name}”。一个人只有一个数据范围，"
            "请选同一范围，或先收回原有角色。",
            fields={"region": f"应为“{held.name}”"},
        )


def _check_permissions(permissions: list[str]) -> None:
    known = set(PERMISSIONS) | {f"{name.split('.')[0]}.*" for name in PERMISSIONS}
    if not permissions or set(permissions) - known:
        raise Refused("请从列表中选择至少一项权限。", fields={"permissions": "请从列表中选择"})
    if any(for_officers(name) for name in permissions):
        raise Refused(
            "系统、安全、审计三员的权限不能放入自定义角色。",
            fields={"permissions": "含有三员的权限"},
        )


def _wider(role: Role, permissions: list[str], office_scope: str) -> bool:
    if not role.grants.filter(state__in=OPEN).exists() and not role.user_set.exists():
        return False
    widened = role.office_scope == Role.OfficeScope.OWN and office_scope == Role.OfficeScope.ALL
    return widened or bool(set(permissions) - set(role.permissions))


def _place(user: User) -> Any:
    return user.office.region if user.office else None


def _state(grant: Grant) -> dict[str, Any]:
    return {
        "user": grant.user.username, "role": grant.role.code, "region": grant.region_id,
    }  # fmt: skip


def _role_state(role: Role) -> dict[str, Any]:
    return {
        "name": role.name, "permissions": role.permissions, "office_scope": role.office_scope,
    }  # fmt: skip
