import re
from dataclasses import replace

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.press.errors import MapRefused
from liangtian.press.frame import round_scale
from liangtian.press.labels import Wish, inner_spots, place_labels
from liangtian.press.map import (
    MapImage,
    MapLayer,
    MapPolygon,
    Paper,
    PhotoPoint,
    frame_for_dossier,
    map_pdf,
    sheet_data,
)
from tests.press.samples import SOUTH, WEST, jpeg, map_sheet, pages, pixel, square


def test_a_map_carries_what_a_filed_map_must() -> None:
    (text,) = pages(map_pdf(map_sheet()))
    for expected in (
        "示例县图斑XZ0001套合分析图",
        "图　例",
        "旱地（0103）",
        "永久基本农田",
        "照片位置及拍摄方向",
        "坐标系：CGCS2000 3度带第39带",
        "制图单位：示例县自然资源局",
        "制图日期：2026年11月22日",
        "0103 旱地",
        "北",
    ):
        assert expected in text, expected
    assert re.search(r"比例尺 1:\d+", text)


@pytest.mark.parametrize(("paper", "size"), [("a4", (842, 595)), ("a3", (1191, 842))])
def test_the_paper_is_what_was_asked(paper: Paper, size: tuple[int, int]) -> None:
    page = pypdfium2.PdfDocument(map_pdf(map_sheet(), paper))[0]
    assert (round(page.get_width()), round(page.get_height())) == size


def test_a_hole_shows_the_paper_and_the_land_shows_its_colour() -> None:
    sheet = replace(map_sheet(), points=(), layers=[_one_layer(holed=True)], title="图")
    solid = replace(sheet, layers=[_one_layer(holed=False)])
    x, y = 12 + 107.0, 108.0  # about the middle of the frame
    assert pixel(map_pdf(sheet), 0, x, y) == (255, 255, 255)
    assert pixel(map_pdf(solid), 0, x, y) == (0, 128, 0)
    assert pixel(map_pdf(sheet), 0, x + 40, y) == (0, 128, 0)


def _one_layer(*, holed: bool) -> MapLayer:
    rings = [square(0, 0, 300), square(120, 120, 60)] if holed else [square(0, 0, 300)]
    return MapLayer("地块", [MapPolygon(rings)], "#008000", "")


def test_drawing_stops_at_the_frame() -> None:
    whole = MapLayer("大", [MapPolygon([square(-5000, -5000, 10000)])], "#008000", "")
    extent = (WEST, SOUTH, WEST + 100, SOUTH + 100)
    pdf = map_pdf(replace(map_sheet(), layers=[whole], points=(), extent=extent))
    assert pixel(pdf, 0, 20, 100) == (0, 128, 0)
    assert pixel(pdf, 0, 6, 100) == (255, 255, 255)
    assert pixel(pdf, 0, 228, 100) == (255, 255, 255)


def test_polygons_outside_the_extent_are_not_drawn() -> None:
    frame = frame_for_dossier(map_sheet())
    far = MapLayer("远", [MapPolygon([square(90000, 0, 10)], "远")])
    near = MapLayer("近", [MapPolygon([square(0, 0, 10)], "近")])
    sheet = replace(
        map_sheet(), layers=[far, near], extent=(WEST, SOUTH, WEST + 100, SOUTH + 100), points=()
    )
    layers = sheet_data(sheet, frame, {}, "base.jpg")["layers"]
    assert isinstance(layers, list)
    assert [len(layer["polygons"]) for layer in layers] == [0, 1]


def test_a_point_lands_where_the_scale_says() -> None:
    frame = frame_for_dossier(map_sheet())
    sheet = replace(
        map_sheet(),
        extent=(WEST, SOUTH, WEST + 100, SOUTH + 100),
        scale=2000,
        points=[PhotoPoint(WEST + 70, SOUTH + 40, None, "1")],
    )
    points = sheet_data(sheet, frame, {}, "base.jpg")["points"]
    assert isinstance(points, list)
    (point,) = points
    assert point["at"] == pytest.approx((frame.width / 2 + 10, frame.height / 2 + 5))


def test_the_asked_scale_is_printed() -> None:
    assert "比例尺 1:7777" in pages(map_pdf(replace(map_sheet(), scale=7777)))[0]


@settings(max_examples=60)
@given(st.floats(1, 5e6))
def test_an_automatic_scale_is_round_and_just_large_enough(wanted: float) -> None:
    scale = round_scale(wanted)
    assert scale >= wanted
    assert scale == 100 or scale < wanted * 2.01
    assert len(str(scale).rstrip("0")) <= 2


def test_a_base_image_is_drawn_under_the_layers() -> None:
    image = MapImage(jpeg(colour="#2040a0"), (WEST, SOUTH, WEST + 300, SOUTH + 300))
    sheet = replace(map_sheet(), layers=[_one_layer(holed=True)], points=(), image=image)
    red, _, blue = pixel(map_pdf(sheet), 0, 12 + 107.0, 108.0)
    assert blue > 120 > red


def test_coordinates_that_are_not_numbers_are_refused() -> None:
    bad = MapLayer("坏", [MapPolygon([[(WEST, SOUTH), (float("nan"), SOUTH), (WEST, SOUTH + 1)]])])
    with pytest.raises(MapRefused, match="有坐标不是数"):
        map_pdf(replace(map_sheet(), layers=[bad]))


def test_a_map_with_nothing_to_draw_is_refused() -> None:
    with pytest.raises(MapRefused, match="没有可画的图形"):
        map_pdf(replace(map_sheet(), layers=[], points=()))


@pytest.mark.parametrize("portrait", [False, True])
def test_a_long_legend_goes_on_to_a_page_of_its_own(portrait: bool) -> None:
    many = [MapLayer(f"图层{n:02d}层", [MapPolygon([square(n, 0, 5)])]) for n in range(80)]
    crowded = replace(map_sheet(), layers=many)
    first, second = pages(map_pdf(crowded, portrait=portrait))
    assert "下页" in first
    assert ("图例续" in second) is not portrait
    named = [text.count(f"图层{n:02d}层") for n in range(80) for text in (first, second)]
    assert sum(named) == 80, "every line of the legend stands once"
    with pytest.raises(MapRefused, match="现有 80 个"):
        frame_for_dossier(crowded)


def test_two_years_drawn_alike_share_a_line_of_the_legend() -> None:
    one, two = (
        MapLayer("0103 旱地", [MapPolygon([square(n * 20, 0, 5)])], "#fbf3ae") for n in range(2)
    )
    other = replace(two, fill="#ffffff")
    (text,) = pages(map_pdf(replace(map_sheet(), layers=[one, two])))
    assert text.count("0103 旱地") == 1
    (text,) = pages(map_pdf(replace(map_sheet(), layers=[one, other])))
    assert text.count("0103 旱地") == 2


def test_labels_that_would_collide_are_counted_on_the_map() -> None:
    crowd = MapLayer("密", [MapPolygon([square(n * 0.1, 0, 300)], f"注记{n}") for n in range(30)])
    (text,) = pages(map_pdf(replace(map_sheet(), layers=[crowd])))
    shown = len(re.findall(r"注记\d+\r", text + "\r"))
    assert f"图面拥挤，有 {30 - shown} 处注记未标出" in text
    assert 0 < shown < 30


def test_a_label_stands_beside_a_polygon_smaller_than_it() -> None:
    tiny = [[(50.0, 50.0), (51.0, 50.0), (51.0, 51.0), (50.0, 51.0)]]
    ((label,), hidden) = place_labels([Wish("XZ0001", tiny)], 100, 100)
    assert hidden == 0
    assert label["at"][0] > 51  # type: ignore[index]


@settings(max_examples=60)
@given(st.floats(0.1, 0.45), st.floats(5, 200), st.floats(5, 200))
def test_a_label_spot_is_on_the_land_not_in_its_hole(
    share: float, width: float, height: float
) -> None:
    def ring(inset: float) -> list[tuple[float, float]]:
        dx, dy = width * inset, height * inset
        return [(dx, dy), (width - dx, dy), (width - dx, height - dy), (dx, height - dy)]

    for x, y in inner_spots([ring(0), ring(share)], 500, 500):
        in_hole = width * share < x < width * (1 - share) and height * share < y < height * (
            1 - share
        )
        assert 0 <= x <= width
        assert 0 <= y <= height
        assert not in_hole


def test_five_thousand_polygons_make_one_page() -> None:
    plots = [MapPolygon([square(n % 100 * 40, n // 100 * 40, 30)]) for n in range(5000)]
    sheet = replace(map_sheet(), layers=[MapLayer("图斑", plots, "#f8d072")], points=())
    assert len(pages(map_pdf(sheet, "a3"))) == 1


def test_the_same_sheet_has_the_same_bytes() -> None:
    assert map_pdf(map_sheet()) == map_pdf(map_sheet())
