"""The dashboard of patches: a figure leads to its rows, a period is chosen, a workbook is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.browser


def _number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_figure_leads_to_its_rows_and_the_numbers_are_taken_away(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = sign_in("zhangshili", at="/dashboards?period=all")
    card = page.locator('.figure[data-name="illegal"]')
    count = _number(card.locator("b").inner_text())
    assert count > 0
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    waiting.value.save_as(tmp_path / "x.xlsx")
    assert "主要指标" in CalamineWorkbook.from_path(tmp_path / "x.xlsx").sheet_names
    page.get_by_role("button", name="大屏").click()
    expect(page.locator(".board.wall")).to_be_visible()
    page.get_by_role("button", name="退出大屏").click()
    page.get_by_role("button", name="看表格").first.click()
    page.get_by_role("button", name="柳塘镇").click()
    expect(page).to_have_url(re.compile("region=990121100"))
    page.goto("/dashboards?period=all")
    card.click()
    expect(page).to_have_url(re.compile("conclusion=illegal"))
    expect(page.locator(".el-pagination__total")).to_contain_text(str(count))
