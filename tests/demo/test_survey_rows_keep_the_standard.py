"""DLTB rows obey the consistency rules of TD/T 1057-2020."""

from __future__ import annotations

import math

import pytest

from liangtian.site.demo.landuse import NAMES

from .conftest import Made

FIELDS = [
    "BSM",
    "YSDM",
    "TBYBH",
    "TBBH",
    "DLBM",
    "DLMC",
    "QSXZ",
    "QSDWDM",
    "QSDWMC",
    "ZLDWDM",
    "ZLDWMC",
    "TBMJ",
    "KCDLBM",
    "KCXS",
    "KCMJ",
    "TBDLMJ",
    "GDLX",
    "GDPDJB",
    "XZDWKD",
    "TBXHDM",
    "TBXHMC",
    "ZZSXDM",
    "ZZSXMC",
    "GDDB",
    "FRDBS",
    "CZCSXM",
    "SJNF",
    "MSSM",
    "HDMC",
    "BZ",
]
CROPS = {"LS", "FLS", "LYFL", "XG", "LLJZ", "WG"}
SPECIAL = {"HDGD", "HQGD", "LQGD", "MQGD", "SHGD", "SMGD"}
MARKS = {"201", "202", "203", "204", "205", "201A", "202A", "203A"}
LINEAR = {"1001", "1003", "1006", "1009", "1107", "1107A"}

Row = dict[str, object]


@pytest.fixture(params=[2023, 2024, 2025], ids=str)
def rows(made: Made, request: pytest.FixtureRequest) -> list[Row]:
    return [
        {k: "" if v is None else v for k, v in r.items()} for r in made.survey(request.param).rows()
    ]


def test_fields_are_those_of_the_standard(made: Made) -> None:
    for year in (2023, 2024, 2025):
        assert list(made.survey(year).columns) == FIELDS


def test_codes_have_their_names_and_lengths(rows: list[Row]) -> None:
    for r in rows:
        assert r["DLMC"] == NAMES[str(r["DLBM"])]
        assert len(str(r["BSM"])) == 18
        assert len(str(r["ZLDWDM"])) == 19
        assert str(r["ZLDWDM"]).startswith("990121")
    assert len({r["BSM"] for r in rows}) == len(rows)
    assert len({(r["ZLDWDM"], r["TBBH"]) for r in rows}) == len(rows)


def test_arable_plots_have_a_crop_and_others_only_recovery_marks(rows: list[Row]) -> None:
    for r in rows:
        code, crop, detail = str(r["DLBM"]), str(r["ZZSXDM"]), str(r["TBXHDM"])
        if code.startswith("01"):
            assert crop in CROPS
            if detail in SPECIAL:
                assert crop in {"LS", "FLS", "LYFL"}
        else:
            assert crop in {"", "JKHF", "GCHF"}
            if crop:
                assert code[:4] in {
                    "0201",
                    "0202",
                    "0204",
                    "0301",
                    "0302",
                    "0305",
                    "0307",
                    "0404",
                    "1104",
                }
                assert detail != "LQYD"


def test_detail_marks_fit_the_class(rows: list[Row]) -> None:
    for r in rows:
        code, detail = str(r["DLBM"]), str(r["TBXHDM"])
        if code.startswith("03"):
            assert detail == ""
        if code.startswith("04"):
            assert detail in {"", "GCCD"}
        if code == "0601":
            assert detail == "" or detail.endswith("GY")
        if code in {"0602", "1001", "1003"}:
            assert detail in {"", "FQ"}


def test_slope_ridge_share_and_areas_agree(rows: list[Row]) -> None:
    for r in rows:
        farm, grade, kind = str(r["DLBM"]).startswith("01"), str(r["GDPDJB"]), str(r["GDLX"])
        share, area, ridge = float(str(r["KCXS"])), float(str(r["TBMJ"])), float(str(r["KCMJ"]))
        assert (grade in {"1", "2", "3", "4", "5"}) is farm
        assert (kind in {"PD", "TT"}) is (farm and grade != "1")
        if not farm or grade == "1":
            assert share == 0
        if kind == "TT":
            assert share > 0
        assert (r["KCDLBM"] == "1203") is (share > 0)
        assert abs(ridge - area * share) <= 0.00501
        assert abs(float(str(r["TBDLMJ"])) - (area - ridge)) < 1e-6


def test_built_up_plots_carry_a_town_or_village_mark(rows: list[Row]) -> None:
    for r in rows:
        code, mark = str(r["DLBM"]), str(r["CZCSXM"])
        if code[:2] in {"05", "06", "07", "08", "09"} or code in {"1004", "1005", "1201"}:
            assert mark in MARKS
        if code == "0602":
            assert mark == "204"
        if code == "09":
            assert mark == "205"


def test_linear_plots_have_a_width_and_rural_roads_stay_narrow(rows: list[Row]) -> None:
    for r in rows:
        width = float(str(r["XZDWKD"]))
        assert (not math.isnan(width)) is (r["DLBM"] in LINEAR)
        if r["DLBM"] == "1006":
            assert 1.0 <= width <= 8.0


def test_the_county_has_abandoned_and_restorable_land(rows: list[Row]) -> None:
    assert any(r["ZZSXDM"] == "WG" for r in rows)
    assert any(r["ZZSXDM"] in {"JKHF", "GCHF"} for r in rows)
