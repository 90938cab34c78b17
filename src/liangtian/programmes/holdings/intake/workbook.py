"""The workbook of an intake with every faulty cell marked and told, and the template to fill in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from liangtian.platform.errors import Refused
from liangtian.platform.files.services import named_copy
from liangtian.platform.office_package import PackageError
from liangtian.platform.people.sealed import is_sealed
from liangtian.platform.sheet_marks import Mark, Told, marked
from liangtian.platform.sheet_notes import AUTHOR
from liangtian.platform.sheets import Sheet
from liangtian.programmes.holdings.intake.sources import open_source
from liangtian.programmes.holdings.intake.tables import Table, opened
from liangtian.programmes.holdings.intake.targets import TARGETS, Target
from liangtian.programmes.holdings.intake.words import choices
from liangtian.programmes.holdings.models import Intake, IntakeProblem

ERRORS = "问题"
EDITED = (".xlsx", ".xlsm")  # what is marked in place
PLAIN = "（本表为重新生成的副本，不含原文件的格式和公式）"
FONT = "宋体"
_RED, _PALE, _YELLOW = "#C00000", "#FFC7CE", "#FFF2CC"
_WIDEST, _NARROWEST = 40, 6
_NOTE = {"x_scale": 2.2, "y_scale": 1.2, "font_size": 9}
_WIDTHS = {
    "name": 18,
    "id_number": 22,
    "phone": 15,
    "place_name": 16,
    "code": 22,
    "contract_number": 20,
}


def marked_workbook(intake: Intake) -> bytes:
    """The file as it came, faulty cells red with a note, and a last column that tells all of a row.

    Its formats stay; of a file that is not .xlsx or .xlsm, and of the attributes of figures, a plain copy is made,
    which says so.
    """
    for file in (intake.table, intake.figures):
        if file is not None and is_sealed(file):
            raise Refused("该文件已封存，不能再打开。")
    table = open_source(intake, intake.reading, measured=False).table
    if intake.table is None:
        sheet = Sheet("台账", [table.labels, *table.rows], [])
        return _copied([sheet], sheet, _found(intake, table, sheet, 0, shift=1))
    with named_copy(intake.table) as path:
        sheets, content = opened(path), path.read_bytes()
    sheet = next(one for one in sheets if one.name == intake.reading["sheet"])
    found = _found(intake, table, sheet, intake.reading["header"][1] - 1, shift=0)
    if intake.table.name.lower().endswith(EDITED):
        try:
            return marked(content, sheet.name, *found)
        except PackageError:
            pass
    return _copied(sheets, sheet, found)


def _found(
    intake: Intake, table: Table, sheet: Sheet, header: int, *, shift: int
) -> tuple[list[Mark], Told]:
    """What is marked and told; `header` is the last row of the header, from 0."""
    places = dict(zip(table.labels, table.places, strict=True))
    cells: dict[tuple[int, int], list[IntakeProblem]] = defaultdict(list)
    lines: dict[int, list[str]] = defaultdict(list)
    title = [ERRORS]
    for problem in intake.problems.order_by("row", "pk"):
        row = problem.row - 1 + shift
        if problem.row == 0:
            title.append(f"{problem.reason}：{problem.value}")
            continue
        lines[row].append(f"【{problem.field}】{problem.reason}。{problem.advice}")
        label = intake.mapping.get(problem.target) or intake.mapping.get("code")
        cells[_anchor(sheet, row, places.get(str(label), 0))].append(problem)
    marks = [
        Mark(
            row, column, "\n".join(dict.fromkeys(f"{p.reason}。{p.advice}" for p in some)),
            any(p.severity == IntakeProblem.Severity.ERROR for p in some),
        )
        for (row, column), some in cells.items()
    ]  # fmt: skip
    texts = {row: "\n".join(some) for row, some in lines.items()}
    return marks, Told(_last_column(sheet, header), header, "\n".join(title), texts)


def _anchor(sheet: Sheet, row: int, column: int) -> tuple[int, int]:
    """The cell that shows what stands in a merged one."""
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom and left <= column <= right:
            return top, left
    return row, column


def _last_column(sheet: Sheet, header: int) -> int:
    """The column after the last; of a file that was marked before, the one that told then."""
    for at, value in enumerate(sheet.rows[header]):
        if str(value).split("\n", 1)[0] == ERRORS:
            return at
    return max(len(row) for row in sheet.rows)


def _copied(sheets: Sequence[Sheet], faulty: Sheet, found: tuple[list[Mark], Told]) -> bytes:
    """All sheets in a plain workbook, the marks on one of them."""
    out = BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    pen = _Pen(book)
    for sheet in sheets:
        page = book.add_worksheet(sheet.name[:31])
        pen.sheet(page, sheet)
        if sheet is faulty:
            _mark(page, pen, sheet, *found)
            page.activate()
    book.close()
    return out.getvalue()


class _Pen:
    """Writes cells in the few formats of the workbook."""

    def __init__(self, book: Any) -> None:
        plain = {"font_name": FONT, "font_size": 11}
        self.plain = book.add_format(plain)
        self.day = book.add_format({**plain, "num_format": "yyyy-mm-dd"})
        self.bad = book.add_format({**plain, "bg_color": _PALE, "font_color": _RED})
        self.bad_day = book.add_format(
            {**plain, "bg_color": _PALE, "font_color": _RED, "num_format": "yyyy-mm-dd"}
        )
        self.odd = book.add_format({**plain, "bg_color": _YELLOW})
        self.said = book.add_format(
            {**plain, "font_color": _RED, "text_wrap": True, "valign": "top"}
        )
        self.head = book.add_format({**plain, "bold": True, "font_color": _RED, "border": 1})
        self.middle = book.add_format(
            {**plain, "align": "center", "valign": "vcenter", "text_wrap": True}
        )

    def sheet(self, page: Any, sheet: Sheet) -> None:
        """All cells where they were."""
        for r, row in enumerate(sheet.rows):
            for c, value in enumerate(row):
                self.cell(page, (r, c), value, self.plain, self.day)
        for top, left, bottom, right in sheet.merged:
            if top < len(sheet.rows) and left < len(sheet.rows[top]):
                page.merge_range(top, left, bottom, right, "", self.middle)
                value = sheet.rows[top][left]
                self.cell(page, (top, left), value, self.middle, self.middle)
        for c in range(max((len(row) for row in sheet.rows), default=0)):
            page.set_column(c, c, _width([row[c] for row in sheet.rows[:200] if c < len(row)]))

    def cell(self, page: Any, at: tuple[int, int], value: Any, plain: Any, day: Any) -> None:
        """One value in a format; nothing is taken for a formula."""
        match value:
            case None | "":
                page.write_blank(*at, None, plain)
            case bool():
                page.write_boolean(*at, value, plain)
            case int() | float():
                page.write_number(*at, value, plain)
            case datetime() | date():
                page.write_datetime(*at, value, day)
            case _:
                page.write_string(*at, str(value), plain)


def _width(values: Sequence[Any]) -> float:
    longest = max((sum(2 if ord(x) > 0x2E7F else 1 for x in str(v)) for v in values), default=0)
    return min(max(longest + 2, _NARROWEST), _WIDEST)


def _mark(page: Any, pen: _Pen, sheet: Sheet, marks: Sequence[Mark], told: Told) -> None:
    for mark in marks:
        values = sheet.rows[mark.row]
        value = values[mark.column] if mark.column < len(values) else None
        pen.cell(
            page, (mark.row, mark.column), value, pen.bad if mark.wrong else pen.odd, pen.bad_day
        )
        colour = _PALE if mark.wrong else _YELLOW
        page.write_comment(
            mark.row, mark.column, mark.note, {**_NOTE, "author": AUTHOR, "color": colour}
        )
    page.set_column(told.column, told.column, 70)
    page.write_string(told.header, told.column, f"{told.title}\n{PLAIN}", pen.head)
    for row, text in told.lines.items():
        page.write_string(row, told.column, text, pen.said)


def template_xlsx() -> bytes:
    """The empty ledger: a column for everything, choices to pick from, a sheet that says how. Equal each time."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2024, 1, 1)})
    head = book.add_format({"bold": True, "bg_color": "#E3EFE7", "border": 1, "align": "center",
                            "font_name": FONT, "text_wrap": True, "valign": "vcenter"})  # fmt: skip
    text = book.add_format({"num_format": "@", "font_name": FONT})
    page = book.add_worksheet("承包地块台账")
    lists = book.add_worksheet("选项")
    for column, target in enumerate(t for t in TARGETS if t.name != "term"):
        page.write_string(0, column, f"{target.label}{'*' if _needed(target) else ''}", head)
        page.set_column(column, column, _WIDTHS.get(target.name, 13), text)
        if target.coded:
            may = choices(target.name)
            lists.write_column(0, column, [target.label, *may])
            letter = xlsxwriter.utility.xl_col_to_name(column)
            page.data_validation(1, column, 5000, column, {
                "validate": "list", "ignore_blank": True, "error_type": "warning",
                "source": f"=选项!${letter}$2:${letter}${len(may) + 1}",
            })  # fmt: skip
    page.set_row(0, 34)
    page.freeze_panes(1, 0)
    _notes(book, head)
    lists.hide()
    book.close()
    return out.getvalue()


def _needed(target: Target) -> bool:
    return target.name in ("code", "ownership", "way", "source_paper", "actual_use")


_RULES = (
    "一、每行一个地块。一户有几块地的，各行重复填写姓名和证件号码；证件号码相同即为同一权利人。",
    "二、证件号码、电话、编码各列为文本格式。从别处粘贴时请选“只粘贴文本”，避免末尾的数字变成 0。",
    "三、地块的图形另用 Shapefile、GeoPackage 或 GDB（zip）上传，两边按地块编码连接；已登记的地块可以不传图形。",
    "四、合同编号相同的各行为同一合同；不填合同编号的行不登记合同。流转合同请在系统的合同页面登记。",
    "五、同村同名而没有证件号码的，由经办人在导入时逐个判定是否为同一人，系统不自动合并。",
    "六、上传后先检查，逐行列出问题；确认之后合格的行才入库。台账面积只用于核对，登记的面积是图形的椭球面积。",
)


def _notes(book: Any, head: Any) -> None:
    page = book.add_worksheet("填写说明")
    wrap = book.add_format({"text_wrap": True, "valign": "top", "font_name": FONT, "border": 1})
    plain = book.add_format({"text_wrap": True, "font_name": FONT, "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14, "font_name": FONT})
    page.set_column(0, 0, 22)
    page.set_column(1, 1, 50)
    page.set_column(2, 2, 46)
    page.write_string(0, 0, "承包地块台账填写说明", title)
    for column, label in enumerate(("列", "怎样填写", "可选")):
        page.write_string(2, column, label, head)
    row = 3
    for target in (t for t in TARGETS if t.name != "term"):
        page.write_string(row, 0, f"{target.label}{'（必填）' if _needed(target) else ''}", wrap)
        page.write_string(row, 1, target.help, wrap)
        page.write_string(row, 2, "、".join(choices(target.name)) if target.coded else "", wrap)
        row += 1
    for rule in _RULES:
        row += 1
        page.merge_range(row, 0, row, 2, rule, plain)
        page.set_row(row, 30)
