"""Two people judge the same patch at the same moment, each with a connection of their own."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from liangtian.platform.cases.models import CaseStep
from liangtian.platform.errors import Refused
from liangtian.programmes.enforcement.judging import judge
from tests.conftest import make_county, make_people
from tests.enforcement.ground import box, make_batch, publish_usual


@pytest.mark.django_db(transaction=True)
def test_one_wins_and_the_other_is_told() -> None:
    from liangtian.programmes.enforcement.measuring import measure_patches

    if connection.vendor == "sqlite":
        pytest.skip("an in-memory database has one connection")
    county = make_county()
    people = make_people(county)
    publish_usual(people, county)
    batch = make_batch(
        people, county, [("990121202603009", box(3000, 950, 100, 100), county.village_a)]
    )
    measure_patches(batch)
    patch = batch.patches.get()
    gate = threading.Barrier(2, timeout=30)
    results: dict[str, Any] = {}

    def act(user: Any) -> None:
        try:
            gate.wait()
            judge(user, patch.pk, patch.proposal_outcome)
            results[user.username] = "done"
        except Refused as refusal:
            results[user.username] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=act, args=(u,)) for u in (people.clerk, people.reviewer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    lost = [r for r in results.values() if r != "done"]
    assert list(results.values()).count("done") == 1
    assert [(r.status, "现处于“待复核”环节" in r.message) for r in lost] == [(409, True)]
    assert CaseStep.objects.filter(case=patch.case_id, step="submit").count() == 1
