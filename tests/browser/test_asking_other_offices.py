"""会办: the clerk asks two bureaus, each answers at its own desk, and the clerk reads what they said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

QUESTION = "该地块是否属高标准农田项目区，请提供意见"


def test_two_bureaus_answer_and_the_patch_comes_back(
    browser: Any, station: Any, sign_in: Callable[..., Any]
) -> None:
    from tests.browser import station as stations

    clerk = sign_in("zhangshili", at="/patches?stage=received")
    link = clerk.locator(".el-table__row a").first
    number = link.inner_text()
    link.click()
    clerk.get_by_role("button", name="征求意见").click()
    clerk.locator(".consult .el-select__wrapper").click()
    for name in ("青禾县农业农村局", "青禾县水利局"):
        clerk.get_by_role("option", name=name).click()
    clerk.keyboard.press("Escape")
    clerk.get_by_placeholder("写明需要对方答复什么").fill(QUESTION)
    clerk.get_by_role("button", name="发出征求意见").click()
    asked = clerk.get_by_role("region", name="会办意见")
    expect(asked).to_contain_text("2 家中 0 家已答复")
    address = clerk.url
    for login, stance in (("heshifan", "同意"), ("jiangnishui", "不同意")):
        visit = stations.visit(browser, station)
        page = visit.new_page()
        stations.sign_in(page, login, at="/inbox")
        waiting = page.get_by_role("row").filter(has_text=number)
        waiting.get_by_role("link", name="答复").click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text(QUESTION)
        expect(dialog).to_contain_text("图斑面积（亩）")
        dialog.get_by_text(stance, exact=True).click()
        dialog.get_by_role("textbox").fill(f"经核对，我局{stance}按违法处理")
        dialog.get_by_role("button", name="答复").click()
        expect(page.get_by_text("会办意见已答复")).to_be_visible()
        expect(waiting).to_have_count(0)
        visit.close()
    clerk.goto(address)
    expect(asked).to_contain_text("我局不同意按违法处理")
    expect(asked).to_contain_text("何示范")
    expect(clerk.get_by_role("region", name="办理", exact=True)).to_contain_text("待判定")
    clerk.get_by_role("tab", name="办理记录").click()
    expect(clerk.get_by_text("会办意见已收齐：同意 1 家，不同意 1 家。")).to_be_visible()
