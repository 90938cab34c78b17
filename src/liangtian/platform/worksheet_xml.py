"""Elements and cells of a worksheet as the file format names them (SpreadsheetML, ECMA-376 part 1)."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
# The order of what a worksheet holds (ECMA-376 part 1, 18.3.1.99); only what may follow what is inserted here.
_ORDER = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState", "dataConsolidate",
    "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
    "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks",
    "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing",
    "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls",
    "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


def tag(name: str) -> str:
    """The qualified name of an element of a workbook."""
    return f"{{{MAIN}}}{name}"


def place(row: int, column: int) -> str:
    """The name of a cell, as A1."""
    letters, n = "", column + 1
    while n:
        n, left = divmod(n - 1, 26)
        letters = chr(65 + left) + letters
    return f"{letters}{row + 1}"


def insert(sheet: Any, made: Any) -> None:
    """Put an element of a worksheet where the standard wants it."""
    rank = _ORDER.index(etree.QName(made).localname)
    for at, one in enumerate(sheet):
        if isinstance(one.tag, str):
            name = etree.QName(one).localname
            if name in _ORDER and _ORDER.index(name) > rank:
                sheet.insert(at, made)
                return
    sheet.append(made)


def column_of(name: str) -> int:
    """The column (from 0) of a cell by its name."""
    number = 0
    for letter in re.sub("[^A-Z]", "", name):
        number = 26 * number + ord(letter) - 64
    return number - 1
