"""A new version of a layer: from the file to publication, compared with the last one, and taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.station import Station

pytestmark = pytest.mark.browser
MINUTE = 60_000
LABEL = "2026年6月更新"
LAYER = "城镇开发边界"


def _upload(page: Any, station: Station) -> None:
    manifest = json.loads((station.demo / "manifest.json").read_text("utf-8"))
    (path,) = [one["path"] for one in manifest["files"] if one["kind"] == "town_boundary"]
    card = page.get_by_role("article").filter(has=page.get_by_role("heading", name=LAYER))
    card.get_by_role("button", name="导入新版本").click()
    page.get_by_label("将文件拖到这里").set_input_files(station.demo / path)
    page.get_by_role("button", name="上传并读取").click()
    expect(page.get_by_role("heading", name="数据范围")).to_be_visible(timeout=MINUTE)


def _import(page: Any) -> None:
    expect(page.get_by_text("CGCS2000").first).to_be_visible()
    expect(page.locator("main")).to_contain_text("集中建设区")  # a value of the first rows
    page.get_by_role("button", name="导入并检查").click()
    expect(page.get_by_text("请填写版本名称")).to_be_visible()
    page.get_by_label("版本名称").fill(LABEL)
    page.get_by_role("combobox", name="有效期起").fill("2026-06-01")
    page.get_by_role("combobox", name="有效期起").press("Enter")
    page.reload()  # the file is found again, what was typed is not
    page.get_by_label("版本名称").fill(LABEL)
    page.get_by_role("combobox", name="有效期起").fill("2026-06-01")
    page.get_by_role("combobox", name="有效期起").press("Enter")
    page.get_by_role("button", name="导入并检查").click()
    page.wait_for_url("**/layers/import?version=*")
    page.reload()  # and so is the job
    expect(page.get_by_role("heading", name="检查发现")).to_be_visible(timeout=MINUTE)


def _publish(page: Any) -> None:
    page.get_by_role("button", name="发布", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("将接替")
    dialog.get_by_text("同意接替").click()
    dialog.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".el-result")).to_contain_text("已发布", timeout=MINUTE)


def _versions(page: Any) -> list[dict[str, Any]]:
    layers = page.request.get("/api/layers").json()
    (layer,) = [one for one in layers if one["name"] == LAYER]
    return list(layer["versions"])


def _choose(page: Any, box: str, value: str) -> None:
    item = page.locator(".ask .el-form-item").filter(has=page.locator("label", has_text=box))
    item.locator(".el-select").click()
    # Each box has a list of its own; the one just left may still be closing.
    listed = item.get_by_role("combobox").get_attribute("aria-controls")
    page.locator(f"#{listed}").get_by_role("option", name=value, exact=True).click()
    expect(item).to_contain_text(value)


def _compare(page: Any) -> None:
    page.goto("/layers/comparisons")
    _choose(page, "图层", LAYER)
    _choose(page, "前一版本", _versions(page)[1]["label"])
    _choose(page, "后一版本", LABEL)
    page.get_by_role("button", name="开始比较").click()
    page.get_by_role("link", name="查看结果").first.click(timeout=MINUTE)
    page.get_by_role("button", name="导出变化图形").click()
    made = page.get_by_role("button", name=re.compile("changes_gpkg.zip"))
    with page.expect_download() as waiting:
        made.click(timeout=MINUTE)
    assert waiting.value.suggested_filename.endswith("_gpkg.zip")


def test_a_version_goes_from_file_to_publication_and_is_compared_and_withdrawn(
    sign_in: Callable[..., Any], station: Station
) -> None:
    page = sign_in("zhangshili", at="/layers")
    _upload(page, station)
    _import(page)
    assert _versions(page)[0]["status"] == "checked"
    _publish(page)
    assert _versions(page)[0]["status"] == "published"
    _compare(page)

    page.goto("/layers")
    page.get_by_role("row").filter(has_text=LABEL).get_by_role("button", name="撤回").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("示例流程，撤回后恢复原版本")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_role("row").filter(has_text=LABEL)).to_contain_text("已撤回")
    assert [one["status"] for one in _versions(page)][:2] == ["withdrawn", "published"]
