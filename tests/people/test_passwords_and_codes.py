"""Passwords by profile, one-time codes, sessions that end."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.people import passwords, security
from liangtian.platform.people.guessable import is_guessable
from liangtian.platform.people.models import Presence, Role, User
from liangtian.platform.people.security import Policy
from tests.conftest import PASSWORD, People

DENGBAO, ASVS = Policy("dengbao", {}), Policy("asvs", {})


def sign_in(username: str, password: str = PASSWORD, code: str = "", **headers: Any) -> Any:
    client = Client(**headers)
    body = json.dumps({"username": username, "password": password, "code": code})
    answer: Any = client.post("/api/session", body, content_type="application/json")
    answer.browser = client
    return answer


@pytest.mark.parametrize(
    ("password", "dengbao", "asvs"),
    [
        ("Ab1-xyzq", True, True), ("Ab1-xyz", False, False), ("abcdqrstuvwx", False, True),
        ("Qingshan-Liushui", True, True), ("password123", False, False), ("Clerk-2031x", False, False),
        ("稻花香里说丰年听取", False, True), ("k" * 129, False, False), ("正确的马-9" + "Ab" * 29, True, True),
    ],
)  # fmt: skip
def test_a_password_passes_or_fails_each_profile(
    people: People, password: str, dengbao: bool, asvs: bool
) -> None:
    assert (not passwords.faults(password, people.clerk, DENGBAO)) is dengbao
    assert (not passwords.faults(password, people.clerk, ASVS)) is asvs


def test_the_last_five_are_refused_and_the_sixth_is_free_again(people: People) -> None:
    for n in range(6):
        passwords.store(people.clerk, f"Mima-kkzz-{n}", must_change=False)
    assert passwords.faults("Mima-kkzz-0", people.clerk, DENGBAO)
    passwords.store(people.clerk, "Mima-kkzz-6", must_change=False)
    assert not passwords.faults("Mima-kkzz-0", people.clerk, DENGBAO)


def test_an_initial_password_fits_the_policy_and_is_never_the_same(people: People) -> None:
    drawn = {passwords.random_password() for _ in range(50)}
    assert len(drawn) == 50
    assert not any(passwords.faults(p, people.clerk, DENGBAO) for p in drawn)


def test_an_initial_password_opens_nothing_but_its_own_change(people: People) -> None:
    passwords.store(people.clerk, "Mima-kkzz-1", must_change=True)
    client = sign_in("clerk", "Mima-kkzz-1").browser
    refused = client.get("/api/home")
    assert refused.status_code == 403
    assert refused.json()["error"]["code"] == "duty_first"
    assert client.get("/api/session").json()["user"]["duty"] == "initial"
    body = {"old": "Mima-kkzz-1", "new": "Xinde-kkzz-2"}
    assert client.post("/api/account/password", body, "application/json").status_code == 204
    assert client.get("/api/home").status_code == 200


def test_a_password_past_its_ninety_days_must_be_changed(people: People, signed_in: Any) -> None:
    client = signed_in(people.clerk)
    User.objects.update(password_changed_at=timezone.now() - timedelta(days=91))
    assert client.get("/api/home").status_code == 403
    from liangtian.platform.people.models import SecurityPolicy

    SecurityPolicy.objects.create(pk=1, profile="asvs")
    assert client.get("/api/home").status_code == 200


def test_an_unused_initial_password_grows_old(people: People) -> None:
    passwords.store(people.clerk, "Mima-kkzz-1", must_change=True)
    User.objects.update(password_changed_at=timezone.now() - timedelta(hours=73))
    assert sign_in("clerk", "Mima-kkzz-1").status_code == 403


def test_an_initial_password_opens_one_session_and_no_second(people: People) -> None:
    passwords.store(people.clerk, "Mima-kkzz-1", must_change=True)
    first = sign_in("clerk", "Mima-kkzz-1")
    assert first.status_code == 200
    again = sign_in("clerk", "Mima-kkzz-1")
    assert again.status_code == 403
    assert "只能登录一次" in again.json()["error"]["message"]
    body = {"old": "Mima-kkzz-1", "new": "Xinde-kkzz-2"}
    assert first.browser.post("/api/account/password", body, "application/json").status_code == 204
    assert sign_in("clerk", "Xinde-kkzz-2").status_code == 200
    passwords.store(people.clerk, "Mima-kkzz-3", must_change=True)
    assert sign_in("clerk", "Mima-kkzz-3").status_code == 200, "a new one counts anew"


@pytest.mark.parametrize(
    "password",
    ["Beijing-2024", "Mima@123456", "Woaini1314", "Zhengzhou2025!", "1qaz@WSX", "Qwer!234", "Asdf@2025", "1q2w3e4r",
     "P@ssw0rd2024", "Zs@19900101", "20240501", "Guanliyuan_001", "Nihao123!", "Wang-13800000000", "Zaq1!qaz"],
)  # fmt: skip
def test_the_habits_of_an_office_are_common_passwords(people: People, password: str) -> None:
    assert is_guessable(password)
    assert passwords.faults(password, people.clerk, DENGBAO)


@pytest.mark.parametrize(
    "password",
    ["Xinde-kkzz-2", "Qingshan-Liushui", "Zhang-xcvq-83", "我的密码-2024", "Ke4-Vu7-Pom2-Riz", "tian-mu-qiao-he-lu-shan",
     "Weather-Bridge-71", "wang83920174625019"],
)  # fmt: skip
def test_other_words_pass(password: str) -> None:
    assert not is_guessable(password)


def test_changing_the_password_ends_the_other_sessions(people: People) -> None:
    here, there = sign_in("clerk").browser, sign_in("clerk").browser
    body = {"old": PASSWORD, "new": "Xinde-kkzz-2"}
    assert here.post("/api/account/password", body, "application/json").status_code == 204
    assert here.get("/api/home").status_code == 200
    gone = there.get("/api/home")
    assert gone.status_code == 401
    assert gone.json()["error"]["code"] == "session_expired"


def test_fifteen_idle_minutes_end_the_session_though_the_page_asks(people: People) -> None:
    client = sign_in("clerk").browser
    assert client.get("/api/home", headers={"X-User-Idle": "600"}).status_code == 200
    Presence.objects.update(seen_at=timezone.now() - timedelta(minutes=16))
    gone = client.get("/api/home", headers={"X-User-Idle": "960"})
    assert gone.status_code == 401
    assert gone.json()["error"]["code"] == "session_expired"
    assert client.get("/api/session").json()["user"] is None


def test_a_session_ends_after_its_longest_time(people: People) -> None:
    client = sign_in("clerk").browser
    Presence.objects.update(started_at=timezone.now() - timedelta(hours=13))
    assert client.get("/api/home").status_code == 401


def test_several_places_are_shown_and_one_can_be_ended(people: People) -> None:
    here, there = sign_in("clerk").browser, sign_in("clerk").browser
    assert here.get("/api/session").json()["user"]["places"] == 2
    rows = here.get("/api/account/sessions").json()
    other = next(row for row in rows if not row["here"])
    assert here.delete(f"/api/account/sessions/{other['id']}").status_code == 204
    assert there.get("/api/home").status_code == 401


def test_a_code_is_asked_for_counts_once_and_a_recovery_code_stands_in(people: People) -> None:
    client = sign_in("clerk").browser
    secret = client.post("/api/account/code").json()["secret"]
    totp, now = pyotp.TOTP(secret), int(time.time())
    first = {"code": totp.at(now - 30)}
    recovery = client.post("/api/account/code/confirm", first, "application/json").json()[
        "recovery"
    ]
    assert sign_in("clerk").json()["error"]["code"] == "code_needed"
    assert sign_in("clerk", code=totp.at(now)).status_code == 200
    assert sign_in("clerk", code=totp.at(now)).status_code == 401, "a code is used once"
    assert sign_in("clerk", code=recovery[0]).status_code == 200
    assert sign_in("clerk", code=recovery[0]).status_code == 401
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM people_onetimecode")
        assert secret not in cursor.fetchone()[0]


def test_policy_changes_are_range_checked_and_recorded(people: People) -> None:
    officer = User.objects.create_user("anquan", "x", name="何示范")
    officer.roles.add(Role.objects.get(code="security_officer"))
    for wrong in ({"idle_minutes": 4}, {"idle_minutes": "15"}, {"password_min_length": 65},
                  {"officer_networks": ["内网"]}, {"nothing": 1}):  # fmt: skip
        with pytest.raises(Exception, match="设置未保存"):
            security.change(officer, "dengbao", wrong)
    security.change(officer, "dengbao", {"idle_minutes": 30})
    entry = AuditEntry.objects.get(act="security.policy")
    assert entry.before is not None
    assert entry.after is not None
    assert (entry.before["idle_minutes"], entry.after["idle_minutes"]) == (15, 30)


def test_officers_sign_in_from_their_networks_only(people: People) -> None:
    from liangtian.platform.people.models import SecurityPolicy

    SecurityPolicy.objects.create(pk=1, values={"officer_networks": ["10.1.2.0/24"]})
    assert sign_in("auditor", REMOTE_ADDR="10.9.9.9").status_code == 403
    assert sign_in("auditor", REMOTE_ADDR="10.1.2.7").status_code == 200
    assert sign_in("clerk", REMOTE_ADDR="10.9.9.9").status_code == 200


def test_an_address_is_locked_after_many_names(people: People) -> None:
    for n in range(30):
        assert sign_in(f"nobody{n}", "x", REMOTE_ADDR="10.9.9.9").status_code == 401
    assert sign_in("clerk", REMOTE_ADDR="10.9.9.9").status_code == 423
    assert sign_in("clerk", REMOTE_ADDR="10.1.1.1").status_code == 200
