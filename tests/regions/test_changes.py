"""A change of regions: who sees what, and what a ledger sums, before and after."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.db import DatabaseError, transaction

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Forbidden, NotFound, Refused
from liangtian.platform.layers.models import LayerVersion
from liangtian.platform.ledgers.declaration import find_ledger
from liangtian.platform.ledgers.pages import read_page
from liangtian.platform.people.models import Role, User
from liangtian.platform.regions.changes import change_regions, preview, successors
from liangtian.platform.regions.models import Region, RegionChange, RegionLineage, RegionTrace
from liangtian.platform.regions.rules import Wanted
from liangtian.programmes.enforcement.models import Patch
from tests.conftest import SIDE, County, People, Run, SignedIn, plane_box
from tests.enforcement.files import Sent, accepted, batch_file

DAY = date(2026, 4, 1)
BASIS = "示例政函〔2026〕1号"
A, B, VILLAGE_A, VILLAGE_B = "990121100", "990121101", "990121100201", "990121101201"


def patch(order: int, *, east: bool) -> Sent:
    """A patch of 40 × 50 m in township A (west) or B (east)."""
    west = 1_000 + 300 * order + (SIDE if east else 0)
    return Sent(f"9901212603{order:04d}", plane_box(west, 2_000, 40, 50))


@pytest.fixture
def admin(people: People, county: County) -> Any:
    """The system administrator of the county."""
    user = User.objects.create_user("guanli", None, name="孙举例", region=county.county)
    user.roles.add(Role.objects.get(code="sysadmin"))
    return user


@pytest.fixture
def patches(tmp_path: Path, people: People, run_jobs: Run) -> None:
    """Three patches in A, two in B."""
    sent = [patch(n, east=n > 3) for n in range(1, 6)]
    accepted(people.clerk, batch_file(tmp_path, sent), run_jobs)
    assert Patch.objects.count() == 5


def wanted(kind: str, old: list[str], new: dict[str, str], **below: str) -> Wanted:
    given = {code.removeprefix("c"): to for code, to in below.items()}
    return Wanted(kind, tuple(old), tuple(new.items()), DAY, given)


def seen(user: Any, region: str = "") -> tuple[int, Any]:
    """Patches in the ledger of a user, and the sum of their areas as printed."""
    fresh = User.objects.get(pk=user.pk)
    ledger = find_ledger("enforcement.patches")
    assert ledger is not None
    page = read_page(ledger, fresh, {"region": region} if region else {})
    assert page.total is not None
    assert page.sums is not None
    return page.total, next(iter(page.sums.values()))


@pytest.mark.usefixtures("patches")
def test_a_recoded_township_keeps_its_rows_its_people_and_its_sums(
    admin: Any, people: People
) -> None:
    before = {u.username: seen(u) for u in (people.clerk, people.township_a, people.township_b)}
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    after = {u.username: seen(u) for u in (people.clerk, people.township_a, people.township_b)}
    assert after == before
    assert before["liutang"][0] == 3
    assert User.objects.get(pk=people.township_a.pk).scope == "990121110"
    assert set(Patch.objects.values_list("region_id", flat=True)) == {"990121110201", VILLAGE_B}


@pytest.mark.usefixtures("patches")
def test_a_ledger_asked_by_the_old_code_answers_with_what_took_its_place(
    admin: Any, people: People
) -> None:
    before = seen(people.clerk, A), seen(people.clerk, VILLAGE_A)
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    assert (seen(people.clerk, A), seen(people.clerk, VILLAGE_A)) == before
    assert seen(people.clerk, "990121110") == before[0]
    assert successors(VILLAGE_A) == ["990121110201"]


@pytest.mark.usefixtures("patches")
def test_a_saved_view_follows_its_region(admin: Any, people: People, signed_in: SignedIn) -> None:
    client, views = signed_in(people.clerk), "/api/ledgers/enforcement.patches/views"
    draft = {"shared": False, "columns": [], "grouping": []}
    for name, query in (("镇", {"region": A}), ("村", {"region__is": VILLAGE_A})):
        body = {**draft, "name": name, "query": query}
        assert client.post(views, body, content_type="application/json").status_code == 200

    def shown() -> dict[str, tuple[dict[str, str], int]]:
        found = client.get(views).json()["views"]
        rows = "/api/ledgers/enforcement.patches/rows"
        return {
            v["name"]: (v["query"], client.get(rows, v["query"]).json()["total"]) for v in found
        }

    before = shown()
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    after = shown()
    assert {name: total for name, (_, total) in after.items()} == {
        name: total for name, (_, total) in before.items()
    }
    assert after["镇"][0] == {"region": "990121110"}
    assert after["村"][0] == {"region__is": "990121110201"}


@pytest.mark.usefixtures("patches")
def test_merged_townships_add_up_and_each_row_still_says_where_it_came_from(
    admin: Any, people: People
) -> None:
    a, b, whole = (seen(u) for u in (people.township_a, people.township_b, people.clerk))
    merge = wanted("merged", [A, B], {A: "柳桥镇"}, c990121101201="990121100202")
    change = change_regions(admin, merge, basis=BASIS)
    assert seen(people.township_a) == seen(people.township_b) == seen(people.clerk) == whole
    assert whole == (a[0] + b[0], a[1] + b[1])
    assert Region.objects.get(code=A).name == "柳桥镇"
    ends = Region.objects.get(code=B)
    assert ends.valid_to == date(2026, 3, 31)
    village = RegionLineage.objects.get(change=change, old_code=VILLAGE_B)
    assert (village.new_code, village.rows > 0) == ("990121100202", True)
    # Offices and people at the township itself are traced, since two codes became one.
    traced = RegionTrace.objects.filter(lineage__old_code=B).values_list("table", flat=True)
    assert set(traced) >= {"people_user", "people_office"}
    geom = Region.objects.get(code=A).geom
    assert geom.area == pytest.approx(ends.geom.area * 2, rel=1e-3)


@pytest.mark.usefixtures("patches")
def test_a_village_moved_to_the_other_township_takes_its_patches_along(
    admin: Any, people: People
) -> None:
    before = seen(people.township_a), seen(people.township_b)
    move = wanted("moved", [VILLAGE_A], {"990121101202": "柳塘村"})
    plan, rows = preview(admin, move)
    assert plan.problems == ()
    assert rows["图斑"] == 3
    change_regions(admin, move, basis=BASIS)
    (a_rows, a_sum), (b_rows, b_sum) = before
    assert seen(people.township_a) == (0, 0)
    assert seen(people.township_b) == (a_rows + b_rows, a_sum + b_sum)


@pytest.mark.usefixtures("patches")
def test_a_split_hands_the_data_to_the_first_part(admin: Any, people: People) -> None:
    whole = seen(people.clerk)
    split = wanted("split", [VILLAGE_A], {VILLAGE_A: "柳塘村", "990121100202": "新柳村"})
    change_regions(admin, split, basis=BASIS)
    assert seen(people.clerk, VILLAGE_A)[0] == 3
    assert seen(people.clerk, "990121100202")[0] == 0
    assert seen(people.clerk) == whole
    new = Region.objects.get(code="990121100202")
    assert (new.level, new.parent_id, new.valid_from, new.geom) == ("village", A, DAY, None)


def test_a_group_goes_where_its_village_goes(admin: Any) -> None:
    Region.objects.create(
        code=f"{VILLAGE_A}01", name="一组", level="group", parent_id=VILLAGE_A, pinyin=""
    )
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    group = Region.objects.get(code="99012111020101")
    assert (group.name, group.parent_id) == ("一组", "990121110201")


def test_a_renaming_keeps_the_code_and_the_old_name(admin: Any, people: People) -> None:
    change = change_regions(admin, wanted("renamed", [A], {A: "新塘镇"}), basis=BASIS)
    row = Region.objects.get(code=A)
    assert (row.name, row.pinyin.split()[0], row.valid_to) == ("新塘镇", "xtz", None)
    line = change.lines.get()
    assert (line.old_name, line.new_name, line.rows) == ("柳塘镇", "新塘镇", 0)
    assert seen(people.township_a)[0] == 0


@pytest.mark.usefixtures("patches")
def test_the_audit_trail_keeps_the_old_code(admin: Any, people: People) -> None:
    entry = AuditEntry.objects.create(act="test", region_id=A)
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    entry.refresh_from_db()
    assert entry.region_id == A
    made = AuditEntry.objects.get(act="regions.change")
    assert made.region_id == "990121110"
    assert made.note == BASIS
    assert (made.after or {})["rows"] >= 3


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (wanted("recoded", [A], {B: "石桥镇"}), "已是石桥镇的代码"),
        (wanted("merged", [A, B], {A: "柳桥镇"}), "已是柳塘村的代码"),
        (wanted("renamed", [A], {"990121110": "柳塘镇"}), "请选“变更代码”"),
        (wanted("recoded", [VILLAGE_A], {"990121101202": "柳塘村"}), "请选“划转”"),
        (wanted("moved", [A], {"990121110": "柳塘镇"}), "请选“变更代码”"),
        (wanted("split", [A], {A: "柳塘镇"}), "变为两个以上"),
        (wanted("recoded", [A], {"9901211": "柳塘镇"}), "应为 9 位数字"),
        (wanted("recoded", ["990121999"], {"990121110": "柳塘镇"}), "没有代码为"),
        (wanted("moved", [VILLAGE_A], {"990121199202": "柳塘村"}), "上级 990121199 不存在"),
        (Wanted("recoded", (A,), (("990121110", "柳塘镇"),), date(2999, 1, 1)), "还没有到"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason_and_changes_nothing(
    admin: Any, asked: Wanted, said: str
) -> None:
    before = list(Region.objects.values_list("code", "name", "valid_to"))
    with pytest.raises(Refused, match=said):
        change_regions(admin, asked, basis=BASIS)
    assert preview(admin, asked)[0].problems
    assert list(Region.objects.values_list("code", "name", "valid_to")) == before
    assert not RegionChange.objects.exists()


def test_a_code_once_given_up_is_not_used_again(admin: Any) -> None:
    change_regions(admin, wanted("recoded", [A], {"990121110": "柳塘镇"}), basis=BASIS)
    back = Wanted("recoded", ("990121110",), ((A, "柳塘镇"),), date(2026, 5, 1))
    with pytest.raises(Refused, match="停用的代码不再启用"):
        change_regions(admin, back, basis=BASIS)


def test_only_who_manages_regions_and_only_within_the_own_scope(
    admin: Any, people: People, county: County
) -> None:
    asked = wanted("renamed", [A], {A: "新塘镇"})
    with pytest.raises(Forbidden):
        change_regions(people.clerk, asked, basis=BASIS)
    admin.region = county.township_b
    admin.save()
    with pytest.raises(NotFound):
        change_regions(admin, asked, basis=BASIS)


def test_a_recoded_county_takes_its_published_layers_along(
    tmp_path: Path, admin: Any, people: People, run_jobs: Run
) -> None:
    from tests.layers.deliveries import delivery, imported

    plots = [plane_box(100, 100, 500, 500)]
    path = delivery(tmp_path, "DLTB", plots, {"DLBM": ["0101"]})
    version = imported(people.clerk, path, run_jobs, publish=True)
    change_regions(admin, wanted("recoded", ["990121"], {"990181": "青禾市"}), basis=BASIS)
    moved = LayerVersion.objects.get(pk=version.pk)
    assert (moved.region_id, moved.status) == ("990181", "published")
    with pytest.raises(DatabaseError), transaction.atomic():  # back again, by no registered change
        LayerVersion.objects.filter(pk=version.pk).update(region="990121")
    assert Region.objects.current().filter(code__startswith="990181").count() == 5
    assert shapely.equals(
        Region.objects.get(code="990181").geom, Region.objects.get(code="990121").geom
    )
