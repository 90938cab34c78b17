"""People are found by a whole phone number that the database does not hold in clear; the trail never holds it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from liangtian.platform import personal
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.ledgers.models import LedgerExport
from liangtian.platform.people.models import Role, User
from liangtian.platform.personal_digest import digests, normalised
from liangtian.site.cli import main
from tests.conftest import People, Run, SignedIn

pytestmark = pytest.mark.django_db
LEDGER = "/api/ledgers/people.accounts"
PHONE = "13800000001"
REASON = {"reason": "核对来电人员的身份"}


@pytest.fixture
def officer(people: People, signed_in: SignedIn) -> Any:
    """A browser of a system administrator, with two people who have phones."""
    for user, phone in ((people.clerk, PHONE), (people.reviewer, "13800000002")):
        user.phone = phone
        user.save(update_fields=["phone"])
    made = User.objects.create_user("xitong", "x", name="冯假定", region=people.clerk.region)
    made.roles.add(Role.objects.get(code="sysadmin"))
    return signed_in(made)


def post(client: Any, path: str, **body: Any) -> Any:
    return client.post(f"{LEDGER}{path}", body, content_type="application/json")


def sought(client: Any, number: str) -> str:
    answer = post(client, "/number", column="phone", number=number)
    assert answer.status_code == 200, answer.json()
    value: str = answer.json()["value"]
    return value


def found(client: Any, value: str) -> list[str]:
    answer = client.get(f"{LEDGER}/rows", {"phone": value})
    assert answer.status_code == 200, answer.json()
    return [row["username"] for row in answer.json()["rows"]]


@pytest.mark.parametrize(
    ("typed", "compared"),
    [("１３８ 0000-0001", PHONE), ("+86 13800000001", PHONE), ("(0995) 600-0000", "09956000000"),
     ("11010119900101000ｘ", "11010119900101000X"), ("  ", "")],
)  # fmt: skip
def test_a_number_is_compared_without_its_dress(typed: str, compared: str) -> None:
    assert normalised(typed) == compared


def test_one_is_found_by_the_whole_number_and_the_trail_does_not_hold_it(
    people: People, officer: Any, run_jobs: Run
) -> None:
    assert post(officer, "/number", column="phone", number=PHONE).status_code == 403
    assert "phone" not in [f["name"] for f in officer.get(LEDGER).json()["filters"]]
    assert post(officer, "/unmask", **REASON).status_code == 200
    kinds = {f["name"]: f["kind"] for f in officer.get(LEDGER).json()["filters"]}
    assert kinds["phone"] == "number"
    value = sought(officer, "１３８-0000 0001")
    assert found(officer, value) == [people.clerk.username]
    assert found(officer, sought(officer, "1380000000")) == []
    assert officer.get(f"{LEDGER}/rows", {"phone": PHONE}).status_code == 422
    assert officer.get(f"{LEDGER}/rows", {"phone__gte": value}).status_code == 422
    assert post(officer, "/number", column="phone", number=" ").status_code == 422
    assert post(officer, "/number", column="username", number=PHONE).status_code == 422
    view = post(officer, "/views", name="来电", columns=[], query={"phone": value}, grouping=[])
    assert view.status_code == 422
    assert "联系电话" in view.json()["error"]["message"]
    entry = AuditEntry.objects.filter(act="personal.search").earliest("pk")
    assert entry.note == REASON["reason"]
    assert entry.after == {"ledger": "people.accounts", "columns": ["phone"]}
    trail = json.dumps(list(AuditEntry.objects.values("before", "after", "note", "target_label")))
    assert PHONE not in trail
    assert value not in trail
    started = post(officer, "/exports", format="csv", query={"phone": value}, **REASON)
    assert started.status_code == 200, started.json()
    run_jobs()
    assert LedgerExport.objects.get().rows == 1
    officer.delete(f"{LEDGER}/unmask")
    assert officer.get(f"{LEDGER}/rows", {"phone": value}).status_code == 422


def test_who_may_not_open_the_column_finds_nobody_by_it(
    people: People, officer: Any, signed_in: SignedIn
) -> None:
    people.auditor.roles.set([Role.objects.get(code="security_officer")])
    client = signed_in(people.auditor)
    assert post(client, "/number", column="phone", number=PHONE).status_code == 403


def test_the_digest_follows_the_number_and_the_key(
    people: People, officer: Any, files_root: Path
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone_digest FROM people_user WHERE id = %s", [people.clerk.pk])
        assert cursor.fetchone()[0] == digests(PHONE, "people.user.phone")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=people.clerk.pk).update(phone="")
    path = files_root / personal.KEY_FILE
    old, fresh = path.read_text(), personal.new_key() + "\n"
    path.write_text(fresh + old)
    post(officer, "/unmask", **REASON)
    assert found(officer, sought(officer, PHONE)) == [people.clerk.username]
    assert main(["personal-data", "reencrypt"]) == 0
    path.write_text(fresh)
    assert found(officer, sought(officer, PHONE)) == [people.clerk.username]
