"""The map: layers, what is at a place, links to a view, measuring."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from PIL import Image, ImageDraw
from playwright.sync_api import expect

from liangtian.geo.area import survey_areas

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"
METRES_PER_PIXEL_AT_ZOOM_0 = 2 * np.pi * 6378137 / 256


def _shown(page: Any) -> Any:
    """The map, once every tile asked for is there."""
    canvas = page.get_by_role("application")
    canvas.locator("canvas").first.wait_for()
    expect(page).to_have_url(re.compile("at="))
    expect(page.locator(".map-busy")).to_have_count(0)
    return canvas


def _coloured(canvas: Any) -> float:
    """Share of the map that is not its plain ground."""
    picture = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")).astype(int)
    middle = picture[100:-100, 100:-100]
    return float((middle.max(axis=2) - middle.min(axis=2) > 30).mean())


def _switch(page: Any, layer: str) -> None:
    """Click a layer's name, as the box itself is drawn, not real."""
    page.locator(".layer-tree label").filter(has_text=layer).first.click()


def _point_of_a_patch(page: Any) -> tuple[dict[str, Any], shapely.Point]:
    row = page.request.get(ROWS_URL, params={"sort": "-area_mu"}).json()["rows"][0]
    patch = page.request.get(f"/api/enforcement/patches/{row['id']}").json()
    return patch, shapely.geometry.shape(patch["geometry"]).representative_point()


def test_layers_are_drawn_and_go_when_switched_off(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at="/map")
    canvas = _shown(page)
    survey = page.get_by_role("checkbox", name="显示地类图斑")
    expect(survey).to_be_checked()
    expect(page.get_by_role("checkbox", name="显示卫片图斑")).to_be_checked()
    with_survey = _coloured(canvas)
    assert with_survey > 0.3
    _switch(page, "地类图斑")
    expect(page).not_to_have_url(re.compile(r"on=1,"))
    page.wait_for_function(
        "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
    )
    assert _coloured(_shown(page)) < with_survey / 2


def test_a_click_tells_what_is_there(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili")
    patch, point = _point_of_a_patch(page)
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},17")
    _shown(page).click()
    panel = page.get_by_role("complementary", name="点查结果")
    expect(panel).to_contain_text(patch["number"])
    expect(panel).to_contain_text(f"{patch['area_mu']:,.2f} 亩")
    feature = panel.locator(".item").filter(has_text="地类图斑").first
    expect(feature).to_contain_text("地类编码")
    expect(feature).to_contain_text(re.compile(r"[\d,]+\.\d\d 平方米"))
    panel.get_by_role("link", name="打开图斑详情").click()
    expect(page.get_by_role("heading", name=patch["number"])).to_be_visible()


def test_the_address_brings_back_the_view_and_the_layers(
    sign_in: Callable[..., Any], context: Any
) -> None:
    page = sign_in("zhangshili", at="/map")
    _shown(page)
    _switch(page, "永久基本农田")
    started = page.url
    page.get_by_role("button", name="放大").click()
    expect(page).not_to_have_url(started)
    _shown(page)
    address = page.url
    other = context.new_page()
    other.goto(address)
    _shown(other)
    assert other.url == address
    expect(other.get_by_role("checkbox", name="显示永久基本农田")).not_to_be_checked()
    expect(other.get_by_role("checkbox", name="显示地类图斑")).to_be_checked()


def test_measuring_gives_the_survey_area_in_mu_and_escape_stops_it(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili")
    _, point = _point_of_a_patch(page)
    zoom, half = 16, 100
    page.goto(f"/map?at={point.x:.6f},{point.y:.6f},{zoom}")
    box = _shown(page).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    button = page.get_by_role("button", name="测量面积")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    for dx, dy in ((-half, -half), (half, -half), (half, half)):
        page.mouse.click(x + dx, y + dy)
        page.wait_for_timeout(260)  # two clicks in a quarter of a second end the drawing
    page.mouse.dblclick(x - half, y + half)
    figures = page.locator(".figures")
    expect(figures).to_contain_text("周长")
    text = figures.inner_text().replace(",", "")
    square_metres = re.search(r"([\d.]+) 平方米", text)
    mu = re.search(r"([\d.]+) 亩", text)
    assert square_metres is not None
    assert mu is not None
    assert Decimal(mu[1]) == (Decimal(square_metres[1]) * Decimal("0.0015")).quantize(
        Decimal("0.01")
    )
    assert float(square_metres[1]) == pytest.approx(_square(point, zoom, half), rel=0.01)

    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-pressed", "false")
    page.mouse.click(x, y)
    expect(page.get_by_role("complementary", name="点查结果")).to_be_visible()


def _square(middle: shapely.Point, zoom: int, half: int) -> float:
    """Survey area in m² of a square of 2 x half pixels on the map."""
    change = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)
    x, y = change.transform(middle.x, middle.y)
    side = half * METRES_PER_PIXEL_AT_ZOOM_0 / 2**zoom
    ring = shapely.get_coordinates(shapely.box(x - side, y - side, x + side, y + side))
    lon, lat = change.transform(ring[:, 0], ring[:, 1], direction="INVERSE")
    shape = shapely.Polygon(np.column_stack([lon, lat]))
    return float(survey_areas(np.array([shape], dtype=object), 4490)[0])


def test_a_base_map_in_degrees_lies_where_it_belongs(sign_in: Callable[..., Any]) -> None:
    """Matrix set c: 0.004° painted red in tiles of longitude and latitude, found again on the screen."""
    page = sign_in("zhangshili")
    _, point = _point_of_a_patch(page)
    lon, lat, half, zoom = round(point.x, 3), round(point.y, 3), 0.002, 15
    part = {"url": "/degrees/{z}/{x}/{y}", "matrix": "c", "min_zoom": 1, "max_zoom": 18}
    base = {
        "code": "degrees",
        "name": "经纬度底图",
        "attribution": "",
        "licence": "",
        "parts": [part],
    }

    def tile(route: Any) -> None:
        z, x, y = (int(number) for number in route.request.url.split("/")[-3:])
        degrees = 360 / 256 / 2**z
        west, north = x * 256 * degrees - 180, 90 - y * 256 * degrees
        picture = Image.new("RGB", (256, 256), "white")
        corners = (lon - half, lat + half, lon + half, lat - half)
        left, top, right, bottom = (
            (c - west) / degrees if i % 2 == 0 else (north - c) / degrees
            for i, c in enumerate(corners)
        )
        ImageDraw.Draw(picture).rectangle((left, top, right, bottom), fill=(255, 0, 0))
        out = io.BytesIO()
        picture.save(out, "PNG")
        route.fulfill(body=out.getvalue(), content_type="image/png")

    page.route("**/api/maps/basemaps", lambda route: route.fulfill(json=[base]))
    page.route("**/degrees/**", tile)
    page.goto(f"/map?at={lon},{lat},{zoom}&on=&base=degrees")
    canvas = _shown(page)
    page.wait_for_timeout(500)
    picture = np.asarray(Image.open(io.BytesIO(canvas.screenshot())).convert("RGB")).astype(int)
    rows, columns = np.nonzero(np.abs(picture - [255, 0, 0]).sum(axis=2) < 90)
    middle = (columns.min() + columns.max() + 1) / 2, (rows.min() + rows.max() + 1) / 2
    box = canvas.bounding_box()
    assert middle == pytest.approx((box["width"] / 2, box["height"] / 2), abs=2.5)
    wide = 2 * half / 360 * 256 * 2**zoom
    assert columns.max() - columns.min() == pytest.approx(wide, abs=4)
    assert rows.max() - rows.min() == pytest.approx(wide / np.cos(np.radians(lat)), abs=4)
