"""A township clerk goes to his patches with a tablet that knows where it is, or does not."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
CLERK = "luoniding"  # of the township whose checks the sample county leaves open
UPRIGHT, LYING = (800, 1280), (1280, 800)


def placed(page: Any, west_m: float, bounds: list[float]) -> None:
    """Put the device so many metres west of the middle of bounds."""
    west, south, east, north = bounds
    page.context.set_geolocation(
        {"longitude": (west + east) / 2 - west_m / 92_000, "latitude": (south + north) / 2,
         "accuracy": 8}
    )  # fmt: skip


@pytest.mark.parametrize("size", [UPRIGHT, LYING], ids=["upright", "lying"])
def test_the_nearest_task_comes_first_and_says_whether_photos_taken_here_count(
    page: Any, sign_in: Any, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 113.30, "latitude": 34.32, "accuracy": 30})
    sign_in(CLERK, "/field")
    tasks = page.request.get("/api/enforcement/field-tasks").json()["rows"]
    assert len(tasks) >= 2
    first = page.get_by_role("list", name="任务列表").get_by_role("button").first
    for task in (tasks[0], tasks[-1]):  # moved from one to the other
        placed(page, 0, task["bounds"])
        expect(first).to_contain_text(task["number"])
    for target in page.locator(".field button:visible").all():
        assert target.bounding_box()["height"] >= 44  # for a finger

    chosen = tasks[-1]
    first.click()
    card = page.get_by_role("article", name=chosen["number"])
    expect(card).to_contain_text("在拍照范围内")
    placed(page, 400, chosen["bounds"])
    expect(card).to_contain_text(re.compile("不在拍照范围内.*向(东|东北|东南)再走约 [0-9]+ 米"))
    page.context.set_geolocation({"longitude": 113.30, "latitude": 34.32, "accuracy": 900})
    expect(card).to_contain_text("是否在范围内不能确定")
    card.get_by_role("button", name="返回列表").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    checked = next(task for task in tasks if task["state"] == "checking")
    page.get_by_role("button", name=checked["number"]).click()
    page.get_by_role("link", name="去核查").click()
    expect(page.get_by_role("button", name="保存核查表")).to_be_visible()


def test_without_permission_the_page_says_so_and_the_tasks_are_there_all_the_same(
    page: Any, sign_in: Any
) -> None:
    sign_in(CLERK, "/inbox")
    page.get_by_role("button", name="打开任务地图").click()
    expect(page.get_by_text("没有定位权限")).to_be_visible()
    expect(page.get_by_role("button", name="重新定位")).to_be_visible()
    page.get_by_role("list", name="任务列表").get_by_role("button").first.click()
    expect(page.get_by_text("还没有定位")).to_be_visible()
    page.get_by_role("button", name="返回列表").click()
    # Allowed after all.
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": 113.34, "latitude": 34.32, "accuracy": 8})
    page.get_by_role("button", name="重新定位").click()
    expect(page.get_by_text("定位精度 ±8 米")).to_be_visible()
