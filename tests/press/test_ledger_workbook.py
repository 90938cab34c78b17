import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import python_calamine
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.press.errors import SheetRefused
from liangtian.press.paper import paper_for
from liangtian.press.workbook import (
    LedgerSheet,
    SheetColumn,
    SheetFooter,
    ledger_xlsx,
    workbook_xlsx,
    write_ledger,
)

FOOTER = SheetFooter(
    "示例县自然资源局", date(2026, 11, 22), "张示例", (("负责人", ""), ("审核人", "李样本"))
)
COLUMNS = [
    SheetColumn("图斑编号"),
    SheetColumn("证件号码", width=22),
    SheetColumn("总面积", "亩", "area_mu", group="占用面积"),
    SheetColumn("其中耕地", "亩", "area_mu", group="占用面积"),
    SheetColumn("个数", "个", "integer"),
    SheetColumn("比例", kind="percent"),
    SheetColumn("日期", kind="date"),
]
ROW = [
    "XZ0001",
    "659001199001010011",
    Decimal("42.225"),
    27.005,
    3,
    Decimal("0.12871"),
    date(2026, 11, 1),
]
PLAIN = [SheetColumn("名称"), SheetColumn("面积", "平方米", "area_m2")]


def ledger(rows: list[list[object]], **changes: object) -> LedgerSheet:
    sheet = LedgerSheet(
        "示例县图斑台账", COLUMNS, rows, FOOTER, sums={"总面积": None, "个数": None}
    )
    return replace(sheet, **changes)  # type: ignore[arg-type]


def read(content: bytes, sheet: int = 0) -> list[list[object]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [list(row) for row in book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)]


def part(content: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name).decode()


def test_a_ledger_has_title_unit_header_rows_total_and_footer() -> None:
    rows = read(
        ledger_xlsx(ledger([ROW, ["XZ0002", "", 1, 0, 1, None, None]], notes=["面积为椭球面积。"]))
    )
    assert rows[0][0] == "示例县图斑台账"
    assert (rows[1][0], rows[1][4]) == ("填报单位：示例县自然资源局", "单位：亩")
    assert rows[2][:4] == ["序号", "图斑编号", "证件号码", "占用面积"]
    assert rows[3][3:5] == ["总面积\n（亩）", "其中耕地\n（亩）"]
    assert rows[4] == [
        1,
        "XZ0001",
        "659001199001010011",
        42.23,
        27.01,
        3,
        0.1287,
        date(2026, 11, 1),
    ]
    assert rows[5][:4] == [2, "XZ0002", "", 1]
    assert rows[6] == ["合计", "", "", 43.23, "", 4, "", ""]
    assert rows[7][0] == "注：面积为椭球面积。"
    assert rows[8][0] == (
        "负责人：＿＿＿＿　　审核人：李样本　　填表人：张示例　　填表日期：2026年11月22日"
    )


def test_values_that_look_like_formulas_stay_text() -> None:
    texts = ["=1+1", "+86", "-5", "@SUM(A1)", "=cmd|' /C calc'!A0", "\t=1"]
    content = ledger_xlsx(
        LedgerSheet("台账", PLAIN, [[text, None] for text in texts], FOOTER, sums={})
    )
    assert [row[1] for row in read(content)[3 : 3 + len(texts)]] == texts
    assert "<f>" not in part(content, "xl/worksheets/sheet1.xml")
    assert 'quotePrefix="1"' in part(content, "xl/styles.xml")


def test_only_the_total_is_a_formula_over_exactly_the_rows() -> None:
    content = ledger_xlsx(ledger([ROW, ROW]))
    assert re.findall(r"<f>(.*?)</f>", part(content, "xl/worksheets/sheet1.xml")) == [
        "SUM(D5:D6)",
        "SUM(F5:F6)",
    ]


def test_an_empty_ledger_still_prints_its_total_of_zero() -> None:
    rows = read(ledger_xlsx(ledger([])))
    assert rows[4] == ["合计", "", "", 0, "", 0, "", ""]
    assert str(rows[5][0]).startswith("负责人：")


def test_three_thousand_rows_are_all_there_and_add_up() -> None:
    values = [Decimal(n) / 100 for n in range(3000)]
    rows = [[f"图斑{n:04d}", value] for n, value in enumerate(values)]
    content = ledger_xlsx(
        LedgerSheet("台账", PLAIN, iter(rows), FOOTER, sums={"面积": sum(values, Decimal(0))})
    )
    read_back = read(content)
    assert [row[1] for row in read_back[3:3003]] == [row[0] for row in rows]
    assert read_back[3003][2] == float(sum(values))
    assert read_back[3002][0] == 3000


@settings(max_examples=40, deadline=None)
@given(st.lists(st.decimals("-99999", "99999", places=3), max_size=20))
def test_the_total_is_the_sum_of_the_printed_values(values: list[Decimal]) -> None:
    content = ledger_xlsx(
        LedgerSheet("台账", PLAIN, [["名", value] for value in values], FOOTER, sums={"面积": None})
    )
    rows = read(content)
    printed = [Decimal(str(row[2])) for row in rows[3 : 3 + len(values)]]
    assert Decimal(str(rows[3 + len(values)][2])) == sum(printed)


def test_a_total_that_differs_from_the_rows_is_refused() -> None:
    with pytest.raises(SheetRefused, match=r"各行之和为 42\.23，与给出的合计 42\.22 不符"):
        ledger_xlsx(ledger([ROW], sums={"总面积": Decimal("42.22")}))


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        (0, 123, "不是文本"),
        (0, "长" * 32768, "32767 字"),
        (2, "42.22", "不是数"),
        (2, True, "不是数"),
        (2, float("nan"), "不是有限的数"),
        (4, 2.5, "不是整数"),
        (4, 659001199001010011, "请用文本列"),
        (6, "2026-11-01", "不是日期"),
        (6, date(1899, 12, 31), "早于 1900 年"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_its_place(
    column: int, value: object, why: str
) -> None:
    bad = [*ROW[:column], value, *ROW[column + 1 :]]
    with pytest.raises(SheetRefused, match=why) as refused:
        ledger_xlsx(ledger([ROW, bad]))
    assert f"第 2 行「{COLUMNS[column].label}」" in str(refused.value)


def test_a_row_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(SheetRefused, match="第 1 行有 2 个值，应有 7 个"):
        ledger_xlsx(ledger([["XZ0001", ""]]))


def test_a_total_of_an_unknown_or_text_column_is_refused() -> None:
    with pytest.raises(SheetRefused, match="「没有」不存在"):
        ledger_xlsx(ledger([], sums={"没有": None}))
    with pytest.raises(SheetRefused, match="「图斑编号」不是数值列"):
        ledger_xlsx(ledger([], sums={"图斑编号": None}))


def test_the_page_is_a4_landscape_one_page_wide_with_the_header_repeated() -> None:
    content = ledger_xlsx(ledger([ROW]))
    page, book = part(content, "xl/worksheets/sheet1.xml"), part(content, "xl/workbook.xml")
    assert re.search(r'<pageSetup paperSize="9" fitToHeight="0" orientation="landscape"', page)
    assert 'ySplit="4"' in page
    assert "$3:$4</definedName>" in book


def test_number_formats_are_those_of_the_kind() -> None:
    styles = part(ledger_xlsx(ledger([ROW])), "xl/styles.xml")
    formats = set(re.findall(r'<xf numFmtId="(\d+)"', styles))
    assert {"1", "4", "10", "49"} <= formats  # 0; #,##0.00; 0.00%; text
    assert 'formatCode="yyyy-mm-dd"' in styles


def test_a_sheet_written_row_by_row_is_the_same_sheet(tmp_path: Path) -> None:
    sheet = ledger([ROW, ROW], pinned=1, notes=["附注"])
    write_ledger(tmp_path / "x.xlsx", sheet)
    content = (tmp_path / "x.xlsx").read_bytes()
    assert read(content) == read(ledger_xlsx(sheet))
    pages = [part(c, "xl/worksheets/sheet1.xml") for c in (content, ledger_xlsx(sheet))]
    merged = [re.findall(r'<mergeCell ref="(.*?)"', page) for page in pages]
    assert merged[0] == merged[1]
    assert {"A3:A4", "D3:E3", "B3:B4"} <= set(merged[0])
    assert 'xSplit="2"' in pages[0]


def test_several_ledgers_share_one_workbook() -> None:
    sheets = [ledger([ROW], name="明细"), ledger([], name="汇总")]
    content = workbook_xlsx(sheets)
    assert read(content, 0)[4][1] == "XZ0001"
    assert read(content, 1)[4][0] == "合计"
    with pytest.raises(SheetRefused, match="不能重名"):
        workbook_xlsx([sheets[0], sheets[0]])
    with pytest.raises(SheetRefused, match="不可用"):
        ledger_xlsx(ledger([], name="2026/10"))


def test_the_same_ledger_has_the_same_bytes() -> None:
    content = ledger_xlsx(ledger([ROW]))
    assert ledger_xlsx(ledger([ROW])) == content
    assert "2026-11-22T00:00:00Z" in part(content, "docProps/core.xml")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(6, 60), min_size=3, max_size=60), st.integers(1, 3))
def test_no_page_of_a_wide_table_holds_more_than_can_be_read(
    widths: list[int], pinned: int
) -> None:
    found = paper_for(widths, pinned)
    if found.pages == 1:
        return
    kept, room = sum(widths[:pinned]), 205 / 0.7  # characters across A3 at 70 % of the body's size
    used, pages = kept, 1
    for width in widths[pinned:]:
        if used > kept and used + width > room:
            used, pages = kept, pages + 1
        used += width
    assert pages == found.pages
    assert sum(widths[: found.first]) <= room
    assert pinned < found.first < len(widths)


@pytest.mark.parametrize(
    ("columns", "paper", "pages"),
    [(9, "9", None), (16, "8", None), (33, "8", "2"), (60, "8", "4")],
    ids=["A4", "A3", "two of A3 beside each other", "four"],
)
def test_a_table_too_wide_to_read_is_printed_on_a3_and_goes_on_beside_with_its_key_columns(
    columns: int, paper: str, pages: str | None
) -> None:
    named = [SheetColumn(f"列{n}", width=15) for n in range(columns)]
    rows: list[list[object]] = [[f"甲{n}" for n in range(columns)]]
    content = ledger_xlsx(ledger(rows, columns=named, sums={}, pinned=1))
    setup = re.search(r"<pageSetup[^>]*>", part(content, "xl/worksheets/sheet1.xml"))
    assert setup is not None
    assert f'paperSize="{paper}"' in setup[0]
    assert (re.search(r'fitToWidth="(\d+)"', setup[0]) or [None, None])[1] == pages
    titles = part(content, "xl/workbook.xml")
    assert ("$A:$B" in titles) == (pages is not None)
