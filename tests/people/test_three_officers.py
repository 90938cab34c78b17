"""The three officers apart: who may do what, in services, over HTTP and in the database itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.platform.people import accounts, grants, offices, security
from liangtian.platform.people.models import Grant, Office, Role, User
from liangtian.platform.people.permissions import PERMISSIONS, ROLES, for_officers
from tests.conftest import County, People


@dataclass
class Officers:
    """Three kinds of officers, two of the security kind."""

    system: User
    security: User
    second: User
    audit: User


@pytest.fixture
def officers(people: People, county: County) -> Officers:
    office = Office.objects.get(code="990121-01")

    def make(login: str, role: str) -> User:
        user = User.objects.create_user(login, "x", name="何示范", office=office)
        grants.install(user, Role.objects.get(code=role), county.county, "示例")
        return user

    return Officers(
        make("xitong", "sysadmin"), make("anquan", "security_officer"),
        make("anquan2", "security_officer"), people.auditor,
    )  # fmt: skip


@pytest.fixture
def newcomer(officers: Officers) -> User:
    office = Office.objects.get(code="990121100-01")
    user, _ = accounts.create(
        officers.system, username="xinren", name="吴新人", office_id=office.pk, phone="13800000001"
    )
    return user


def ask(officers: Officers, user: User, county: County, role: str = "township_clerk") -> Grant:
    return grants.give(
        officers.security, user, Role.objects.get(code=role), county.township_a, "分工文件"
    )


ACTS: dict[str, tuple[str, Callable[[User, County, User], object]]] = {
    "create an account": ("system", lambda o, c, n: accounts.create(
        o, username="zailai", name="周再来", office_id=n.office_id or 0, phone="")),
    "disable an account": ("system", lambda o, c, n: accounts.disable(o, n, "离职")),
    "make an office": ("system", lambda o, c, n: offices.create(
        o, code="NEW", name="新机构", kind="section", parent_id=None, region_code="990121")),
    "grant a role": ("security", lambda o, c, n: grants.give(
        o, n, Role.objects.get(code="leader"), c.township_a, "分工文件")),
    "make a role": ("security", lambda o, c, n: grants.save_role(
        o, None, name="新角色", permissions=["layers.view"], office_scope="all")),
    "change the policy": ("security", lambda o, c, n: security.change(o, "asvs", {})),
}  # fmt: skip


@pytest.mark.parametrize("act", ACTS)
def test_each_act_belongs_to_one_officer_and_is_recorded(
    act: str, officers: Officers, people: People, county: County, newcomer: User
) -> None:
    owner, do = ACTS[act]
    for kind in ("system", "security", "audit"):
        if kind != owner:
            with pytest.raises(Forbidden):
                do(getattr(officers, kind), county, newcomer)
    with pytest.raises(Forbidden):
        do(people.clerk, county, newcomer)
    before = AuditEntry.objects.count()
    do(getattr(officers, owner), county, newcomer)
    assert AuditEntry.objects.count() > before


def test_a_grant_counts_once_another_officer_approves(
    officers: Officers, county: County, newcomer: User
) -> None:
    grant = ask(officers, newcomer, county)
    assert grant.state == "pending"
    assert User.objects.get(pk=newcomer.pk).permissions == frozenset()
    with pytest.raises(Conflict):
        grants.approve(officers.security, grant)
    grants.approve(officers.second, grant)
    user = User.objects.get(pk=newcomer.pk)
    assert user.may("enforcement.evidence")
    assert user.scope == county.township_a.code


def test_the_switch_puts_a_grant_in_force_at_once(
    officers: Officers, county: County, newcomer: User
) -> None:
    security.change(officers.security, "dengbao", {"grants_need_approval": False})
    assert ask(officers, newcomer, county).state == "active"


def test_nobody_grants_or_approves_to_oneself(officers: Officers, county: County) -> None:
    role = Role.objects.get(code="security_officer")
    with pytest.raises(Refused):
        grants.give(officers.security, officers.security, role, county.county, "自己")
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(user=officers.second, role=role, asked_by=officers.second)
    with pytest.raises(IntegrityError), transaction.atomic():
        Grant.objects.create(
            user=officers.audit, role=role, asked_by=officers.second, decided_by=officers.second
        )


def test_no_officer_takes_a_second_post_nor_business(officers: Officers, county: County) -> None:
    for code in ("sysadmin", "auditor", "leader"):
        with pytest.raises(Refused):
            grants.give(
                officers.security,
                officers.second,
                Role.objects.get(code=code),
                county.county,
                "兼任",
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            officers.second.roles.add(Role.objects.get(code=code))


def test_the_database_refuses_a_business_person_an_officers_role(people: People) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        people.clerk.roles.add(Role.objects.get(code="auditor"))
    people.clerk.roles.add(Role.objects.get(code="leader"))


def test_officers_hold_no_business_permission_and_business_none_of_theirs() -> None:
    from liangtian.platform.people.permissions import POSTS

    business = {p for p in PERMISSIONS if not for_officers(p)} - {"jobs.view"}
    for code, (_, permissions) in ROLES.items():
        if code in POSTS:
            assert not business.intersection(permissions)
        else:
            assert not [
                p for p in permissions if p.split(".")[0] in ("people", "security", "audit")
            ]
    assert not any(field.name == "is_superuser" for field in User._meta.get_fields())


def test_the_last_officer_of_a_kind_stays(officers: Officers, county: County) -> None:
    grant = Grant.objects.get(user=officers.system)
    with pytest.raises(Conflict, match="最后一名"):
        grants.revoke(officers.security, grant, "离职")
    other = User.objects.create_user("xitong2", "x", name="陈试用", office=officers.system.office)
    grants.install(other, Role.objects.get(code="sysadmin"), county.county, "示例")
    grants.revoke(officers.security, grant, "离职")
    with pytest.raises(Forbidden):
        accounts.disable(User.objects.get(pk=officers.system.pk), other, "试试")
    assert accounts.disable(other, officers.second, "离职").is_active is False
    with pytest.raises(Conflict, match="最后一名"):
        accounts.disable(other, officers.security, "离职")


def test_a_scope_outside_the_office_or_beside_the_first_is_refused(
    officers: Officers, county: County, newcomer: User
) -> None:
    leader = Role.objects.get(code="leader")
    with pytest.raises(Refused, match="超出"):
        grants.give(officers.security, newcomer, leader, county.township_b, "分工文件")
    grants.approve(officers.second, ask(officers, newcomer, county))
    with pytest.raises(Refused, match="只有一个数据范围"):
        grants.give(officers.security, newcomer, leader, county.village_a, "分工文件")


def test_a_custom_role_holds_business_only_and_narrows_once_held(
    officers: Officers, county: County, newcomer: User
) -> None:
    make: dict[str, Any] = {"name": "查看员", "office_scope": "all"}
    for wrong in (["audit.view"], ["people.*"], ["nothing.at_all"], []):
        with pytest.raises(Refused):
            grants.save_role(officers.security, None, permissions=wrong, **make)
    role = grants.save_role(
        officers.security, None, permissions=["layers.view", "packs.view"], **make
    )
    grants.give(officers.security, newcomer, role, county.township_a, "分工文件")
    with pytest.raises(Conflict):
        grants.save_role(
            officers.security, role, permissions=["layers.view", "layers.import"], **make
        )
    narrowed = grants.save_role(officers.security, role, permissions=["layers.view"], **make)
    assert narrowed.permissions == ["layers.view"]


def test_moving_takes_the_business_roles_along_nowhere(
    officers: Officers, county: County, newcomer: User
) -> None:
    grants.approve(officers.second, ask(officers, newcomer, county))
    user = accounts.move(
        officers.system,
        User.objects.get(pk=newcomer.pk),
        Office.objects.get(code="990121101-01").pk,
    )
    assert not user.roles.exists()
    assert user.scope == ""
    assert Grant.objects.get(user=user).state == "revoked"


def test_the_system_administrator_hears_403_from_grants_and_policy(
    officers: Officers, signed_in: Any
) -> None:
    client: Client = signed_in(officers.system)
    for address in ("/api/security/grants", "/api/security/policy"):
        assert client.get(address).status_code == 403
