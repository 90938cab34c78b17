"""Assigned, checked on the ground, judged, sent back, reviewed, put right, accepted, archived: each by another."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"


def _section(page: Any, name: str) -> Any:
    page.get_by_role("tab", name=re.compile(f"^{name}")).click()
    return page.get_by_role("tabpanel", name=re.compile(f"^{name}"))


def _take(page: Any, name: str, opinion: str = "", field: str = "意见（可不填）") -> None:
    panel = _section(page, "判定").get_by_role("region", name="办理", exact=True)
    panel.get_by_role("button", name=name, exact=True).click()
    if opinion:
        panel.get_by_label(field, exact=True).fill(opinion)
    panel.get_by_role("button", name=name, exact=True).last.click()
    expect(page.get_by_text(f"已办理：{name}").last).to_be_visible()


def _let_pass(page: Any) -> None:
    """Every error of the data checks, by its reason; 复核通过 is barred until then."""
    panel = page.get_by_role("group", name="数据检查")
    expect(panel).to_contain_text("照片不足")
    while "有误 0 项" not in panel.locator("summary").inner_text():
        buttons = panel.get_by_role("button", name="写明理由放行")
        left = buttons.count()
        buttons.first.click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill("现场无法进入，情况说明见附函")
        dialog.get_by_role("button", name="放行").click()
        expect(buttons).to_have_count(left - 1)


def _stage(page: Any, stage: str) -> None:
    expect(page.get_by_role("heading", level=1).locator("..")).to_contain_text(stage)


def _judge_otherwise(page: Any) -> None:
    panel = _section(page, "判定")
    panel.locator("label.el-radio").filter(has_text="其他用地").click()
    panel.get_by_label("改判理由").fill("现场核查为设施农业用房，备案手续齐全")
    panel.get_by_role("button", name="确认为“其他用地”").click()
    _stage(page, "待复核")


def _check_on_the_ground(page: Any) -> None:
    panel = _section(page, "核查与处置")
    panel.locator("label.el-radio-button").filter(has_text="已建成").click()
    panel.get_by_label("用地主体").fill("示例养殖合作社")
    panel.get_by_role("button", name="保存核查表").click()
    expect(page.get_by_text("已保存", exact=True).last).to_be_visible()


def _dispose(page: Any) -> None:
    _take_elsewhere(page, "下达处置")
    panel = page.get_by_role("tabpanel", name="核查与处置")
    panel.locator(".el-select__wrapper").first.click()
    page.get_by_role("option", name="柳塘").first.click()
    panel.get_by_role("button", name="保存处置措施").click()
    expect(panel).to_contain_text("已拟定（张示例）")
    panel.get_by_role("button", name="下达处置").click()
    _stage(page, "处置中")


def _take_elsewhere(page: Any, name: str) -> None:
    """A step that leads to the section where it is taken."""
    panel = _section(page, "判定").get_by_role("region", name="办理", exact=True)
    panel.get_by_role("button", name=name, exact=True).click()


def _put_right(page: Any) -> None:
    panel = _section(page, "核查与处置")
    panel.get_by_label("立案文号").fill("青自然资立〔2026〕1号")
    panel.get_by_label("立案日期").fill("2026-03-20")
    panel.get_by_label("立案日期").press("Enter")
    panel.get_by_role("button", name="保存整改进展").click()
    expect(page.get_by_text("已保存", exact=True).last).to_be_visible()
    panel.get_by_role("button", name="报请验收").click()
    _stage(page, "待验收")


def _archive(page: Any, number: str) -> None:
    _take_elsewhere(page, "归档")
    page.get_by_role("tabpanel", name="卷宗").get_by_role("button", name="归档").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("案卷号").fill(number)
    dialog.get_by_label("理由").fill("影像由上级统一存档，不入本卷")
    dialog.get_by_role("button", name="归档").click()
    _stage(page, "已归档")


def test_a_patch_goes_from_hand_to_hand(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili")
    query = {"stage": "received", "proposal": "illegal", "size": "100", "sort": "farmland_mu"}
    rows = page.request.get(ROWS_URL, params=query).json()["rows"]
    row = next(r for r in rows if "柳塘" in str(r["township_name"]))
    address = f"/patches/{row['id']}"
    page.goto(address)
    _take(page, "派发核查")

    page = sign_in("zhaocankao", at="/inbox")
    page.get_by_role("link", name=f"图斑 {row['number']}").click()
    _check_on_the_ground(page)
    _take(page, "返回举证", "现场无法进入，情况说明见附函")

    page = sign_in("zhangshili", at=address)
    _judge_otherwise(page)
    expect(page.get_by_role("button", name="复核通过")).to_be_disabled()

    page = sign_in("liyangben", at=address)
    _take(page, "复核退回", "备案文号未见，请补充", "意见")

    page = sign_in("zhangshili", at=address)
    _section(page, "判定").get_by_role("button", name="确认为“违法”").click()
    _stage(page, "待复核")
    page = sign_in("liyangben", at=address)
    expect(page.get_by_role("button", name="复核通过")).to_be_disabled()
    _let_pass(page)
    _take(page, "复核通过")
    history = _section(page, "办理记录")
    for words in ("备案文号未见，请补充", "核查中 → 待判定", "待复核 → 已判定", "李样本", "赵参考"):
        expect(history).to_contain_text(words)
    expect(history.get_by_role("img", name="流程图")).to_have_js_property("complete", value=True)

    page = sign_in("zhangshili", at=address)
    _dispose(page)
    page = sign_in("zhaocankao", at=address)
    _put_right(page)
    page = sign_in("liyangben", at=address)
    _section(page, "核查与处置").get_by_role("button", name="验收通过").click()
    _stage(page, "已验收")
    page = sign_in("zhangshili", at=address)
    _archive(page, row["number"])
    expect(_section(page, "办理记录")).to_contain_text("已验收 → 已归档")
