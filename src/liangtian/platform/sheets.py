"""Lists that people upload (Excel, WPS, OpenDocument, CSV) as rows of values; none can fill the memory."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

import python_calamine

from liangtian.platform.errors import Refused

MOST_CELLS = 6_000_000  # of a sheet, from A1 to the farthest: some 200 MB; a million rows of five columns fit
LARGEST_SHEET = 200 * 1024**2
_PLACE = re.compile(rb'\br="([A-Za-z]*)([0-9]+)"')
_ODS = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_COLUMNS, _ROWS = f"{_ODS}number-columns-repeated", f"{_ODS}number-rows-repeated"


@dataclass(frozen=True)
class Sheet:
    """A sheet where it stands: `rows[0]` is row 1 of the sheet; merged: (first row, first column, last row, last column)."""

    name: str
    rows: list[list[Any]]
    merged: list[tuple[int, int, int, int]]


def csv_rows(path: Path) -> list[list[Any]]:
    """The rows of a CSV in UTF-8 or GBK. Raises Refused for another encoding."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return [list(row) for row in csv.reader(io.StringIO(text, newline=""))]
    raise Refused(f"文件“{path.name}”的文字编码不能识别，请另存为 UTF-8 或 GBK 的 CSV。")


def sheets(path: Path) -> list[list[list[Any]]]:
    """The rows of every sheet of a workbook. Raises Refused for what is none, or reaches too far."""
    try:
        _require_near(path)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return [_laid_out(book.get_sheet_by_name(name)) for name in book.sheet_names]
    except Exception as error:
        raise Refused(
            f"文件“{path.name}”不是可以打开的 Excel 表格，请另存为 .xlsx 后上传。"
        ) from error


def placed_sheets(path: Path) -> list[Sheet]:
    """The sheets of a workbook with their cells in place, merged ranges told. Raises Refused as `sheets` does."""
    try:
        _require_near(path)
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        return [_placed(book.get_sheet_by_name(name), name) for name in book.sheet_names]
    except Exception as error:
        raise Refused(
            f"文件“{path.name}”不是可以打开的 Excel 表格，请另存为 .xlsx 后上传。"
        ) from error


def _placed(sheet: Any, name: str) -> Sheet:
    row, column = sheet.end or (0, 0)
    if (row + 1) * (column + 1) > MOST_CELLS:
        raise ValueError("a cell far out")
    merged = [(*first, *last) for first, last in sheet.merged_cell_ranges or []]
    return Sheet(name, sheet.to_python(skip_empty_area=False), merged)


def _laid_out(sheet: Any) -> list[list[Any]]:
    """The older binary format ends at 65 536 rows and 256 columns, which is still more than is laid out here."""
    row, column = sheet.end or (0, 0)
    if (row + 1) * (column + 1) > MOST_CELLS:
        raise ValueError("a cell far out")
    rows: list[list[Any]] = sheet.to_python()
    return rows


def _require_near(path: Path) -> None:
    """Raises ValueError for a sheet with a cell far out: the reader lays out every cell up to there, and with
    a place that cannot be takes the whole process down."""
    if not zipfile.is_zipfile(path):
        return  # the older binary format has no such places; what it lays out is counted
    with zipfile.ZipFile(path) as archive:
        if "content.xml" in archive.namelist():
            _require_near_ods(archive)
        for entry in archive.infolist():
            if not entry.filename.startswith("xl/worksheets/") or entry.is_dir():
                continue
            if entry.file_size > LARGEST_SHEET:
                raise ValueError("too large a sheet")
            far, wide = 0, 0
            for letters, digits in _PLACE.findall(archive.read(entry)):
                far = max(far, int(digits[:10]))
                wide = max(wide, _column(letters))
            if far * wide > MOST_CELLS:
                raise ValueError("a cell far out")


def _column(letters: bytes) -> int:
    """Number of a column by its name: A is 1, AA is 27."""
    number = 0
    for letter in letters.upper()[:7]:
        number = 26 * number + letter - 64
    return number


def _require_near_ods(archive: zipfile.ZipFile) -> None:
    """The same for OpenDocument, which tells a place by how often the rows and cells before it repeat."""
    if archive.getinfo("content.xml").file_size > LARGEST_SHEET:
        raise ValueError("too large a sheet")
    row = far = wide = column = 0
    with archive.open("content.xml") as source:
        for event, element in iterparse(source, events=("start", "end")):
            if element.tag == f"{_ODS}table" and event == "start":
                row = far = wide = 0
            elif element.tag == f"{_ODS}table-row":
                if event == "start":
                    column, held = 0, False
                    continue
                times = int(element.get(_ROWS) or 1)
                row += times
                far = row if held else far
                if far * wide > MOST_CELLS:
                    raise ValueError("a cell far out")
                element.clear()
            elif event == "end" and element.tag in (
                f"{_ODS}table-cell",
                f"{_ODS}covered-table-cell",
            ):
                column += int(element.get(_COLUMNS) or 1)
                if len(element) or any("value" in name for name in element.attrib):
                    wide, held = max(wide, column), True
