"""The register of people: who has an account, in which office, with which roles, and in what state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from liangtian.platform.people.models import LoginFailure, Role, User
from tests.conftest import People, SignedIn

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/people.accounts"


@pytest.fixture
def officer(people: People, signed_in: SignedIn) -> Any:
    """A browser of the security officer."""
    people.auditor.roles.set([Role.objects.get(code="security_officer")])
    return signed_in(people.auditor)


def rows(client: Any, **query: str) -> dict[str, Any]:
    answer = client.get(f"{LEDGER}/rows", query)
    assert answer.status_code == 200, answer.json()
    return {row["username"]: row for row in answer.json()["rows"]}


def test_each_account_is_shown_with_office_roles_and_state(people: People, officer: Any) -> None:
    people.clerk.roles.add(Role.objects.get(code="leader"))
    User.objects.filter(pk=people.reviewer.pk).update(is_active=False)
    User.objects.filter(pk=people.township_a.pk).update(
        last_login=timezone.now() - timedelta(days=400)
    )
    for _ in range(5):
        LoginFailure.objects.create(username="shiqiao", address="10.0.0.9")
    User.objects.create_user("xinren", None, name="何新人", must_change_password=True)
    found = rows(officer)
    assert {name: row["state"] for name, row in found.items()} == {
        "clerk": "active", "reviewer": "disabled", "liutang": "unused", "shiqiao": "locked",
        "auditor": "active", "xinren": "initial",
    }  # fmt: skip
    assert sorted(found["clerk"]["roles"].split("、")) == ["县卫片办经办员", "领导"]
    assert found["clerk"]["office_name"] == "青禾县自然资源所"
    assert (found["auditor"]["post"], found["clerk"]["post"]) == ("security", "")
    assert found["xinren"]["roles"] == ""
    assert set(rows(officer, state="locked,disabled")) == {"shiqiao", "reviewer"}
    assert set(rows(officer, roles="领导")) == {"clerk"}
    assert set(rows(officer, region="990121100")) == {"liutang"}
    assert set(rows(officer, q="何新")) == {"xinren"}
    groups = officer.get(f"{LEDGER}/groups?by=region:township,state").json()
    assert groups["count"] == 6


def test_phones_are_masked_and_only_the_system_administrator_opens_them(
    people: People, officer: Any, signed_in: SignedIn
) -> None:
    people.clerk.phone = "13800000001"
    people.clerk.save()
    assert rows(officer)["clerk"]["phone"] == "138****0001"
    asked = {"reason": "核实联系电话是否有误"}
    answer = officer.post(f"{LEDGER}/unmask", asked, content_type="application/json")
    assert answer.status_code == 403
    people.township_b.roles.set([Role.objects.get(code="sysadmin")])
    system = signed_in(people.township_b)
    assert (
        system.post(f"{LEDGER}/unmask", asked, content_type="application/json").status_code == 200
    )
    # Confined to the own region, as everywhere else.
    assert "clerk" not in rows(system)
    User.objects.filter(pk=people.township_b.pk).update(region="990121")
    assert rows(signed_in(people.township_b))["clerk"]["phone"] == "138****0001"
    assert rows(system)["clerk"]["phone"] == "13800000001"


def test_who_holds_no_right_to_it_does_not_read_the_register(
    people: People, signed_in: SignedIn
) -> None:
    for who in (people.clerk, people.auditor):
        assert signed_in(who).get(f"{LEDGER}/rows").status_code == 403
