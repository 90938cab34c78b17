"""Sample sheets and dossiers; every person and company here is invented."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pypdfium2
from PIL import Image

from liangtian.press.dossier import (
    Block,
    Check,
    Cover,
    Dossier,
    Fact,
    Facts,
    Notice,
    OverlayRow,
    OverlayTable,
    Part,
    Picture,
    Pictures,
    Scans,
    Section,
    Sheets,
    Text,
    overlay_block,
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


PATCH_NO = "示例2026-10-XZ0001"


def cover() -> Cover:
    return Cover(
        "示例县自然资源局",
        "示例镇第一示范村卫片图斑案卷",
        [("批　　次", "2026年10月卫片"), ("判定结论", "违法"), ("起止日期", "")],
        [("全宗号", ""), ("案卷号", "2026-0001"), ("保管期限", "30年")],
    )


def photo(number: int, *, content: bytes | None, azimuth: float | None = 135.0) -> Picture:
    lines = ["时间：2026-10-12 10:21:33", "位置：东经117.100000°，北纬30.200000°"]
    return Picture(f"照片 {number}", content, lines, "原图未入库", azimuth)


def full_dossier(photos: int = 2) -> Dossier:
    table = OverlayTable(
        "年度国土变更调查",
        "2025年度",
        [
            OverlayRow("0101", "水田", Decimal("12000.00")),
            OverlayRow("0103", "旱地", Decimal("6000.00")),
            OverlayRow("", "图层以外", Decimal("0.37")),
        ],
    )
    facts = Facts(
        [Fact("坐落", "示例镇第一示范村", wide=True), Fact("证件号码", "659001199001010011")]
    )
    found: list[Block] = [Text(["经现场核查，图斑范围内已建成冷库一座。"]), overlay_block(table)]
    phases = [
        Picture("前时相影像", jpeg(), ["来源：省级影像"]),
        Picture("后时相影像", None, ["来源：未填"], "上级尚未下发"),
    ]
    shown = [photo(n, content=jpeg() if n % 7 else None) for n in range(1, photos + 1)]
    return Dossier(
        cover=cover(),
        number=PATCH_NO,
        maker="示例县自然资源局",
        on=DAY,
        verdict="应有 2 项，缺 1 项。",
        checks=[
            Check("情况说明", "there", "", "示例规范第二条"),
            Check("处罚文书", "missing", "尚未立案", "示例规范第六条"),
            Check("验收意见", "later", "整改后补入", "示例规范第六条"),
            Check("补办手续", "not_needed", "未要求补办", "示例规范第六条"),
        ],
        sections=[
            Section("情况说明", [Part("图斑基本情况", [facts, *found])]),
            Section("影像", [Part("前后时相影像", [Pictures(phases, 75.0)])]),
            Section("套合图件", [Part("套合图", [Sheets([map_sheet(), map_sheet()])])]),
            Section("现场照片", [Part("现场举证照片", [Pictures(shown)])]),
            Section(
                "违法类件处理材料",
                [
                    Part("判定", [Notice("改判：结论与拟判意见不一致。", grave=True)]),
                    Part(
                        "处罚文书",
                        [Notice("无。尚未立案，缺行政处罚决定书。")],
                        "示例罚〔2026〕1号",
                        "示例县自然资源局",
                        "2026-10-20",
                        "缺",
                    ),
                    Part(
                        "批准书（原件）", [Scans("批准书.pdf", [jpeg(900, 1200), jpeg(900, 1200)])]
                    ),
                ],
            ),
        ],
        notes=["本卷缺 1 项：处罚文书。"],
    )


def empty_dossier() -> Dossier:
    return Dossier(cover(), PATCH_NO, "示例县自然资源局", DAY)


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
