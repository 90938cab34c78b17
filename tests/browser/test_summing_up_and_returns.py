"""Ledgers summed up and returns, as a township and the county meet them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.browser
QUARTER = "/returns?form=enforcement.patches.quarter&period=2026-Q1"


def _total(page: Any) -> int:
    text = page.locator(".el-pagination__total").inner_text()
    return int(re.sub(r"\D", "", text))


def _answer(page: Any, text: str = "") -> None:
    box = page.locator(".el-message-box")
    if text:
        box.locator("input").fill(text)
    box.get_by_role("button").last.click()


def test_a_kept_view_leads_from_groups_to_the_rows_that_are_exported(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = sign_in("zhangshili", at="/patches?proposal=illegal&by=region:township")
    page.get_by_role("button", name="视图").click()
    page.get_by_text("另存为视图").click()
    page.get_by_label("名称", exact=True).fill("违法图斑按乡镇")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="违法图斑按乡镇")).to_be_visible()
    page.goto("/patches")
    page.get_by_role("button", name="视图").click()
    page.get_by_role("menuitem", name="违法图斑按乡镇").click()
    line = page.locator(".sums-table tbody tr").filter(has_text="柳塘镇")
    count = int(line.locator("td").nth(2).inner_text())
    line.get_by_role("button", name="柳塘镇").click()
    expect(page).to_have_url(re.compile("region=990121100"))
    villages = page.locator(".sums-table tbody tr td:nth-child(3)")
    expect(page.locator(".sums-table tfoot td").nth(2)).to_have_text(str(count))
    assert sum(int(n) for n in villages.all_inner_texts()) == count
    page.get_by_text("明细", exact=True).click()
    expect(page.locator(".el-pagination__total")).to_contain_text(str(count))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    waiting.value.save_as(tmp_path / "x.xlsx")
    rows = CalamineWorkbook.from_path(tmp_path / "x.xlsx").get_sheet_by_index(0).to_python()
    numbered = [row for row in rows if isinstance(row[0], int | float)]
    assert len(numbered) == count == _total(page)


def test_a_township_freezes_two_more_sign_in_order_and_the_county_consolidates(
    browser: Any, station: Any, sign_in: Callable[..., Any]
) -> None:
    from tests.browser import station as stations

    clerk = sign_in("zhaocankao", at=QUARTER)
    clerk.get_by_role("button", name="冻结本期报表").click()
    _answer(clerk)
    expect(clerk).to_have_url(re.compile(r"/returns/\d+"))
    address = clerk.url
    expect(clerk.get_by_role("button", name="审核", exact=True)).to_have_count(0)  # not one's own
    with_checker = stations.visit(browser, station)
    checker = with_checker.new_page()
    stations.sign_in(checker, "fangyanlian", at=address)
    checker.get_by_role("button", name="审核", exact=True).click()
    _answer(checker)
    expect(checker.locator(".page-head").get_by_text("待签批", exact=True)).to_be_visible()
    with_checker.close()
    with_leader = stations.visit(browser, station)
    leader = with_leader.new_page()
    stations.sign_in(leader, "tongnifang", at=address)
    leader.get_by_role("button", name="签批", exact=True).click()
    _answer(leader)
    expect(leader.locator(".page-head").get_by_text("已签批", exact=True)).to_be_visible()
    signed = leader.get_by_role("row", name="审核人")
    expect(signed).to_contain_text("方演练")
    expect(signed).to_contain_text("佟拟方")
    with_leader.close()
    clerk.reload()
    clerk.get_by_role("button", name="上报县级").click()
    expect(clerk.locator(".page-head").get_by_text("已上报", exact=True)).to_be_visible()
    with_county = stations.visit(browser, station)
    county = with_county.new_page()
    stations.sign_in(county, "zhangshili", at=QUARTER)
    county.get_by_role("button", name="汇总各乡镇").click()
    _answer(county)
    expect(county.locator(".paper tbody")).to_contain_text("柳塘镇")
    expect(county.locator(".notes")).to_contain_text("未上报")
    county.goto(address)
    county.get_by_role("button", name="退回乡镇").click()
    _answer(county, "面积与底册不符")
    expect(county.locator(".page-head").get_by_text("已退回", exact=True)).to_be_visible()
    with_county.close()
    clerk.reload()
    clerk.get_by_role("button", name="编制更正版").click()
    _answer(clerk, "按底册更正后重报")
    expect(clerk).not_to_have_url(address)
    clerk.get_by_role("tab", name="与上一版的差异").click()
    expect(clerk.get_by_text("第1版 → 第2版")).to_be_visible()
