"""What waits outdoors for whom, how much is done of it, and from where photos of it count."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.platform.cases.models import Task
from liangtian.platform.errors import Forbidden
from liangtian.programmes.enforcement import judging
from liangtian.programmes.enforcement.checking import CheckForm, save_check
from liangtian.programmes.enforcement.field_work import _rings, field_tasks
from liangtian.programmes.enforcement.plane import distance_m
from tests.conftest import People
from tests.enforcement.register.conftest import Register

FOUND = CheckForm(situation="built", checked_on=date(2026, 3, 20), land_use="仓库")
SQUARE = shapely.box(104.001, 36.0, 104.002, 36.001)


def rows(user: Any) -> dict[str, dict[str, Any]]:
    return {row["number"]: row for row in field_tasks(user)["rows"]}


@pytest.mark.django_db
def test_a_township_is_sent_to_its_own_patches_that_were_handed_out(
    register: Register, people: People
) -> None:
    assert rows(people.township_a) == {}
    for patch in (register.a_illegal, register.b_legal):
        judging.assign(people.clerk, patch.pk)
    assert set(rows(people.township_a)) == {register.a_illegal.number}
    assert set(rows(people.township_b)) == {register.b_legal.number}


@pytest.mark.django_db
def test_what_a_check_still_lacks_stands_beside_the_patch_until_it_is_returned(
    register: Register, people: People
) -> None:
    patch = register.a_illegal
    judging.assign(people.clerk, patch.pk)
    row = rows(people.township_a)[patch.number]
    assert (row["mine"], row["form_filled"], row["photos"]) == (False, False, 0)
    assert row["lacking"] == ["现有照片 0 张，要求至少 4 张", "缺少朝东、南、西、北方向的照片"]
    Task.objects.filter(case=patch.case_id, closed_at=None).update(holder=people.township_a)
    save_check(people.township_a, patch.pk, FOUND)
    row = rows(people.township_a)[patch.number]
    assert (row["mine"], row["form_filled"]) == (True, True)
    judging.step(people.township_a, patch.pk, "return", "现场无法进入，说明见函")
    assert rows(people.township_a) == {}


@pytest.mark.django_db
def test_who_hands_in_no_evidence_has_no_work_on_the_ground(
    register: Register, people: People
) -> None:
    with pytest.raises(Forbidden):
        field_tasks(people.reviewer)


@settings(max_examples=40)
@given(st.floats(5, 500), st.integers(0, 359), st.sampled_from([104.0, 104.4999, 105.3]))
def test_on_the_edge_of_the_ring_a_photo_is_just_as_far_as_it_may_be(
    metres: float, turn: int, lon: float
) -> None:
    plot = shapely.affinity.translate(SQUARE, lon - 104.0)
    (ring,) = _rings([plot], [metres])
    edge = ring.exterior.interpolate(turn / 360, normalized=True)
    # Corners are rounded with chords; a metre of the plane is up to 1.0002 m on the ground.
    assert distance_m(plot, edge.x, edge.y) == pytest.approx(metres, rel=0.006, abs=0.01)
