"""Clerk assigns, township returns evidence, clerk judges, reviewer sends back, clerk judges, reviewer confirms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"


def _take(page: Any, name: str, opinion: str = "", field: str = "意见（可不填）") -> None:
    panel = page.get_by_role("region", name="办理", exact=True)
    panel.get_by_role("button", name=name, exact=True).click()
    if opinion:
        panel.get_by_label(field, exact=True).fill(opinion)
    panel.get_by_role("button", name=name, exact=True).last.click()
    expect(page.get_by_text(f"已办理：{name}").last).to_be_visible()


def _judge_otherwise(page: Any, number: str) -> None:
    panel = page.get_by_role("tabpanel", name="判定")
    panel.locator("label.el-radio").filter(has_text="其他用地").click()
    panel.get_by_label("改判理由").fill("现场核查为设施农业用房，备案手续齐全")
    panel.get_by_role("button", name="确认为“其他用地”").click()
    expect(page.get_by_role("heading", name=number).locator("..")).to_contain_text("待复核")


def test_a_patch_goes_from_hand_to_hand(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili")
    query = {"stage": "received", "proposal": "illegal", "size": "100", "sort": "number"}
    rows = page.request.get(ROWS_URL, params=query).json()["rows"]
    row = next(r for r in rows if "柳塘" in str(r["township_name"]))
    address = f"/patches/{row['id']}"
    page.goto(address)
    _take(page, "派发核查")

    page = sign_in("zhaocankao", at="/inbox")
    page.get_by_role("link", name=f"图斑 {row['number']}").click()
    _take(page, "返回举证", "现场无法进入，情况说明见附函")

    page = sign_in("zhangshili", at=address)
    _judge_otherwise(page, row["number"])
    expect(page.get_by_role("button", name="复核通过")).to_be_disabled()

    page = sign_in("liyangben", at=address)
    _take(page, "复核退回", "备案文号未见，请补充", "意见")

    page = sign_in("zhangshili", at=address)
    _judge_otherwise(page, row["number"])
    page = sign_in("liyangben", at=address)
    _take(page, "复核通过")
    page.get_by_role("tab", name=re.compile("办理记录")).click()
    history = page.get_by_role("tabpanel", name=re.compile("办理记录"))
    for words in ("备案文号未见，请补充", "核查中 → 待判定", "待复核 → 已判定", "李样本", "赵参考"):
        expect(history).to_contain_text(words)
    expect(history.get_by_role("img", name="流程图")).to_have_js_property("complete", value=True)
