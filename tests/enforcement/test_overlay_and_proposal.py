"""Overlay at import and the proposal that follows from it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from liangtian.geo.area import survey_areas
from liangtian.programmes.enforcement import measuring
from liangtian.programmes.enforcement.judging import judge
from liangtian.programmes.enforcement.measuring import measure_patches, replay
from liangtian.programmes.enforcement.models import Batch, Patch, PatchArea
from tests.conftest import County, People, Run, SignedIn
from tests.enforcement.ground import approval, box, make_batch, publish, publish_usual

pytestmark = pytest.mark.django_db
GIVEN = date(2025, 6, 1)


def one(people: People, county: County, plane: Any, **values: Any) -> Patch:
    batch = make_batch(people, county, [("9901-1", plane, county.village_a)], **values)
    assert measure_patches(batch) == 1
    return Patch.objects.get(batch=batch)


def reasons(patch: Patch) -> str:
    assert patch.proposal is not None
    return "".join(r["text"] for r in patch.proposal["decision"]["reasons"])


def verdict(patch: Patch) -> tuple[str, str]:
    """Outcome and subclass (拟判定与小类)."""
    assert patch.proposal is not None
    return patch.proposal_outcome, patch.proposal["subclass"]


def test_a_patch_on_farmland_without_papers_is_proposed_illegal(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    publish(people, county, "construction_approval", [approval(box(9000, 0, 9, 9), "甲1", GIVEN)])
    patch = one(people, county, box(1000, 950, 100, 100))
    assert patch.proposal_outcome == "illegal"
    assert patch.farmland_m2 == patch.area_m2
    assert patch.pbf_m2 is not None
    assert abs(patch.pbf_m2 - patch.area_m2 / 2) < Decimal("0.05")
    assert patch.proposal is not None
    flags = patch.proposal["flags"]
    raised = {name for name, is_raised in flags.items() if is_raised}
    assert raised == {"non_agricultural", "new_house_on_farmland", "pbf_touched"}


def test_parts_and_remainder_of_every_layer_sum_to_the_patch(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    publish(
        people, county, "redline",
        [(box(1000, 4950, 60, 60), {}), (box(1030, 4950, 60, 60), {})],
    )  # fmt: skip
    patch = one(people, county, box(980, 4940, 133.3, 121.7))
    sums = dict(
        PatchArea.objects.filter(patch=patch)
        .values_list("version__layer__code")
        .annotate(Sum("m2"))
    )
    assert set(sums) == {"dltb", "pbf", "redline"}
    assert set(sums.values()) == {patch.area_m2}
    redline = patch.areas.get(version__layer__code="redline", category="redline")
    assert abs(redline.m2 - 90 * 60) < 1  # figures that overlap count once


def test_an_approval_in_force_makes_it_legal_and_a_late_one_does_not(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    publish(
        people, county, "construction_approval",
        [
            approval(box(2990, 990, 120, 120), "示例批〔2025〕1号", GIVEN),
            approval(box(3990, 990, 120, 120), "示例批〔2026〕9号", date(2026, 3, 20)),
        ],
    )  # fmt: skip
    batch = make_batch(
        people, county,
        [
            ("1", box(3000, 1000, 100, 100), county.village_a),
            ("2", box(4000, 1000, 100, 100), county.village_a),
        ],
    )  # fmt: skip
    measure_patches(batch)
    legal, late = batch.patches.order_by("number")
    assert (legal.proposal_outcome, late.proposal_outcome) == ("legal", "illegal")
    assert "示例批〔2026〕9号" in reasons(late)
    assert legal.proposal is not None
    assert legal.proposal["decision"]["clauses"]


def test_a_patch_half_inside_an_approval_is_split_with_real_geometry(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    publish(
        people, county, "construction_approval",
        [approval(box(2900, 900, 160, 400), "示例批〔2025〕1号", GIVEN)],
    )  # fmt: skip
    patch = one(people, county, box(3000, 1000, 100, 100))
    assert patch.proposal_outcome == "split"
    inside, outside = patch.parts.all()
    assert (inside.outcome, inside.number) == ("legal", "示例批〔2025〕1号")
    assert (outside.outcome, outside.source) == ("illegal", "")
    assert inside.m2 + outside.m2 == patch.area_m2
    for part in (inside, outside):
        assert abs(survey_areas(np.array([part.geom]))[0] - float(part.m2)) < 0.02
    assert shapely.area(shapely.intersection(inside.geom, outside.geom)) < 1e-14
    assert abs(float(inside.m2) - 6000) < 10


def test_two_approvals_on_the_same_ground_count_once(people: People, county: County) -> None:
    publish_usual(people, county)
    publish(
        people, county, "construction_approval",
        [
            approval(box(2990, 990, 60, 120), "甲", GIVEN),
            approval(box(3020, 990, 50, 120), "乙", GIVEN),
        ],
    )  # fmt: skip
    patch = one(people, county, box(3000, 1000, 100, 100))
    assert patch.facts is not None
    facts = patch.facts["facts"]
    assert abs(Decimal(facts["covers_overlap_m2"]) - 3000) < 5
    parts = list(patch.parts.all())
    assert sum(p.m2 for p in parts) == patch.area_m2
    assert [round(float(p.m2), -2) for p in parts] == [5000, 2000, 3000]


def test_without_a_survey_layer_nothing_is_guessed(people: People, county: County) -> None:
    patch = one(people, county, box(3000, 1000, 100, 100))
    assert patch.proposal_outcome == "undetermined"
    assert patch.farmland_m2 is None
    assert "地类图斑" in reasons(patch)


def test_the_survey_in_force_on_the_day_of_the_later_image_is_used(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    publish(
        people, county, "dltb", [(box(0, 0, 20_000, 10_000), {"category": "0601"})],
        label="2026", valid_from=date(2026, 6, 1),
    )  # fmt: skip
    patch = one(people, county, box(3000, 1000, 100, 100))
    assert patch.areas.get(version__layer__code="dltb", category="0101").m2 == patch.area_m2


@pytest.mark.parametrize(
    ("kind", "code", "outcome"),
    [
        (Batch.Kind.LAND, "20", "illegal"),
        (Batch.Kind.LAND, "CK", "legal"),
        (Batch.Kind.MINERAL, "CK", "legal"),
        (Batch.Kind.MINERAL, "20", "legal"),
    ],
)
def test_a_mining_licence_counts_for_mines_and_for_mineral_batches(
    people: People, county: County, kind: str, code: str, outcome: str
) -> None:
    publish_usual(people, county)
    licence = approval(box(2990, 990, 120, 120), "C99", GIVEN, date(2030, 1, 1))
    publish(people, county, "mining_licence", [licence])
    patch = one(people, county, box(3000, 1000, 100, 100), monitoring_type=code, kind=kind)
    assert patch.proposal_outcome == outcome
    assert replay(patch).equal


def test_a_mine_among_land_patches_misses_the_licences_and_not_the_approvals(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    patch = one(people, county, box(3000, 1000, 100, 100), monitoring_type="CK")
    assert verdict(patch) == ("illegal", "mining_without")
    assert patch.facts is not None
    missing = "".join(patch.facts["notes"])
    assert "采矿" in missing
    assert "建设用地" not in missing


def test_on_old_construction_land_the_reason_says_what_to_find_out(
    people: People, county: County
) -> None:
    publish(people, county, "dltb", [(box(0, 0, 20_000, 9_000), {"category": "0702"})])
    publish(people, county, "pbf", [(box(9_000, 0, 9, 9), {})])
    patch = one(people, county, box(3000, 1000, 100, 100))
    assert verdict(patch) == ("illegal", "stock")
    for word in ("存量建设用地违法", "现场核查", "拍照举证", "实地未变化", "前时相"):
        assert word in reasons(patch)


def test_a_narrow_rural_road_is_other_land_and_a_wide_one_is_not(
    people: People, county: County
) -> None:
    publish_usual(people, county)
    corner = box(3000, 2000, 6, 200).union(box(3000, 2000, 150, 6))
    narrow = one(people, county, corner, monitoring_type="ND", title="窄")
    assert verdict(narrow) == ("other", "rural_road")
    batch = make_batch(
        people, county, [("R2", box(4000, 2000, 9.5, 200), county.village_a)],
        monitoring_type="ND", title="宽",
    )  # fmt: skip
    measure_patches(batch)
    wide = batch.patches.get()
    assert wide.proposal_outcome == "illegal"
    assert "宽 9.5 米" in reasons(wide)


def test_a_proposal_is_reached_again_from_what_is_on_record(people: People, county: County) -> None:
    publish_usual(people, county)
    publish(
        people, county, "construction_approval",
        [approval(box(2900, 900, 160, 400), "示例批〔2025〕1号", GIVEN)],
    )  # fmt: skip
    patch = one(people, county, box(3000, 1000, 100, 100))
    publish(
        people,
        county,
        "pbf",
        [(box(2000, 0, 99, 99), {})],
        label="2027",
        valid_from=date(2027, 1, 1),
    )
    assert replay(Patch.objects.get(pk=patch.pk)).equal
    area = patch.areas.get(version__layer__code="dltb", category="0101")
    area.m2 -= Decimal("0.01")
    area.save()
    assert replay(Patch.objects.get(pk=patch.pk)).differences == ["套合面积"]


def test_killed_between_chunks_the_rest_is_measured_once(
    people: People, county: County, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_usual(people, county)
    rows = [(f"{n}", box(1000 + 200 * n, 2000, 50, 50), county.village_a) for n in range(5)]
    batch = make_batch(people, county, rows)
    monkeypatch.setattr(measuring, "CHUNK", 2)
    real, calls = measuring._save, []

    def dies(*args: Any) -> int:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(measuring, "_save", dies)
    with pytest.raises(KeyboardInterrupt):
        measure_patches(batch)
    assert batch.patches.filter(measured_at=None).count() == 3
    assert measure_patches(batch) == 3
    assert measure_patches(batch) == 0
    for patch in batch.patches.all():
        assert patch.areas.filter(version__layer__code="dltb", category="0101").count() == 1


def test_after_the_missing_layer_is_published_the_batch_is_measured_again(
    people: People, county: County, signed_in: SignedIn, run_jobs: Run
) -> None:
    batch = make_batch(
        people, county,
        [(f"{n}", box(1000 * n, 2000, 50, 50), county.village_a) for n in (1, 2)],
    )  # fmt: skip
    measure_patches(batch)
    first, second = batch.patches.order_by("number")
    judge(people.clerk, first.pk, "illegal", "现场核实，无任何批准手续")
    publish_usual(people, county)
    address = f"/api/enforcement/batches/{batch.pk}/measure"
    assert signed_in(people.township_a).post(address).status_code == 403
    assert signed_in(people.clerk).post(address).json()["kind"] == "enforcement.measure"
    assert run_jobs()[-1].result == {"patches": 1}
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.proposal_outcome, second.proposal_outcome) == ("undetermined", "illegal")
    assert second.farmland_m2 == second.area_m2
    assert second.areas.filter(version__layer__code="dltb", category="0101").count() == 1


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    corner=st.tuples(st.floats(500, 9000), st.floats(500, 9000)),
    sides=st.tuples(st.floats(3, 900), st.floats(3, 900)),
    share=st.floats(0.01, 0.99),
)
def test_any_patch_sums_and_replays(
    people: People,
    county: County,
    corner: tuple[float, float],
    sides: tuple[float, float],
    share: float,
) -> None:
    (x, y), (width, height) = corner, sides
    with transaction.atomic():
        publish_usual(people, county)
        publish(
            people, county, "construction_approval",
            [approval(box(x - 5, y - 5, 5 + width * share, height + 10), "甲", GIVEN)],
        )  # fmt: skip
        patch = one(people, county, box(x, y, width, height))
        for total in patch.areas.order_by().values("version").annotate(all=Sum("m2")):
            assert total["all"] == patch.area_m2
        whole = patch.area_m2 if patch.proposal_outcome == "split" else None
        assert patch.parts.aggregate(all=Sum("m2"))["all"] == whole
        assert replay(patch).equal
        transaction.set_rollback(True)
