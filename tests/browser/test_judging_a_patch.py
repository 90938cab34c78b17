"""One patch: proposal, judgement, history, photos and dossier."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.station import Station

pytestmark = pytest.mark.browser
ROWS_URL = "/api/ledgers/enforcement.patches/rows"


def _patch(page: Any, **filters: str) -> dict[str, Any]:
    """The last patch not yet judged that meets the filters."""
    query = {"stage": "received", "sort": "-number", **filters}
    rows = page.request.get(ROWS_URL, params=query).json()["rows"]
    assert rows, filters
    found: dict[str, Any] = rows[0]
    return found


def _section(page: Any, name: str) -> Any:
    page.get_by_role("tab", name=re.compile(name)).click()
    return page.get_by_role("tabpanel", name=re.compile(name))


def test_a_proposal_gives_reasons_with_their_clauses(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili")
    row = _patch(page, proposal="illegal")
    page.goto(f"/patches/{row['id']}")
    expect(page.get_by_role("heading", name=row["number"])).to_be_visible()
    panel = page.get_by_role("tabpanel", name="判定")
    expect(panel.get_by_role("heading", name="系统拟判定")).to_be_visible()
    reasons = panel.locator(".reasons li")
    assert reasons.count() >= 1
    for text in reasons.all_inner_texts():
        assert re.search(r"依据：《.+》.+", text), text
    overlay = _section(page, "套合分析")
    expect(overlay).to_contain_text("合计与图斑面积一致")
    expect(overlay).not_to_contain_text("相差")


def test_an_override_needs_a_reason_and_the_history_keeps_every_step(
    sign_in: Callable[..., Any], watch: Watch
) -> None:
    watch.allow("422")
    page = sign_in("zhangshili")
    row = _patch(page, proposal="illegal")
    page.goto(f"/patches/{row['id']}")
    panel = page.get_by_role("tabpanel", name="判定")
    panel.locator("label.el-radio").filter(has_text="其他用地").click()
    confirm = panel.get_by_role("button", name="确认为“其他用地”")
    confirm.click()
    field = panel.locator(".el-form-item").filter(has=page.get_by_label("改判理由"))
    expect(field).to_contain_text("改判必须填写理由")
    field.get_by_role("textbox").fill("不明")
    confirm.click()
    expect(field.locator(".el-form-item__error")).to_contain_text("5")
    reason = "现场核查时已停工，待补充批准文件后再行判定"
    field.get_by_role("textbox").fill(reason)
    confirm.click()
    expect(page.get_by_role("heading", name=row["number"]).locator("..")).to_contain_text("改判")
    history = _section(page, "办理记录")
    expect(history).to_contain_text(reason)
    expect(history).to_contain_text("张示例")
    expect(history).to_contain_text("待派发 → 待复核")

    panel = _section(page, "判定")
    panel.get_by_role("button", name="重新判定").click()
    panel.get_by_label("撤回理由").fill("收到补充材料，重新研判")
    panel.get_by_role("button", name="重新判定").click()
    expect(panel.get_by_role("button", name="确认为“违法”")).to_be_visible()
    history = _section(page, "办理记录")
    expect(history).to_contain_text("待复核 → 待判定")
    expect(history).to_contain_text("收到补充材料，重新研判")
    expect(history).to_contain_text(reason)


def test_confirming_the_proposal_needs_no_words(sign_in: Callable[..., Any]) -> None:
    page = sign_in("liyangben")
    row = _patch(page, proposal="legal")
    page.goto(f"/patches/{row['id']}")
    panel = page.get_by_role("tabpanel", name="判定")
    panel.get_by_role("button", name="确认为“合法”").click()
    expect(panel).to_contain_text("与拟判定一致")
    expect(panel).to_contain_text("李样本")
    now = page.request.get(ROWS_URL, params={"number": row["number"]}).json()["rows"][0]
    assert (now["stage"], now["judgement"]) == (
        "judged",
        "legal",
    )  # another person's review is next


def test_a_photo_taken_elsewhere_is_shown_with_a_warning(
    sign_in: Callable[..., Any], station: Station
) -> None:
    page = sign_in("zhangshili")
    row = _patch(page, photos__lte="0", proposal="other")
    page.goto(f"/patches/{row['id']}")
    panel = _section(page, "举证照片")
    expect(panel).to_contain_text("还没有举证照片")
    photo = sorted((station.demo / "evidence").glob("*.jpg"))[0]
    panel.locator("input[type=file]").set_input_files(photo)
    expect(panel.get_by_role("button", name=f"查看照片 {photo.name}")).to_be_visible()
    picture = panel.get_by_role("img", name=photo.name)
    expect(picture).to_have_js_property("complete", value=True)
    assert picture.evaluate("(img) => img.naturalWidth") > 0
    expect(panel.get_by_text(re.compile(r"距图斑 \d+ 米"))).to_be_visible()
    expect(panel.get_by_text("同一张照片已用于其他图斑")).to_be_visible()
    expect(panel).to_contain_text(re.compile(r"\d+\.\d{6}°"))
    page.reload()
    expect(page.get_by_role("tab", name="举证照片 (1)")).to_be_visible()


def test_the_dossier_is_a_pdf_that_names_the_patch_and_its_judgement(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhangshili")
    row = _patch(page, proposal="split")
    page.goto(f"/patches/{row['id']}")
    link = page.get_by_role("link", name="打印卷宗")
    expect(link).to_have_attribute("target", "_blank")
    answer = page.request.get(link.get_attribute("href"))
    assert answer.headers["content-type"].startswith("application/pdf")
    assert answer.body().startswith(b"%PDF")
    pages = pypdfium2.PdfDocument(answer.body())
    text = "".join(leaf.get_textpage().get_text_range() for leaf in pages)
    assert row["number"] in text
    assert "判定" in text
