"""The national list of regions, and a real county entered from it."""

from __future__ import annotations

import pytest

from liangtian.platform.audit.models import AuditEntry
from liangtian.platform.errors import Refused
from liangtian.platform.regions import register
from liangtian.platform.regions.installing import install_county
from liangtian.platform.regions.models import Region
from liangtian.platform.regions.pinyin import pinyin_of
from liangtian.site.cli import main


def test_every_place_of_the_list_stands_below_a_place_of_the_list() -> None:
    known = register.places()
    assert len(known) > 44_000
    assert all(p.parent is None or p.parent in known for p in known.values())
    assert {len(code) for code in known} == {2, 4, 6, 9}


@pytest.mark.parametrize("text", ["库尔勒", "652801", "kuerle", "KELS"])
def test_a_county_is_found_by_name_code_and_pinyin(text: str) -> None:
    assert register.find(text)[0] == register.Place("652801", "库尔勒市")


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("652801100", "新疆维吾尔自治区 巴音郭楞蒙古自治州 库尔勒市 塔什店镇"),
        ("441900003", "广东省 东莞市 东城街道"),  # a city without districts
        ("429004001", "湖北省 仙桃市 沙嘴街道"),  # right below the province
        ("110101001", "北京市 东城区 东华门街道"),
    ],
)
def test_a_path_names_real_places_only(code: str, path: str) -> None:
    assert register.path_of(code) == path


def test_the_demo_county_does_not_exist_in_the_list() -> None:
    assert register.find("99") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "county", "prefecture"),
    [
        ("652801", "库尔勒市", "巴音郭楞蒙古自治州"),
        ("4419", "东莞市", "东莞市"),  # 直筒子市: four digits will do
        ("460400", "儋州市", "儋州市"),
        ("429004", "仙桃市", "省直辖县级行政区划"),
        ("150823", "乌拉特前旗", "巴彦淖尔市"),
    ],
)
def test_a_county_is_entered_with_all_above_and_its_townships(
    asked: str, county: str, prefecture: str
) -> None:
    done = install_county(None, asked)
    row = Region.objects.get(code=done.county.code)
    assert (row.name, row.level, row.parent and row.parent.name) == (county, "county", prefecture)
    towns = Region.objects.filter(parent=row)
    assert towns.count() == len(done.created) - 3 > 5
    assert set(towns.values_list("level", flat=True)) == {"township"}
    assert AuditEntry.objects.get(act="regions.install").region_id == row.code


@pytest.mark.django_db
def test_entering_it_again_changes_nothing_and_keeps_own_names() -> None:
    first = install_county(None, "652801")
    Region.objects.filter(code="652801100").update(name="塔什店新镇")
    again = install_county(None, "652801")
    assert again.created == []
    assert len(again.present) == len(first.created) - 1
    assert [(row.name, listed) for row, listed in again.differing] == [("塔什店新镇", "塔什店镇")]
    assert AuditEntry.objects.filter(act="regions.install").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["6528", "652899", "99", "abc", ""])
def test_a_code_that_is_no_county_is_refused_with_a_way_on(code: str) -> None:
    with pytest.raises(Refused, match=r"652801 库尔勒市|regions find"):
        install_county(None, code)
    assert Region.objects.count() == 0


@pytest.mark.django_db
def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["regions", "install", "--county", "652801"]) == 0
    assert "新装入" in capsys.readouterr().out
    assert main(["regions", "find", "taerbagetai"]) in (0, 1)
    capsys.readouterr()
    assert main(["regions", "find", "没有这个地方"]) == 1
    assert "没有找到" in capsys.readouterr().err


def test_pinyin_holds_initials_the_reading_of_the_words_and_other_readings() -> None:
    assert pinyin_of("重庆市").split()[:2] == ["cqs", "chongqingshi"]
    readings = pinyin_of("长坝镇").split()
    assert {"cbz", "changbazhen", "zbz", "zhangbazhen"} <= set(readings)
    assert len(pinyin_of("长" * 60)) <= 200
