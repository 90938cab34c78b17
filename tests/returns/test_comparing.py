"""A ledger at two dates: what came, what went, what changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.platform.returns.compare import State, compare
from liangtian.platform.returns.snapshots import text_of
from tests.conftest import County, People, SignedIn
from tests.ledgers.conftest import add_patches

SNAPSHOTS = "/api/snapshots"
LEDGER = "enforcement.patches"
COLUMNS = [{"name": n, "label": n, "unit": "", "sum": n == "mu"} for n in ("title", "mu")]
rows = st.dictionaries(st.integers(1, 30), st.sampled_from(["1.00", "2.00", ""]), max_size=20)


@settings(max_examples=60, deadline=None)
@given(rows, rows)
def test_every_difference_is_found_once(left: dict[int, str], right: dict[int, str]) -> None:
    def side(found: dict[int, str]) -> State:
        def lines() -> Iterator[tuple[int, str]]:
            return ((key, text_of(key, [f"r{key}", found[key]])) for key in sorted(found))

        return State("", datetime.now(UTC), COLUMNS, lines(), len(found), {"mu": "0"})

    found = compare(side(left), side(right))
    assert {r.key for r in found.rows if r.kind == "added"} == set(right) - set(left)
    assert {r.key for r in found.rows if r.kind == "gone"} == set(left) - set(right)
    assert {r.key for r in found.rows if r.kind == "changed"} == {
        key for key in set(left) & set(right) if left[key] != right[key]
    }
    assert sum(found.counts.values()) == len(found.rows)


def keep(client: Any, title: str, **query: str) -> Any:
    body = {"ledger": LEDGER, "title": title, "query": query}
    return client.post(SNAPSHOTS, body, content_type="application/json")


@pytest.mark.django_db
def test_two_kept_states_and_now(
    county: County, people: People, signed_in: SignedIn, settings: Any
) -> None:
    from liangtian.programmes.enforcement.models import Patch

    add_patches(county, people.clerk, 12)
    client = signed_in(people.clerk)
    before = keep(client, "整改前").json()
    changed = Patch.objects.filter(judgement_outcome="").order_by("number").first()
    assert changed is not None
    Patch.objects.filter(pk=changed.pk).update(area_m2=Decimal("2000"))
    add_patches(county, people.clerk, 2, period="2026-04")
    after = keep(client, "整改后").json()
    for query in (f"left={before['id']}&right={after['id']}", f"left={before['id']}",
                  f"left={after['id']}&right={before['id']}"):  # fmt: skip
        found = client.get(f"{SNAPSHOTS}/compare?{query}").json()
        assert found["counts"] == {"added": 2, "gone": 0, "changed": 1}, query
        sums = {s["label"]: s for s in found["sums"]}
        listed = client.get(f"/api/ledgers/{LEDGER}/rows").json()["sums"]
        assert Decimal(sums["图斑面积"]["after"]) == Decimal(str(listed["area_mu"]))
    content = client.get(f"{SNAPSHOTS}/compare.xlsx?left={before['id']}").content
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    cells = [c for row in book.get_sheet_by_name("逐行").to_python() for c in row]
    assert changed.number in cells
    assert {s["title"] for s in client.get(f"{SNAPSHOTS}?ledger={LEDGER}").json()} == {
        "整改前", "整改后",
    }  # fmt: skip
    # A township has no part in the county's kept states.
    other = signed_in(people.township_a)
    assert other.get(f"{SNAPSHOTS}/compare?left={before['id']}").status_code == 404
    assert other.get(f"{SNAPSHOTS}?ledger={LEDGER}").json() == []
    settings.SNAPSHOT_ROWS = 3
    assert keep(client, "太多").status_code == 422


@pytest.mark.django_db
def test_a_long_ledger_is_kept_in_the_background(
    county: County, people: People, signed_in: SignedIn, settings: Any, run_jobs: Any
) -> None:
    add_patches(county, people.clerk, 6)
    settings.SNAPSHOT_ROWS_AT_ONCE = 5
    client = signed_in(people.clerk)
    answer = keep(client, "年底")
    assert (answer.status_code, answer.json()["kind"]) == (202, "ledgers.keep")
    assert client.get(f"{SNAPSHOTS}?ledger={LEDGER}").json() == []
    (job,) = run_jobs()
    (made,) = client.get(f"{SNAPSHOTS}?ledger={LEDGER}").json()
    assert (made["id"], made["count"], made["title"]) == (job.result["snapshot"], 6, "年底")
    assert keep(client, " ").status_code == 422


@pytest.mark.django_db
def test_now_of_a_long_ledger_is_kept_in_the_background_and_then_compared(
    county: County, people: People, signed_in: SignedIn, settings: Any, run_jobs: Any
) -> None:
    add_patches(county, people.clerk, 6)
    client = signed_in(people.clerk)
    before = keep(client, "整改前\u2028第一次").json()
    add_patches(county, people.clerk, 1, period="2026-04")
    settings.SNAPSHOT_ROWS_AT_ONCE = 5
    refused = client.get(f"{SNAPSHOTS}/compare?left={before['id']}")
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "long")
    assert client.post(f"{SNAPSHOTS}/{before['id']}/now").status_code == 200
    (job,) = run_jobs()
    query = f"left={job.result['earlier']}&right={job.result['snapshot']}"
    found = client.get(f"{SNAPSHOTS}/compare?{query}").json()
    assert found["counts"] == {"added": 1, "gone": 0, "changed": 0}
    other = signed_in(people.township_a)
    assert other.post(f"{SNAPSHOTS}/{before['id']}/now").status_code == 404


@pytest.mark.django_db
def test_kept_states_go_when_their_time_is_over_but_not_those_a_return_rests_on(
    county: County, people: People, signed_in: SignedIn, settings: Any
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from liangtian.platform.audit.models import AuditEntry
    from liangtian.platform.ledgers.declaration import find_ledger
    from liangtian.platform.returns.forms import find_form
    from liangtian.platform.returns.models import Snapshot
    from liangtian.platform.returns.services import prepare
    from liangtian.platform.returns.snapshots import drop_old, keep_now

    add_patches(county, people.clerk, 6)
    ledger, form = find_ledger(LEDGER), find_form("enforcement.patches.quarter")
    assert ledger is not None
    assert form is not None
    settings.EXPORT_DAYS, settings.STATE_KEEP_DAYS = 7, 100
    passing = keep_now(people.clerk, ledger, {}, "比较", passing=True)
    named = keep_now(people.clerk, ledger, {}, "整改前")
    prepare(people.township_a, form, "2026-Q1")

    def left_after(days: int, monkeypatch: pytest.MonkeyPatch) -> set[int]:
        later = timezone.now() + timedelta(days=days)
        with monkeypatch.context() as clock:
            clock.setattr(timezone, "now", lambda: later)
            drop_old()
        return set(Snapshot.objects.filter(declared=None).values_list("pk", flat=True))

    with pytest.MonkeyPatch.context() as clock:
        assert left_after(6, clock) == {passing.pk, named.pk}
        assert left_after(8, clock) == {named.pk}
        assert left_after(101, clock) == set()
    assert Snapshot.objects.count() == 1
    assert AuditEntry.objects.filter(act="ledger.forget").count() == 2
