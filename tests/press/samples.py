"""Sample sheets and dossiers; every person and company here is invented."""

from datetime import date, datetime
from decimal import Decimal
from io import BytesIO

import pypdfium2
from PIL import Image

from liangtian.press.dossier import (
    Attachment,
    Confirmation,
    Dossier,
    EvidencePhoto,
    Fact,
    OverlayRow,
    OverlayTable,
    PhaseImage,
    Proposal,
    Reason,
    Record,
    Step,
)
from liangtian.press.map import MapLayer, MapPolygon, MapSheet, PhotoPoint

DAY = date(2026, 11, 22)
HASH = "0123456789abcdef" * 4
WEST, SOUTH = 39512000.0, 3345000.0


def square(x: float, y: float, side: float) -> list[tuple[float, float]]:
    """A closed ring, metres from the sample corner."""
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    return [(WEST + a, SOUTH + b) for a, b in corners]


def jpeg(width: int = 400, height: int = 300, colour: str = "#507050") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def map_sheet() -> MapSheet:
    ring, hole = square(0, 0, 300), square(100, 100, 60)
    return MapSheet(
        title="示例县图斑XZ0001套合分析图",
        layers=[
            MapLayer("旱地（0103）", [MapPolygon([ring, hole], "0103 旱地")], "#fffbb1"),
            MapLayer(
                "永久基本农田", [MapPolygon([square(50, 0, 150)])], "", "#c00000", 0.3, "forward"
            ),
        ],
        crs_label="CGCS2000 3度带第39带",
        maker="示例县自然资源局",
        on=DAY,
        points=[PhotoPoint(WEST + 20, SOUTH + 20, 45.0, "1")],
    )


def full_dossier() -> Dossier:
    return Dossier(
        county="示例县",
        batch="2026年10月卫片",
        patch_no="示例2026-10-XZ0001",
        judgement="违法用地",
        maker="示例县自然资源局",
        on=DAY,
        facts=[Fact("坐落", "示例镇第一示范村", wide=True), Fact("证件号码", "659001199001010011")],
        statement=["经现场核查，图斑范围内已建成冷库一座。"],
        overlays=[
            OverlayTable(
                "年度国土变更调查",
                "2025年度",
                [
                    OverlayRow("0101", "水田", Decimal("12000.00")),
                    OverlayRow("0103", "旱地", Decimal("6000.00")),
                    OverlayRow("", "图层以外", Decimal("0.37")),
                ],
            )
        ],
        proposal=Proposal(
            "违法用地",
            [Reason("批准红线外面积超过规定比例", "示例规范第十二条")],
            "示例省卫片执法",
            "a1b2c3d4",
            DAY,
            ["政策包已过有效期。"],
        ),
        confirmation=Confirmation(
            "合法用地", "李样本", "执法大队", datetime(2026, 11, 10, 15, 30), "经会审改判", True
        ),
        images=[
            PhaseImage("前时相", "省级影像", "2025-09-30", jpeg()),
            PhaseImage("后时相", "", "", None, "上级尚未下发"),
        ],
        maps=[map_sheet()],
        photos=[
            EvidencePhoto(
                "1",
                jpeg(),
                datetime(2026, 10, 12, 10, 21, 33),
                "东经117.1°，北纬30.2°",
                135.0,
                12.34,
                HASH,
            ),
            EvidencePhoto("2", None, None, "", None, None, ""),
        ],
        records=[Record("处罚文书", missing="尚未立案，缺行政处罚决定书。")],
        history=[Step(datetime(2026, 10, 8, 9, 0), "张示例", "下发", "分派至示例镇")],
        attachments=[Attachment("批准书.pdf", "批准文件", 1234567, HASH)],
    )


def empty_dossier() -> Dossier:
    return Dossier("示例县", "2026年10月卫片", "XZ0002", "", "示例县自然资源局", DAY)


def pages(pdf: bytes) -> list[str]:
    """The text of every page."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.get_textpage().get_text_range() for page in document]


def pixel(pdf: bytes, page: int, x_mm: float, y_mm: float) -> tuple[int, int, int]:
    """Colour at a spot of a page, millimetres from its top left corner."""
    scale = 4
    picture = pypdfium2.PdfDocument(pdf)[page].render(scale=scale).to_pil().convert("RGB")
    per_mm = 72 / 25.4 * scale
    red, green, blue = picture.getpixel((round(x_mm * per_mm), round(y_mm * per_mm)))
    return red, green, blue
