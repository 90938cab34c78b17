"""Each designed outcome occurs, and the files bear it out."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import shapely

from liangtian.site.demo.batches import LATER_MONTHS, MONTHS
from liangtian.site.demo.scenes import OUTCOMES

from .conftest import Made, Table

Row = dict[str, object]
ALL_MONTHS = (*MONTHS, *LATER_MONTHS)
PERMITS = {
    "construction_approval": ("PZWH", "PZRQ", "YXQZ"),
    "facility_agriculture": ("BAH", "BARQ", "YXQZ"),
    "temporary_land": ("PZWH", "PZRQ", "DQRQ"),
    "mining_licence": ("XKZH", "YXQQ", "YXQZ"),
}


def _patches(made: Made, *outcomes: str) -> list[tuple[str, shapely.Geometry, Row]]:
    out, met = [], set()
    for place, month in enumerate(ALL_MONTHS, start=1):
        table = made.batch(place)
        flawed = {f["row"] for f in made.manifest.flaws if f["batch"] == month}
        for k, (shape, row) in enumerate(zip(table.shapes, table.rows(), strict=True), start=1):
            if k in flawed:
                continue
            told = made.manifest.patches[str(row["JCBH"])]
            if not outcomes or told["outcome"] in outcomes:
                out.append((str(told["permit"]), shape, row))
                met.add(told["outcome"])
    assert met == set(outcomes or OUTCOMES), "the county has patches of all that was asked for"
    return out


def _day(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _permit(made: Made, kind: str, number: str) -> tuple[shapely.Geometry, date, date]:
    table = made.kind(kind)
    name, start, end = PERMITS[kind]
    k = table.columns[name].tolist().index(number)
    return table.shapes[k], _day(table.columns[start][k]), _day(table.columns[end][k])


def _covered(table: Table, shape: shapely.Geometry) -> float:
    return float(shapely.area(shapely.intersection(table.shapes, shape)).sum())


def test_every_outcome_occurs_and_is_named(made: Made) -> None:
    found = {p["outcome"] for p in made.manifest.patches.values()}
    assert found == set(OUTCOMES)


def test_number_of_rows_and_manifest_agree(made: Made) -> None:
    rows = sum(len(made.batch(m).shapes) for m in range(1, len(ALL_MONTHS) + 1))
    assert rows == len(made.manifest.patches) + len(made.manifest.flaws)


@pytest.mark.parametrize(
    ("outcome", "kind"),
    [
        ("approved_inside", "construction_approval"), ("facility", "facility_agriculture"),
        ("temporary_valid", "temporary_land"), ("mining_inside", "mining_licence"),
    ],
)  # fmt: skip
def test_valid_permits_hold_the_whole_patch_in_time(made: Made, outcome: str, kind: str) -> None:
    for number, shape, row in _patches(made, outcome):
        red, start, end = _permit(made, kind, number)
        assert red.contains(shape)
        assert start < _day(row["QSX"])
        assert end > _day(row["HSX"])


def test_a_partial_approval_covers_part(made: Made) -> None:
    for number, shape, _ in _patches(made, "approved_partial"):
        red, _, _ = _permit(made, "construction_approval", number)
        assert 0.25 < red.intersection(shape).area / shape.area < 0.9


def test_expired_and_late_papers_are_out_of_time(made: Made) -> None:
    for number, _, row in _patches(made, "approval_expired"):
        assert _permit(made, "construction_approval", number)[2] < _day(row["QSX"])
    for number, _, row in _patches(made, "temporary_expired"):
        assert _permit(made, "temporary_land", number)[2] < _day(row["QSX"])
    for number, _, row in _patches(made, "approval_late"):
        assert _permit(made, "construction_approval", number)[1] > _day(row["HSX"])


def test_unapproved_patches_touch_no_permit(made: Made) -> None:
    permits = [made.kind(k) for k in PERMITS]
    for _, shape, row in _patches(
        made, "farmland_unapproved", "pbf_unapproved", "large_building", "homestead", "rural_road",
        "mining_outside",
    ):  # fmt: skip
        assert sum(_covered(p, shape) for p in permits) == 0, row["JCBH"]


def test_basic_farmland_is_touched_only_by_design(made: Made) -> None:
    pbf = made.kind("pbf")
    for _, shape, row in _patches(made, "pbf_unapproved"):
        assert _covered(pbf, shape) > 0.7 * shape.area
        assert row["SFYN"] == "是"
    for _, shape, row in _patches(made, "farmland_unapproved", "homestead", "approved_inside"):
        assert _covered(pbf, shape) < 0.5
        assert row["SFYN"] == "否"


def test_only_the_second_month_sees_patches_of_the_first_again(made: Made) -> None:
    first, second, third = (made.batch(month) for month in (1, 2, 3))
    pairs = shapely.STRtree(first.shapes).query(second.shapes, predicate="intersects").T
    assert len(pairs) == 3
    for again, before in pairs:
        assert second.shapes[again].contains(first.shapes[before])
        told = [
            made.manifest.patches[str(table.columns["JCBH"][row])]["outcome"]
            for table, row in ((first, before), (second, again))
        ]
        assert told[0] == told[1]
    sound = third.shapes[shapely.is_valid(third.shapes)]
    for table in (first, second):
        assert not len(shapely.STRtree(table.shapes).query(sound, predicate="intersects")[0])


def test_a_large_building_takes_fifty_mu_of_farmland(made: Made) -> None:
    survey = made.survey(2025)
    farm = np.array([str(c).startswith("01") for c in survey.columns["DLBM"]])
    fields = Table(survey.shapes[farm], {}, "")
    large = _patches(made, "large_building")
    assert len(large) == 2
    for _, shape, row in large:
        assert row["TBLX"] == "20"
        assert _covered(fields, shape) * 0.0015 >= 50


def test_rural_roads_are_no_wider_than_eight_metres(made: Made) -> None:
    for _, shape, row in _patches(made, "rural_road"):
        assert row["TBLX"] == "ND"
        assert shape.area / (shape.length / 2) < 8


def test_unchanged_patches_were_built_on_in_every_survey(made: Made) -> None:
    for year in (2023, 2024, 2025):
        survey = made.survey(year)
        built = np.array([str(c)[:2] in {"05", "06", "07", "08"} for c in survey.columns["DLBM"]])
        for _, shape, _ in _patches(made, "unchanged"):
            assert _covered(Table(survey.shapes[built], {}, ""), shape) > 0.99 * shape.area


def test_monitoring_area_is_the_survey_area_in_mu(made: Made) -> None:
    for _, shape, row in _patches(made):
        assert float(str(row["JCMJ"])) == pytest.approx(shape.area * 0.0015, rel=2e-3, abs=0.006)


def test_bad_rows_are_as_described(made: Made) -> None:
    table = made.batch(3)
    flaws = {str(f["flaw"]): int(str(f["row"])) - 1 for f in made.manifest.flaws}
    assert set(flaws) == {"duplicate_number", "outside_county", "bow_tie", "empty_type"}
    numbers = table.columns["JCBH"].tolist()
    assert numbers.count(numbers[flaws["duplicate_number"]]) == 2
    county = made.read("regions/xzq.gpkg", "XZQX").shapes[0]
    assert county.disjoint(table.shapes[flaws["outside_county"]])
    assert not table.shapes[flaws["bow_tie"]].is_valid
    assert not table.columns["TBLX"][flaws["empty_type"]]
