"""The ledger of patches: filters, sums, sorting, the workbook, the address."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

pytestmark = pytest.mark.browser
ALL_ROWS = "/patches?size=200"


def _column(page: Any, label: str) -> list[str]:
    """The texts of a column as printed, top to bottom."""
    heads = page.locator(".el-table__header th").all_inner_texts()
    place = next(i for i, head in enumerate(heads) if head.strip().startswith(label))
    texts: list[str] = page.locator(".el-table__body tr").evaluate_all(
        "(rows, place) => rows.map((row) => row.cells[place].innerText.trim())", place
    )
    return texts


def _figures(page: Any, label: str) -> list[Decimal]:
    return [Decimal(text.replace(",", "")) for text in _column(page, label)]


def _printed_sum(page: Any, label: str) -> Decimal:
    text = page.locator(".sums > span").filter(has_text=label).locator("b").inner_text()
    return Decimal(text.replace(",", ""))


def _total(page: Any) -> int:
    found = re.search(r"\d+", page.locator(".el-pagination__total").inner_text())
    assert found is not None
    return int(found.group())


def _choose(page: Any, filter_label: str, choice: str) -> None:
    field = page.locator(".filters .el-form-item").filter(
        has=page.get_by_text(filter_label, exact=True)
    )
    field.locator(".el-select__wrapper").click()
    page.get_by_role("option", name=choice, exact=True).click()
    page.keyboard.press("Escape")


def _query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_filters_narrow_the_rows_and_live_in_the_address(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at=ALL_ROWS)
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    everything = _total(page)
    assert len(_column(page, "监测编号")) == everything

    _choose(page, "拟判定", "违法")
    page.get_by_role("button", name="查询").click()
    expect(page).to_have_url(re.compile("proposal=illegal"))
    page.get_by_role("treeitem", name="柳塘镇").click()
    expect(page).to_have_url(re.compile("region=990121100"))
    expect(page.locator(".el-table__body tr").first).to_contain_text("柳塘镇")
    expect(page.locator(".el-pagination__total")).not_to_have_text(f"共 {everything} 条")
    numbers = _column(page, "监测编号")
    assert 0 < len(numbers) == _total(page) < everything
    assert set(_column(page, "拟判定")) == {"违法"}
    assert set(_column(page, "乡镇")) == {"柳塘镇"}

    page.reload()
    page.get_by_role("link", name=numbers[0]).wait_for()
    assert _column(page, "监测编号") == numbers
    page.go_back()
    expect(page).not_to_have_url(re.compile("region="))
    page.get_by_role("button", name="重置").click()
    expect(page.locator(".el-pagination__total")).to_contain_text(str(everything))
    assert "proposal" not in _query(page)


def test_the_sums_are_the_sums_of_the_printed_rows(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at=f"{ALL_ROWS}&proposal=illegal")
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    for label in ("图斑面积", "耕地面积", "永农面积"):
        figures = _figures(page, label)
        assert figures
        assert _printed_sum(page, label) == sum(figures)


def test_the_sums_cover_all_pages(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at=ALL_ROWS)
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    whole = sum(_figures(page, "图斑面积"))
    page.goto("/patches?size=20")
    expect(page.locator(".el-table__body tr")).to_have_count(20)
    assert _printed_sum(page, "图斑面积") == whole


def test_a_heading_sorts_up_and_then_down(sign_in: Callable[..., Any]) -> None:
    page = sign_in("zhangshili", at=ALL_ROWS)
    heading = page.get_by_role("button", name=re.compile("按“图斑面积”排序"))
    heading.click()
    expect(page).to_have_url(re.compile(r"sort=area_mu"))
    expect(page.get_by_role("button", name=re.compile("图斑面积.*升序"))).to_be_visible()
    page.wait_for_load_state("networkidle")
    up = _figures(page, "图斑面积")
    assert up == sorted(up)
    assert len(set(up)) > 1
    heading.click()
    expect(page).to_have_url(re.compile(r"sort=-area_mu"))
    page.wait_for_load_state("networkidle")
    down = _figures(page, "图斑面积")
    assert down == sorted(up, reverse=True)


def test_the_workbook_holds_the_rows_of_the_screen(
    sign_in: Callable[..., Any], tmp_path: Path
) -> None:
    page = sign_in("zhangshili", at=f"{ALL_ROWS}&proposal=illegal&sort=-area_mu")
    page.get_by_role("link", name=re.compile("SJBG")).first.wait_for()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="导出 Excel").click()
    download = waiting.value
    assert download.suggested_filename.endswith(".xlsx")
    path = tmp_path / "ledger.xlsx"
    download.save_as(path)
    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    head = next(i for i, row in enumerate(rows) if "监测编号" in row)
    numbers = rows[head].index("监测编号")
    areas = next(i for i, cell in enumerate(rows[head]) if str(cell).startswith("图斑面积"))
    told = [row for row in rows[head + 1 :] if re.fullmatch(r"\d+SJBG\d+", str(row[numbers]))]
    assert [row[numbers] for row in told] == _column(page, "监测编号")
    assert [Decimal(str(row[areas])) for row in told] == [
        Decimal(f) for f in _figures(page, "图斑面积")
    ]
