"""The clerk of a township: his own patches, everywhere, and no judging."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from playwright.sync_api import expect

from tests.browser import station as stations
from tests.browser.conftest import Watch
from tests.browser.station import Station

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"
OWN, OTHER = "柳塘镇", "石桥镇"


@pytest.fixture
def others_patch(browser: Any, station: Station) -> Iterator[dict[str, Any]]:
    """A patch of the neighbouring township, as its own clerk sees it."""
    context = stations.visit(browser, station)
    page = context.new_page()
    stations.sign_in(page, "qianmoni")
    row = page.request.get(ROWS_URL, params={"sort": "-area_mu"}).json()["rows"][0]
    yield page.request.get(f"/api/enforcement/patches/{row['id']}").json()
    context.close()


def test_the_ledger_and_the_tree_show_the_own_township_alone(
    sign_in: Callable[..., Any], others_patch: dict[str, Any]
) -> None:
    page = sign_in("zhaocankao", at="/patches?size=200")
    rows = page.locator(".el-table__body tr")
    expect(rows.first).to_contain_text(OWN)
    assert all(OWN in text for text in rows.all_inner_texts())
    expect(page.get_by_role("treeitem", name=OWN)).to_be_visible()
    expect(page.get_by_role("treeitem", name=OTHER)).to_have_count(0)
    page.goto("/patches?region=" + others_patch["region"]["code"])
    expect(page.locator(".el-table__body tr")).to_have_count(0)


def test_neither_search_nor_address_leads_to_another_township(
    sign_in: Callable[..., Any], watch: Watch, others_patch: dict[str, Any]
) -> None:
    watch.allow("404")
    page = sign_in("zhaocankao")
    page.get_by_role("search").get_by_role("textbox").fill(others_patch["number"])
    expect(page.get_by_text(f"没有找到与“{others_patch['number']}”有关的内容")).to_be_visible()
    page.goto(f"/patches/{others_patch['id']}")
    expect(page.get_by_text("无此图斑，或不在您的管辖范围内")).to_be_visible()
    expect(page.get_by_text(others_patch["number"])).to_have_count(0)


def test_the_map_is_empty_beyond_the_own_boundary(
    sign_in: Callable[..., Any], others_patch: dict[str, Any]
) -> None:
    point = shapely.geometry.shape(others_patch["geometry"]).representative_point()
    page = sign_in("zhaocankao", at=f"/map?at={point.x:.6f},{point.y:.6f},17")
    page.locator(".layer-tree").get_by_text("地类图斑").wait_for()
    expect(page.locator(".map-busy")).to_have_count(0)
    page.get_by_role("application").click()
    expect(page.get_by_role("complementary", name="点查结果")).to_contain_text(
        "此处没有打开的图层要素"
    )


def test_a_township_clerk_may_look_but_not_judge_nor_import(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhaocankao")
    row = page.request.get(ROWS_URL, params={"stage": "received"}).json()["rows"][0]
    page.goto(f"/patches/{row['id']}")
    panel = page.get_by_role("tabpanel", name="判定")
    expect(panel).to_contain_text("您的角色不能判定图斑")
    expect(panel.get_by_role("radio")).to_have_count(0)
    expect(panel.get_by_role("button", name=re.compile("确认为"))).to_have_count(0)
    expect(page.get_by_role("navigation", name="主菜单")).not_to_contain_text("图斑批次")
    page.goto("/imports")
    expect(page.get_by_text("您没有打开这个页面的权限")).to_be_visible()
