"""A fresh installation has no account; the first officers; the check of the settings."""

from __future__ import annotations

import json
from argparse import Namespace
from typing import Any

import pytest

from liangtian.platform.audit.chain import seal_all
from liangtian.platform.errors import Conflict
from liangtian.platform.people.first import create_officers
from liangtian.platform.people.models import SecurityPolicy, User
from liangtian.site.commands import check, officers

pytestmark = pytest.mark.django_db


def test_a_fresh_database_has_no_account() -> None:
    assert not User.objects.exists()


def test_the_first_officers_get_passwords_that_must_be_changed() -> None:
    made = create_officers(officers.FIRST)
    assert len({password for _, _, password in made}) == 4
    for login, _, password in made:
        user = User.objects.get(username=login)
        assert user.check_password(password)
        assert user.must_change_password
        assert user.post
    with pytest.raises(Conflict):
        create_officers(officers.FIRST)


def test_the_check_fails_without_officers_and_names_what_to_do(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert check.run(Namespace(json=True, level=2)) == 1
    found = {row["item"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["设有安全管理员"]["passed"] is False
    assert found["口令复杂度"]["passed"] is True
    SecurityPolicy.objects.create(pk=1, profile="asvs")
    check.run(Namespace(json=True, level=2))
    found = {row["item"]: row for row in json.loads(capsys.readouterr().out)}
    assert found["口令复杂度"]["passed"] is False
    assert "等级保护" in found["口令复杂度"]["advice"]


def test_the_check_passes_when_everything_is_set(settings: Any) -> None:
    create_officers(officers.FIRST)
    values = {"code_for_officers": True, "officer_networks": ["10.0.0.0/8"]}
    SecurityPolicy.objects.create(pk=1, values=values)
    settings.SESSION_COOKIE_SECURE = settings.SECURE_SSL_REDIRECT = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    seal_all()
    undone = {f.item for f in check.findings(level=3) if not f.passed}
    assert undone == {"备份", "恢复测试"}  # nothing was backed up yet


def test_what_only_the_third_level_asks_for_does_not_fail_the_second() -> None:
    create_officers(officers.FIRST)
    assert "三员双因素鉴别" in {f.item for f in check.findings(level=3) if not f.passed}
    assert "三员双因素鉴别" not in {f.item for f in check.findings(level=2)}
