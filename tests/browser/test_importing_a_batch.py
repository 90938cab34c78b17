"""The third monthly batch, from the file to the ledger."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.station import Station

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"
MINUTE = 60_000


def _patches_in_the_ledger(page: Any) -> int:
    return int(page.request.get(ROWS_URL).json()["total"])


def _upload(page: Any, file: Path, title: str) -> None:
    page.goto("/imports/new")
    page.get_by_label("将文件拖到这里").set_input_files(file)
    page.get_by_role("combobox", name="期次").fill("2026-03")
    page.get_by_role("combobox", name="期次").press("Enter")
    page.get_by_label("批次名称").fill(title)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("heading", name="字段对应")).to_be_visible(timeout=MINUTE)


def _count(page: Any, name: str) -> int:
    card = page.get_by_role("article").filter(has_text=name)
    return int(card.locator("b").inner_text())


def test_a_batch_enters_the_ledger_only_when_accepted_and_only_once(
    sign_in: Callable[..., Any], station: Station, batch_file: Path
) -> None:
    flaws = json.loads((station.demo / "manifest.json").read_text("utf-8"))["flaws"]
    page = sign_in("zhangshili", at="/imports")
    before = _patches_in_the_ledger(page)

    _upload(page, batch_file, "2026年3月卫片图斑")
    for target, field in {"监测编号": "JCBH", "后时相": "HSX", "图斑类型": "TBLX"}.items():
        row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=target))
        expect(row).to_contain_text(field)
    page.get_by_role("button", name="开始检查").click()

    expect(page.get_by_role("heading", name="问题清单")).to_be_visible(timeout=MINUTE)
    table = page.locator(".el-table").filter(has_text="处理建议")
    for flaw in flaws:
        row = table.get_by_role("row").filter(
            has=page.get_by_role("cell", name=str(flaw["row"]), exact=True)
        )
        expect(row.first).to_contain_text(flaw["JCBH"])
        reason, advice = row.first.get_by_role("cell").nth(5), row.first.get_by_role("cell").nth(6)
        expect(reason).to_have_text(re.compile(r"[一-鿿]{4,}"))
        expect(advice).to_have_text(re.compile(r"[一-鿿]{4,}"))
    expect(table).to_contain_text("自相交")
    ready = _count(page, "检查通过的图斑")
    assert ready == 30
    assert _patches_in_the_ledger(page) == before

    page.get_by_role("button", name=f"确认入库 {ready} 个图斑").click()
    dialog = page.get_by_role("dialog", name="确认入库")
    expect(dialog).to_contain_text(f"将有 {ready} 个图斑入库")
    dialog.get_by_role("button", name="确定").click()
    expect(page.get_by_text("入库完成")).to_be_visible(timeout=MINUTE)
    assert _patches_in_the_ledger(page) == before + ready
    page.get_by_role("button", name="查看本批图斑").click()
    expect(page.locator(".el-pagination__total")).to_contain_text(str(ready))

    _upload(page, batch_file, "2026年3月卫片图斑(再次)")
    expect(page.get_by_text("这个文件以前上传过")).to_be_visible()
    page.get_by_role("button", name="开始检查").click()
    expect(page.get_by_role("heading", name="问题清单")).to_be_visible(timeout=MINUTE)
    assert _count(page, "检查通过的图斑") == 0
    assert _count(page, "已在库中") >= ready
    expect(page.get_by_role("button", name=re.compile("确认入库"))).to_be_disabled()
    assert _patches_in_the_ledger(page) == before + ready
