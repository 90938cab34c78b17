"""Empty lists and a server that does not answer: said in Chinese, with a way on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch

pytestmark = pytest.mark.browser
API = "**/api/**"
UNREACHABLE = "连接不上服务器"


def test_a_filter_without_a_hit_says_so_and_can_be_reset(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at="/patches?number=NOTHERE")
    expect(page.get_by_text("没有符合条件的记录")).to_be_visible()
    expect(page.get_by_role("button", name="导出 Excel")).to_be_disabled()
    page.get_by_role("button", name="重置").click()
    expect(page.locator(".el-table__body tr").first).to_contain_text("SJBG")


def test_a_filter_nobody_knows_is_refused_not_ignored(
    sign_in: Callable[..., Any], watch: Watch
) -> None:
    watch.allow("422")
    page = sign_in("zhangshili", at="/patches?nonsense=1")
    expect(page.get_by_role("main").get_by_role("alert")).to_contain_text("nonsense")
    expect(page.locator(".el-table__body tr")).to_have_count(0)


def test_a_patch_and_a_page_that_do_not_exist(sign_in: Callable[..., Any], watch: Watch) -> None:
    watch.allow("404")
    page = sign_in("zhangshili", at="/patches/999999")
    expect(page.get_by_text("无此图斑")).to_be_visible()
    page.get_by_role("button", name="返回图斑台账").click()
    expect(page.locator(".el-table__body tr").first).to_contain_text("SJBG")
    page.goto("/no/such/page")
    expect(page.get_by_text("没有这个页面")).to_be_visible()


@pytest.mark.parametrize("menu", ["图斑台账", "图斑批次", "参考图层", "后台任务"])
def test_when_the_server_stops_every_list_says_so_and_recovers(
    sign_in: Callable[..., Any], watch: Watch, menu: str
) -> None:
    watch.allow("ERR_FAILED")
    page = sign_in("zhangshili")
    page.get_by_role("heading", name="张示例").wait_for()
    page.context.route(API, lambda route: route.abort())
    page.get_by_role("navigation", name="主菜单").get_by_text(menu, exact=True).click()
    alert = page.get_by_role("main").get_by_role("alert").filter(has_text=UNREACHABLE)
    expect(alert).to_be_visible()
    page.context.unroute(API)
    alert.get_by_role("button", name="重试").click()
    expect(page.get_by_text(UNREACHABLE)).to_have_count(0)
    expect(page.locator(".el-table__body tr").first).to_be_visible()


def test_when_the_server_stops_a_judgement_is_not_lost(
    sign_in: Callable[..., Any], watch: Watch
) -> None:
    watch.allow("ERR_FAILED")
    page = sign_in("zhangshili")
    rows = page.request.get(
        "/api/ledgers/enforcement.patches/rows", params={"stage": "received", "sort": "number"}
    ).json()["rows"]
    page.goto(f"/patches/{rows[0]['id']}")
    panel = page.get_by_role("tabpanel", name="判定")
    opinion = panel.get_by_role("textbox", name="意见（可不填）")
    opinion.fill("现场已核实")
    page.context.route(API, lambda route: route.abort())
    panel.get_by_role("button", name="确认为").click()
    expect(panel.get_by_role("alert")).to_contain_text(UNREACHABLE)
    expect(opinion).to_have_value("现场已核实")
