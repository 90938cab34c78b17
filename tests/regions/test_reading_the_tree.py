"""The tree a level at a time, by search, and one region with its history."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from liangtian.platform.people.models import Role, User
from liangtian.platform.regions import queries
from liangtian.platform.regions.changes import change_regions
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.pinyin import pinyin_of
from liangtian.platform.regions.rules import Wanted
from tests.conftest import County, People

A, VILLAGE_A = "990121100", "990121100201"


def grow(village: str, groups: int) -> None:
    """Groups below a village."""
    Region.objects.bulk_create(
        Region(
            code=f"{village}{n:02d}", name=f"第{n}组", level="group", parent_id=village, pinyin=""
        )
        for n in range(1, groups + 1)
    )


def codes(answer: Any) -> list[str]:
    return [row["code"] for row in answer.json()]


def test_a_small_county_is_sent_whole_a_large_one_down_to_the_township(
    people: People, signed_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    grow(VILLAGE_A, 3)
    client = signed_in(people.clerk)
    assert f"{VILLAGE_A}01" in codes(client.get("/api/regions"))
    monkeypatch.setattr(queries, "WHOLE_TREE", 5)
    top = client.get("/api/regions")
    assert codes(top) == ["990121", A, "990121101"]
    assert [row["below"] for row in top.json()] == [2, 1, 1]
    below = client.get(f"/api/regions?parent={A}").json()
    assert [(r["code"], r["below"]) for r in below] == [(VILLAGE_A, 3)]
    assert len(client.get(f"/api/regions?parent={VILLAGE_A}").json()) == 3


def test_a_grid_worker_sees_the_groups_of_the_own_village(people: People, signed_in: Any) -> None:
    grow(VILLAGE_A, 2)
    worker = User.objects.create_user("wangge", None, name="吴模拟", region_id=VILLAGE_A)
    assert codes(signed_in(worker).get("/api/regions")) == [
        VILLAGE_A, f"{VILLAGE_A}01", f"{VILLAGE_A}02",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["柳塘村", "ltc", "LiuTangCun", "990121100201", "塘村"])
def test_a_village_is_found_by_name_code_pinyin_and_initials(
    people: People, signed_in: Any, text: str
) -> None:
    Region.objects.filter(code=VILLAGE_A).update(pinyin=pinyin_of("柳塘村"))
    hit = signed_in(people.clerk).get("/api/regions/search", {"q": text}).json()[0]
    assert (hit["code"], hit["path"]) == (VILLAGE_A, ["青禾县", "柳塘镇"])
    assert hit["above"] == ["990121", A]
    assert signed_in(people.township_b).get("/api/regions/search", {"q": text}).json() == []


def test_the_number_of_queries_does_not_grow_with_the_county(
    people: People, signed_in: Any, django_assert_max_num_queries: Any
) -> None:
    grow(VILLAGE_A, 60)
    client = signed_in(people.clerk)
    for address in ("/api/regions", f"/api/regions?parent={VILLAGE_A}", "/api/regions/search?q=组"):
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200


def test_a_region_tells_its_way_its_area_what_lacks_a_boundary_and_its_history(
    people: People, county: County, signed_in: Any
) -> None:
    admin = User.objects.create_user("guanli", None, name="孙举例", region=county.county)
    admin.roles.add(Role.objects.get(code="sysadmin"))
    for kind, new, day in (
        ("renamed", (A, "柳新镇"), date(2024, 1, 1)),
        ("recoded", ("990121110", "柳新镇"), date(2025, 1, 1)),
    ):
        old = (A,)
        change_regions(admin, Wanted(kind, old, (new,), day), basis="示例政函〔2024〕1号")
    found = signed_in(people.clerk).get("/api/regions/990121110").json()
    assert found["path"] == ["示例省", "示例市", "青禾县"]
    assert float(found["area_m2"]) == pytest.approx(1e8, rel=2e-3)
    assert found["below"] == [
        {"level": "village", "level_label": "村", "count": 1, "without_boundary": 0}
    ]
    assert [(h["kind"], h["old_name"], h["new_code"]) for h in found["history"]] == [
        ("recoded", "柳新镇", "990121110"), ("renamed", "柳塘镇", A),
    ]  # fmt: skip
    old = signed_in(people.clerk).get(f"/api/regions/{A}").json()
    assert (old["valid_to"], old["history"]) == ("2024-12-31", found["history"])
    assert signed_in(people.township_b).get("/api/regions/990121110").status_code == 404
    retired = signed_in(people.clerk).get("/api/regions/list?retired=true").json()
    assert {r["code"] for r in retired["rows"] if r["valid_to"]} == {A, VILLAGE_A}
