"""Notes (批注) of a worksheet in place: comments and the shapes that show them; those of others stay."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from lxml import etree

from liangtian.platform.office_package import RELATIONSHIPS, Package, PackageError
from liangtian.platform.worksheet_xml import MAIN, insert, place, tag

if TYPE_CHECKING:
    from liangtian.platform.sheet_marks import Mark

AUTHOR = "量田"
_V, _O, _X = (
    "urn:schemas-microsoft-com:vml", "urn:schemas-microsoft-com:office:office",
    "urn:schemas-microsoft-com:office:excel",
)  # fmt: skip
_COMMENTS = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_VML = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_FIRST_SHAPE = 1025
_LINE_CHARACTERS = 22  # of a note, about; by it its height is guessed
_EMPTY = f"""<xml xmlns:v="{_V}" xmlns:o="{_O}" xmlns:x="{_X}">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype></xml>"""
_SHAPE = """<v:shape xmlns:v="{v}" xmlns:o="{o}" xmlns:x="{x}" id="_x0000_s{number}" type="#_x0000_t202"
 style="position:absolute;width:220pt;height:60pt;z-index:{z};visibility:hidden" fillcolor="{colour}" o:insetmode="auto">
<v:fill color2="{colour}"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>
<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>
<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>
<x:Anchor>{left}, 12, {top}, 4, {right}, 12, {bottom}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>
<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"""


def put_notes(package: Package, part: str, marks: Sequence[Mark]) -> None:
    """Put a note at each mark of a worksheet, in place of those put there before.

    A cell with somebody else's note keeps that one. Raises PackageError.
    """
    comments = _comments(package, part)
    shapes = _shapes(package, part)
    authors, listed = comments.find(tag("authors")), comments.find(tag("commentList"))
    if authors is None or listed is None:
        raise PackageError
    own = _author(authors, tag("author"))
    gone = {one.get("ref") for one in listed if one.get("authorId") == str(own)}
    for one in list(listed):
        if one.get("ref") in gone:
            listed.remove(one)
    _drop_shapes(shapes, gone)
    taken = {one.get("ref") for one in listed}
    number = _last_shape(shapes)
    for mark in sorted(marks, key=lambda m: (m.row, m.column)):
        name = place(mark.row, mark.column)
        if name in taken:
            continue
        taken.add(name)
        one = etree.SubElement(listed, tag("comment"), ref=name, authorId=str(own))
        run = etree.SubElement(etree.SubElement(one, tag("text")), tag("r"))
        look = etree.SubElement(run, tag("rPr"))
        etree.SubElement(look, tag("sz"), val="9")
        etree.SubElement(look, tag("rFont"), val="宋体")
        text = etree.SubElement(run, tag("t"))
        text.text = mark.note
        number += 1
        shapes.append(_shape(mark, number))


def _comments(package: Package, part: str) -> Any:
    found = package.related(part, "comments")
    if found:
        return package.root(found[0][1])
    root = etree.fromstring(f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>')
    name = package.free_name("xl/comments{}.xml")
    package.add(part, "comments", name, root)
    package.declare(name, _COMMENTS)
    return root


def _shapes(package: Package, part: str) -> Any:
    sheet = package.root(part)
    drawing = sheet.find(tag("legacyDrawing"))
    found = dict(package.related(part, "vmlDrawing"))
    if drawing is not None:
        key = drawing.get(f"{{{RELATIONSHIPS}}}id")
        if key not in found:
            raise PackageError
        return package.root(found[key])
    root = etree.fromstring(_EMPTY)
    name = package.free_name("xl/drawings/vmlDrawing{}.vml")
    key = package.add(part, "vmlDrawing", name, root)
    package.declare(name, _VML)
    made = etree.Element(tag("legacyDrawing"), nsmap={"r": RELATIONSHIPS})
    made.set(f"{{{RELATIONSHIPS}}}id", key)
    insert(sheet, made)
    return root


def _author(authors: Any, name: str) -> int:
    for at, one in enumerate(authors):
        if one.text == AUTHOR:
            return at
    etree.SubElement(authors, name).text = AUTHOR
    return len(authors) - 1


def _drop_shapes(shapes: Any, gone: set[str]) -> None:
    for shape in shapes.findall(f"{{{_V}}}shape"):
        data = shape.find(f"{{{_X}}}ClientData")
        if data is None or data.get("ObjectType") != "Note":
            continue
        row, column = (int(data.findtext(f"{{{_X}}}{n}") or 0) for n in ("Row", "Column"))
        if place(row, column) in gone:
            shapes.remove(shape)


def _last_shape(shapes: Any) -> int:
    found = (re.search(r"_s(\d+)$", s.get("id") or "") for s in shapes.findall(f"{{{_V}}}shape"))
    return max((int(one[1]) for one in found if one), default=_FIRST_SHAPE - 1)


def _shape(mark: Mark, number: int) -> Any:
    lines = sum(1 + len(line) // _LINE_CHARACTERS for line in mark.note.split("\n"))
    left, top = mark.column + 1, max(mark.row - 1, 0)
    return etree.fromstring(_SHAPE.format(
        v=_V, o=_O, x=_X, number=number, z=number - _FIRST_SHAPE + 1,
        colour="#FFC7CE" if mark.wrong else "#FFF2CC", left=left, top=top, right=left + 3,
        bottom=top + lines + 2, row=mark.row, column=mark.column,
    ))  # fmt: skip
