"""Offices, accounts, roles, grants, the security policy, and one's own account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.conftest import PASSWORD
from tests.site.matrix import EVERYONE, HERE, Row, nothing
from tests.site.world import PLACES, World

SYSTEM = frozenset({"sysadmin"})
SECURITY = frozenset({"security_officer"})
BOTH = SYSTEM | SECURITY
WHERE = tuple(PLACES)


def _office(**json: Any) -> Any:
    def request(w: World, place: str) -> Mapping[str, Any]:
        body = {"region": PLACES[place][1], **json} if "name" in json else json
        return {"path": {"office_id": w.offices[place].pk}, "json": body}

    return request


def _person(**json: Any) -> Any:
    return lambda w, place: {"path": {"user_id": w.users[f"staff_{place}"].pk}, "json": json}


def _closed(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.people.models import User

    user = w.users[f"staff_{place}"]
    User.objects.filter(pk=user.pk).update(is_active=False)
    return {"path": {"user_id": user.pk}, "json": {}}


def _move(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.people.models import Office

    region = w.regions[place]
    other, _ = Office.objects.get_or_create(
        code=f"{region.code}-OTHER", defaults={"name": "另一机构", "region": region}
    )
    return {"path": {"user_id": w.users[f"staff_{place}"].pk}, "json": {"office_id": other.pk}}


def _new_office(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {
        "code": "NEW-1", "name": "新机构", "kind": "section", "region": PLACES[place][1],
        "parent_id": w.offices[place].pk,
    }}  # fmt: skip


def _new_person(w: World, place: str) -> Mapping[str, Any]:
    body = {"username": "hexinren", "name": "何新人", "office_id": w.offices[place].pk}
    return {"json": body}


def _grant(**json: Any) -> Any:
    return lambda w, place: {"path": {"grant_id": w.grants[place].pk}, "json": json}


def _in_force(w: World, place: str) -> Mapping[str, Any]:
    from liangtian.platform.people.models import Grant

    Grant.objects.filter(pk=w.grants[place].pk).update(state="active")
    return {"path": {"grant_id": w.grants[place].pk}, "json": {"note": "收回"}}


def _new_grant(w: World, place: str) -> Mapping[str, Any]:
    return {"json": {
        "user_id": w.users[f"staff_{place}"].pk, "role": "township_clerk",
        "region": PLACES[place][1], "reason": "岗位调整",
    }}  # fmt: skip


def _role(w: World, place: str) -> Mapping[str, Any]:
    body = {"name": "改名角色", "permissions": ["layers.view"]}
    return {"path": {"role_id": w.role.pk}, "json": body}


def _presence(w: World, place: str) -> Mapping[str, Any]:
    return {"path": {"presence_id": w.presences[place].pk}}


REASON = {"reason": "核实身份需要"}
ROLE = {"name": "新角色", "permissions": ["layers.view"]}
USER, OFFICE, GRANT = "/api/people/users/{user_id}", "/api/people/offices/{office_id}", "/api/security/grants/{grant_id}"  # fmt: skip

ROWS: tuple[Row, ...] = (
    Row("GET", "/api/people/offices", BOTH),
    Row("POST", "/api/people/offices", SYSTEM, _new_office, WHERE),
    Row("PUT", OFFICE, SYSTEM, _office(name="改名机构", kind="township"), WHERE),
    Row("POST", f"{OFFICE}/move", SYSTEM, _office(parent_id=None), WHERE),
    Row("POST", f"{OFFICE}/active", SYSTEM, _office(active=True), WHERE),
    Row("GET", "/api/people/users", BOTH),
    Row("POST", "/api/people/users", SYSTEM, _new_person, WHERE),
    Row("GET", USER, BOTH, _person(), WHERE),
    Row("PUT", USER, SYSTEM, _person(name="何改名"), WHERE),
    Row("POST", f"{USER}/move", SYSTEM, _move, WHERE),
    Row("POST", f"{USER}/disable", SYSTEM, _person(**REASON), WHERE),
    Row("POST", f"{USER}/enable", SYSTEM, _closed, WHERE),
    Row("POST", f"{USER}/reset-password", SYSTEM, _person(), WHERE),
    Row("POST", f"{USER}/reset-code", SYSTEM, _person(**REASON), WHERE),
    Row("POST", f"{USER}/phone", SYSTEM, _person(**REASON), WHERE),
    Row("GET", "/api/security/permissions", BOTH),
    Row("GET", "/api/security/roles", BOTH),
    Row("POST", "/api/security/roles", SECURITY, lambda w, p: {"json": ROLE}),
    Row("PUT", "/api/security/roles/{role_id}", SECURITY, _role),
    Row("GET", "/api/security/grants", SECURITY),
    Row("POST", "/api/security/grants", SECURITY, _new_grant, WHERE),
    Row("POST", f"{GRANT}/approve", SECURITY, _grant(note="同意"), WHERE),
    Row("POST", f"{GRANT}/refuse", SECURITY, _grant(note="不同意"), WHERE),
    Row("POST", f"{GRANT}/revoke", SECURITY, _in_force, WHERE),
    Row("GET", "/api/security/policy", SECURITY),
    Row("PUT", "/api/security/policy", SECURITY,
        lambda w, p: {"json": {"profile": "asvs", "values": {"idle_minutes": 20}}}),
    Row("GET", "/api/security/online", SYSTEM),
    Row("DELETE", "/api/security/online/{presence_id}", SYSTEM, _presence, WHERE),
    # One's own account
    Row("GET", "/api/account", EVERYONE),
    Row("POST", "/api/account/password", (), lambda w, p: {"json": {"old": PASSWORD, "new": "short"}},
        HERE, frozenset({422})),
    Row("GET", "/api/account/sessions", EVERYONE),
    Row("DELETE", "/api/account/sessions/{presence_id}", (), _presence, WHERE, frozenset({404})),
    Row("POST", "/api/account/code", EVERYONE, nothing),
    Row("POST", "/api/account/code/confirm", (), lambda w, p: {"json": {"code": "000000"}}, HERE,
        frozenset({409})),
    Row("POST", "/api/account/code/off", (), lambda w, p: {"json": {"password": "x"}}, HERE,
        frozenset({422})),
)  # fmt: skip
