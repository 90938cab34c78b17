"""Masked values in the register of people: opened for a reason, masked again, and found by the auditor."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import station as stations
from tests.browser.conftest import Watch
from tests.browser.station import Station

pytestmark = pytest.mark.browser
FULL = re.compile(r"1380000\d{4}")
REASON = "核实联系电话是否有误"


def _open(page: Any, *, whole: bool) -> None:
    dialog = page.get_by_role("dialog", name="查看脱敏内容")
    show = dialog.get_by_role("button", name="查看")
    expect(show).to_be_disabled()
    if whole:
        dialog.get_by_text("本台账（我辖区内）").click()
    dialog.get_by_role("textbox", name="事由").fill(REASON)
    show.click()
    expect(dialog).to_be_hidden()


def test_a_phone_is_shown_for_a_reason_and_the_auditor_finds_who_saw_it(
    page: Any, sign_in: Any
) -> None:
    sign_in("guanliyuan", "/people-register")
    table = page.locator(".el-table__body")
    eyes, full = table.get_by_role("button", name="查看"), table.get_by_text(FULL)
    expect(eyes.first).to_be_attached()
    expect(full).to_have_count(0)
    eyes.first.click()
    _open(page, whole=False)
    expect(full).to_have_count(1)
    expect(page.get_by_text(re.compile("部分记录未脱敏，剩余"))).to_be_visible()
    eyes.first.click()
    _open(page, whole=True)
    expect(page.get_by_text(re.compile(r"^未脱敏，剩余 \d+:\d\d$"))).to_be_visible()
    expect(eyes).to_have_count(0)
    page.get_by_role("button", name="恢复脱敏").click()
    expect(full).to_have_count(0)

    page.get_by_role("button", name="导出为其他格式").click()
    page.get_by_role("menuitem", name="导出未脱敏数据…").click()
    dialog = page.get_by_role("dialog", name="导出未脱敏数据")
    dialog.get_by_role("textbox", name="事由").fill("更新应急通讯录")
    dialog.get_by_role("button", name="导出").click()
    files = page.get_by_role("dialog", name="我的导出文件")
    expect(files.get_by_text("未脱敏", exact=True).first).to_be_visible()

    sign_in("zhengyangli", "/audit")
    page.get_by_role("row", name=re.compile("查看未脱敏内容")).first.click()
    detail = page.get_by_role("dialog")
    expect(detail).to_contain_text(REASON)
    expect(detail).to_contain_text("所看记录")
    expect(detail).to_contain_text("联系电话")


def test_the_security_officer_reads_the_register_but_opens_nothing(page: Any, sign_in: Any) -> None:
    sign_in("chuweiji", "/people-register")
    row = page.get_by_role("row", name=re.compile("zhaocankao"))
    expect(row).to_contain_text("乡镇经办员")
    expect(row).to_contain_text("138****")
    expect(page.get_by_role("button", name=re.compile("^查看"))).to_have_count(0)


def test_why_one_was_signed_out_is_still_said_after_a_reload(
    browser: Any, station: Station, watch: Watch
) -> None:
    watch.allow("401")
    here, there = stations.visit(browser, station), stations.visit(browser, station)
    watch.listen(here)
    page, other = here.new_page(), there.new_page()
    stations.sign_in(page, "heshifan", "/")
    stations.sign_in(other, "heshifan", "/account")
    other.get_by_role("button", name="让它退出").first.click()
    expect(other.get_by_text("已退出该登录。")).to_be_visible()
    said = page.get_by_role("alert").filter(has_text="您在另一处退出了本机的登录")
    for _ in range(2):
        page.reload()
        expect(said).to_be_visible()
    here.close()
    there.close()
