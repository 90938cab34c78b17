"""Marks in a workbook (.xlsx, .xlsm) that somebody uploaded: faulty cells coloured with a note, a column that tells all.

Only what is marked is written; formats, formulas, widths, pictures and macros stay. The colour is a conditional
format, so that a workbook that is corrected and marked again gets its own look back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree

from liangtian.platform.office_package import RELATIONSHIPS, Package, PackageError
from liangtian.platform.sheet_notes import put_notes
from liangtian.platform.worksheet_xml import MAIN, column_of, insert, place, tag

RED, PALE, YELLOW = "FFC00000", "FFFFC7CE", "FFFFF2CC"
_OWN = '"量田"="量田"'  # the formula by which its conditional formats are found again
_WIDTH = 70.0


@dataclass(frozen=True)
class Mark:
    """A cell (row and column from 0) with its note; wrong ones are red, others yellow."""

    row: int
    column: int
    note: str
    wrong: bool = True


@dataclass(frozen=True)
class Told:
    """The column that tells: its number from 0, what stands in the header row and in others (rows from 0)."""

    column: int
    header: int
    title: str
    lines: Mapping[int, str]


def marked(content: bytes, sheet: str, marks: Sequence[Mark], told: Told) -> bytes:
    """The workbook with those marks on one sheet. Raises PackageError for one that cannot be changed in place."""
    package = Package(content)
    book, part = _part_of(package, sheet)
    root = package.root(part)
    text, head, dxfs = _styles(package, book)
    _colour(root, marks, dxfs)
    _tell(root, told, text, head)
    put_notes(package, part, marks)
    return package.content()


def _part_of(package: Package, sheet: str) -> tuple[str, str]:
    books = package.related("", "officeDocument")
    if not books:
        raise PackageError
    book = books[0][1]
    parts = dict(package.related(book, "worksheet"))
    for one in package.root(book).iter(tag("sheet")):
        key = one.get(f"{{{RELATIONSHIPS}}}id")
        if one.get("name") == sheet and key in parts:
            return book, parts[key]
    raise PackageError


def _styles(package: Package, book: str) -> tuple[int, int, tuple[int, int]]:
    """Numbers of the formats of a text, of its header, and of the colours of wrong and of odd cells."""
    found = package.related(book, "styles")
    if not found:
        raise PackageError
    root = package.root(found[0][1])
    fonts, formats = root.find(tag("fonts")), root.find(tag("cellXfs"))
    if fonts is None or formats is None:
        raise PackageError
    plain = _added(fonts, f'<font xmlns="{MAIN}"><sz val="11"/><color rgb="{RED}"/>'
                   '<name val="宋体"/><charset val="134"/></font>')  # fmt: skip
    bold = _added(fonts, f'<font xmlns="{MAIN}"><b/><sz val="11"/><color rgb="{RED}"/>'
                  '<name val="宋体"/><charset val="134"/></font>')  # fmt: skip
    shape = '<xf xmlns="{}" numFmtId="0" fontId="{}" fillId="0" borderId="0" xfId="0" applyFont="1" ' \
            'applyAlignment="1"><alignment vertical="{}" wrapText="1"/></xf>'  # fmt: skip
    text = _added(formats, shape.format(MAIN, plain, "top"))
    head = _added(formats, shape.format(MAIN, bold, "center"))
    dxfs = root.find(tag("dxfs"))
    if dxfs is None:
        dxfs = etree.Element(tag("dxfs"), count="0")
        before = root.find(tag("cellStyles"))
        at = root.index(before if before is not None else formats) + 1
        root.insert(at, dxfs)
    colour = '<dxf xmlns="{}">{}<fill><patternFill patternType="solid"><fgColor rgb="{}"/>' \
             '<bgColor rgb="{}"/></patternFill></fill></dxf>'  # fmt: skip
    red = f'<font><color rgb="{RED}"/></font>'
    wrong = _added(dxfs, colour.format(MAIN, red, PALE, PALE))
    odd = _added(dxfs, colour.format(MAIN, "", YELLOW, YELLOW))
    return text, head, (wrong, odd)


def _added(whole: Any, xml: str) -> int:
    """Append an element, count it, and say its number."""
    whole.append(etree.fromstring(xml))
    whole.set("count", str(len(whole)))
    return len(whole) - 1


def _colour(root: Any, marks: Sequence[Mark], dxfs: tuple[int, int]) -> None:
    for one in root.findall(tag("conditionalFormatting")):
        if any(_OWN in (f.text or "") for f in one.iter(tag("formula"))):
            root.remove(one)
    wrong = [place(m.row, m.column) for m in marks if m.wrong]
    odd = [place(m.row, m.column) for m in marks if not m.wrong]
    for cells, dxf in zip((wrong, odd), dxfs, strict=True):
        if cells:
            made = etree.Element(tag("conditionalFormatting"), sqref=" ".join(cells))
            rule = etree.SubElement(made, tag("cfRule"), type="expression", dxfId=str(dxf),
                                    priority=str(_next_priority(root)))  # fmt: skip
            etree.SubElement(rule, tag("formula")).text = _OWN
            insert(root, made)


def _next_priority(root: Any) -> int:
    return 1 + max((int(r.get("priority") or 0) for r in root.iter(tag("cfRule"))), default=0)


def _tell(root: Any, told: Told, text: int, head: int) -> None:
    data = root.find(tag("sheetData"))
    if data is None:
        raise PackageError
    texts = {told.header: told.title, **told.lines}
    seen = set()
    for row in data:
        at = int(row.get("r") or 0) - 1
        if at < 0:
            raise PackageError  # rows without their numbers; no usual program writes them
        if at >= told.header:
            _write(row, at, told.column, texts.get(at), head if at == told.header else text)
        seen.add(at)
    if set(texts) - seen:
        raise PackageError  # what was read stands in a row of the file
    _widen(root, told.column)
    _stretch(root.find(tag("dimension")), told.column)


def _write(row: Any, at: int, column: int, text: str | None, style: int) -> None:
    """A text in a cell of the row; None empties it."""
    name, where = place(at, column), len(row)
    for i, cell in enumerate(row):
        number = column_of(cell.get("r") or "")
        if number == column:
            row.remove(cell)
            where = i
            break
        if number > column:
            where = i
            break
    if text is None:
        return
    row.attrib.pop("spans", None)
    cell = etree.Element(tag("c"), r=name, s=str(style), t="inlineStr")
    etree.SubElement(etree.SubElement(cell, tag("is")), tag("t")).text = text
    row.insert(where, cell)


def _widen(root: Any, column: int) -> None:
    """The width of one column; a stretch of columns that holds it is parted."""
    cols = root.find(tag("cols"))
    if cols is None:
        cols = etree.Element(tag("cols"))
        insert(root, cols)
    n, parts = column + 1, []
    for one in cols:
        low, high = int(one.get("min")), int(one.get("max"))
        for a, b in (
            ((low, min(high, n - 1)), (max(low, n + 1), high))
            if low <= n <= high
            else ((low, high),)
        ):
            if a <= b:
                parts.append((a, {**one.attrib, "min": str(a), "max": str(b)}))
    parts.append((n, {"min": str(n), "max": str(n), "width": str(_WIDTH), "customWidth": "1"}))
    _replace(cols, (attrib for _, attrib in sorted(parts, key=lambda p: p[0])))


def _replace(cols: Any, attribs: Iterable[Mapping[str, str]]) -> None:
    for one in list(cols):
        cols.remove(one)
    for attrib in attribs:
        etree.SubElement(cols, tag("col"), dict(attrib))


def _stretch(dimension: Any, column: int) -> None:
    if dimension is None or ":" not in (dimension.get("ref") or ""):
        return
    first, last = dimension.get("ref").split(":")
    if column_of(last) < column:
        row = int(re.sub("[^0-9]", "", last)) - 1
        dimension.set("ref", f"{first}:{place(row, column)}")
