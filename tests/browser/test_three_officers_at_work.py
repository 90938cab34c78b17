"""An account from its making to its work, by three officers; what the auditor finds of it."""

from __future__ import annotations

import re
import time
from typing import Any

import pyotp
import pytest
from playwright.sync_api import expect

from tests.browser import station as stations
from tests.browser.conftest import Watch
from tests.browser.station import Station

pytestmark = pytest.mark.browser
OWN_PASSWORD = "Qinghe-kkzz-71"


class Desk:
    """Pages of several people at once, each in a browser context of its own."""

    def __init__(self, browser: Any, station: Station, watch: Watch) -> None:
        self.made: list[Any] = []
        self._browser, self._station, self._watch = browser, station, watch

    def page(self) -> Any:
        context = stations.visit(self._browser, self._station)
        self._watch.listen(context)
        self.made.append(context)
        return context.new_page()

    def of(self, username: str, at: str, password: str = stations.PASSWORD) -> Any:
        page = self.page()
        stations.sign_in(page, username, at, password)
        return page


@pytest.fixture
def desk(browser: Any, station: Station, watch: Watch) -> Any:
    watch.allow("401", "403")
    made = Desk(browser, station, watch)
    yield made
    for context in made.made:
        context.close()
    assert watch.errors == []


def _fill_login(page: Any, username: str, password: str) -> None:
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码", exact=True).fill(password)
    page.get_by_role("button", name="登 录").click()


def _choose(page: Any, dialog: Any, label: str, text: str) -> None:
    box = dialog.get_by_label(label)
    box.click()
    box.fill(text)
    page.locator(".el-select-dropdown:visible").get_by_text(text, exact=True).first.click()


def _initial_password(page: Any) -> str:
    shown = page.get_by_role("dialog", name="初始密码")
    text: str = shown.locator(".secret").inner_text()
    shown.get_by_role("button", name="已记下").click()
    return text


def _own_password(page: Any, initial: str) -> None:
    page.get_by_label("当前密码").fill(initial)
    page.get_by_label("新密码", exact=True).fill(OWN_PASSWORD)
    page.get_by_label("再输一次新密码").fill(OWN_PASSWORD)
    page.get_by_role("button", name="更改密码").click()
    page.get_by_role("navigation", name="主菜单").wait_for()


def test_an_account_is_made_granted_by_two_and_sees_its_township_only(desk: Desk) -> None:
    system = desk.of("guanliyuan", "/users")
    like = system.request.get("/api/people/users?q=zhaocankao").json()["rows"][0]
    system.get_by_role("button", name="新建账号").click()
    form = system.get_by_role("dialog", name="新建账号")
    form.get_by_label("姓名").fill("秦试行")
    form.get_by_label("账号", exact=True).fill("qinshixing")
    _choose(system, form, "所在机构", like["office"]["name"])
    form.get_by_role("button", name="新建账号").click()
    initial = _initial_password(system)

    asking = desk.of("chuweiji", "/grants")
    asking.get_by_role("button", name="授予角色").click()
    form = asking.get_by_role("dialog", name="授予角色")
    box = form.get_by_label("被授权人")
    box.click()
    box.fill("qinshixing")
    asking.get_by_role("option", name=re.compile("秦试行")).click()
    _choose(asking, form, "角色", like["roles"][0]["name"])
    _choose(asking, form, "数据范围", like["region"]["name"])
    form.get_by_label("授权依据").fill("岗位分工文件")
    form.get_by_role("button", name="提交授权").click()
    row = asking.get_by_role("row", name=re.compile("秦试行"))
    expect(row).to_contain_text("须他人审批")

    approving = desk.of("weiyanxi", "/grants")
    approving.get_by_role("row", name=re.compile("秦试行")).get_by_role(
        "button", name="批准", exact=True
    ).click()
    approving.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(approving.get_by_text("已批准，授权生效")).to_be_visible()

    person = desk.page()
    person.goto("/patches")
    _fill_login(person, "qinshixing", initial)
    expect(person.get_by_role("heading", name="请设置自己的密码")).to_be_visible()
    second = desk.page()
    second.goto("/login")
    _fill_login(second, "qinshixing", initial)
    expect(second.get_by_role("alert")).to_contain_text("初始密码只能登录一次")
    _own_password(person, initial)
    person.goto("/patches")
    expect(person.get_by_role("banner")).to_contain_text("秦试行")
    rows = person.request.get("/api/ledgers/enforcement.patches/rows?size=200").json()["rows"]
    theirs = (
        desk.of("zhaocankao", "/")
        .request.get("/api/ledgers/enforcement.patches/rows?size=200")
        .json()["rows"]
    )
    assert {r["id"] for r in rows} == {r["id"] for r in theirs} != set()


def test_a_code_is_bound_asked_for_and_refused_a_second_time(desk: Desk) -> None:
    person = desk.of("linxuni", "/account")
    person.get_by_role("button", name="启用动态口令").click()
    person.get_by_role("button", name="开始绑定手机").click()
    secret = person.locator(".pair code").inner_text().replace(" ", "")
    totp, now = pyotp.TOTP(secret), int(time.time())
    person.get_by_placeholder("6 位数字").fill(totp.at(now - 30))
    person.get_by_role("button", name="确认启用").click()
    expect(person.get_by_text("请抄下恢复码")).to_be_visible()
    code = totp.at(now)
    first = desk.page()
    first.goto("/login")
    _fill_login(first, "linxuni", stations.PASSWORD)
    expect(first.get_by_label("动态口令")).to_be_visible()
    first.get_by_label("动态口令").fill(code)
    first.get_by_role("button", name="登 录").click()
    first.get_by_role("navigation", name="主菜单").wait_for()
    again = desk.page()
    again.goto("/login")
    _fill_login(again, "linxuni", stations.PASSWORD)
    again.get_by_label("动态口令").fill(code)
    again.get_by_role("button", name="登 录").click()
    expect(again.get_by_role("alert")).to_contain_text("动态口令不正确")


def test_who_is_put_out_is_told_why_and_comes_back_to_the_same_page(desk: Desk) -> None:
    person = desk.of("heshifan", "/account")
    system = desk.of("guanliyuan", "/online")
    row = system.get_by_role("row", name=re.compile("heshifan"))
    row.get_by_role("button", name="强制退出").first.click()
    system.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(system.get_by_text("已强制退出")).to_be_visible()
    person.get_by_role("button", name="启用动态口令").click()
    person.get_by_role("button", name="开始绑定手机").click()
    person.get_by_role("button", name="登 录").wait_for()
    expect(person.get_by_role("alert")).to_contain_text("系统管理员已结束您的登录")
    _fill_login(person, "heshifan", stations.PASSWORD)
    expect(person).to_have_url(re.compile("/account$"))


def test_an_idle_person_is_warned_and_may_go_on(desk: Desk) -> None:
    page = desk.page()
    page.clock.install()
    stations.sign_in(page, "jiangnishui", "/account")
    page.clock.fast_forward("14:30")
    dialog = page.get_by_role("dialog", name="即将自动退出")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()


def test_the_auditor_finds_the_acts_and_the_system_officer_has_no_such_page(desk: Desk) -> None:
    system = desk.of("guanliyuan", "/users")
    expect(system.get_by_role("navigation", name="主菜单").get_by_text("审计记录")).to_have_count(0)
    assert system.request.get("/api/audit/entries").status == 403
    corrected = system.request.get("/api/people/users?q=dianmofang").json()["rows"][0]
    token = system.request.get("/api/session").json()["csrf_token"]
    assert system.request.put(
        f"/api/people/users/{corrected['id']}",
        data={"name": f"{corrected['name']}甲"},
        headers={"X-CSRFToken": token},
    ).ok
    auditor = desk.of("zhengyangli", "/audit")
    auditor.get_by_label("行为").click()
    auditor.get_by_label("行为").fill("修改账号资料")
    auditor.get_by_role("option", name="修改账号资料", exact=True).click()
    auditor.get_by_role("button", name="查询").click()
    auditor.get_by_role("link", name="修改账号资料").first.click()
    expect(auditor.get_by_role("dialog")).to_contain_text("冯系统")
    expect(auditor.get_by_role("dialog")).to_contain_text("变更后")
