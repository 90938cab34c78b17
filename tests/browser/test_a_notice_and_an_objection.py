"""A notice hangs out: somebody objects at its link without signing in, and the office answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import station as stations
from tests.browser.conftest import Watch
from tests.browser.station import Station

pytestmark = pytest.mark.browser
NOTICES = "/api/ledgers/holdings.notices/rows"
PHONE = {"width": 390, "height": 844}


def test_somebody_objects_at_the_public_link_and_is_answered(
    sign_in: Callable[..., Any], browser: Any, station: Station, watch: Watch
) -> None:
    page = sign_in("zhangshili", at="/notices")
    page.get_by_role("row").filter(has_text="公示中").get_by_role("link").first.click()
    expect(page.get_by_role("button", name="撤回公示")).to_be_visible()
    notice = re.search(r"/notices/(\d+)", page.url)
    assert notice is not None
    path = _public_path(page, notice[1])

    outside = stations.visit(browser, station)
    watch.listen(outside)
    public = outside.new_page()
    public.set_viewport_size(PHONE)
    public.goto(path)
    expect(public.get_by_role("heading", level=1)).to_contain_text("公示")
    assert public.locator("tbody tr td:nth-child(3)").filter(has_text="*").count(), "masked names"
    public.get_by_role("button", name="提出异议").click()
    public.get_by_role("textbox", name="序号").fill("1")
    public.get_by_label("您的姓名").fill("钱示例")
    public.get_by_label("联系电话").fill("13800000000")
    public.get_by_label("异议类型").select_option(index=0)
    public.get_by_label("异议内容").fill("界线量到了水渠以外，与实地不符")
    public.get_by_role("button", name="提交").click()
    said = public.get_by_role("status")
    expect(said).to_contain_text("异议已收到")
    number = re.search(r"编号 (\d+)", said.inner_text())
    assert number is not None
    outside.close()

    page.goto("/objections")
    row = page.get_by_role("row").filter(has_text="界线量到了水渠以外").first
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", name=re.compile(f"异议 {number[1]} 号"))).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("13800000000")
    page.get_by_label("答复意见").fill("经现场复测，界线与界桩一致，维持公示面积")
    page.get_by_role("button", name="提交答复").click()
    expect(page.get_by_text("异议不成立").first).to_be_visible()
    expect(page.get_by_text("经现场复测").first).to_be_visible()


def _public_path(page: Any, notice: str) -> str:
    told = page.request.get(f"/api/holdings/notices/{notice}").json()
    return f"/gs/{told['token']}"
