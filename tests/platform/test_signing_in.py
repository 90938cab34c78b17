"""Signing in, being locked out, and what nobody signed in may see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from liangtian.platform.audit.models import AuditEntry
from tests.conftest import PASSWORD, People


def sign_in(client: Client, username: str, password: str) -> Any:
    body = json.dumps({"username": username, "password": password})
    return client.post("/api/session", body, content_type="application/json")


def test_the_right_password_opens_a_session_that_says_who_and_what(people: People) -> None:
    client = Client()
    answer = sign_in(client, "liutang", PASSWORD).json()
    assert answer["user"]["name"] == "王演示"
    assert answer["user"]["region"] == {"code": "990121100", "name": "柳塘镇", "level": "township"}
    assert "enforcement.judge" not in answer["user"]["permissions"]
    assert client.get("/api/session").json()["user"]["username"] == "liutang"
    assert AuditEntry.objects.filter(act="session.start", actor=people.township_a).count() == 1


def test_a_wrong_name_and_a_wrong_password_are_not_told_apart(people: People) -> None:
    wrong_name = sign_in(Client(), "nobody", "x")
    wrong_password = sign_in(Client(), "clerk", "x")
    assert wrong_name.status_code == wrong_password.status_code == 401
    assert wrong_name.json() == wrong_password.json()
    assert wrong_name.json()["error"]["code"] == "login_failed"


def test_after_five_failures_even_the_right_password_waits(people: People) -> None:
    for _ in range(5):
        assert sign_in(Client(), "clerk", "x").status_code == 401
    refused = sign_in(Client(), "clerk", PASSWORD)
    assert refused.status_code == 423
    assert "30 分钟" in refused.json()["error"]["message"]
    assert sign_in(Client(), "reviewer", PASSWORD).status_code == 200


def test_a_disabled_account_cannot_sign_in_nor_go_on(people: People, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    assert client.get("/api/regions").status_code == 200
    people.clerk.is_active = False
    people.clerk.save()
    assert client.get("/api/regions").status_code == 401
    assert sign_in(Client(), "clerk", PASSWORD).status_code == 401


def test_signing_in_from_another_site_is_refused(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client, "clerk", PASSWORD).status_code == 403


def test_signing_out_from_another_site_is_refused(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.clerk)
    assert client.delete("/api/session").status_code == 403
    assert client.get("/api/session").json()["user"]["username"] == "clerk"


@pytest.mark.parametrize(
    "path",
    ["/api/regions", "/api/jobs", "/api/ledgers", "/api/layers", "/api/home", "/api/files/1",
     "/api/enforcement/batches", "/api/enforcement/patches/1", "/api/search?q=ab"],
)  # fmt: skip
def test_nothing_is_shown_to_nobody(db: None, path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "not_signed_in"
