"""Drawing, keeping and editing a plot; comparing two years; a link for a colleague; printing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pyproj
import pytest
import shapely
from playwright.sync_api import expect

from liangtian.geo.area import survey_area

pytestmark = pytest.mark.browser
METRES_PER_PIXEL_AT_ZOOM_0 = 2 * np.pi * 6378137 / 256
TO_MAP = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
ROWS_URL = "/api/ledgers/enforcement.patches/rows"


def _settled(page: Any) -> dict[str, float]:
    canvas = page.get_by_role("application")
    canvas.locator("canvas").first.wait_for()
    expect(page).to_have_url(re.compile("at="))
    expect(page.locator(".map-busy")).to_have_count(0)
    box: dict[str, float] = canvas.bounding_box()
    return box


def _place(page: Any) -> shapely.Point:
    row = page.request.get(ROWS_URL, params={"sort": "-area_mu"}).json()["rows"][0]
    patch = page.request.get(f"/api/enforcement/patches/{row['id']}").json()
    return shapely.geometry.shape(patch["geometry"]).representative_point()


def _draw(page: Any, corners: list[tuple[float, float]]) -> None:
    for x, y in corners[:-1]:
        page.mouse.click(x, y)
        page.wait_for_timeout(280)  # two clicks in a quarter of a second end the drawing
    page.mouse.dblclick(*corners[-1])


def _figures(panel: Any) -> Decimal:
    text = panel.locator(".live").inner_text().replace(",", "")
    found = re.search(r"([\d.]+) 平方米", text)
    assert found is not None, text
    return Decimal(found[1])


def test_a_plot_is_drawn_kept_with_the_area_shown_and_split(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili")
    point = _place(page)
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},17")
    _settled(page)
    page.get_by_role("button", name="标绘", exact=True).click()
    panel = page.get_by_role("complementary", name="标绘")
    with page.expect_response(re.compile("/api/maps/snapping")) as answer:
        panel.get_by_role("button", name="画面").click()
    exact = [shapely.geometry.shape(g) for g in answer.value.json()["geometries"]]
    box = _settled(page)  # the panel has taken room from the map
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    _draw(page, [(x - 90, y - 70), (x + 90, y - 70), (x + 90, y + 70), (x - 90, y + 70)])
    shown = _figures(panel)
    panel.get_by_label("名称", exact=True).fill("核查地块")
    with page.expect_response(
        lambda r: r.url.endswith("/api/sketches") and r.request.method == "POST"
    ) as kept:
        panel.get_by_role("button", name="保存").click()
    sketch = kept.value.json()
    assert Decimal(str(sketch["area_m2"])) == shown, "what was seen is what was kept"
    geom = shapely.geometry.shape(sketch["geometry"])
    assert survey_area(geom) == shown
    corners = shapely.points(shapely.get_coordinates(geom))
    assert len(exact) > 0
    near = shapely.distance(corners[:, None], np.array(exact, dtype=object)[None, :]).min(axis=1)
    assert len(near) == 5

    panel.get_by_role("button", name="编辑").first.click()
    panel.get_by_role("button", name="用线分割").click()
    page.wait_for_timeout(800)  # the view moves to the plot
    box = _settled(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    _draw(page, [(x, box["y"] + 4), (x, box["y"] + box["height"] - 4)])
    expect(panel.locator(".live dt").filter(has_text="椭球面积")).to_have_count(2)
    panel.get_by_role("button", name="撤销").click()
    expect(panel.locator(".live dt").filter(has_text="椭球面积")).to_have_count(1)
    panel.get_by_role("button", name="重做").click()
    panel.get_by_role("button", name="保存").click()
    expect(panel.locator(".rows li")).to_have_count(2)


def _pixel(page: Any, box: dict[str, float], spot: Any) -> tuple[float, float]:
    """Where a place (EPSG:4490) lies on the screen, by the view that the address tells."""
    found = re.search(r"at=([\d.]+),([\d.]+),([\d.]+)", page.url)
    assert found is not None
    lon, lat, zoom = (float(part) for part in found.groups())
    (x0, x), (y0, y) = TO_MAP.transform([lon, spot[0]], [lat, spot[1]])
    pixel = METRES_PER_PIXEL_AT_ZOOM_0 / 2**zoom
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return middle[0] + (x - x0) / pixel, middle[1] - (y - y0) / pixel


def _kept(page: Any, panel: Any) -> dict[str, Any]:
    with page.expect_response(
        lambda r: r.url.endswith("/api/sketches") and r.request.method == "POST"
    ) as kept:
        panel.get_by_role("button", name="保存").click()
    sketch: dict[str, Any] = kept.value.json()
    return sketch


def test_a_corner_drawn_near_that_of_a_plot_becomes_that_very_corner(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili")
    point = _place(page)
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},18")
    _settled(page)
    page.get_by_role("button", name="标绘", exact=True).click()
    panel = page.get_by_role("complementary", name="标绘")
    with page.expect_response(re.compile("/api/maps/snapping")) as answer:
        panel.get_by_role("button", name="画面").click()
    plots = [shapely.geometry.shape(g) for g in answer.value.json()["geometries"]]
    box = _settled(page)
    middle = shapely.Point(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    corners = [xy for plot in plots for xy in shapely.get_coordinates(plot).tolist()]
    wanted = min(corners, key=lambda xy: middle.distance(shapely.Point(_pixel(page, box, xy))))
    x, y = _pixel(page, box, wanted)
    _draw(page, [(x + 4, y - 3), (x + 150, y - 90), (x + 160, y + 110)])
    shown = _figures(panel)
    panel.get_by_label("名称", exact=True).fill("贴角地块")
    sketch = _kept(page, panel)
    geom = shapely.geometry.shape(sketch["geometry"])
    found = shapely.get_coordinates(geom)
    assert np.abs(found - wanted).max(axis=1).min() < 2e-9, "the corner itself, to 0.2 mm"
    assert survey_area(geom) == shown == Decimal(str(sketch["area_m2"]))

    row = panel.locator(".rows li").filter(has_text="贴角地块")
    row.get_by_role("button", name="删除").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(row).to_have_count(0)
    assert "贴角地块" not in page.request.get("/api/sketches").text()


def test_sketches_from_a_file_are_joined_and_get_a_hole(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = sign_in("zhangshili")
    point = _place(page)
    step = 0.0008
    halves = [
        shapely.box(point.x + dx, point.y - step / 2, point.x + dx + step, point.y + step / 2)
        for dx in (-step, 0)
    ]
    features = [
        {"type": "Feature", "properties": {"名称": f"半块{n}"}, "geometry": shapely.geometry.mapping(half)}
        for n, half in enumerate(halves)
    ]  # fmt: skip
    path = tmp_path / "地块.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},16")
    _settled(page)
    page.get_by_role("button", name="标绘", exact=True).click()
    panel = page.get_by_role("complementary", name="标绘")
    panel.get_by_label("导入文件", exact=True).set_input_files(path)
    for n in range(2):
        panel.locator(".rows li").filter(has_text=f"半块{n}").locator(".el-checkbox").click()
    panel.get_by_role("button", name="合并").click()
    whole = shapely.union_all(halves)
    expect(panel.locator(".live dt").filter(has_text="椭球面积")).to_have_count(1)
    assert abs(_figures(panel) - survey_area(whole)) <= Decimal("0.01")
    panel.get_by_role("button", name="挖洞").click()
    page.wait_for_timeout(800)  # the view moves to what was taken in
    box = _settled(page)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    _draw(page, [(x - 30, y - 30), (x + 40, y - 30), (x + 5, y + 40)])
    expect(panel.get_by_role("button", name="撤销")).to_be_enabled()
    sketch = _kept(page, panel)
    geom = shapely.geometry.shape(sketch["geometry"])
    assert sum(len(part.interiors) for part in shapely.get_parts(geom)) == 1
    assert survey_area(geom) == Decimal(str(sketch["area_m2"])) < survey_area(whole)
    for row in page.request.get("/api/sketches").json()["rows"]:
        if row["name"].startswith("半块"):
            page.request.delete(f"/api/sketches/{row['id']}")


def test_two_years_are_compared_and_the_link_shows_a_colleague_the_same(
    sign_in: Callable[..., Any], context: Any
) -> None:
    page = sign_in("zhangshili", at="/map")
    _settled(page)
    page.get_by_role("button", name="卷帘对比").click()
    divider = page.get_by_role("slider", name=re.compile("卷帘分界线"))
    expect(divider).to_have_attribute("aria-valuenow", "50")
    divider.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(divider).to_have_attribute("aria-valuenow", "46")
    expect(page).to_have_url(re.compile(r"swipe=\d+-\d+-46"))
    other = context.new_page()
    other.goto(page.url)
    _settled(other)
    seen = other.get_by_role("slider", name=re.compile("卷帘分界线"))
    expect(seen).to_have_attribute("aria-valuenow", "46")
    assert seen.get_attribute("aria-label") == divider.get_attribute("aria-label")
    box = other.get_by_role("application").bounding_box()
    other.mouse.move(box["x"] + box["width"] * 0.46, box["y"] + 300)
    other.mouse.down()
    other.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + 300, steps=5)
    other.mouse.up()
    expect(seen).to_have_attribute("aria-valuenow", "70")


def test_the_map_in_view_is_printed_to_scale(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili")
    point = _place(page)
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},16")
    _settled(page)
    page.get_by_role("button", name="按比例尺出图").click()
    dialog = page.get_by_role("dialog", name="按比例尺出图")
    dialog.get_by_label("图名").fill("核查底图")
    dialog.locator(".el-select").click()
    page.get_by_role("option", name="1:5000", exact=True).click()
    with page.expect_download() as made:
        dialog.get_by_role("button", name="生成 PDF").click()
    text = pdfium.PdfDocument(made.value.path().read_bytes())[0].get_textpage().get_text_range()
    assert "核查底图" in text
    assert "1:5000" in text


def test_coordinates_are_gone_to_and_read_in_a_zone(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at="/map")
    _settled(page)
    point = _place(page)
    page.get_by_role("button", name="坐标定位").click()
    dialog = page.get_by_role("dialog", name="坐标定位")
    dialog.get_by_label("坐标", exact=True).fill("nowhere")
    dialog.get_by_role("button", name="定位").click()
    expect(dialog).to_contain_text("读不出坐标")
    dialog.get_by_label("坐标", exact=True).fill(f"{point.y:.6f} {point.x:.6f}")
    dialog.get_by_role("button", name="定位").click()
    expect(page).to_have_url(re.compile(re.escape(f"at={point.x:.6f},{point.y:.6f}")))
    expect(page.get_by_role("complementary", name="点查结果")).to_be_visible()
    readout = page.get_by_role("button", name=re.compile("鼠标处坐标"))
    for _ in range(3):
        readout.click()
    box = page.get_by_role("application").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(readout).to_contain_text(re.compile(r"带带号.*X 3\d{6}\.\d\d, Y 38\d{6}\.\d\d"))
