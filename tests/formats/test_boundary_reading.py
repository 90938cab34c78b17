from decimal import Decimal
from pathlib import Path

import pytest
from shapely import MultiPolygon, Polygon

from liangtian.geo.formats import FormatRefused, read
from liangtian.geo.formats.boundary_txt import read_txt
from tests.formats.boundary_files import (
    EAST,
    FIRST_PLOT_LINE,
    NORTH,
    document,
    parse,
    plain,
    point_lines,
    saved,
    square,
)


def has(notes: tuple[str, ...], words: str) -> bool:
    return any(words in note for note in notes)


def refusal(text: str, encoding: str = "gbk") -> FormatRefused:
    with pytest.raises(FormatRefused) as caught:
        parse(text, encoding)
    return caught.value


def test_x_is_north_and_y_is_east() -> None:
    held = parse(plain())
    assert held.blocks[0].geometry.bounds == (EAST, NORTH, EAST + 10, NORTH + 10)
    assert held.zone.epsg == 4526
    assert not held.swapped


def test_swapped_columns_are_recognised_by_magnitude_and_stated() -> None:
    swapped = [(e, n) for n, e in square(10)]
    held = parse(document(["5,0.01,DK1,示例,面,,,,@", *point_lines(swapped)]))
    assert held.swapped
    assert held.blocks[0].geometry.bounds == (EAST, NORTH, EAST + 10, NORTH + 10)
    assert has(held.notes, "与规定的 X 北、Y 东相反")


def test_columns_swapped_half_way_are_refused_with_both_lines() -> None:
    points = square(10)
    mixed = [*points[:3], *((e, n) for n, e in points[3:])]
    fault = refusal(document(["5,0.01,DK1,示例,面,,,,@", *point_lines(mixed)]))
    assert fault.problems[0].line == FIRST_PLOT_LINE + 4
    assert f"第 {FIRST_PLOT_LINE + 1} 行" in fault.message


def test_longitude_and_latitude_are_refused_with_the_value() -> None:
    fault = refusal(document(["5,0.01,DK1,示例,面,,,,@", *point_lines([(23.3, 112.8)] * 5)]))
    assert fault.problems[0].value == "23.300,112.800"
    assert "不在中国范围" in fault.message


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_every_encoding_gives_the_same_name(encoding: str) -> None:
    held = parse(plain(), encoding)
    assert held.blocks[0].name == "示例地块"
    assert has(held.notes, "文字编码")


def test_bytes_of_no_encoding_are_refused() -> None:
    with pytest.raises(FormatRefused, match="UTF-8"):
        read_txt(plain().encode("gbk") + b"\xff\xff\x81")


def test_nine_values_end_with_the_land_class() -> None:
    block = parse(plain()).blocks[0]
    assert (block.number, block.name, block.use, block.code) == ("DK1", "示例地块", "旱地", "0103")


def test_thirteen_values_carry_the_land_survey_columns() -> None:
    line = "5,0.0100,DK1,示例,面,H49G001,新增,提质改造,0101,9.5,8.0,备注,@"
    block = parse(document([line, *point_lines(square(10))])).blocks[0]
    assert block.sheet == "H49G001"
    assert dict(block.extras) == {
        "TBLX": "提质改造",
        "DL": "0101",
        "改造前质量等别": "9.5",
        "改造后质量等别": "8.0",
        "BZ": "备注",
    }
    assert block.code == "0101"


def test_twelve_values_lack_the_remark() -> None:
    line = "5,0.0100,DK1,示例,面,,新增,提质,0101,9.5,8.0,@"
    block = parse(document([line, *point_lines(square(10))])).blocks[0]
    assert dict(block.extras)["改造后质量等别"] == "8.0"
    assert "BZ" not in dict(block.extras)


@pytest.mark.parametrize("name", ["甲村,乙组", "甲村,乙组,丙", "甲村\uff0c乙组", "A, B", "平面,面"])
def test_a_name_may_hold_commas(name: str) -> None:
    line = f"5,0.0100,DK1,{name},面,,旱地,0103,@"
    block = parse(document([line, *point_lines(square(10))])).blocks[0]
    assert block.name == name
    assert block.code == "0103"


def test_a_header_line_without_the_at_sign_is_read_and_said() -> None:
    held = parse(document(["5,0.0100,DK1,示例,面,,旱地,", *point_lines(square(10))]))
    assert held.blocks[0].use == "旱地"
    assert has(held.notes, "没有“@”")


def test_a_line_figure_is_refused() -> None:
    assert "不是面" in refusal(document(["5,0,DK1,示例,线,,,,@", *point_lines(square(10))])).message


@pytest.mark.parametrize(
    ("written", "m2", "said"),
    [
        ("0.0100", "100", "按公顷"),
        ("0.0100公顷", "100", "所写单位"),
        ("0.0100 hm²", "100", "所写单位"),
        ("100.00平方米", "100", "所写单位"),
        ("100㎡", "100", "所写单位"),
        ("0.15亩", "100", "所写单位"),
        ("100.00", "100", "与平方米相符"),
        ("0.15", "100", "与亩相符"),
    ],
)
def test_a_declared_area_says_how_it_was_read(written: str, m2: str, said: str) -> None:
    line = f"5,{written},DK1,示例,面,,,,@"
    block = parse(document([line, *point_lines(square(10))]), "utf-8").blocks[0]
    assert block.declared_area_m2 == Decimal(m2)
    assert said in block.area_note


def test_an_empty_area_stays_unknown() -> None:
    block = parse(document(["5,,DK1,示例,面,,,,@", *point_lines(square(10))])).blocks[0]
    assert block.declared_area_m2 is None


def test_an_area_that_fits_nothing_is_hectares_and_flagged() -> None:
    block = parse(document(["5,3.2,DK1,示例,面,,,,@", *point_lines(square(10))])).blocks[0]
    assert block.declared_area_m2 == Decimal(32000)
    assert "不符" in block.area_note


def test_an_area_in_an_unknown_unit_is_refused_with_its_line() -> None:
    fault = refusal(document(["5,3.2英亩,DK1,示例,面,,,,@", *point_lines(square(10))]))
    assert fault.problems[0].line == FIRST_PLOT_LINE
    assert fault.problems[0].value == "3.2英亩"


@pytest.mark.parametrize("count", ["5", "4", ""])
def test_the_count_may_leave_the_closing_point_out(count: str) -> None:
    held = parse(document([f"{count},0.01,DK1,示例,面,,,,@", *point_lines(square(10))]))
    assert held.blocks[0].geometry.area == 100


@pytest.mark.parametrize("count", ["3", "6", "7"])
def test_a_wrong_count_is_refused_with_line_and_value(count: str) -> None:
    fault = refusal(document([f"{count},0.01,DK1,示例,面,,,,@", *point_lines(square(10))]))
    assert (fault.problems[0].line, fault.problems[0].value) == (FIRST_PLOT_LINE, count)
    assert "实际列出 5" in fault.message


@pytest.mark.parametrize("count", ["4", "5"])
def test_an_unclosed_ring_is_closed_and_said_when_the_count_agrees(count: str) -> None:
    lines = [f"{count},0.01,DK1,示例,面,,,,@", *point_lines(square(10, close=False))]
    held = parse(document(lines))
    assert held.blocks[0].geometry.area == 100
    assert has(held.notes, "没有重复首点")


def test_an_unclosed_ring_without_a_count_is_refused() -> None:
    fault = refusal(document([",0.01,DK1,示例,面,,,,@", *point_lines(square(10, close=False))]))
    assert "环未闭合" in fault.message


def test_a_closing_point_a_millimetre_off_closes_and_is_said() -> None:
    points = [*square(10)[:-1], (NORTH + 0.001, EAST)]
    held = parse(document(["5,0.01,DK1,示例,面,,,,@", *point_lines(points)]))
    assert held.blocks[0].geometry.area == 100
    assert has(held.notes, "相差 0.001 米")


def test_a_ring_inside_is_a_hole_whatever_its_number() -> None:
    lines = [
        "10,0.01,DK1,示例,面,,,,@",
        *point_lines(square(10), ring=1),
        *point_lines(square(2, 4, 4), ring=2),
    ]
    held = parse(document(lines))
    assert isinstance(held.blocks[0].geometry, Polygon)
    assert held.blocks[0].geometry.area == 96
    assert has(held.notes, "内环(洞)")


def test_a_disjoint_ring_is_a_part_whatever_its_number() -> None:
    lines = [
        "10,0.01,DK1,示例,面,,,,@",
        *point_lines(square(10), ring=1),
        *point_lines(square(2, 40, 4), ring=2),
    ]
    held = parse(document(lines))
    assert isinstance(held.blocks[0].geometry, MultiPolygon)
    assert held.blocks[0].geometry.area == 104
    assert has(held.notes, "另一部分")


def test_an_island_in_a_hole_is_a_part_and_a_hole_may_come_first() -> None:
    lines = [
        "15,0.01,DK1,示例,面,,,,@",
        *point_lines(square(6, 2, 2), ring=1),
        *point_lines(square(10), ring=2),
        *point_lines(square(2, 4, 4), ring=3),
    ]
    assert parse(document(lines)).blocks[0].geometry.area == 100 - 36 + 4


def test_parts_that_share_an_edge_stay_two_parts() -> None:
    lines = [
        "10,0.02,DK1,示例,面,,,,@",
        *point_lines(square(10), ring=1),
        *point_lines(square(10, 10), ring=2),
    ]
    assert parse(document(lines)).blocks[0].geometry.area == 200


def test_rings_that_cross_are_refused_with_the_line() -> None:
    lines = [
        "10,0.02,DK1,示例,面,,,,@",
        *point_lines(square(10), ring=1),
        *point_lines(square(10, 5, 5), ring=2),
    ]
    fault = refusal(document(lines))
    assert fault.problems[0].line == FIRST_PLOT_LINE + 6
    assert "相互交叉" in fault.message


def test_two_closed_rings_under_one_number_are_refused() -> None:
    lines = [
        "10,0.02,DK1,示例,面,,,,@",
        *point_lines(square(10), ring=1),
        *point_lines(square(2, 40), ring=1),
    ]
    fault = refusal(document(lines))
    assert fault.problems[0].line == FIRST_PLOT_LINE + 5
    assert "已经闭合" in fault.message


def test_a_ring_number_coming_back_is_refused() -> None:
    lines = ["6,0.01,DK1,示例,面,,,,@", *point_lines(square(10))]
    lines.insert(4, f"J9,2,{NORTH},{EAST}")
    assert "被别的圈隔开" in refusal(document(lines)).message


@pytest.mark.parametrize(
    "names",
    [
        ["J1", "J2", "J3", "J4", "J5"],
        ["J01", "J02", "J03", "J04", "J01"],
        ["1", "2", "3", "4", "1"],
    ],
)
def test_point_names_do_not_matter(names: list[str]) -> None:
    lines = [f"{j},1,{n},{e}" for j, (n, e) in zip(names, square(10), strict=True)]
    assert parse(document(["5,0.01,DK1,示例,面,,,,@", *lines])).blocks[0].geometry.area == 100


@pytest.mark.parametrize(
    ("before", "after"),
    [(",", "\uff0c"), (",", "\t"), (",", " , "), (",", ",\u3000"), ("\r\n", "\r\n\r\n"), ("\r\n", ",,\r\n"), ("@", "@,"), ("@", "＠"), ("=", "＝")],
)  # fmt: skip
def test_other_separators_blank_lines_and_trailing_commas_read_the_same(
    before: str, after: str
) -> None:
    wanted = parse(plain()).blocks[0]
    head, body = plain().split("[地块坐标]")
    changed = (
        f"{head.replace(before, after)}[地块坐标]{body}"
        if before == "="
        else f"{head}[地块坐标]{body.replace(before, after)}"
    )
    block = parse(changed).blocks[0]
    assert block.geometry == wanted.geometry
    assert (block.number, block.name, block.use, block.code) == (
        wanted.number, wanted.name, wanted.use, wanted.code,
    )  # fmt: skip


def test_full_width_digits_are_digits() -> None:
    line = point_lines(square(10))[0]
    wide = line.translate({ord(str(d)): chr(0xFF10 + d) for d in range(10)})
    assert parse(plain().replace(line + "\r\n", wide + "\r\n", 1)).blocks[0].geometry.area == 100


def test_duplicate_points_are_kept_and_said_with_their_lines() -> None:
    points = square(10)
    points.insert(2, points[1])
    held = parse(document(["6,0.01,DK1,示例,面,,,,@", *point_lines(points)]))
    assert len(held.blocks[0].geometry.exterior.coords) == 6
    assert has(held.notes, f"第 {FIRST_PLOT_LINE + 3} 行与第 {FIRST_PLOT_LINE + 2} 行坐标相同")


def test_direction_does_not_matter() -> None:
    turned = list(reversed(square(10)))
    held = parse(document(["5,0.01,DK1,示例,面,,,,@", *point_lines(turned)]))
    assert held.blocks[0].geometry.area == 100


def test_a_bow_tie_is_kept_for_the_geometry_check() -> None:
    a, b, c, d, _ = square(10)
    held = parse(document(["5,0.01,DK1,示例,面,,,,@", *point_lines([a, c, b, d, a])]))
    assert not held.blocks[0].geometry.is_valid


def test_several_blocks_and_a_repeated_number_are_all_read() -> None:
    lines = []
    for shift in (0, 40, 80):
        lines += ["5,0.01,DK1,示例,面,,,,@", *point_lines(square(10, shift))]
    held = parse(document(lines))
    assert len(held.blocks) == 3
    assert has(held.notes, "地块编号“DK1”")


def test_a_block_without_points_is_refused() -> None:
    lines = ["5,0.01,DK1,示例,面,,,,@", "5,0.01,DK2,示例,面,,,,@", *point_lines(square(10))]
    fault = refusal(document(lines))
    assert (fault.problems[0].line, fault.problems[0].value) == (FIRST_PLOT_LINE, "DK1")


@pytest.mark.parametrize(
    ("line", "value", "said"),
    [
        (f"J2,1,25789OO.1,{EAST}", "25789OO.1", "不是数字"),
        (f"J2,x,{NORTH},{EAST}", "x", "圈号"),
        (f"J2,1,{NORTH}", f"J2,1,{NORTH}", "四个值"),
    ],
)
def test_a_bad_point_is_refused_with_its_line_and_value(line: str, value: str, said: str) -> None:
    lines = ["5,0.01,DK1,示例,面,,,,@", *point_lines(square(10))]
    lines[2] = line
    fault = refusal(document(lines))
    assert (fault.problems[0].line, fault.problems[0].value) == (FIRST_PLOT_LINE + 2, value)
    assert said in fault.problems[0].message


def test_every_fault_is_told_at_once() -> None:
    lines = ["5,0.01,DK1,示例,面,,,,@", "J1,1,a,b", "J2,1,c,d", "J3,1,e,f"]
    assert len(refusal(document(lines)).problems) == 3


def test_optional_sections_before_the_plots_are_kept() -> None:
    held = parse(plain().replace("[地块坐标]", "[项目信息]\r\n项目名称=示例项目\r\n[地块坐标]"))
    assert held.attributes["项目名称"] == "示例项目"


def test_a_text_without_plots_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatRefused, match="地块坐标"):
        read(saved(tmp_path, "这是一封信,不是坐标。"))


def test_the_file_reads_as_a_layer(tmp_path: Path) -> None:
    held = read(saved(tmp_path, plain()))
    layer = held.layers[0]
    assert held.format == "报部坐标 TXT"
    assert layer.crs is not None
    assert layer.crs.to_epsg() == 4526
    assert (layer.encoding, layer.geometry_type, layer.fids) == ("GB18030", "Polygon", ["1"])
    assert layer.columns["地块编号"].tolist() == ["DK1"]
    assert layer.columns["声明面积_m2"].tolist() == [100.0]
    assert {f.name: f.type for f in layer.fields}["点数"] == "integer"
