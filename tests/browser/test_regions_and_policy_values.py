"""Groups of a village come in by a list; a conclusion leads to the values it was made with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
MINUTE = 60_000


def _village(page: Any) -> dict[str, str]:
    regions = page.request.get("/api/regions").json()
    found: dict[str, str] = next(row for row in regions if row["level"] == "village")
    return found


def test_a_list_of_groups_is_checked_accepted_and_found_in_the_tree(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = sign_in("guanliyuan", at="/regions")
    village = _village(page)
    code = f"{village['code']}77"
    path = tmp_path / "村民小组.csv"
    path.write_text(
        f"区划代码,名称,上级代码,级别,启用日期\n{code},示范小组,{village['code']},组,2020-01-31\n"
        "12345,错误的行,,,\n",
        "utf-8",
    )
    page.get_by_role("button", name="导入村、组或界线").click()
    dialog = page.get_by_role("dialog", name="导入村、组或界线")
    dialog.get_by_label("将文件拖到这里").set_input_files(path)
    dialog.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("heading", name="问题清单")).to_be_visible(timeout=MINUTE)
    expect(page.locator(".el-table").first).to_contain_text("不是 6、9、12 或 14 位的区划代码")
    page.get_by_role("button", name="确认入库 1 个区划").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("入库完成")).to_be_visible(timeout=MINUTE)

    page.get_by_role("button", name="返回行政区划").click()
    tree = page.get_by_label("区划树")
    tree.get_by_role("textbox").fill("sfxz")  # initials of 示范小组
    tree.get_by_text("示范小组").click()
    tree.get_by_role("textbox").fill("")
    page.get_by_role("tabpanel", name="区划列表").get_by_placeholder("名称、代码或拼音").fill(code)
    page.get_by_role("button", name="重置").click()
    page.get_by_placeholder("名称、代码或拼音").last.fill(code)
    page.get_by_role("button", name="查询").click()
    row = page.get_by_role("row").filter(has_text="示范小组")
    expect(row).to_contain_text("2020-01-31")
    row.get_by_role("button", name="示范小组").click()
    drawer = page.get_by_role("dialog", name=f"示范小组 {code}")
    expect(drawer).to_contain_text(village["name"])
    expect(drawer).to_contain_text("没有登记过变更")


def test_who_does_not_manage_regions_only_looks(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhaocankao", at="/regions")
    expect(page.get_by_role("heading", name="行政区划")).to_be_visible()
    expect(page.get_by_role("button", name="登记变更")).to_have_count(0)
    expect(page.get_by_role("button", name="导入村、组或界线")).to_have_count(0)


def test_the_tree_is_walked_with_the_arrow_keys(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at="/regions")
    tree = page.get_by_label("区划树")
    tree.get_by_role("treeitem").first.wait_for()
    before = tree.get_by_role("treeitem").count()
    tree.locator(".box").focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    page.wait_for_function(
        "n => document.querySelectorAll('[role=treeitem]').length > n", arg=before
    )
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(tree.locator(".label.chosen")).to_have_count(1)


def test_a_conclusion_leads_to_the_very_values_it_was_made_with(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili", at="/packs")
    page.get_by_role("button", name="卫片执法").click()
    page.get_by_placeholder("参数名称、条款或数值").fill("重点图斑耕地")
    row = page.get_by_role("row").filter(has_text="enforcement.key_patch_farmland_mu")
    expect(row).to_contain_text("50 亩")
    expect(row).to_contain_text("二.(八)")
    page.get_by_role("tab", name="用过的版本").click()
    version = page.request.get("/api/packs/county-enforcement-2022").json()["versions"][0][
        "version"
    ]
    expect(page.get_by_role("tabpanel", name="用过的版本")).to_contain_text(version)

    rows = page.request.get("/api/ledgers/enforcement.patches/rows").json()["rows"]
    page.goto(f"/patches/{rows[0]['id']}")
    page.get_by_role("link", name="参数版本").click()
    expect(page).to_have_url(f"/packs/versions/{version}")
    expect(page.get_by_text("这是现行版本")).to_be_visible()
    page.get_by_role("tab", name="政策包原文").click()
    expect(page.locator("pre")).to_contain_text('id = "county-enforcement-2022"')


def test_the_dictionary_finds_a_land_class_and_a_role(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at="/dictionary")
    page.get_by_placeholder("代码或名称").fill("水田")
    expect(page.get_by_role("row").filter(has_text="0101")).to_contain_text("农用地")
    page.get_by_placeholder("代码或名称").fill("审计管理员")
    page.get_by_role("tab", name="角色权限").click()
    expect(page.get_by_role("row").filter(has_text="auditor")).to_contain_text("查看与导出审计记录")
