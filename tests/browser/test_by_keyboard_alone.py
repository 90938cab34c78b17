"""Without a mouse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.station import PASSWORD

pytestmark = pytest.mark.browser
MOST_TABS = 120


def _enter(page: Any, at: str) -> None:
    page.goto(at)
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("zhangshili")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("navigation", name="主菜单").wait_for()


def _tab_to(page: Any, wanted: str) -> None:
    """Press Tab until the focused element's own text matches."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        if re.search(wanted, page.evaluate("() => document.activeElement.innerText ?? ''")):
            return
    pytest.fail(f"no element with {wanted} is reached by Tab")


def test_a_patch_is_opened_from_the_ledger_with_tab_and_enter(page: Any) -> None:
    _enter(page, "/patches?stage=received")
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    _tab_to(page, r"^\d+SJBG\d+$")
    number = page.evaluate("() => document.activeElement.innerText")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=number)).to_be_visible()
    _tab_to(page, "确认为“")


def test_a_slash_starts_the_search_that_opens_a_patch(page: Any) -> None:
    _enter(page, "/")
    page.get_by_role("heading", name="张示例").wait_for()
    page.keyboard.press("/")
    box = page.get_by_role("search").get_by_role("textbox")
    expect(box).to_be_focused()
    page.keyboard.type("26010007")
    expect(page.get_by_role("option").first).to_contain_text("990121SJBG26010007")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="990121SJBG26010007")).to_be_visible()


def test_the_first_tab_offers_to_skip_the_menus(page: Any) -> None:
    _enter(page, "/patches")
    page.reload()
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到主要内容")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.closest('main') !== null")
