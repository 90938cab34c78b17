"""A first template for a letter, laid out as official documents are (GB/T 9704-2012), for an office to change."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

# GB/T 9704-2012: A4, head margin 37 mm, binding margin 28 mm, text block 156 mm × 225 mm, 22 lines of 28 characters.
TOP, LEFT, RIGHT, BOTTOM = Mm(37), Mm(28), Mm(26), Mm(35)
BODY, TITLE, LETTERHEAD = Pt(16), Pt(22), Pt(28)  # 三号、二号、发文机关标志
LINE = Pt(28.8)
CELL, CELL_LINE = Pt(12), Pt(20)  # 小四
INDENT = Pt(32)  # two characters
SONG, FANG = (
    "方正小标宋简体",
    "仿宋_GB2312",
)  # by name: the office's machine has them, the file does not
HEI = "黑体"
_HEADING = re.compile(r"[一二三四五六七八九十]+、[^{}]{1,30}")
RED = RGBColor(0xC0, 0x00, 0x00)
LEFT_ALIGNED, CENTRED, RIGHT_ALIGNED = (
    WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT,
)  # fmt: skip


Columns = Sequence[tuple[str, str]]  # name and heading


def first_template(
    title: str, paragraphs: Sequence[str], tables: Mapping[str, Columns] | None = None
) -> bytes:
    """A .docx with the parts of an official letter; `paragraphs` are its body, tags included.

    A paragraph that is the name of one of `tables` becomes that table, its row repeated when it is filled.
    One that begins like 一、 and holds no tag is a heading.
    """
    document = Document()
    page = document.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.top_margin, page.bottom_margin = TOP, BOTTOM
    page.left_margin, page.right_margin = LEFT, RIGHT
    _line(document.add_paragraph(), "{{ issuer }}", SONG, LETTERHEAD, CENTRED, colour=RED)
    numbered = document.add_paragraph()
    _line(numbered, "{{ number }}", FANG, BODY, CENTRED)
    _red_rule(numbered)
    _line(document.add_paragraph(), "", FANG, BODY, LEFT_ALIGNED)
    _line(document.add_paragraph(), title, SONG, TITLE, CENTRED)
    _line(document.add_paragraph(), "", FANG, BODY, LEFT_ALIGNED)
    _line(document.add_paragraph(), "{{ addressee }}：", FANG, BODY, LEFT_ALIGNED)
    for text in paragraphs:
        if tables and text in tables:
            _table(document, text, tables[text])
            continue
        paragraph = document.add_paragraph()
        if _HEADING.fullmatch(text):
            _line(paragraph, text, HEI, BODY, LEFT_ALIGNED)
            paragraph.paragraph_format.first_line_indent = INDENT
            continue
        # A tag that repeats or leaves out its paragraph stands alone in it and is no text.
        _line(paragraph, text, FANG, BODY, LEFT_ALIGNED)
        if not text.startswith("{%p"):
            paragraph.paragraph_format.first_line_indent = INDENT
    _line(document.add_paragraph(), "", FANG, BODY, LEFT_ALIGNED)
    _line(document.add_paragraph(), "{{ issuer }}", FANG, BODY, RIGHT_ALIGNED)
    _line(document.add_paragraph(), "{{ issued_on }}", FANG, BODY, RIGHT_ALIGNED)
    _line(document.add_paragraph(), "", FANG, BODY, LEFT_ALIGNED)
    _line(document.add_paragraph(), "（联系人：{{ contact }}）", FANG, BODY, LEFT_ALIGNED)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def _table(document: WordDocument, name: str, columns: Columns) -> None:
    """Headings, and one row between the tags that repeat it for every `row` of the list `name`."""
    grid = document.add_table(rows=4, cols=len(columns), style="Table Grid")
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    for (field, heading), head, value in zip(
        columns, grid.rows[0].cells, grid.rows[2].cells, strict=True
    ):
        _line(head.paragraphs[0], heading, FANG, CELL, CENTRED, leading=CELL_LINE)
        _line(value.paragraphs[0], f"{{{{ row.{field} }}}}", FANG, CELL, CENTRED, leading=CELL_LINE)
    repeated = OxmlElement("w:tblHeader")
    grid.rows[0]._tr.get_or_add_trPr().append(repeated)
    grid.rows[1].cells[0].text = f"{{%tr for row in {name} %}}"
    grid.rows[3].cells[0].text = "{%tr endfor %}"


def _red_rule(paragraph: Paragraph) -> None:
    """The red line that parts the letterhead from the letter (版头分隔线)."""
    rule = OxmlElement("w:pBdr")
    line = OxmlElement("w:bottom")
    for name, value in (("val", "single"), ("sz", "12"), ("space", "8"), ("color", "C00000")):
        line.set(qn(f"w:{name}"), value)
    rule.append(line)
    paragraph._p.get_or_add_pPr().append(rule)


def _line(
    paragraph: Paragraph,
    text: str,
    font: str,
    size: Pt,
    alignment: WD_ALIGN_PARAGRAPH,
    *,
    colour: RGBColor | None = None,
    leading: Pt = LINE,
) -> None:
    paragraph.alignment = alignment
    how = paragraph.paragraph_format
    how.space_before = how.space_after = Pt(0)
    how.line_spacing_rule = (
        WD_LINE_SPACING.AT_LEAST if size == LETTERHEAD else WD_LINE_SPACING.EXACTLY
    )
    how.line_spacing = leading
    run = paragraph.add_run(text)
    run.font.size, run.font.name = size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    if colour is not None:
        run.font.color.rgb = colour
