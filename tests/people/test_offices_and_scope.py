"""The tree of offices, and rows narrowed to one's own office."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import isolate_apps

from liangtian.platform.errors import Conflict, Refused
from liangtian.platform.people import accounts, offices
from liangtian.platform.people.models import Office, Role, User
from liangtian.platform.people.scope import ScopedQuerySet
from liangtian.platform.regions.models import Region
from tests.conftest import County, People


@pytest.fixture
def officer(people: People, county: County) -> User:
    user = User.objects.create_user("xitong", "x", name="冯假定", region=county.county)
    user.roles.add(Role.objects.get(code="sysadmin"))
    return user


def make(officer: User, code: str, parent: Office | None, region: str) -> Office:
    return offices.create(
        officer, code=code, name=f"机构{code}", kind="section",
        parent_id=parent.pk if parent else None, region_code=region,
    )  # fmt: skip


def test_an_office_moves_with_all_below_and_never_below_itself(officer: User) -> None:
    top, other = make(officer, "A1", None, "990121"), make(officer, "B1", None, "990121")
    middle = make(officer, "A2", top, "990121")
    leaf = make(officer, "A3", middle, "990121100")
    with pytest.raises(Refused):
        offices.move(officer, top, leaf.pk)
    offices.move(officer, middle, other.pk)
    leaf.refresh_from_db()
    assert leaf.path == "B1/A2/A3/"
    assert {o.code for o in Office.objects.filter(path__startswith=other.path)} == {
        "B1",
        "A2",
        "A3",
    }


def test_an_office_lies_inside_the_region_of_its_parent(officer: User) -> None:
    town = make(officer, "T1", None, "990121100")
    with pytest.raises(Refused, match="不在上级机构的区划"):
        make(officer, "T2", town, "990121101")
    below = make(officer, "T3", town, "990121100201")
    with pytest.raises(Conflict):
        offices.change(officer, town, name="改", kind="township", region_code="990121101")
    assert below.region_id == "990121100201"


def test_an_office_with_people_stays_open(officer: User, people: People) -> None:
    with pytest.raises(Conflict, match="在用账号"):
        offices.set_active(officer, people.clerk.office, False)


def test_accounts_unused_for_ninety_days_are_listed(officer: User, people: People) -> None:
    from datetime import timedelta

    from django.utils import timezone

    User.objects.filter(pk=people.clerk.pk).update(last_login=timezone.now() - timedelta(days=91))
    assert [u.username for u in accounts.listed(officer, {"state": "unused"})] == ["clerk"]


@isolate_apps("tests.people")
def test_who_is_confined_to_the_own_office_sees_that_and_below(
    people: People, county: County, officer: User
) -> None:
    class Row(models.Model):
        region = models.ForeignKey(Region, models.PROTECT, related_name="+")
        office = models.ForeignKey(Office, models.PROTECT, related_name="+")
        username = models.CharField(max_length=40)
        objects: Any = ScopedQuerySet.as_manager()

        class Meta:
            app_label = "tests.people"
            db_table = "people_user"

    def seen(user: User) -> set[str]:
        return set(Row.objects.visible_to(user).values_list("username", flat=True))

    company = make(officer, "QY", None, "990121")
    branch = make(officer, "QY1", company, "990121100")
    for login, office in (("qiye", company), ("fenbu", branch)):
        user = User.objects.create_user(
            login, "x", name="杨拟企", office=office, region=county.county
        )
        user.roles.add(Role.objects.get(code="company"))
    assert seen(User.objects.get(username="qiye")) == {"qiye", "fenbu"}
    assert seen(User.objects.get(username="fenbu")) == {"fenbu"}
    assert {"clerk", "qiye"} <= seen(people.clerk)
    assert connection.vendor in ("sqlite", "postgresql")
