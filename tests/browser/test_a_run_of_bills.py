"""A year of rent for the whole county: looked at, posted, and once more without anything left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
YEAR = "2024"  # the sample county has bills of the three years before


def _previewed(page: Any) -> Any:
    page.goto("/fees/runs")
    page.get_by_role("button", name="发起开单").click()
    dialog = page.get_by_role("dialog", name="发起开单")
    for box in dialog.get_by_role("spinbutton").all():
        box.fill(YEAR)
        box.press("Tab")
    dialog.get_by_role("button", name="开始预览").click()
    expect(page.get_by_role("heading", name="按乡镇和年度")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="重新预览")).to_be_visible(timeout=60_000)
    return page.locator(".card")


def test_a_run_is_previewed_then_posted_and_a_second_one_changes_nothing(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili")
    fresh = _previewed(page).filter(has_text="新开")
    count = fresh.locator("b").inner_text()
    assert int(count) > 0
    page.get_by_role("button", name="确认入账").click()
    page.get_by_role("button", name="确定").click()
    expect(page.locator("main")).to_contain_text("已入账", timeout=60_000)
    again = _previewed(page)
    expect(again.filter(has_text="新开").locator("b")).to_have_text("0")
    expect(again.filter(has_text="未变").locator("b")).to_have_text(count)
