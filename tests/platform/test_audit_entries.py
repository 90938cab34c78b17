"""Every act leaves its entry in its own transaction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.audit.services import record
from liangtian.platform.regions.models import Region
from tests.conftest import People


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_the_transaction_of_its_act_is_a_programming_error() -> None:
    with pytest.raises(RuntimeError):
        record(None, "test.act", "something")


def test_an_entry_keeps_who_what_and_both_states(people: People) -> None:
    entry = record(
        people.clerk, "test.change", people.township_a,
        before={"area": Decimal("1.50")}, after={"on": date(2026, 3, 31)},
    )  # fmt: skip
    entry.refresh_from_db()
    assert (entry.actor, entry.actor_name) == (people.clerk, "张示例")
    assert entry.target_id == str(people.township_a.pk)
    assert entry.region == people.township_a.region
    assert (entry.before, entry.after) == ({"area": "1.50"}, {"on": "2026-03-31"})


@pytest.mark.django_db(transaction=True)
def test_when_the_act_fails_its_entry_goes_with_it(people: People) -> None:
    before = AuditEntry.objects.count()

    def act() -> None:
        with transaction.atomic():
            record(people.clerk, "test.act", people.clerk)
            Region.objects.filter(code="990121").update(name="改名县")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act()
    assert AuditEntry.objects.count() == before
    assert Region.objects.get(code="990121").name == "青禾县"
