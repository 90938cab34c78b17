"""Accounts (账号): made, moved, closed by the system administrator, who never learns a password in use."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict, NotFound, Refused
from liangtian.platform.people import codes, offices, sessions
from liangtian.platform.people.models import Grant, Office, Presence, Role, User
from liangtian.platform.people.passwords import random_password, store
from liangtian.platform.people.scope import require
from liangtian.platform.people.security import current
from liangtian.platform.reasons import reason_given

USERNAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
GUESSED_FIRST = {"admin", "administrator", "root", "sysadmin", "test", "guest", "user", "system"}
PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}|")


def administered(officer: User) -> QuerySet[User]:
    """People the officer answers for: of the offices of the own region; all of them without one."""
    if not officer.scope:
        return User.objects.all()
    inside = Q(office__region__code__startswith=officer.scope)
    return User.objects.filter(
        inside
        | Q(office=None, region__code__startswith=officer.scope)
        | Q(office=None, region=None)
    )


def listed(officer: User, filters: dict[str, Any]) -> QuerySet[User]:
    """People by office (and below), text, role, state; with offices, roles and open grants."""
    rows = administered(officer)
    if office := filters.get("office"):
        rows = rows.filter(office__path__startswith=offices.fetch(officer, office).path)
    if text := str(filters.get("q") or "").strip():
        rows = rows.filter(Q(username__icontains=text) | Q(name__icontains=text))
    if role := filters.get("role"):
        rows = rows.filter(roles__code=role)
    state = filters.get("state")
    if state in ("active", "disabled"):
        rows = rows.filter(is_active=state == "active")
    elif state == "unused":
        rows = unused(rows)
    waiting = Grant.objects.filter(state=Grant.State.PENDING)
    return rows.select_related("office", "region").prefetch_related(
        "roles", "one_time_code", Prefetch("grants", queryset=waiting, to_attr="waiting")
    )


def unused(rows: QuerySet[User]) -> QuerySet[User]:
    """Accounts in use that nobody signed in to for as long as the policy says (闲置账号)."""
    since = timezone.now() - timedelta(days=current()["unused_days"])
    never = Q(last_login=None, created_at__lt=since)
    return rows.filter(Q(last_login__lt=since) | never, is_active=True)


def fetch(officer: User, user_id: int) -> User:
    """One person. NotFound when there is none or not the officer's."""
    user = listed(officer, {}).filter(pk=user_id).first()
    if user is None:
        raise NotFound("没有这个账号，或不在您的管理范围内。")
    return user


def create(
    officer: User, *, username: str, name: str, office_id: int, phone: str
) -> tuple[User, str]:
    """A new account without any role, and its initial password, shown this once. Needs `people.accounts`."""
    require(officer, "people.accounts")
    check_account(username, phone)
    password = random_password()
    with transaction.atomic():
        if User.objects.filter(username=username).exists():
            raise Refused(f"账号“{username}”已存在，请换一个。", fields={"username": "已存在"})
        office = _open_office(officer, office_id)
        user = User(username=username, name=name, office=office, phone=phone)
        user.set_password(password)
        user.must_change_password = True
        user.save()
        record(officer, "account.create", user, region=office.region,
               after={"username": username, "name": name, "office": office.code})  # fmt: skip
    return user, password


def change(officer: User, user: User, *, name: str, phone: str | None) -> User:
    """Correct the name or the phone (None leaves it)."""
    require(officer, "people.accounts")
    check_account(user.username, phone or "")
    with transaction.atomic():
        before = {"name": user.name}
        user.name = name
        if phone is not None:
            user.phone = phone
        user.save(update_fields=["name", "phone"])
        record(officer, "account.change", user, region=_place(user), before=before,
               after={"name": name, "phone_changed": phone is not None})  # fmt: skip
    return user


def move(officer: User, user: User, office_id: int) -> User:
    """Move a person to another office. Business roles end: what is needed there is granted anew."""
    require(officer, "people.accounts")
    with transaction.atomic():
        office = _open_office(officer, office_id)
        if office.pk == user.office_id:
            raise Refused("该人员已在此机构。", fields={"office_id": "已在此机构"})
        before = {"office": user.office.code if user.office else None, **_rights(user)}
        if not user.post:
            _strip(officer, user, "调动")
        user.office = office
        user.save(update_fields=["office"])
        record(officer, "account.move", user, region=office.region, before=before,
               after={"office": office.code, **_rights(user)})  # fmt: skip
    return user


def disable(officer: User, user: User, reason: str) -> User:
    """Close an account: sessions end, phone and second factor are wiped (残余信息清除).

    Conflict for the last officer of a kind and for oneself.
    """
    require(officer, "people.accounts")
    with transaction.atomic():
        if user.pk == officer.pk:
            raise Conflict("不能停用自己的账号，请另一名系统管理员操作。")
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            raise Conflict("该账号已停用。")
        keep_last_officer(user)
        user.is_active, user.phone = False, ""
        user.save(update_fields=["is_active", "phone"])
        codes.forget(user)
        sessions.end_all(user, Presence.End.DISABLED)
        record(officer, "account.disable", user, region=_place(user), note=reason)
    return user


def enable(officer: User, user: User) -> tuple[User, str]:
    """Open an account again, with a new initial password."""
    require(officer, "people.accounts")
    with transaction.atomic():
        if user.is_active:
            raise Conflict("该账号正在使用，无需启用。")
        user.is_active = True
        user.save(update_fields=["is_active"])
        password = random_password()
        store(user, password, must_change=True)
        record(officer, "account.enable", user, region=_place(user))
    return user, password


def reset_password(officer: User, user: User) -> tuple[User, str]:
    """A new initial password; all sessions end."""
    require(officer, "people.accounts")
    if user.pk == officer.pk:
        raise Conflict("自己的密码请在“我的账号”中更改。")
    password = random_password()
    with transaction.atomic():
        store(user, password, must_change=True)
        sessions.end_all(user, Presence.End.PASSWORD)
        record(officer, "account.reset_password", user, region=_place(user))
    return user, password


def reset_code(officer: User, user: User, reason: str) -> User:
    """Take off the second factor, for somebody who lost the phone."""
    require(officer, "people.accounts")
    if user.pk == officer.pk:
        raise Conflict("不能重置自己的动态口令，请另一名系统管理员操作。")
    with transaction.atomic():
        codes.forget(user)
        sessions.end_all(user, Presence.End.FORCED)
        record(officer, "account.reset_code", user, region=_place(user), note=reason)
    return user


def unmask_phone(officer: User, user: User, reason: str) -> str:
    """The full phone number, for a reason that is kept. Needs `people.unmask`."""
    require(officer, "people.unmask")
    text = reason_given(reason, "查看完整电话")
    with transaction.atomic():
        record(officer, "account.unmask", user, region=_place(user), note=text)
    return user.phone


def keep_last_officer(user: User) -> None:
    """Raise Conflict if without this person nobody would hold the officer's post."""
    if not user.post:
        return
    holders = User.objects.select_for_update().filter(is_active=True, roles__post=user.post)
    if not {u.pk for u in holders} - {user.pk}:
        label = Role.Post(user.post).label
        raise Conflict(f"这是最后一名{label}，不能停用或收回。请先授予另一人，再操作。")


def _strip(officer: User, user: User, note: str) -> None:
    """End all roles and the data scope."""
    user.grants.filter(state__in=["pending", "active"]).update(
        state=Grant.State.REVOKED, ended_by=officer, ended_at=timezone.now(), note=note
    )
    user.roles.clear()
    user.region = None
    user.save(update_fields=["region"])


def _open_office(officer: User, office_id: int) -> Office:
    office = offices.fetch(officer, office_id)
    if not office.is_active:
        raise Refused("该机构已停用，请另选。", fields={"office_id": "已停用"})
    return office


def check_account(username: str, phone: str) -> None:
    """Refused for a login or a phone that is not one, or a login everybody guesses first."""
    if not USERNAME.fullmatch(username) or username in GUESSED_FIRST:
        raise Refused(
            "账号应为 3 至 40 位小写字母、数字、点、下划线或连字符，以字母开头，且不能是 admin 等容易猜到的账号。",
            fields={"username": "格式不对或容易被猜到"},
        )
    if not PHONE.fullmatch(phone):
        raise Refused(
            "联系电话格式不对，请填手机号或带区号的座机号。", fields={"phone": "格式不对"}
        )


def _place(user: User) -> Any:
    return user.office.region if user.office else user.region


def _rights(user: User) -> dict[str, Any]:
    return {
        "roles": sorted(user.roles.values_list("code", flat=True)),
        "region": user.region_id,
    }
