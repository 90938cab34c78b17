"""A token opens what both it and its owner may, within its region, until it ends."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Refused
from liangtian.platform.people.models import Role
from liangtian.platform.tokens.models import ApiToken
from liangtian.platform.tokens.services import create, grantable, user_of_key
from tests.conftest import County, People

LEDGER = "/api/ledgers/enforcement.patches/rows"
VIEW = ["enforcement.view"]


def made(user: Any, permissions: list[str] = VIEW, region: str = "", days: int = 30) -> str:
    return create(user, "读取台账", permissions, region or user.region_id, days)[1]


def get(key: str, path: str = LEDGER) -> Any:
    return Client().get(path, headers={"Authorization": f"Bearer {key}"})


def test_only_a_digest_of_the_key_is_kept(people: People) -> None:
    key = made(people.clerk)
    token = ApiToken.objects.get()
    assert key not in str(vars(token))
    assert key.startswith(token.start)
    assert len(token.start) < len(key) / 3


def test_a_token_opens_what_it_carries_and_nothing_else(people: People) -> None:
    key = made(people.clerk)
    assert get(key).status_code == 200
    assert get(key, "/api/layers").status_code == 403  # the clerk may, this token may not


def test_a_program_that_knows_only_passwords_sends_the_key_as_one(people: People) -> None:
    pair = base64.b64encode(f"anything:{made(people.clerk)}".encode()).decode()
    answer = Client().get(LEDGER, headers={"Authorization": f"Basic {pair}"})
    assert answer.status_code == 200


@pytest.mark.parametrize("header", ["Bearer lt_wrong", "Bearer ", "Basic %%%", "Basic eA=="])
def test_a_wrong_key_is_refused(people: People, header: str) -> None:
    answer = Client().get(LEDGER, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "token_invalid")


def test_a_token_ends_with_its_day_its_revocation_and_its_owner(
    people: People, signed_in: Any
) -> None:
    key, other = made(people.clerk), made(people.clerk)
    token = ApiToken.objects.get(start=key[:9])
    assert signed_in(people.clerk).post(f"/api/tokens/{token.pk}/revoke").status_code == 200
    assert get(key).status_code == 401
    assert get(other).status_code == 200
    ApiToken.objects.filter(start=other[:9]).update(expires_at=timezone.now())
    assert get(other).status_code == 401
    third = made(people.clerk)
    people.clerk.is_active = False
    people.clerk.save()
    assert get(third).status_code == 401


def test_a_right_taken_from_the_owner_is_taken_from_the_token(people: People) -> None:
    key = made(people.clerk, ["enforcement.view", "layers.view"])
    people.clerk.roles.set([Role.objects.get(code="grid_worker")])
    assert get(key).status_code == 401  # a grid worker has no tokens at all
    people.clerk.roles.set([Role.objects.get(code="township_clerk")])
    assert get(key).status_code == 200


def test_a_token_of_a_township_sees_the_township(people: People, county: County) -> None:
    key = made(people.clerk, region=county.township_a.code)
    narrowed = user_of_key(key)
    assert narrowed is not None
    assert narrowed.scope == county.township_a.code
    people.clerk.refresh_from_db()
    assert people.clerk.scope == county.county.code


def test_a_token_of_the_county_sees_no_more_than_its_owner_who_became_a_townships(
    people: People, county: County
) -> None:
    key = made(people.clerk)
    people.clerk.region = county.township_a
    people.clerk.save()
    narrowed = user_of_key(key)
    assert narrowed is not None
    assert narrowed.scope == county.township_a.code
    people.clerk.region = county.township_b
    people.clerk.save()
    township = made(people.clerk)
    people.clerk.region = county.township_a
    people.clerk.save()
    assert user_of_key(township) is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"permissions": []}, "permissions"),
        ({"permissions": ["people.accounts"]}, "permissions"),
        ({"permissions": ["api.token"]}, "permissions"),
        ({"region": "990121101"}, "region"),
        ({"region": "nowhere"}, "region"),
        ({"days": 0}, "days"),
        ({"days": 366}, "days"),
    ],
)
def test_what_a_token_may_not_be_is_named(
    people: People, change: dict[str, Any], field: str
) -> None:
    asked: dict[str, Any] = {"name": "读取", "permissions": VIEW, "region": "990121100", "days": 30}
    asked |= change
    with pytest.raises(Refused) as refusal:
        create(people.township_a, **asked)
    assert set(refusal.value.fields) == {field}
    assert not ApiToken.objects.exists()


def test_an_officer_has_nothing_to_give_to_a_token(people: People) -> None:
    assert grantable(people.auditor) == []
    assert "api.token" not in grantable(people.clerk)


def test_a_token_makes_no_tokens_and_touches_no_account(people: People) -> None:
    key = made(people.clerk, grantable(people.clerk))
    for path in ("/api/tokens", "/api/session"):
        assert get(key, path).status_code == (200 if path == "/api/session" else 403)
    body = {"name": "再来一个", "permissions": VIEW, "region": "990121", "days": 30}
    headers = {"Authorization": f"Bearer {key}"}
    again = Client().post("/api/tokens", body, content_type="application/json", headers=headers)
    assert again.status_code == 403
    assert ApiToken.objects.count() == 1


def test_a_change_by_token_needs_no_token_of_the_page(people: People) -> None:
    key = made(people.clerk, ["layers.import"])
    client = Client(enforce_csrf_checks=True)
    answer = client.post(
        "/api/layers/imports", {}, content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip
    assert answer.status_code == 422  # read, and found incomplete


def test_making_and_ending_leave_a_trace_without_the_key(people: People, signed_in: Any) -> None:
    key = made(people.clerk)
    signed_in(people.clerk).post(f"/api/tokens/{ApiToken.objects.get().pk}/revoke")
    entries = AuditEntry.objects.filter(act__startswith="token.")
    assert {e.act for e in entries} == {"token.create", "token.revoke"}
    assert not any(key in str(vars(e)) for e in entries)


def test_anothers_token_is_not_found(people: People, signed_in: Any) -> None:
    made(people.clerk)
    token = ApiToken.objects.get()
    assert signed_in(people.reviewer).post(f"/api/tokens/{token.pk}/revoke").status_code == 404
    assert signed_in(people.reviewer).get("/api/tokens").json()["rows"] == []


def test_the_database_holds_no_token_that_ends_before_it_begins(people: People) -> None:
    made(people.clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.update(expires_at=timezone.now() - timedelta(days=400))
