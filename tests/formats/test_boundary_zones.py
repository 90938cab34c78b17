import pytest

from liangtian.geo.formats import FormatRefused
from tests.formats.boundary_files import (
    EAST,
    document,
    parse,
    plain,
    point_lines,
    square,
)


def has(notes: tuple[str, ...], words: str) -> bool:
    return any(words in note for note in notes)


def refusal(text: str, encoding: str = "gbk") -> FormatRefused:
    with pytest.raises(FormatRefused) as caught:
        parse(text, encoding)
    return caught.value


def unprefixed() -> list[str]:
    points = [(n, e - 38_000_000) for n, e in square(10)]
    return ["5,0.01,DK1,示例,面,,,,@", *point_lines(points)]


def test_without_a_prefix_the_header_gives_the_zone() -> None:
    held = parse(document(unprefixed()))
    assert held.zone.epsg == 4547
    assert held.blocks[0].geometry.bounds[0] == EAST - 38_000_000
    assert has(held.notes, "依据文件头“带号”")


def test_neither_prefix_nor_zone_is_refused() -> None:
    assert "无法确定投影带" in refusal(document(unprefixed(), 带号="")).message


def test_a_blank_zone_takes_the_prefix_and_says_so() -> None:
    held = parse(plain(带号=""))
    assert held.zone.epsg == 4526
    assert has(held.notes, "依据横坐标前两位")


@pytest.mark.parametrize("written", ["114", "114°", "114.0", "114E"])
def test_a_central_meridian_in_place_of_the_zone_is_converted_and_said(written: str) -> None:
    held = parse(document(unprefixed(), 带号=written))
    assert held.zone.epsg == 4547
    assert has(held.notes, "中央经线 114°")


def test_a_zone_against_the_prefix_is_refused_with_both_values() -> None:
    fault = refusal(plain(带号="39"))
    assert "39" in fault.message
    assert "38" in fault.message


def test_a_meridian_against_the_prefix_is_refused_with_both_values() -> None:
    fault = refusal(plain(带号="117"))
    assert "117" in fault.message
    assert "39" in fault.message
    assert "38" in fault.message


def test_two_prefixes_in_one_file_are_refused() -> None:
    other = [(n, e + 1_000_000) for n, e in square(10)]
    lines = ["5,0.01,1,甲,面,,,,@", *point_lines(square(10)), "5,0.01,2,乙,面,,,,@"]
    fault = refusal(document([*lines, *point_lines(other)]))
    assert "38 带" in fault.message
    assert "39 带" in fault.message


def test_a_six_degree_zone_has_its_own_code() -> None:
    points = [(n, e - 19_000_000) for n, e in square(10)]
    lines = ["5,0.01,DK1,示例,面,,,,@", *point_lines(points)]
    assert parse(document(lines, 几度分带="6", 带号="19")).zone.epsg == 4497
    assert parse(document(lines, 几度分带="6", 带号="111")).zone.number == 19


def test_six_degrees_without_prefix_count_from_4502() -> None:
    assert parse(document(unprefixed(), 几度分带="6", 带号="19")).zone.epsg == 4508


def test_degrees_against_the_zone_are_refused_with_both_values() -> None:
    fault = refusal(plain(几度分带="6"))
    assert "6" in fault.message
    assert "38" in fault.message
    assert "3 度带" in fault.message


def test_blank_degrees_follow_from_the_zone_and_are_said() -> None:
    assert has(parse(plain(几度分带="")).notes, "没有写几度分带")


@pytest.mark.parametrize("written", [",,,,,,", "0,0,0,0,0,0,0", ""])
def test_empty_transformation_parameters_say_nothing(written: str) -> None:
    assert not has(parse(plain(转换参数=written)).notes, "转换参数")


def test_real_transformation_parameters_are_reported_as_not_applied() -> None:
    assert has(parse(plain(转换参数="12.5,0,0,0,0,0,0")).notes, "没有套用")


@pytest.mark.parametrize(
    ("key", "value"),
    [("坐标系", "1980西安坐标系"), ("计量单位", "公里"), ("投影类型", "墨卡托"), ("精度", "高")],
)
def test_another_system_is_refused_by_its_name(key: str, value: str) -> None:
    assert value in refusal(plain(**{key: value})).message
