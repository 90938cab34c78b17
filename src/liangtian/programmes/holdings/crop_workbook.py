"""The crops of a village as a workbook to fill in: a row for each crop of each parcel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from liangtian.programmes.holdings.codes import listed

COLUMNS = (
    ("地块编码", 22), ("坐落", 16), ("权利人", 14), ("地块面积（亩）", 14), ("年份", 8), ("季别", 10), ("作物", 12),
    ("种植面积（亩）", 14),
)  # fmt: skip
FONT = "宋体"
SPARE = 500  # rows below the last, for second crops
_RULES = (
    "一、每行一个地块的一种作物。一个地块种几种作物的，另起一行，重复填写地块编码、年份和季别。",
    "二、作物从列表中选；种植面积以亩为单位，一个地块一季各作物合计不超过地块面积。",
    "三、作物和面积都空着的行不改动已登记的内容。已登记的行改了就按改后的登记。",
    "四、填好后在“种植登记”页面上传。系统逐行检查，有误的行标出原因，其余的确认后登记。",
)


def crop_workbook(sheet: Mapping[str, Any], *, last_year: bool) -> bytes:
    """The table of `crop_sheet` as xlsx; equal each time for equal content."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2024, 1, 1)})
    head = book.add_format({"bold": True, "bg_color": "#E3EFE7", "border": 1, "font_name": FONT})
    text = book.add_format({"num_format": "@", "font_name": FONT, "bg_color": "#F3F3F0"})
    fill = book.add_format({"font_name": FONT, "border": 1, "border_color": "#B7C9BD"})
    area = book.add_format({"font_name": FONT, "num_format": "0.00", "bg_color": "#F3F3F0"})
    page = book.add_worksheet("种植情况")
    for column, (label, width) in enumerate(COLUMNS):
        page.write_string(0, column, label, head)
        page.set_column(column, column, width)
    row = 1
    for one in sheet["rows"]:
        told: Sequence[Mapping[str, str]] = one["sown"] or (one["last"] if last_year else ())
        for sown in told or ({},):
            for column, value in enumerate((one["code"], one["place"], one["holder"])):
                page.write_string(row, column, value, text)
            page.write_number(row, 3, float(one["area_mu"]), area)
            page.write_number(row, 4, sheet["year"], fill)
            page.write_string(row, 5, sheet["season"], fill)
            _crop(page, row, sown, fill)
            row += 1
    last = row + SPARE
    _lists(book, page, {5: listed("season"), 6: listed("crop")}, last)
    page.freeze_panes(1, 1)
    notes = book.add_worksheet("填写说明")
    notes.set_column(0, 0, 90)
    for number, rule in enumerate(_RULES):
        notes.write_string(number, 0, rule, book.add_format({"font_name": FONT}))
    book.close()
    return out.getvalue()


def _crop(page: Any, row: int, sown: Mapping[str, str], style: Any) -> None:
    if sown:
        page.write_string(row, 6, sown["crop"], style)
        page.write_number(row, 7, float(sown["area_mu"]), style)
    else:
        page.write_blank(row, 6, None, style)
        page.write_blank(row, 7, None, style)


def _lists(book: Any, page: Any, choices: Mapping[int, Sequence[str]], last: int) -> None:
    for column, items in choices.items():
        page.data_validation(1, column, last, column, {
            "validate": "list", "source": list(items), "ignore_blank": True,
            "error_title": "不在列表中", "error_message": "请从列表中选择",
        })  # fmt: skip
