"""The first officers of an installation, before anybody could be asked to make or grant anything."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from liangtian.platform.audit.services import record
from liangtian.platform.errors import Conflict
from liangtian.platform.people import grants
from liangtian.platform.people.accounts import check_account
from liangtian.platform.people.models import Role, User
from liangtian.platform.people.passwords import random_password
from liangtian.platform.people.services import ensure_roles


def create_officers(wanted: Iterable[Iterable[str]]) -> list[tuple[str, str, str]]:
    """Make accounts of (login, name, role); answers login, name and initial password of each.

    Conflict when an officer exists: further ones are made and granted by those there are.
    """
    ensure_roles()
    made = []
    with transaction.atomic():
        if User.objects.exclude(roles__post="").filter(roles__isnull=False).exists():
            raise Conflict("已有管理员。其余账号请由系统管理员建立、安全管理员授权。")
        for login, name, code in wanted:
            check_account(login, "")
            password = random_password()
            user = User(username=login, name=name, must_change_password=True)
            user.set_password(password)
            user.save()
            record(None, "account.create", user, after={"username": login}, note="首批管理员")
            grants.install(user, Role.objects.get(code=code), None, "首批管理员")
            made.append((login, name, password))
    return made
