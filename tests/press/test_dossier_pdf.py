import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liangtian.press.dossier import (
    Attachment,
    EvidencePhoto,
    Fact,
    OverlayRow,
    OverlayTable,
    Step,
    dossier_pdf,
    overlay_data,
    wind,
)
from liangtian.press.errors import ImageRefused
from tests.press.samples import DAY, HASH, empty_dossier, full_dossier, jpeg, pages


def test_a_full_dossier_prints_every_part() -> None:
    text = "\n".join(pages(dossier_pdf(full_dossier())))
    for expected in (
        "卫片执法图斑卷宗",
        "2026年11月22日",
        "659001199001010011",
        "经现场核查，图斑范围内已建成冷库一座。",
        "年度国土变更调查（版本：2025年度）",
        "示例规范第十二条",
        "示例省卫片执法（版本 a1b2c3d4）",
        "提示：政策包已过有效期。",
        "改判：确认结论与拟判意见不一致",
        "无图：上级尚未下发",
        "示例县图斑XZ0001套合分析图",
        "方位角 135°（东南），距图斑 12.3 米",
        "时间：2026-10-12 10:21:33",
        "SHA-256：0123456789abcdef",
        "方位角未知，距图斑未知",
        "无图：原图未入库",
        "无。尚未立案，缺行政处罚决定书。",
        "分派至示例镇",
        "1,234,567",
        HASH,
        "经办人意见：",
        "审核人意见：",
        "负责人意见：",
    ):
        assert expected in text, expected


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


def test_the_contents_name_the_page_each_part_is_on() -> None:
    text = pages(dossier_pdf(full_dossier()))
    entries = re.findall(r"^[一二三四五六七八九十]+、\s*(\S+)[ ·]+(\d+)\s*$", text[1], re.MULTILINE)
    assert [name for name, _ in entries][:2] == ["图斑基本情况", "套合分析"]
    assert len(entries) == 11
    for name, number in entries:
        assert re.search(
            rf"^[一二三四五六七八九十]+、{name}\s*$", text[int(number) - 1], re.MULTILINE
        )


def test_every_page_after_the_cover_has_number_and_patch() -> None:
    text = pages(dossier_pdf(full_dossier()))
    assert "共" not in text[0]
    for number, page in enumerate(text[1:], 2):
        assert f"第 {number} 页　共 {len(text)} 页" in page
        assert "图斑编号：示例2026-10-XZ0001" in page


def test_empty_parts_say_none_and_what_is_missing() -> None:
    dossier = replace(empty_dossier(), missing=(("photos", "缺现场照片，应拍不少于规定张数。"),))
    text = pages(dossier_pdf(dossier))
    assert "尚未判定" in text[0]
    assert text[2].count("无。") == 9
    assert "无。缺现场照片，应拍不少于规定张数。" in text[2]
    assert "无。尚未经人员确认，拟判意见不作为结论。" in text[2]


def test_an_agreed_confirmation_is_not_marked_as_override() -> None:
    dossier = full_dossier()
    assert dossier.confirmation is not None
    agreed = replace(dossier, confirmation=replace(dossier.confirmation, override=False))
    text = "\n".join(pages(dossier_pdf(agreed)))
    assert "改判" not in text.replace("经会审改判", "")
    assert "确认理由" in text


def test_the_same_dossier_has_the_same_bytes() -> None:
    first = dossier_pdf(full_dossier())
    assert dossier_pdf(empty_dossier()) != first
    assert dossier_pdf(full_dossier()) == first
    assert dossier_pdf(replace(full_dossier(), on=DAY + timedelta(days=1))) != first


def test_the_file_says_what_it_is_and_when_it_was_made() -> None:
    document = pypdfium2.PdfDocument(dossier_pdf(full_dossier()))
    about = document.get_metadata_dict()
    assert about["Title"] == "卫片执法图斑卷宗　示例2026-10-XZ0001"
    assert about["Author"] == "示例县自然资源局"
    assert about["CreationDate"].startswith("D:20261121160000")  # midnight in Beijing


def test_a_watermark_is_on_every_page_and_only_when_asked() -> None:
    plain = pages(dossier_pdf(empty_dossier()))
    marked = pages(dossier_pdf(replace(empty_dossier(), watermark="内部资料")))
    assert not any("内部资料" in page for page in plain)
    assert all("内部资料" in page for page in marked)


def test_long_names_wrap_and_a_long_run_stays_on_the_page() -> None:
    name, run = "示例建设发展集团有限公司年产五万吨农产品冷链物流项目" * 5, "A1" * 80
    dossier = replace(
        empty_dossier(), facts=[Fact("用地单位", name), Fact("编号", run)], patch_no="Z" * 90
    )
    text = pages(dossier_pdf(dossier))
    body = re.sub(r"[\s\u200b]", "", "".join(text))
    assert name in body
    assert run in body
    assert "Z" * 90 in re.sub(r"[\s\u200b]", "", text[0])


def test_an_eighteen_digit_number_is_never_broken() -> None:
    facts = [Fact("证件号码", "659001199001010011"), Fact("信用代码", "91650000MA00000X1Y")]
    text = pages(dossier_pdf(replace(empty_dossier(), facts=facts)))[2]
    assert "659001199001010011" in text
    assert "91650000MA00000X1Y" in text


def test_a_hash_can_be_copied_whole_from_the_attachment_list() -> None:
    attachments = [Attachment("批准书.pdf", "批准文件", 1, HASH.upper())]
    assert HASH in "".join(pages(dossier_pdf(replace(empty_dossier(), attachments=attachments))))


def test_long_lists_run_over_pages_with_the_heading_row_repeated() -> None:
    start = full_dossier().history[0].at
    history = [
        Step(start + timedelta(hours=n), "张示例", "核查", f"意见{n:03d}") for n in range(90)
    ]
    text = pages(dossier_pdf(replace(empty_dossier(), history=history)))
    assert all(f"意见{n:03d}" in "".join(text) for n in range(90))
    assert sum("序号 时间 人员 环节 意见" in page for page in text) >= 3


def test_photos_are_two_to_a_row_and_none_is_lost() -> None:
    photo = EvidencePhoto("0", jpeg(), None, "位置", 0.0, 1.0, HASH)
    photos = [replace(photo, no=str(n)) for n in range(1, 14)]
    text = pages(dossier_pdf(replace(empty_dossier(), photos=photos)))
    on = [sum(f"照片{n}\r" in f"{page}\r" for n in range(1, 14)) for page in text]
    assert sum(on) == 13
    assert max(on) == 6


def test_an_unreadable_photo_is_refused_by_number() -> None:
    photo = EvidencePhoto("7", b"\x00\x01", None, "", None, None, "")
    with pytest.raises(ImageRefused, match="照片7"):
        dossier_pdf(replace(empty_dossier(), photos=[photo]))


@pytest.mark.parametrize(
    ("degrees", "name"),
    [(0, "北"), (22.4, "北"), (22.6, "东北"), (135, "东南"), (350, "北"), (-90, "西")],
)
def test_azimuths_are_named(degrees: float, name: str) -> None:
    assert wind(degrees) == name
