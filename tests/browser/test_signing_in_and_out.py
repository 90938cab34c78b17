"""Signing in and out through the form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Watch
from tests.browser.station import PASSWORD, sign_in

pytestmark = pytest.mark.browser
FAILURES_BEFORE_LOCK = 5


def _try(page: Any, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    with page.expect_response(
        lambda r: r.url.endswith("/api/session") and r.request.method == "POST"
    ):
        page.get_by_role("button", name="登 录").click()


def test_the_page_asked_for_comes_after_signing_in(page: Any) -> None:
    sign_in(page, "zhangshili", at="/patches?proposal=illegal")
    expect(page).to_have_url(re.compile(r"/patches\?proposal=illegal$"))
    expect(page.get_by_role("banner")).to_contain_text("张示例")
    expect(page.get_by_role("banner")).to_contain_text("青禾县")


def test_empty_fields_are_asked_for_at_the_field(page: Any) -> None:
    page.goto("/login")
    page.get_by_role("button", name="登 录").click()
    expect(page.get_by_text("请填写用户名")).to_be_visible()
    expect(page.get_by_text("请填写密码")).to_be_visible()


def test_a_wrong_password_is_told_and_the_right_one_still_works(page: Any, watch: Watch) -> None:
    watch.allow("401")
    page.goto("/login")
    _try(page, "zhouyangben", "wrong-password")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("密码")
    expect(page).to_have_url(re.compile("/login"))
    expect(page.get_by_label("密码", exact=True)).to_have_value("")
    _try(page, "zhouyangben", PASSWORD)
    expect(page.get_by_role("heading", name="周样本")).to_be_visible()


def test_after_five_failures_the_account_is_locked_even_for_the_right_password(
    page: Any, watch: Watch
) -> None:
    watch.allow("401", "423")
    page.goto("/login")
    for _ in range(FAILURES_BEFORE_LOCK):
        _try(page, "wushizuo", "wrong-password")
    _try(page, "wushizuo", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("锁定")
    expect(page.get_by_role("alert")).to_contain_text("30")
    expect(page).to_have_url(re.compile("/login"))


def test_after_signing_out_nothing_is_shown_any_more(page: Any) -> None:
    sign_in(page, "liyangben")
    page.get_by_role("banner").get_by_role("button", name="李样本").click()
    page.get_by_role("menuitem", name="退出登录").click()
    expect(page.get_by_role("button", name="登 录")).to_be_visible()
    page.goto("/patches")
    expect(page).to_have_url(re.compile(r"/login\?next=/patches"))
    assert page.request.get("/api/ledgers/enforcement.patches/rows").status == 401
