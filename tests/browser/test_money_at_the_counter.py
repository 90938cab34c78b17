"""The counter: who comes is found, pays and gets a receipt, without a mouse."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
ARREARS = "/api/ledgers/fees.arrears/rows"


def _debtor(page: Any) -> dict[str, Any]:
    """An organisation of the township that owes: names of people are masked in ledgers."""
    rows = page.request.get(ARREARS, params={"size": "200", "sort": "year"}).json()["rows"]
    found: dict[str, Any] = next(row for row in rows if row["holder_org"])
    return found


def test_money_is_taken_with_the_keyboard_alone_and_the_receipt_is_printed(
    sign_in: Callable[..., Any],
) -> None:
    page = sign_in("zhaocankao", at="/fees/counter")
    debtor = _debtor(page)
    box = page.get_by_role("textbox", name=re.compile("姓名"))
    expect(box).to_be_focused()
    page.keyboard.type(debtor["holder_org"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=re.compile(debtor["holder_org"]))).to_be_visible()
    money = page.get_by_label("收款金额（元）")
    expect(money).to_be_focused()
    page.keyboard.type("100")  # over what is marked: all that is owed
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="收款并打印票据（回车）")).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    receipt = page.request.get(opened.value.url)
    assert receipt.headers["content-type"] == "application/pdf"
    text = pypdfium2.PdfDocument(receipt.body())[0].get_textpage().get_text_bounded()
    assert "壹佰元整" in text
    assert debtor["holder_org"] in text
    expect(page.locator(".el-message")).to_contain_text("100.00")
    lately = page.get_by_role("heading", name="近期收款").locator("xpath=following::table[2]")
    expect(lately).to_contain_text("100.00")


def test_who_is_of_another_township_is_not_found(sign_in: Callable[..., Any]) -> None:
    page = sign_in("luoniding")
    parcel = page.request.get(ARREARS, params={"size": "20"}).json()["rows"][0]["parcel"]
    page = sign_in("zhaocankao", at="/fees/counter")
    page.get_by_role("textbox", name=re.compile("姓名")).fill(parcel)
    page.keyboard.press("Enter")
    expect(page.get_by_text("没有找到")).to_be_visible()
