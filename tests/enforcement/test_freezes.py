"""Freezes linked to violations (增违挂钩): frozen, released, spent, owed and reversed, always balanced."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.platform.books.models import Entry, Line
from liangtian.platform.books.reading import trial_balance, wrong_balances
from liangtian.platform.books.reserve import FARMLAND, standing
from liangtian.platform.calendar.models import Message
from liangtian.platform.cases.models import Case, CaseStep
from liangtian.platform.errors import Conflict, Forbidden, Refused
from liangtian.programmes.enforcement import freeze_proposals, freezing
from liangtian.programmes.enforcement.freeze_targets import Amounts
from liangtian.programmes.enforcement.models import (
    Disposition,
    Freeze,
    FreezeMove,
    FreezeProposal,
    PatchPart,
)
from tests.conftest import County, People, SignedIn
from tests.enforcement import test_ratio_of_a_region as county_year
from tests.enforcement.test_ratio_of_a_region import Judged

pytestmark = pytest.mark.django_db
judged = county_year.judged
API = "/api/enforcement/freezes"
MU = Decimal(2000) / 3


def cents(mu: str) -> int:
    return int((Decimal(mu) * MU * 100).to_integral_value())


def bank(people: People, county: County, mu: str, paper: str = "示例〔2026〕1号") -> None:
    income = freeze_proposals.Income(FARMLAND, Decimal(mu), paper, timezone.localdate())
    made = freeze_proposals.propose_income(people.clerk, county.county, income)
    freeze_proposals.confirm(people.reviewer, made.pk)


def dispose(people: People, part: PatchPart, **known: Any) -> None:
    from liangtian.platform.people.models import Office

    office, _ = Office.objects.get_or_create(
        code="9", defaults={"name": "示例单位", "region": part.patch.region}
    )
    Disposition.objects.create(
        part=part, handling="case", owner=office, entered_by=people.clerk,
        reported_by=people.clerk, reported_at=timezone.now(), accepted_by=people.reviewer,
        accepted_on=date(2026, 5, 1), **known,
    )  # fmt: skip


def move(people: People, part: PatchPart, step: str, before: str, after: str) -> None:
    case = part.patch.case_id
    CaseStep.objects.create(
        case_id=case, by=people.clerk, step=step, from_stage=before, to_stage=after
    )
    Case.objects.filter(pk=case).update(stage=after)


def state(county: County) -> tuple[int, int, int]:
    """Free, frozen, spent; checked against the lines, which sum to nought."""
    assert not wrong_balances()
    assert Line.objects.aggregate(all=Sum("amount"))["all"] in (0, None)
    there = standing(county.county)[FARMLAND]
    return there.free.balance, there.frozen.balance, there.spent.balance


def run(people: People, county: County) -> Any:
    """What one proposes and another confirms; None where nothing is to be changed."""
    if not freezing.preview(people.clerk, county.county, 2026).steps:
        with pytest.raises(Refused, match="没有差异"):
            freeze_proposals.propose_run(people.clerk, county.county, 2026)
        return None
    made = freeze_proposals.propose_run(people.clerk, county.county, 2026)
    return freeze_proposals.confirm(people.reviewer, made.pk).run


def test_a_run_freezes_what_counts_as_illegal_and_a_second_one_moves_nothing(
    judged: Judged,
    people: People,
    county: County,
) -> None:
    judged()
    bank(people, county, "200")
    made = run(people, county)
    # 60 + 40 + 30 + 5: neither the highway whose duty is done nor old construction land.
    assert made.counts["acts"] == {"freeze": 4}
    assert state(county) == (cents("200") - cents("135"), cents("135"), 0)
    entries = Entry.objects.count()
    assert run(people, county) is None
    assert Entry.objects.count() == entries
    assert sum(one.amount for one in trial_balance(people.clerk, timezone.localdate())) == 0


def test_a_part_levelled_to_its_patch_freezes_what_its_judgement_reads(
    judged: Judged, people: People, county: County
) -> None:
    # Measured 59.9949 mu: read 59.99 by itself, 60.00 beside the other parts of its patch.
    part = judged(P1={"farmland_m2": Decimal("39996.60")})["P1"]
    bank(people, county, "200")
    run(people, county)
    assert Freeze.objects.get(part=part).wanted == cents("60")


def test_restored_ground_is_released_only_when_confirmed_and_papers_are_spent_after_a_penalty(
    judged: Judged,
    people: People,
    county: County,
) -> None:
    parts = judged()
    bank(people, county, "200")
    run(people, county)
    dispose(people, parts["P3"], prefecture_number="市1号", prefecture_on=date(2026, 6, 1))
    dispose(people, parts["P2"], papers_on=date(2026, 6, 1))
    assert run(people, county) is None  # neither the region's word nor a penalty
    Disposition.objects.filter(part=parts["P3"]).update(
        region_number="区1号", region_on=date(2026, 7, 1)
    )
    Disposition.objects.filter(part=parts["P2"]).update(penalty_number="罚1号")
    made = run(people, county)
    assert made.counts["acts"] == {"release": 1, "spend": 1}
    free = cents("200") - cents("135") + cents("30")
    assert state(county) == (free, cents("65"), cents("40"))
    assert run(people, county) is None


def test_what_the_reserve_lacks_is_owed_and_frozen_when_it_comes_in(
    judged: Judged,
    people: People,
    county: County,
    signed_in: SignedIn,
) -> None:
    judged()
    nothing = run(people, county)
    assert (nothing.counts["acts"], state(county)) == ({"owe": 4}, (0, 0, 0))
    assert "不足" in nothing.counts["messages"][0]
    bank(people, county, "80")
    run(people, county)
    assert state(county) == (0, cents("80"), 0)
    assert Freeze.objects.aggregate(owed=Sum("owed"))["owed"] == cents("135") - cents("80")
    bank(people, county, "100", "示例〔2026〕2号")
    run(people, county)
    assert state(county) == (cents("100") + cents("80") - cents("135"), cents("135"), 0)
    with pytest.raises(Conflict):  # the same paper with another amount
        bank(people, county, "1", "示例〔2026〕2号")
    with pytest.raises(Forbidden):
        freeze_proposals.propose_run(people.reviewer, county.county, 2026)


def test_a_judgement_reopened_is_reversed_entry_by_entry(
    judged: Judged,
    people: People,
    county: County,
    signed_in: SignedIn,
) -> None:
    parts = judged()
    bank(people, county, "200")
    dispose(people, parts["P2"], papers_on=date(2026, 6, 1), penalty_number="罚1号")
    run(people, county)
    move(people, parts["P2"], "send_back", "confirmed", "judged")
    made = run(people, county)
    assert made.counts["acts"] == {"reverse": 1}
    assert state(county) == (cents("200") - cents("95"), cents("95"), 0)
    moves = signed_in(people.clerk).get(f"{API}/parts/{parts['P2'].pk}").json()
    assert [one["act"] for one in moves] == ["spend", "reverse"]
    reversal = Entry.objects.get(pk=moves[1]["entry"])
    assert reversal.reverses_id == moves[0]["entry"]
    move(people, parts["P2"], "review", "judged", "confirmed")
    run(people, county)
    assert state(county) == (cents("200") - cents("135"), cents("95"), cents("40"))


def test_the_page_is_in_mu_and_one_proposes_what_another_confirms(
    judged: Judged,
    people: People,
    county: County,
    signed_in: SignedIn,
    run_jobs: Callable[[], Any],
) -> None:
    from liangtian.platform.jobs.models import Job

    judged()
    clerk, reviewer = signed_in(people.clerk), signed_in(people.reviewer)
    body = {"commodity": FARMLAND, "mu": "150.0001", "document": "示例3号",
            "on": timezone.localdate().isoformat()}  # fmt: skip
    made = sent(clerk, "reserve", body)
    assert (made["mu"], made["m2"], made["stage"]) == ("150.00", "100000.07", "proposed")
    found = clerk.get(f"{API}?year=2026").json()
    assert found["reserves"][0]["free"] == "0.00"
    refused = clerk.post(f"{API}/proposals/{made['id']}/confirm")
    assert refused.status_code == 403  # who proposes has no right to confirm
    assert sent(reviewer, f"proposals/{made['id']}/confirm")["proposal"]["stage"] == "confirmed"
    found = clerk.get(f"{API}?year=2026").json()
    assert (found["changes"], found["reserves"][0]["free"]) == (4, "150.00")
    assert found["reserves"][0]["m2"]["free"] == "100000.07"
    steps = {one["number"]: one for one in found["steps"]}
    assert {number: one["frozen"] for number, one in steps.items()} == {
        "P1": "60.00", "P2": "40.00", "P3": "30.00", "P6": "5.00"}  # fmt: skip
    assert not FreezeMove.objects.exists()

    proposal = sent(clerk, "run", {"year": 2026})
    inbox = reviewer.get("/api/inbox?box=todo").json()["rows"]
    assert [one["title"] for one in inbox if one["kind"] == "enforcement.freeze"] == [
        "确认增违挂钩提请"
    ]
    job = sent(reviewer, f"proposals/{proposal['id']}/confirm")["job"]
    assert Job.objects.get(pk=job["id"]).kind == "enforcement.freeze"
    run_jobs()
    again = clerk.get(f"{API}?year=2026").json()
    assert (again["changes"], len(again["runs"])) == (0, 1)
    assert (again["runs"][0]["proposed_by"], again["runs"][0]["made_by"]) == (
        people.clerk.name, people.reviewer.name)  # fmt: skip
    rows = clerk.get("/api/ledgers/enforcement.freezes/rows?frozen__gte=1").json()
    assert (rows["total"], rows["sums"]["frozen"]) == (4, 135.0)
    township = signed_in(people.township_a)
    assert township.get(f"{API}?year=2026").status_code in (403, 422)


def sent(client: Any, to: str, body: dict[str, Any] | None = None) -> Any:
    answer = client.post(f"{API}/{to}", body or {}, content_type="application/json")
    assert answer.status_code == 200, answer.content.decode()
    return answer.json()


def test_what_changed_since_it_was_proposed_is_not_confirmed(
    judged: Judged,
    people: People,
    county: County,
    signed_in: SignedIn,
) -> None:
    parts = judged()
    bank(people, county, "200")
    made = freeze_proposals.propose_run(people.clerk, county.county, 2026)
    with pytest.raises(Conflict, match="已有提请"):
        freeze_proposals.propose_run(people.clerk, county.county, 2026)
    move(people, parts["P2"], "send_back", "confirmed", "judged")
    with pytest.raises(Conflict, match="重新提请"):
        freeze_proposals.confirm(people.reviewer, made.pk)
    assert state(county) == (cents("200"), 0, 0)
    seen = signed_in(people.reviewer).get(f"{API}?year=2026").json()["proposals"][0]
    assert "重新提请" in {one["name"]: one["hindered"] for one in seen["open"]}["confirm"][0]
    with pytest.raises(Refused):  # a reason is needed
        freeze_proposals.refuse(people.reviewer, made.pk, "")
    freeze_proposals.refuse(people.reviewer, made.pk, "图斑有变化，请重新核对")
    assert Message.objects.filter(user=people.clerk, title__contains="已退回").exists()
    assert run(people, county).counts["acts"] == {"freeze": 3}


def test_nobody_confirms_what_he_proposed_himself_and_the_database_says_so_too(
    judged: Judged,
    people: People,
    county: County,
) -> None:
    judged()
    people.reviewer.roles.add(*people.clerk.roles.all())
    both = type(people.reviewer).objects.get(pk=people.reviewer.pk)
    made = freeze_proposals.propose_run(both, county.county, 2026)
    with pytest.raises(Conflict, match="本人提请"):
        freeze_proposals.confirm(both, made.pk)
    with pytest.raises(IntegrityError, match="freeze_confirmed_by_another"), transaction.atomic():
        FreezeProposal.objects.filter(pk=made.pk).update(confirmed_by=both, ended_at=timezone.now())
    freeze_proposals.cancel(people.clerk, made.pk)
    assert not FreezeMove.objects.exists()


@pytest.mark.parametrize("act", ["freeze", "reverse"])
def test_a_run_asks_no_query_for_each_part(
    judged: Judged, people: People, county: County, act: str
) -> None:
    old = {"old_construction": True}
    parts = judged(P2=old, P3=old, P6=old)
    others = PatchPart.objects.filter(pk__in=[parts[name].pk for name in ("P2", "P3", "P6")])
    bank(people, county, "900")
    if act == "reverse":
        others.update(old_construction=False)
        run(people, county)
        PatchPart.objects.filter(pk=parts["P1"].pk).update(old_construction=True)
    with CaptureQueriesContext(connection) as one:
        assert run(people, county).counts["acts"] == {act: 1}
    others.update(old_construction=act == "reverse")
    with CaptureQueriesContext(connection) as three:
        assert run(people, county).counts["acts"] == {act: 3}
    assert len(three) <= len(one)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_confirm_at_once_one_freezes(
    judged: Judged, people: People, county: County
) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("an in-memory database has one connection")
    judged()
    bank(people, county, "200")
    proposal = freeze_proposals.propose_run(people.clerk, county.county, 2026)
    gate, made = threading.Barrier(2, timeout=60), list[str]()

    def act() -> None:
        try:
            gate.wait()
            freeze_proposals.confirm(people.reviewer, proposal.pk)
            made.append("posted")
        except Conflict:
            made.append("too late")
        finally:
            connection.close()

    threads = [threading.Thread(target=act) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(made) == ["posted", "too late"]
    assert state(county) == (cents("200") - cents("135"), cents("135"), 0)


_AMOUNT = st.integers(0, 1000)


@given(st.lists(st.tuples(_AMOUNT, _AMOUNT, _AMOUNT, _AMOUNT), min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_no_step_overdraws_and_every_part_is_whole(states: list[tuple[int, int, int, int]]) -> None:
    """From state to state of one part: more put right each time, whatever the reserve has."""
    wanted, spent, released = max(1, states[0][0]), 0, 0
    freeze, free = Freeze(commodity=FARMLAND), 0
    for _, more_spent, more_released, income in states:
        spent = min(wanted - released, spent + more_spent)
        released = min(wanted - spent, released + more_released)
        free += income
        amounts = Amounts(wanted, spent, released)
        whole = free + freeze.frozen + freeze.spent
        pool = {FARMLAND: free + min(released - freeze.released, freeze.frozen)}
        step = freezing._step(freeze, freeze, amounts, "", pool)
        if step:
            freeze.wanted += step.wanted
            freeze.frozen += step.frozen
            freeze.spent += step.spent
            freeze.released += step.released
            freeze.owed += step.owed
            free -= step.frozen + step.spent
        assert free == pool[FARMLAND] >= 0
        assert min(freeze.frozen, freeze.spent, freeze.owed, freeze.released) >= 0
        assert freeze.frozen + freeze.spent + freeze.released + freeze.owed == wanted
        assert free + freeze.frozen + freeze.spent == whole  # nothing is made or lost
        assert not freeze.owed or not free  # owed only while there is nothing
