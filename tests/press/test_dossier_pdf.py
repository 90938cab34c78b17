import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.press.dossier import (
    Dossier,
    Fact,
    Facts,
    OverlayRow,
    OverlayTable,
    Part,
    Pictures,
    Section,
    Table,
    overlay_data,
    wind,
)
from liangtian.press.dossier_pdf import dossier_pdf
from liangtian.press.errors import ImageRefused, ScanRefused
from liangtian.press.scan import scanned
from tests.press.samples import (
    DAY,
    HASH,
    PATCH_NO,
    cover,
    empty_dossier,
    full_dossier,
    jpeg,
    pages,
    photo,
)


def with_blocks(*blocks: Any) -> Dossier:
    return replace(empty_dossier(), sections=[Section("情况说明", [Part("说明", blocks)])])


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b]", "", text)


def test_a_full_dossier_prints_every_part() -> None:
    text = "\n".join(pages(dossier_pdf(full_dossier())))
    for expected in (
        "卫片执法图斑卷宗",
        "2026年11月22日",
        "全宗号",
        "659001199001010011",
        "经现场核查，图斑范围内已建成冷库一座。",
        "年度国土变更调查（版本：2025年度）",
        "示例规范第六条",
        "应有 2 项，缺 1 项。",
        "改判：结论与拟判意见不一致",
        "无图：上级尚未下发",
        "示例县图斑XZ0001套合分析图",
        "无。尚未立案，缺行政处罚决定书。",
        "示例罚〔2026〕1号",
        "原件第 2 页，共 2 页",
        "立卷人意见：",
        "检查人意见：",
        "负责人意见：",
        "本卷情况说明",
    ):
        assert squeezed(expected) in squeezed(text), expected


def test_printed_totals_are_the_sums_of_the_printed_rows() -> None:
    text = "\n".join(pages(dossier_pdf(full_dossier())))
    assert re.search(r"0101 水田 12,000\.00 18\.00", text)
    assert re.search(r"合　计 18,000\.37 27\.00", text)


@settings(max_examples=60)
@given(st.lists(st.decimals("0", "999999", places=4), min_size=1, max_size=12))
def test_a_total_always_equals_what_is_printed_above_it(areas: list[Decimal]) -> None:
    data = overlay_data(OverlayTable("图层", "1", [OverlayRow("", "类", a) for a in areas]))
    rows, total = data["rows"], data["total"]
    assert isinstance(rows, list)
    assert isinstance(total, list)
    for column in (0, 1):
        printed = sum(Decimal(row[2 + column].replace(",", "")) for row in rows)
        assert printed == Decimal(total[column].replace(",", ""))


def test_a_rounding_difference_in_mu_is_stated() -> None:
    rows = [OverlayRow("", "类", Decimal("3.00"))] * 4  # 0.0045 mu each prints 0.00
    data = overlay_data(OverlayTable("图层", "1", rows))
    assert data["total"] == ["12.00", "0.00"]
    assert "直接换算为 0.02 亩，相差 0.02 亩" in str(data["remark"])
    assert overlay_data(OverlayTable("图层", "1", rows[:1]))["remark"] == ""


@pytest.mark.parametrize("photos", [0, 1, 40])
def test_index_and_bookmarks_name_the_page_each_part_is_on(photos: int) -> None:
    content = dossier_pdf(full_dossier(photos))
    text = pages(content)
    (index,) = [page for page in text[:5] if "卷内文件目录" in page]
    titles = [part.title for section in full_dossier().sections for part in section.parts]
    marks = {
        re.sub(r"^（.+?） ", "", str(mark.get_title())): mark.get_dest().get_index() + 1
        for mark in pypdfium2.PdfDocument(content).get_toc()
        if mark.level == 1
    }
    assert list(marks) == titles
    for title, page in marks.items():
        assert re.search(rf"^（[一二三四五六七八九十]+）{title}\s*$", text[page - 1], re.MULTILINE)
        assert re.search(rf"{title} .*?{page}\b", index), (title, page)
    sections = [m.get_title() for m in pypdfium2.PdfDocument(content).get_toc() if m.level == 0]
    assert sections[:3] == ["卷宗材料检查表", "卷内文件目录", "一、 情况说明"]
    assert sections[-1] == "六、 备考表与签章"


def test_every_page_after_the_cover_has_number_and_patch() -> None:
    text = pages(dossier_pdf(full_dossier()))
    assert f"本卷共 7 件，{len(text)} 页" in text[0]
    for number, page in enumerate(text[1:], 2):
        assert f"第 {number} 页　共 {len(text)} 页" in page
        assert f"图斑编号：{PATCH_NO}" in page


def test_no_page_holds_a_heading_alone() -> None:
    text = pages(dossier_pdf(full_dossier(12)))
    for page in text[1:]:
        assert len(squeezed(page)) > 50, page


def test_the_checklist_is_the_first_page_after_the_cover() -> None:
    page = pages(dossier_pdf(full_dossier()))[1]
    assert re.search(r"2 处罚文书 缺 尚未立案 示例规范第六条", page)
    assert "4 补办手续 不适用" in page


def test_the_same_dossier_has_the_same_bytes() -> None:
    first = dossier_pdf(full_dossier())
    assert dossier_pdf(empty_dossier()) != first
    assert dossier_pdf(full_dossier()) == first
    assert dossier_pdf(replace(full_dossier(), on=DAY + timedelta(days=1))) != first


def test_the_file_is_an_archive_pdf_and_says_what_it_is() -> None:
    content = dossier_pdf(full_dossier())
    about = pypdfium2.PdfDocument(content).get_metadata_dict()
    assert about["Title"] == f"卫片执法图斑卷宗　{PATCH_NO}"
    assert about["Author"] == "示例县自然资源局"
    assert about["CreationDate"].startswith("D:20261121160000")  # midnight in Beijing
    assert b"<pdfaid:part>2" in content


def test_a_watermark_is_on_every_page_and_only_when_asked() -> None:
    plain = pages(dossier_pdf(empty_dossier()))
    marked = pages(dossier_pdf(replace(empty_dossier(), watermark="内部资料")))
    assert not any("内部资料" in page for page in plain)
    assert all("内部资料" in page for page in marked)


def test_long_names_wrap_and_a_long_run_stays_on_the_page() -> None:
    name, run = "示例建设发展集团有限公司年产五万吨农产品冷链物流项目" * 5, "A1" * 80
    dossier = with_blocks(Facts([Fact("用地单位", name), Fact("编号", run)]))
    long = replace(dossier, number="Z" * 90, cover=replace(cover(), title=name))
    body = squeezed("".join(pages(dossier_pdf(long))))
    assert body.count(name) == 2
    assert run in body
    assert "Z" * 90 in body


def test_an_eighteen_digit_number_is_never_broken() -> None:
    facts = [Fact("证件号码", "659001199001010011"), Fact("信用代码", "91650000MA00000X1Y")]
    text = "".join(pages(dossier_pdf(with_blocks(Facts(facts)))))
    assert "659001199001010011" in text
    assert "91650000MA00000X1Y" in text


def test_a_hash_can_be_copied_whole_from_a_list() -> None:
    table = Table(("序号", "文件名"), [("1", f"批准书.pdf\n{HASH}")], (12, 0))
    assert HASH in "".join(pages(dossier_pdf(with_blocks(table))))


def test_long_lists_run_over_pages_with_the_heading_row_repeated() -> None:
    rows = [(str(n), "2026-10-08 09:00", "张示例", "核查", f"意见{n:03d}") for n in range(90)]
    table = Table(("序号", "时间", "人员", "环节", "意见"), rows, (11, 33, 24, 30, 0))
    text = pages(dossier_pdf(with_blocks(table)))
    assert all(f"意见{n:03d}" in "".join(text) for n in range(90))
    assert sum("序号 时间 人员 环节 意见" in page for page in text) >= 3


def test_photos_are_two_to_a_row_and_none_is_lost() -> None:
    shown = [photo(n, content=jpeg()) for n in range(1, 14)]
    text = pages(dossier_pdf(with_blocks(Pictures(shown))))
    on = [sum(f"照片 {n}\r" in f"{page}\r" for n in range(1, 14)) for page in text]
    assert sum(on) == 13
    assert max(on) == 6


def test_an_unreadable_photo_is_refused_by_name() -> None:
    with pytest.raises(ImageRefused, match="照片 7"):
        dossier_pdf(with_blocks(Pictures([photo(7, content=b"\x00\x01")])))


def test_pages_of_a_pdf_become_pictures_up_to_the_limit() -> None:
    content = dossier_pdf(full_dossier())
    drawn, count = scanned(content, "卷.pdf", 2)
    assert count == len(pages(content))
    assert [page[:3] for page in drawn] == [b"\xff\xd8\xff"] * 2
    with pytest.raises(ScanRefused, match="坏"):
        scanned(b"%PDF-1.7 nothing", "坏.pdf", 2)


@pytest.mark.parametrize(
    ("degrees", "name"),
    [(0, "北"), (22.4, "北"), (22.6, "东北"), (135, "东南"), (350, "北"), (-90, "西")],
)
def test_azimuths_are_named(degrees: float, name: str) -> None:
    assert wind(degrees) == name
