"""Personal data: sealed in the database, masked on the screen, shown in full only for a reason."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from liangtian.platform import masks, personal
from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.people.models import OneTimeCode, Role, User
from liangtian.site.cli import main
from tests.conftest import People


def test_ten_thousand_masked_persons_leak_no_full_number() -> None:
    drawn = random.Random(2026)
    for _ in range(10_000):
        number = "".join(drawn.choices("0123456789", k=17)) + drawn.choice("0123456789X")
        phone = "1" + "".join(drawn.choices("0123456789", k=10))
        card = "".join(drawn.choices("0123456789", k=drawn.randint(16, 19)))
        name = "".join(drawn.choices("张王李赵钱孙周吴郑欧阳示例样本", k=drawn.randint(2, 4)))
        shown = "，".join(
            (masks.mask_id_number(number), masks.mask_phone(phone),
             masks.mask_bank_card(card), masks.mask_name(name))
        )  # fmt: skip
        assert not re.search(r"\d{11}", shown)
        assert not any(full in shown for full in (number, phone, card, name))


@pytest.mark.parametrize(
    ("name", "shown"),
    [("张三", "张*"), ("张小三", "张*三"), ("欧阳小三", "欧**三"), ("张", "*"), ("", "")],
)
def test_a_name_keeps_its_first_and_of_three_its_last(name: str, shown: str) -> None:
    assert masks.mask_name(name) == shown


def test_short_numbers_are_hidden_whole() -> None:
    assert masks.mask_phone("12") == "**"
    assert masks.mask_bank_card("12345") == "*****"


def test_the_database_holds_no_phone_in_clear(people: People) -> None:
    people.clerk.phone = "13800000000"
    people.clerk.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM people_user WHERE id = %s", [people.clerk.pk])
        stored = cursor.fetchone()[0]
    assert "13800000000" not in stored
    assert User.objects.get(pk=people.clerk.pk).phone == "13800000000"


def test_a_new_key_seals_and_the_old_one_still_opens(files_root: Path) -> None:
    sealed = personal.encrypt("13800000000", "a.b")
    path = files_root / personal.KEY_FILE
    assert path.stat().st_mode & 0o077 == 0
    path.write_text(f"{personal.new_key()}\n{path.read_text()}")
    assert personal.decrypt(sealed, "a.b") == "13800000000"
    assert personal.encrypt("x", "a.b").split(":")[0] != sealed.split(":")[0]
    with pytest.raises(personal.KeyMissing):
        personal.decrypt(sealed, "another.column")
    path.write_text(personal.new_key())
    with pytest.raises(personal.KeyMissing):
        personal.decrypt(sealed, "a.b")


def test_after_a_change_of_key_everything_is_sealed_anew_and_the_old_key_may_go(
    people: People, files_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people.clerk.phone = "13800000000"
    people.clerk.save()
    OneTimeCode.objects.create(user=people.clerk, secret="JBSWY3DPEHPK3PXP")
    path = files_root / personal.KEY_FILE
    old, fresh = path.read_text(), personal.new_key() + "\n"
    path.write_text(fresh + old)
    assert main(["personal-data", "reencrypt"]) == 0
    assert "2 项" in capsys.readouterr().out
    path.write_text(fresh)
    assert User.objects.get(pk=people.clerk.pk).phone == "13800000000"
    assert OneTimeCode.objects.get().secret == "JBSWY3DPEHPK3PXP"
    entry = AuditEntry.objects.get(act="personal.reseal")
    resealed = {column: rows for column, rows in (entry.after or {}).items() if rows}
    assert resealed == {"people.user.phone": 1, "people.onetimecode.secret": 1}
    assert main(["personal-data", "reencrypt"]) == 0
    assert "0 项" in capsys.readouterr().out
    path.write_text(personal.new_key())
    assert main(["personal-data", "reencrypt"]) == 1
    assert "缺少加密时使用的密钥" in capsys.readouterr().err


def test_a_full_phone_needs_a_reason_and_is_recorded(people: People, signed_in: Any) -> None:
    people.clerk.phone = "13800000000"
    people.clerk.save()
    officer = User.objects.create_user("xitong", "x", name="冯假定", region=people.clerk.region)
    officer.roles.add(Role.objects.get(code="sysadmin"))
    client = signed_in(officer)
    address = f"/api/people/users/{people.clerk.pk}"
    assert client.get(address).json()["phone"] == "138****0000"
    for reason, status in (("", 422), ("看", 422), ("核对联系方式", 200)):
        answer = client.post(f"{address}/phone", {"reason": reason}, "application/json")
        assert answer.status_code == status
    assert answer.json() == {"phone": "13800000000"}
    assert AuditEntry.objects.get(act="account.unmask").note == "核对联系方式"
