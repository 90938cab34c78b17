"""Word letters: filled from a template an office made, refused with reasons where that cannot be."""

from __future__ import annotations

import zipfile
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.press.letter import TemplateRefused, asked_for, fill, text_of, try_out
from liangtian.press.letter_start import first_template

COMMON = {"issuer": "示例局", "number": "示〔2026〕1号", "addressee": "某镇", "issued_on": "2026年3月1日", "contact": "张示例"}  # fmt: skip


def written(*paragraphs: str) -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def with_entry(template: bytes, name: str, content: bytes) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(template)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return out.getvalue()


def test_the_first_template_of_a_letter_fills_without_a_tag_left() -> None:
    template = first_template("核查通知书", ["图斑{{ patch }}，面积{{ area }}亩。"])
    text = text_of(try_out(template, {**COMMON, "patch": "甲-1", "area": "12.30"}))
    assert "核查通知书" in text
    assert "图斑甲-1，面积12.30亩。" in text
    assert "示〔2026〕1号" in text
    assert "{{" not in text


def test_the_first_template_is_laid_out_as_the_standard_asks() -> None:
    document = Document(BytesIO(first_template("通知", ["正文。"])))
    page = document.sections[0]
    text = [
        (page.page_width or 0) - (page.left_margin or 0) - (page.right_margin or 0),
        (page.page_height or 0) - (page.top_margin or 0) - (page.bottom_margin or 0),
    ]
    assert [round(length / 36_000) for length in text] == [156, 225]  # millimetres
    assert {p.runs[0].font.name for p in document.paragraphs if p.text} == {
        "方正小标宋简体",
        "仿宋_GB2312",
    }


def test_a_tag_that_word_cut_into_pieces_is_still_one_tag() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("面积{{ ar", "ea", " }}亩"):
        paragraph.add_run(piece).bold = piece == "ea"
    out = BytesIO()
    document.save(out)
    assert text_of(fill(out.getvalue(), {"area": "3.21"})) == "面积3.21亩"


def test_rows_of_a_list_are_repeated() -> None:
    document = Document()
    table = document.add_table(rows=3, cols=2)
    for row, cells in enumerate((("{%tr for p in patches %}", ""), ("{{ p.no }}", "{{ p.mu }}"), ("{%tr endfor %}", ""))):  # fmt: skip
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    out = BytesIO()
    document.save(out)
    rows = [{"no": "甲", "mu": "1.00"}, {"no": "乙", "mu": "2.50"}]
    assert text_of(fill(out.getvalue(), {"patches": rows})).split() == ["甲", "1.00", "乙", "2.50"]


@settings(max_examples=20, deadline=None)
@given(
    st.text(
        alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Co", "Cn")),
        min_size=1,
        max_size=60,
    )
)
def test_a_value_arrives_as_it_is_and_is_never_taken_for_a_tag(value: str) -> None:
    assert text_of(fill(TEMPLATE, {"value": value})) == f"始{value}终"


TEMPLATE = written("始{{ value }}终")


@pytest.mark.parametrize(
    ("template", "said"),
    [
        (b"no word file", ".docx"),
        (written("{{ area }"), "大括号|没有被替换|写法"),
        (written("{% for x in list %}"), "写法"),
        (written("{{ unknown_field }}"), "unknown_field"),
        (written("{{ area.__class__.__mro__ }}"), "取值出错"),
        (with_entry(written("x"), "word/vbaProject.bin", b"x"), "宏"),
        (
            with_entry(
                written("x"),
                "word/_rels/settings.xml.rels",
                b'<Relationships><Relationship Id="r1" Type="http://x/attachedTemplate" '
                b'Target="http://198.51.100.7/t.dotm" TargetMode="External"/></Relationships>',
            ),
            "外部",
        ),
    ],
    ids=["not word", "half a brace", "open loop", "unknown", "prying", "macro", "linked"],
)
def test_a_template_that_cannot_be_used_is_refused_with_the_reason(
    template: bytes, said: str
) -> None:
    with pytest.raises(TemplateRefused, match=said):
        try_out(template, {"area": "1.00"})


def test_every_unknown_field_is_named_at_once() -> None:
    with pytest.raises(TemplateRefused) as refusal:
        try_out(written("{{ one }}", "{{ two }}"), {"area": "1"})
    assert len(refusal.value.problems) == 2


def test_what_a_template_asks_for_is_known(tmp_path: Any) -> None:
    assert asked_for(written("{{ a }} {% if b %}{{ c }}{% endif %}")) == {"a", "b", "c"}
