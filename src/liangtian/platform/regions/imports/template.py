"""The Excel file a county fills in: a sheet to fill, a sheet that says how (填写说明)."""

from __future__ import annotations

from io import BytesIO

import xlsxwriter

from liangtian.platform.regions.models import Region

COLUMNS = (
    ("区划代码*", 20, "必填。乡镇9位、村12位、组14位；县以下各级都以上级代码开头。"),
    ("名称*", 22, "必填。使用批准的规范名称，如“柳塘村”“第一村民小组”。"),
    ("上级代码", 16, "可不填。填写时须等于区划代码去掉本级的位数。"),
    ("级别", 10, "可不填。乡镇、村、组三者之一，须与代码位数一致。"),
    ("启用日期", 14, "可不填。写作 2026-01-31。"),
)
RULES = (
    "一、每行一个区划；村和组可以写在同一张表里，上级可以写在下级之后。",
    "二、代码栏为文本格式。从别处粘贴时请选“只粘贴文本”，避免末尾的数字变成 0。",
    "三、没有统计代码的村民小组，用村代码加两位顺序号(01 至 99)，由县统一编定；00 表示村本身。",
    "四、系统中已有的区划只补充启用日期，不改名称；更名、合并、拆分请在“区划变更”中登记。",
    "五、上传后先检查，逐行列出问题；确认之后合格的行才一次入库。界线请另用矢量文件导入。",
)
ROWS_READY = 2000


def template_xlsx(county: Region) -> bytes:
    """The empty list for a county, with its code in the examples. Equal input gives equal bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    head = book.add_format(
        {"bold": True, "bg_color": "#E3EFE7", "border": 1, "align": "center", "font_name": "宋体"}
    )
    text = book.add_format({"num_format": "@", "font_name": "宋体"})
    page = book.add_worksheet("区划清单")
    for index, (label, width, _) in enumerate(COLUMNS):
        page.write_string(0, index, label, head)
        page.set_column(index, index, width, text)
    page.data_validation(
        1,
        3,
        ROWS_READY,
        3,
        {"validate": "list", "source": ["乡镇", "村", "组"], "ignore_blank": True},
    )
    page.freeze_panes(1, 0)
    _notes(book, county, head)
    book.close()
    return out.getvalue()


def _notes(book: xlsxwriter.Workbook, county: Region, head: xlsxwriter.format.Format) -> None:
    wrap = book.add_format({"text_wrap": True, "valign": "top", "font_name": "宋体", "border": 1})
    title = book.add_format({"bold": True, "font_size": 14, "font_name": "宋体"})
    plain = book.add_format({"text_wrap": True, "font_name": "宋体"})
    page = book.add_worksheet("填写说明")
    page.set_column(0, 0, 16)
    page.set_column(1, 1, 60)
    page.set_column(2, 2, 24)
    page.write_string(0, 0, f"{county.name}行政区划清单填写说明", title)
    for index, label in enumerate(("列", "怎样填写", "例")):
        page.write_string(2, index, label, head)
    example = (f"{county.code}100201", "示例村", f"{county.code}100", "村", "2026-01-31")
    for row, ((label, _, said), sample) in enumerate(zip(COLUMNS, example, strict=True), start=3):
        for index, value in enumerate((label, said, sample)):
            page.write_string(row, index, value, wrap)
    for row, rule in enumerate(RULES, start=len(COLUMNS) + 4):
        page.merge_range(row, 0, row, 2, rule, plain)
        page.set_row(row, 32)
