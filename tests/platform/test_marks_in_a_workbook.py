"""A workbook that somebody uploaded is marked in place: only marks are added, and marked again they are replaced."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO
from typing import Any

import pytest
import python_calamine
import xlsxwriter

from liangtian.platform.office_package import PackageError
from liangtian.platform.sheet_marks import Mark, Told, marked

TOLD = Told(3, 1, "问题", {2: "【证件号码】校验码不对。请核对"})
MARKS = [Mark(2, 1, "校验码不对。请核对"), Mark(3, 1, "看看", wrong=False), Mark(3, 2, "别的")]


def workbook() -> bytes:
    """Title, header, two rows in the user's own formats, a formula, somebody's note, a picture of another sheet."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    page = book.add_worksheet("农户台账")
    own = book.add_format({"bg_color": "#CCFFCC", "num_format": "0.000", "border": 2})
    page.merge_range(0, 0, 0, 2, "台账", own)
    page.write_row(1, 0, ["序号", "证件号码", "面积"], own)
    page.write_row(2, 0, [1, "990121", 15.0], own)
    page.write_row(3, 0, [2, "990122", 16.0], own)
    page.write_formula(4, 2, "=SUM(C3:C4)", own, 31.0)
    page.write_comment(3, 2, "村里核过")
    page.conditional_format(
        2, 2, 3, 2, {"type": "cell", "criteria": ">", "value": 20, "format": own}
    )
    page.set_column(0, 10, 9)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=农户台账!$C$3:$C$4"})
    book.add_worksheet("图").insert_chart(0, 0, chart)
    book.close()
    return out.getvalue()


def part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(BytesIO(content)).read(name).decode()


def rows(content: bytes) -> list[list[Any]]:
    book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(content))
    found = book.get_sheet_by_name("农户台账").to_python(skip_empty_area=False)
    return [list(row) for row in found]


def test_everything_that_is_not_marked_stays_as_it_came() -> None:
    before = workbook()
    after = marked(before, "农户台账", MARKS, TOLD)
    names = zipfile.ZipFile(BytesIO(before)).namelist()
    assert set(names) <= set(zipfile.ZipFile(BytesIO(after)).namelist())
    for name in names:
        if "sheet1" not in name and not name.startswith(
            ("xl/styles", "xl/comments", "xl/drawings/vml")
        ):
            assert part(after, name) == part(before, name), name
    cells = re.findall(
        r'<c r="[ABC]\d"[^>]*?(?:/>|>.*?</c>)', part(before, "xl/worksheets/sheet1.xml")
    )
    sheet = part(after, "xl/worksheets/sheet1.xml")
    assert len(cells) == 13
    for cell in cells:
        assert cell in sheet  # with its style, its formula, its value
    assert rows(after)[2] == [1.0, "990121", 15.0, "【证件号码】校验码不对。请核对"]
    own = re.search(r"<cellXfs[^>]*>(.*?)</cellXfs>", part(before, "xl/styles.xml"), re.S)
    assert own is not None
    assert own[1] in part(after, "xl/styles.xml")


def test_wrong_cells_are_red_odd_ones_yellow_and_each_has_its_note() -> None:
    after = marked(workbook(), "农户台账", MARKS, TOLD)
    sheet, notes = part(after, "xl/worksheets/sheet1.xml"), part(after, "xl/comments1.xml")
    own = re.findall(
        r'<conditionalFormatting sqref="([^"]*)"><cfRule type="expression" dxfId="(\d)"', sheet
    )
    assert [cells for cells, _ in own] == ["B3 C4", "B4"]
    dxfs = re.findall(r"<dxf.*?</dxf>", part(after, "xl/styles.xml"), re.S)
    assert "FFFFC7CE" in dxfs[int(own[0][1])]
    assert "FFFFF2CC" in dxfs[int(own[1][1])]
    assert "校验码不对" in notes
    assert "村里核过" in notes
    assert "别的" not in notes  # the cell keeps the note that was there
    assert (
        sheet.index("</sheetData>")
        < sheet.index("<conditionalFormatting")
        < sheet.index("<legacyDrawing")
    )


def test_marked_again_the_old_marks_are_gone() -> None:
    first = marked(workbook(), "农户台账", MARKS, TOLD)
    again = marked(first, "农户台账", [Mark(3, 1, "第二次")], Told(3, 1, "问题", {3: "第二次"}))
    notes, sheet = part(again, "xl/comments1.xml"), part(again, "xl/worksheets/sheet1.xml")
    assert "校验码" not in notes
    assert "第二次" in notes
    assert "村里核过" in notes
    assert re.findall(r'sqref="([^"]*)"><cfRule type="expression"', sheet) == ["B4"]
    assert [row[3] for row in rows(again)] == ["", "问题", "", "第二次", ""]
    shapes = part(again, "xl/drawings/vmlDrawing1.vml")
    assert shapes.count("<v:shape ") == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0old"])
def test_what_is_no_such_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(PackageError):
        marked(content, "农户台账", MARKS, TOLD)


def test_a_sheet_of_another_name_is_refused() -> None:
    with pytest.raises(PackageError):
        marked(workbook(), "没有", MARKS, TOLD)
