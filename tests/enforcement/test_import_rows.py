"""What the check says of each row of a batch: field, value, reason, advice, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely

from liangtian.programmes.enforcement.models import BatchImport, Patch, StagedPatch
from tests.conftest import SIDE, ZONE_38, People, Run, lonlat, plane_box
from tests.enforcement.files import Kind, Sent, accepted, batch_file, checked, problems, sent

Check = Callable[..., BatchImport]


@pytest.fixture
def check(tmp_path: Path, people: People, run_jobs: Run) -> Check:
    """The rows, checked as a file; nothing entered."""

    def go(
        rows: Sequence[Sent], kind: Kind = "shp", crs: int = ZONE_38, **options: Any
    ) -> BatchImport:
        path = batch_file(tmp_path / "delivery", rows, kind=kind, crs=crs)
        return checked(people.clerk, path, run_jobs, **options)

    return go


def counts(current: BatchImport) -> tuple[int, int, int, int]:
    return current.ready, current.errors, current.duplicates, current.warnings


def test_sound_rows_are_ready_with_values_region_and_survey_area(check: Check) -> None:
    current = check([sent(1), sent(2)])
    assert (current.status, *counts(current)) == ("checked", 2, 0, 0, 0)
    first, second = StagedPatch.objects.order_by("row")
    assert first.number == "990121SJBG26030001"
    assert (first.region_id, second.region_id) == ("990121100201", "990121101201")
    assert first.values["period_after"] == "2026-03-10"
    assert first.attributes["XMC"] == "青禾县"
    assert abs(float(first.area_m2) - 3000) < 1  # zone 38, 60 km off its meridian
    assert first.geom.bounds == pytest.approx(lonlat(sent(1).geom).bounds, abs=1e-7)
    assert not Patch.objects.exists()


def test_an_empty_number_is_an_error(check: Check) -> None:
    current = check([sent(1), sent(2, JCBH="")])
    assert problems(current) == [(2, "error", "监测编号", "监测编号为空")]
    assert counts(current) == (1, 1, 0, 0)


def test_an_overlong_number_and_type_are_errors_and_their_text_is_cut(check: Check) -> None:
    current = check([sent(1, JCBH="长" * 120, TBLX="类" * 21)])
    found = current.problems.order_by("pk")
    assert [p.reason for p in found] == ["监测编号超过 60 个字", "图斑类型超过 20 个字"]
    assert found[0].number == "长" * 100
    assert found[0].value == "长" * 120


def test_a_number_twice_in_the_file_enters_once(check: Check) -> None:
    current = check([sent(1), sent(2, JCBH=sent(1).number)])
    assert problems(current) == [(2, "duplicate", "监测编号", "与第 1 行的监测编号相同")]
    assert counts(current) == (1, 0, 1, 0)


def test_a_number_in_the_register_is_a_duplicate_naming_its_batch(
    check: Check, tmp_path: Path, people: People, run_jobs: Run
) -> None:
    accepted(people.clerk, batch_file(tmp_path / "earlier", [sent(1)]), run_jobs, title="二月")
    current = check([sent(1, BZ="再次下发"), sent(2)])
    assert problems(current) == [(1, "duplicate", "监测编号", "该编号已在批次“二月”中入库")]
    assert counts(current) == (1, 0, 1, 0)


def test_an_empty_type_is_an_error(check: Check) -> None:
    current = check([sent(1, TBLX="")])
    assert problems(current) == [(1, "error", "图斑类型", "图斑类型为空")]


@pytest.mark.parametrize("text", ["2026-13-01", "20260230", "202603", "三月初", "2026-03-10 至"])
def test_what_is_not_surely_a_day_is_an_error_with_its_value(check: Check, text: str) -> None:
    current = check([sent(1, HSX=text)])
    (problem,) = current.problems.all()
    assert (problem.field, problem.value, problem.severity) == ("后时相", text, "error")
    assert problem.reason == "不是可识别的日期"
    assert "2026-01-31" in problem.advice


@pytest.mark.parametrize(
    "text",
    ["20260310", "2026-03-10", "2026/3/10", "2026.03.10", "2026年3月10日", "2026-03-10 08:30:00",
     "2026-03-10T00:00:00+08:00"],
)  # fmt: skip
def test_days_are_read_in_the_ways_producers_write_them(check: Check, text: str) -> None:
    current = check([sent(1, HSX=text)])
    assert problems(current) == []
    assert StagedPatch.objects.get().values["period_after"] == "2026-03-10"


def test_a_missing_day_is_only_a_warning(check: Check) -> None:
    current = check([sent(1, HSX="")])
    assert problems(current) == [(1, "warning", "后时相", "后时相为空")]
    assert counts(current) == (1, 0, 0, 1)


def test_dates_the_wrong_way_round_are_an_error(check: Check) -> None:
    current = check([sent(1, QSX="20260311")])
    assert problems(current) == [(1, "error", "后时相", "后时相早于前时相(2026-03-11)")]


def test_a_declared_area_far_from_the_figure_is_a_warning(check: Check) -> None:
    current = check([sent(1, JCMJ=4.5), sent(3, JCMJ=3000.0)])
    assert problems(current) == [(2, "warning", "监测面积(亩)", "与图形面积 4.50 亩相差较大")]
    assert counts(current) == (2, 0, 0, 1)


@pytest.mark.parametrize("text", ["四亩半", "4.5亩", "-4.5", "1_000", "1e30", "NaN"])
def test_a_declared_area_that_is_no_figure_is_an_error(check: Check, text: str) -> None:
    current = check([sent(1, JCMJ=text)])
    assert problems(current) == [(1, "error", "监测面积(亩)", "不是有效的面积数")]


def test_missing_figures_of_a_number_field_are_no_figures(check: Check) -> None:
    current = check([sent(1, JCMJ=None), sent(3, JCMJ=4.5)], kind="gpkg")
    assert problems(current) == []
    assert [row.values["declared_area_mu"] for row in current.staged.all()] == [None, "4.5000"]


def test_a_bow_tie_is_refused_with_the_place_where_it_crosses(check: Check) -> None:
    box = plane_box(1_000, 4_000, 100, 100)
    (a, b, c, d) = box.exterior.coords[:4]
    current = check([sent(1), Sent("X1", shapely.Polygon([a, c, b, d]))], kind="gpkg")
    (problem,) = current.problems.all()
    assert (problem.row, problem.severity, problem.field) == (2, "error", "图形")
    assert problem.reason == "图形无效：自相交"
    middle = lonlat(box).centroid
    assert (problem.lon, problem.lat) == pytest.approx((middle.x, middle.y), abs=1e-6)
    assert current.ready == 1


def test_a_missing_figure_is_an_error_without_a_place(check: Check) -> None:
    current = check([sent(1), Sent("X1", None)])
    (problem,) = current.problems.all()
    assert (problem.row, problem.reason, problem.lon) == (2, "图形无效：空几何", None)


def test_a_point_among_polygons_is_an_error_of_its_row(check: Check) -> None:
    rows = [
        Sent("A", lonlat(sent(1).geom)),
        Sent("B", lonlat(sent(2).geom).centroid),
    ]
    current = check(rows, kind="geojson", crs=4490)
    assert problems(current) == [(2, "error", "图形", "图形无效：不是面，是点")]


def test_a_figure_too_small_to_have_an_area_is_an_error(check: Check) -> None:
    current = check([Sent("X1", plane_box(1_000, 1_000, 0.05, 0.05))], kind="gpkg")
    assert problems(current) == [(1, "error", "图形", "图形面积不足 0.01 平方米")]


def test_a_patch_outside_the_county_is_refused_with_its_place(check: Check) -> None:
    current = check([sent(1), Sent("X1", plane_box(1_000, SIDE + 500, 50, 50))])
    (problem,) = current.problems.all()
    assert (problem.row, problem.severity) == (2, "error")
    assert problem.reason == "图斑不在青禾县范围内"
    assert problem.lon is not None


def test_a_patch_partly_outside_enters_with_its_share_outside(check: Check) -> None:
    current = check([Sent("X1", plane_box(1_000, SIDE - 75, 50, 100))])
    assert problems(current) == [(1, "warning", "图形", "图斑有 25.00% 在青禾县之外")]
    assert current.ready == 1


def test_a_patch_across_townships_goes_to_the_one_with_the_larger_share(check: Check) -> None:
    current = check([Sent("X1", plane_box(SIDE - 20, 1_000, 50, 50))])
    assert problems(current) == []
    assert StagedPatch.objects.get().region_id == "990121101201"


def test_a_patch_in_a_gap_between_villages_is_the_townships(
    check: Check, people: People, county: Any
) -> None:
    county.village_a.geom = None
    county.village_a.save()
    current = check([sent(1), sent(2)])
    assert problems(current) == []
    assert [row.region_id for row in current.staged.all()] == ["990121100", "990121101201"]


def test_overlapping_patches_enter_with_a_warning_at_the_later_row(check: Check) -> None:
    first, inner = sent(1), plane_box(710, 2_010, 20, 10)
    rows = [first, Sent("X1", inner), Sent("X2", first.geom), sent(2)]
    current = check(rows)
    assert [row[:3] for row in problems(current)] == [
        (2, "warning", "图形"),
        (3, "warning", "图形"),
    ]
    within, same = [row[3] for row in problems(current)]
    assert within.startswith("与第 1 行(编号 990121SJBG26030001)的图形重叠 199.9")
    assert "重叠 2999." in same
    assert same.endswith(",另与 1 个图斑重叠")
    assert current.ready == 4


def test_patches_that_share_a_border_do_not_overlap(check: Check) -> None:
    rows = [Sent(f"X{i}", plane_box(1_000 + 100 * i, 1_000, 100, 300)) for i in range(4)]
    assert problems(check(rows)) == []


def test_a_row_is_told_all_that_is_wrong_with_it_at_once(check: Check) -> None:
    bad = Sent("", plane_box(1_000, SIDE + 500, 50, 50), {"TBLX": "", "HSX": "昨天"})
    current = check([bad])
    assert [row[3] for row in problems(current)] == [
        "监测编号为空", "图斑类型为空", "不是可识别的日期", "图斑不在青禾县范围内",
    ]  # fmt: skip
    assert counts(current) == (0, 1, 0, 0)


def test_every_row_is_ready_wrong_or_a_duplicate(check: Check) -> None:
    rows = [sent(1), sent(1, TBLX=""), sent(2, TBLX=""), sent(3), sent(3), sent(5, HSX="")]
    current = check(rows)
    assert (current.ready, current.errors, current.duplicates) == (3, 1, 2)
    assert current.ready + current.errors + current.duplicates == current.count


def test_a_second_check_replaces_what_the_first_one_found(
    check: Check, people: People, run_jobs: Run
) -> None:
    from liangtian.programmes.enforcement.imports.services import choose_mapping

    current = check([sent(1, BZ=""), sent(2)], mapping={"monitoring_type": "BZ", "remark": None})
    assert (current.ready, current.problems.count()) == (1, 1)
    choose_mapping(people.clerk, current, {**current.mapping, "monitoring_type": "TBLX"})
    run_jobs()
    current.refresh_from_db()
    assert (current.ready, current.problems.count(), current.staged.count()) == (2, 0, 2)


def test_a_county_without_boundaries_fails_the_check_with_the_way_out(
    check: Check, county: Any
) -> None:
    from liangtian.platform.regions.models import Region

    Region.objects.update(geom=None)
    current = check([sent(1)])
    assert current.status == "failed"
    assert "请先导入行政区划" in current.error
