"""Parcels are laid over the departments' layers; each department answers for its own hits and sees no other."""

from __future__ import annotations

from typing import Any

import pytest

from liangtian.platform.errors import Conflict, Forbidden, NotFound, Refused
from liangtian.programmes.holdings.comparing import opinions, running
from liangtian.programmes.holdings.comparing.pages import comparison_out
from liangtian.programmes.holdings.models import Comparison, ComparisonHit
from tests.conftest import People, Run, SignedIn, plane_box
from tests.holdings import land
from tests.layers.deliveries import delivery, imported

LEDGER = "/api/ledgers/holdings.hits"


@pytest.fixture
def ground(people: People, tmp_path: Any, run_jobs: Run) -> list[Any]:
    """Three parcels; the east half of the first is wood, the second lies in a river's shoreline."""
    made = [land.parcel(people.clerk, x, 1_000) for x in (1_000, 1_200, 1_400)]
    plots = [plane_box(900, 900, 150, 400), plane_box(1_050, 900, 80, 400)]
    survey = {"DLBM": ["0102", "0301"], "DLMC": ["水浇地", "乔木林地"], "TBBH": ["1", "2"]}
    file = delivery(tmp_path, "DLTB", plots, survey)
    imported(people.clerk, file, run_jobs, publish=True)
    file = delivery(tmp_path, "HHAX", [plane_box(1_190, 900, 60, 400)], {"MC": ["青河"]})
    imported(people.clerk, file, run_jobs, code="shoreline", publish=True)
    return made


def _department(people: People, role: str) -> Any:
    from liangtian.platform.people.models import Role, User

    user = User.objects.create_user(
        role, "Liangtian-2026", name="卫拟员", region=people.clerk.region
    )
    user.roles.add(Role.objects.get(code=role))
    return user


def test_what_lies_in_a_zone_is_found_with_its_area(
    people: People, ground: list[Any], run_jobs: Run
) -> None:
    running.start(people.clerk)
    run_jobs()
    run = Comparison.objects.get(current=True)
    assert run.parcels == 3
    assert {"饮用水水源保护区", "生态保护红线"} <= set(run.missing)
    found = {(hit.parcel_id, hit.zone): hit.area_m2 for hit in run.hits.all()}
    assert set(found) == {(ground[0].parcel_id, "forest"), (ground[1].parcel_id, "shoreline")}
    for m2 in found.values():
        assert abs(float(m2) - 5_000) < 10  # half a hectare, on the ellipsoid


def test_a_department_sees_and_answers_its_own_hits_only(
    people: People, ground: list[Any], run_jobs: Run, signed_in: SignedIn
) -> None:
    running.start(people.clerk)
    run_jobs()
    forestry, water = _department(people, "forestry"), _department(people, "water")
    wood, shore = (ComparisonHit.objects.get(zone=zone) for zone in ("forest", "shoreline"))
    rows = signed_in(forestry).get(f"{LEDGER}/rows").json()["rows"]
    assert [row["code"] for row in rows] == [ground[0].code]
    assert [z["id"] for z in comparison_out(water)["zones"]] == ["shoreline"]
    with pytest.raises(NotFound):
        opinions.decide(forestry, [shore.pk], confirmed=True, opinion="在管理范围以内")
    with pytest.raises(Forbidden, match="由该部门人员反馈"):
        opinions.decide(people.clerk, [wood.pk], confirmed=True, opinion="地类图斑为林地")
    with pytest.raises(Refused, match="至少"):
        opinions.decide(forestry, [wood.pk], confirmed=False, opinion="否")
    assert opinions.decide(forestry, [wood.pk], confirmed=False, opinion="2019年起已改种小麦") == 1
    wood.refresh_from_db()
    assert (wood.state, wood.decided_by) == ("rejected", forestry)


def test_what_was_said_of_the_same_ground_is_carried_to_the_next_comparison(
    people: People, ground: list[Any], run_jobs: Run
) -> None:
    running.start(people.clerk)
    run_jobs()
    water = _department(people, "water")
    shore = ComparisonHit.objects.get(zone="shoreline")
    opinions.decide(water, [shore.pk], confirmed=True, opinion="在河道管理范围以内")
    running.start(people.clerk)
    with pytest.raises(Conflict, match="正在进行"):
        running.start(people.clerk)
    run_jobs()
    again = ComparisonHit.objects.get(zone="shoreline", comparison__current=True)
    assert (again.pk, again.state) != (shore.pk, "open")
    assert again.decided_by == water
    (zone,) = (z for z in comparison_out(people.clerk)["zones"] if z["id"] == "shoreline")
    assert (zone["hits"], zone["confirmed"], zone["open"]) == (1, 1, 0)


def test_without_any_department_layer_there_is_nothing_to_compare(people: People) -> None:
    with pytest.raises(Refused, match="没有已发布的部门图层"):
        running.start(people.clerk)
    with pytest.raises(Forbidden):
        running.start(people.township_a)
