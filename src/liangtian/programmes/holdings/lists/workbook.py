"""A list written back with what became of each row, and the empty list to fill in."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from liangtian.programmes.holdings.codes import listed
from liangtian.programmes.holdings.lists.fields import FIELDS, Kind
from liangtian.programmes.holdings.lists.lines import WRONG
from liangtian.programmes.holdings.lists.reading import open_list
from liangtian.programmes.holdings.models import ListFile, WaterSource

FONT = "宋体"
_STATES = {"ready": "可入库", "done": "已入库", "same": "已登记", "wrong": "有误"}


def marked_workbook(row: ListFile) -> bytes:
    """The rows as they came, faulty cells red with a note, and two last columns that tell what became of each."""
    table = open_list(row.file, row.kind).table
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    page = book.add_worksheet("标注")
    head = book.add_format({"bold": True, "border": 1, "font_name": FONT})
    text = book.add_format({"num_format": "@", "font_name": FONT})
    red = book.add_format({"num_format": "@", "font_name": FONT, "bg_color": "#FFC7CE"})
    wide = len(table.labels)
    for c, label in enumerate([*table.labels, "导入结果", "说明"]):
        page.write_string(0, c, label, head)
    for r, (cells, told) in enumerate(zip(table.rows, row.rows, strict=True), start=1):
        wrong = told["state"] == WRONG
        heading = row.mapping.get(told["column"], "")
        for c, cell in enumerate(cells):
            bad = wrong and table.labels[c] == heading
            page.write_string(r, c, cell, red if bad else text)
            if bad:
                page.write_comment(r, c, told["said"], {"author": "量田"})
        page.write_string(r, wide, _STATES[told["state"]], red if wrong else text)
        page.write_string(r, wide + 1, told["said"], red if wrong else text)
    page.set_column(0, max(wide - 1, 0), 15)
    page.set_column(wide, wide, 10)
    page.set_column(wide + 1, wide + 1, 60)
    page.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


def template_xlsx(kind: str) -> bytes:
    """The empty list of a sort: a column for everything, choices to pick from, how each is filled in."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2024, 1, 1)})
    head = book.add_format({"bold": True, "bg_color": "#E3EFE7", "border": 1, "font_name": FONT,
                            "text_wrap": True, "valign": "vcenter", "align": "center"})  # fmt: skip
    text = book.add_format({"num_format": "@", "font_name": FONT})
    label = str(Kind(kind).label)
    page = book.add_worksheet(label)
    for column, field in enumerate(FIELDS[kind]):
        page.write_string(0, column, f"{field.label}{'*' if field.needed else ''}", head)
        page.set_column(column, column, 16, text)
        if field.help:
            page.write_comment(0, column, field.help, {"author": "量田"})
        if choices := _choices(kind, field.name):
            page.data_validation(1, column, 3000, column, {"validate": "list", "source": choices})
    page.set_row(0, 32)
    page.freeze_panes(1, 1)
    notes = book.add_worksheet("填写说明")
    _notes(notes, kind, head, book.add_format({"font_name": FONT, "text_wrap": True, "border": 1}))
    book.close()
    return out.getvalue()


def _choices(kind: str, name: str) -> list[str]:
    match kind, name:
        case Kind.CANAL, "level":
            return [str(level.label) for level in WaterSource.Level]
        case Kind.BUILDING, "kind":
            return list(listed("building_kind"))
        case Kind.CROP, ("season" | "crop"):
            return list(listed(name))
        case _:
            return []


def _notes(page: Any, kind: str, head: Any, wrap: Any) -> None:
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 60)
    page.write_string(0, 0, "列", head)
    page.write_string(0, 1, "怎样填写", head)
    for row, field in enumerate(FIELDS[kind], start=1):
        needed = "必填。" if field.needed else ""
        page.write_string(row, 0, field.label, wrap)
        page.write_string(row, 1, f"{needed}{field.help}", wrap)
