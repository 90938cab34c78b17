"""Ledgers (台账) as Excel workbooks a bureau files: title, unit, wrapped header, 序号, 合计, footer.

Every value is written with the type of its column. Text is always text: an 18-digit number keeps
its digits, and a value starting with ``=`` never becomes a formula. A value that does not fit is
refused with its row and column; nothing is cut or guessed.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from pathlib import Path

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from liangtian.press.cells import STYLES, Kind, KindStyle, Unfit, cell_date, cell_number, cell_text
from liangtian.press.errors import SheetRefused
from liangtian.press.paper import Paper, paper_for


@dataclass(frozen=True)
class SheetColumn:
    """One column. `unit` is printed under the label; `width` in characters, 0 for the kind's own;
    neighbouring columns with the same `group` share a header above them, under which `heading` is
    printed in place of the label, which must differ from column to column."""

    label: str
    unit: str = ""
    kind: Kind = "text"
    width: float = 0
    group: str = ""
    heading: str = ""

    @property
    def printed(self) -> str:
        """What stands in the header."""
        return self.heading or self.label


@dataclass(frozen=True)
class SheetFooter:
    """填报单位 above the table; who signs (post, name), 填表人 and 填表日期 under it."""

    unit: str
    on: date
    maker: str = ""
    signers: Sequence[tuple[str, str]] = (("负责人", ""), ("审核人", ""))


@dataclass(frozen=True)
class LedgerSheet:
    """One sheet. `rows` hold one value per column, without the serial number.

    percent values are shares (0.1287 prints 12.87%). `sums`: label of a column to total -> the
    total the caller shows elsewhere, or None; a total that differs from the sum of the printed
    rows is refused.
    """

    title: str
    columns: Sequence[SheetColumn]
    rows: Iterable[Sequence[object]]
    footer: SheetFooter
    unit_note: str = "单位：亩"
    sums: Mapping[str, Decimal | None] = field(default_factory=dict)
    name: str = "台账"
    notes: Sequence[str] = ()
    pinned: int = 0  # leading columns that stay when the sheet is scrolled sideways


_MOST_ROWS = 1_048_576  # in one sheet
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_FIRST_COLUMN_WIDTH = 6


def ledger_xlsx(sheet: LedgerSheet) -> bytes:
    """One ledger as a workbook. Equal input gives equal bytes. Raises SheetRefused."""
    return workbook_xlsx([sheet])


def write_ledger(path: Path, sheet: LedgerSheet) -> None:
    """One ledger straight into a file; `write_workbook` of one sheet."""
    write_workbook(path, [sheet])


def write_workbook(path: Path, sheets: Sequence[LedgerSheet]) -> None:
    """Ledgers straight into a file, row by row: memory does not grow with their length.

    Raises SheetRefused; the file is then not to be used.
    """
    _check_names(sheets)
    options = {"constant_memory": True, "strings_to_formulas": False, "tmpdir": str(path.parent)}
    book = xlsxwriter.Workbook(str(path), options)
    try:
        _name(book, sheets[0])
        for sheet in sheets:
            _Writer(book, sheet).write()
    finally:
        book.close()


def _check_names(sheets: Sequence[LedgerSheet]) -> None:
    names = [sheet.name for sheet in sheets]
    if not sheets or len(set(names)) < len(names):
        raise SheetRefused(f"工作表要有名称且不能重名，现为：{'、'.join(names) or '无'}。")


def _name(book: xlsxwriter.Workbook, sheet: LedgerSheet) -> None:
    on = sheet.footer.on
    made = datetime(on.year, on.month, on.day)
    book.set_properties({"title": sheet.title, "company": sheet.footer.unit, "created": made})


def workbook_xlsx(sheets: Sequence[LedgerSheet]) -> bytes:
    """Several ledgers, one sheet each. Raises SheetRefused naming sheet, row, column and value."""
    _check_names(sheets)
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    _name(book, sheets[0])
    for sheet in sheets:
        _Writer(book, sheet).write()
    book.close()
    return out.getvalue()


class _Writer:
    """Writes one sheet from top to bottom."""

    def __init__(self, book: xlsxwriter.Workbook, sheet: LedgerSheet) -> None:
        self.sheet = sheet
        self.columns = list(sheet.columns)
        self.last = len(self.columns)  # index of the last column; 0 is 序号
        self._check_layout()
        try:
            self.page: Worksheet = book.add_worksheet(sheet.name)
        except XlsxWriterException as error:
            raise SheetRefused(
                f"工作表名称「{sheet.name}」不可用：不超过 31 个字，不含 []:*?/\\。"
            ) from error
        self.book = book
        self.cells = {kind: self._cell(style) for kind, style in STYLES.items()}
        self.serial = self._format(align="center", border=1)
        self.total_label = self._format(align="center", border=1, bold=True, bg_color="#F2F2F2")
        self.quoted = self._cell(STYLES["text"], quote_prefix=True)
        self.totals = {
            kind: self._cell(style, bold=True, bg_color="#F2F2F2") for kind, style in STYLES.items()
        }
        self.header_rows = 2 if any(c.group for c in self.columns) else 1

    def _check_layout(self) -> None:
        labels = [c.label for c in self.columns]
        if not labels or len(set(labels)) < len(labels):
            raise SheetRefused(f"台账「{self.sheet.title}」没有列，或列名重复。")
        for label in self.sheet.sums:
            if label not in labels:
                raise SheetRefused(f"台账「{self.sheet.title}」要合计的列「{label}」不存在。")
            if STYLES[self.columns[labels.index(label)].kind].places is None:
                raise SheetRefused(f"列「{label}」不是数值列，不能合计。")

    def _cell(self, style: KindStyle, **more: object) -> Format:
        return self._format(
            num_format=style.number, align=style.align, border=1, text_wrap=True, **more
        )

    def _format(self, **options: object) -> Format:
        return self.book.add_format(
            {"font_name": "宋体", "font_size": 10, "valign": "vcenter"} | options
        )

    def write(self) -> None:
        self._set_up_page()
        self._write_head()
        first = 2 + self.header_rows
        after, sums = self._write_rows(first)
        if self.sheet.sums:
            self._write_totals(first, after, sums)
            after += 1
        self._write_foot(after)

    def _set_up_page(self) -> None:
        page = self.page
        page.set_landscape()
        page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        page.center_horizontally()
        self._set_up_width()
        page.repeat_rows(2, 1 + self.header_rows)
        page.freeze_panes(2 + self.header_rows, self.sheet.pinned + 1 if self.sheet.pinned else 0)
        page.set_footer("&C第 &P 页　共 &N 页")
        page.set_column(0, 0, _FIRST_COLUMN_WIDTH)
        for index, column in enumerate(self.columns, 1):
            page.set_column(index, index, column.width or STYLES[column.kind].width)

    def _set_up_width(self) -> None:
        """As wide as the paper; what would be too small to read goes on beside, after the pinned columns."""
        page, paper = self.page, self.paper
        page.set_paper(paper.code)
        page.fit_to_pages(paper.pages, 0)
        if paper.pages > 1:
            page.repeat_columns(0, self.sheet.pinned)

    @cached_property
    def paper(self) -> Paper:
        """What the sheet is printed on."""
        own = (column.width or STYLES[column.kind].width for column in self.columns)
        return paper_for([_FIRST_COLUMN_WIDTH, *own], self.sheet.pinned + 1)

    @property
    def _wide(self) -> int:
        """The last column of the first page: titles and notes end with it."""
        return self.paper.first - 1

    def _write_head(self) -> None:
        title = self._format(font_name="黑体", font_size=16, align="center", bold=True)
        self.page.set_row(0, 32)
        self._span(0, self.sheet.title, title)
        self._write_units()
        head = self._format(bold=True, align="center", border=1, text_wrap=True, bg_color="#D9E2EF")
        top, bottom = 2, 1 + self.header_rows
        # Row by row, since a file written in constant memory does not go back to a row.
        for row in range(top, bottom + 1):
            height = max(self._lines(c) for c in self.columns)
            self.page.set_row(row, 15 * height + 4 if row == bottom else 20)
            self._write_heading(row, 0, "序号" if row == top else "", head)
            for index, column in enumerate(self.columns, 1):
                label = f"{column.printed}\n（{column.unit}）" if column.unit else column.printed
                if column.group and row < bottom:
                    label = column.group
                elif not column.group and row > top:
                    label = ""
                self._write_heading(row, index, label, head)
        if bottom > top:
            for index, group in enumerate(["", *(c.group for c in self.columns)]):
                if not group:
                    self._join(top, index, bottom, index)
        for _, start, end in self._groups():
            if end > start:
                self._join(top, start, top, end)

    def _write_units(self) -> None:
        """填报单位 left, the unit of the figures right; one cell where the sheet is narrow."""
        unit = self.sheet.footer.unit
        left, right = f"填报单位：{unit}" if unit else "", self.sheet.unit_note
        half = (self._wide + 1) // 2
        if half < 1 or not left:
            self._span(1, "　　".join(filter(None, (left, right))), self._format(align="left"))
            return
        self._merge((1, 0, 1, half - 1), left, self._format(align="left"))
        self._merge((1, half, 1, self._wide), right, self._format(align="right"))

    def _write_heading(self, row: int, col: int, label: str, head: Format) -> None:
        if label:
            self.page.write_string(row, col, label, head)
        else:
            self.page.write_blank(row, col, None, head)

    def _join(self, top: int, left: int, bottom: int, right: int) -> None:
        """Make cells already written one cell."""
        self.page.merge.append([top, left, bottom, right])

    def _groups(self) -> list[tuple[str, int, int]]:
        groups: list[tuple[str, int, int]] = []
        for index, column in enumerate(self.columns, 1):
            if (
                groups
                and column.group
                and groups[-1][0] == column.group
                and groups[-1][2] == index - 1
            ):
                groups[-1] = (column.group, groups[-1][1], index)
            elif column.group:
                groups.append((column.group, index, index))
        return groups

    def _lines(self, column: SheetColumn) -> int:
        width = column.width or STYLES[column.kind].width
        return -(-2 * len(column.printed) // max(int(width) - 1, 1)) + bool(column.unit)

    def _write_rows(self, first: int) -> tuple[int, list[Decimal]]:
        """Rows from sheet row `first` -> the row after the last one, and the printed sums."""
        sums = [Decimal(0)] * len(self.columns)
        number = 0
        for number, row in enumerate(self.sheet.rows, 1):
            at = first + number - 1
            if len(row) != len(self.columns):
                raise SheetRefused(
                    f"台账「{self.sheet.title}」第 {number} 行有 {len(row)} 个值，"
                    f"应有 {len(self.columns)} 个。"
                )
            if at + len(self.sheet.notes) + 4 > _MOST_ROWS:
                raise SheetRefused(
                    f"台账「{self.sheet.title}」超过一张表的 {_MOST_ROWS} 行，请分表导出。"
                )
            self.page.write_number(at, 0, number, self.serial)
            for index, (column, value) in enumerate(zip(self.columns, row, strict=True)):
                try:
                    sums[index] += self._write_value(at, index + 1, column, value)
                except Unfit as unfit:
                    raise SheetRefused(
                        f"台账「{self.sheet.title}」第 {number} 行「{column.label}」的值"
                        f"「{str(value)[:40]}」{unfit}"
                    ) from None
        return first + number, sums

    def _write_value(self, row: int, col: int, column: SheetColumn, value: object) -> Decimal:
        """Write one value; returns what it adds to the column's total."""
        cell = self.cells[column.kind]
        if value is None:
            self.page.write_blank(row, col, None, cell)
        elif column.kind == "text":
            text = cell_text(value)
            self.page.write_string(
                row, col, text, self.quoted if text.startswith(_FORMULA_STARTS) else cell
            )
        elif column.kind == "date":
            self.page.write_datetime(row, col, cell_date(value), cell)
        else:
            number = cell_number(value, column.kind)
            self.page.write_number(row, col, float(number), cell)
            return number
        return Decimal(0)

    def _write_totals(self, first: int, after: int, sums: Sequence[Decimal]) -> None:
        """The 合计 row: a SUM over the rows whose stored value is the exact decimal sum."""
        for index, column in enumerate(self.columns):
            cell = self.totals[column.kind]
            if column.label not in self.sheet.sums:
                self.page.write_blank(after, index + 1, None, cell)
                continue
            total, expected = sums[index], self.sheet.sums[column.label]
            if expected is not None and expected != total:
                raise SheetRefused(
                    f"台账「{self.sheet.title}」「{column.label}」各行之和为 {total}，"
                    f"与给出的合计 {expected} 不符，请核对后再导出。"
                )
            if after == first:
                self.page.write_number(after, index + 1, 0, cell)
                continue
            span = xl_range(first, index + 1, after - 1, index + 1)
            self.page.write_formula(after, index + 1, f"=SUM({span})", cell, float(total))
        self.page.write_string(after, 0, "合计", self.total_label)

    def _write_foot(self, row: int) -> None:
        note = self._format(align="left", text_wrap=True)
        shown = self.columns[: self._wide]
        width = sum(c.width or STYLES[c.kind].width for c in shown) + _FIRST_COLUMN_WIDTH
        for text in self.sheet.notes:
            self.page.set_row(row, 15.0 * -(-2 * (len(text) + 3) // int(width)))
            self._span(row, f"注：{text}", note)
            row += 1
        foot = self.sheet.footer
        parts = (
            *(f"{label}：{name or '＿＿＿＿'}" for label, name in foot.signers),
            f"填表人：{foot.maker or '＿＿＿＿'}",
            f"填表日期：{foot.on.year}年{foot.on.month}月{foot.on.day}日",
        )
        self.page.set_row(row, 24)
        self._span(row, "　　".join(parts), self._format(align="left"))

    def _span(self, row: int, text: str, cell: Format) -> None:
        self._merge((row, 0, row, self._wide), text, cell)

    def _merge(self, box: tuple[int, int, int, int], text: str, cell: Format) -> None:
        """box: top, left, bottom, right; a single cell is written plainly."""
        top, left, bottom, right = box
        if (top, left) == (bottom, right):
            self.page.write_string(top, left, text, cell)
            return
        self.page.merge_range(top, left, bottom, right, "", cell)
        self.page.write_string(top, left, text, cell)
